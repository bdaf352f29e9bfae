"""What the graph says of routes is kept as far as we trade it, and what is strange is told."""

from graphwiz_trader.domain.commands import RaiseAlert, Severity
from graphwiz_trader.domain.route import RoutesFound
from graphwiz_trader.domain.units import InstrumentId
from tests.unit.engine.engine_floor import ALPHA, BETA, Floor

STRANGE = InstrumentId("DOGE/USDT@nowhere")
THERE, BACK = (ALPHA.id, BETA.id), (BETA.id, ALPHA.id)


def test_the_routes_named_last_are_the_ones_strategies_see() -> None:
    floor = Floor()
    floor.engine.step(RoutesFound(floor.now, (THERE, BACK)))

    outcome = floor.engine.step(RoutesFound(floor.now, (BACK,)))

    assert floor.engine.state.routes == (BACK,)
    assert (outcome.commands, outcome.facts) == ((), ())


def test_no_routes_are_known_before_the_graph_was_heard() -> None:
    assert Floor().engine.state.routes == ()


def test_routes_with_an_unknown_instrument_are_left_out_and_counted() -> None:
    floor = Floor()

    outcome = floor.engine.step(RoutesFound(floor.now, ((ALPHA.id, STRANGE), THERE, (STRANGE,))))

    assert floor.engine.state.routes == (THERE,)
    text = "2 of 3 routes name an instrument not known here"
    assert outcome.commands == (RaiseAlert(Severity.WARNING, "ROUTES_UNKNOWN", text),)
