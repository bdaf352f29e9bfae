import pytest

from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Lots, Ticks
from graphwiz_trader.simulation import blotter as module
from graphwiz_trader.simulation.blotter import Blotter
from graphwiz_trader.simulation.matching import VenueOrder


def order(name: str) -> VenueOrder:
    return VenueOrder(
        1,
        InstrumentId("BTC/USDT@sim"),
        "own",
        Side.BUY,
        OrdType.LIMIT,
        TimeInForce.GTC,
        Ticks(1),
        Lots(1),
        cl_ord_id=ClOrdId(name),
    )


def test_closed_order_is_found_but_does_not_work() -> None:
    blotter, ended = Blotter(), order("a")
    blotter.open(ended)

    blotter.close(ended)

    assert blotter.working == ()
    assert blotter.find(ClOrdId("a")) is ended
    assert blotter.find(ClOrdId("b")) is None


def test_oldest_closed_orders_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 2)
    blotter = Blotter()

    for name in "abc":
        ended = order(name)
        blotter.open(ended)
        blotter.close(ended)

    assert [name for name in "abc" if blotter.find(ClOrdId(name))] == ["b", "c"]
