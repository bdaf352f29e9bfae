"""How a comparison of twins is told: as keys that add up, and as tables."""

from decimal import Decimal

import pytest

from graphwiz_trader.domain.fate import Fate, Pair
from graphwiz_trader.domain.orders import OrdStatus
from graphwiz_trader.domain.parity import (
    Attributed,
    Cause,
    EngineParity,
    Rung,
    SessionParity,
    Unexplained,
)
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Asset, ClOrdId, Nanos, RunId, StrategyId
from graphwiz_trader.entrypoints.parity_text import (
    engine_keys,
    engine_text,
    session_keys,
    session_tables,
    tables,
)
from graphwiz_trader.entrypoints.tables import shown
from graphwiz_trader.testing import make

SPOT = make.instrument()


def rung(name: str, cause: Cause | None, net: str) -> Rung:
    return Rung(name, cause, Decimal(net), Decimal(net) + 1, Decimal(1), 2, 3)


def fate(name: str, *trades: tuple[int, int]) -> Fate:
    made = Fate(ClOrdId(name), make.START, StrategyId("s"), SPOT.id, Side.SELL, 1005, 2000)
    made.trades = [(make.START, price, lots) for price, lots in trades]
    made.cum_qty = sum(lots for _, lots in trades)
    made.ord_status = OrdStatus.CANCELED
    return made


def session(unexplained: Unexplained | None = None) -> SessionParity:
    otherwise = Pair(fate("a", (1005, 500), (1006, 500)), fate("b", (1005, 500)))
    return SessionParity(
        RunId("demo-0001"),
        "demo",
        Asset("USDT"),
        {SPOT.id: SPOT},
        (
            rung("session", None, "10"),
            rung("as measured", Cause.QUEUE, "12.5"),
            rung("uninterrupted", Cause.MISSING_DATA, "12.5"),
            rung("latency of the model", Cause.LATENCY, "9"),
            rung("backtest", Cause.FEES, "8"),
        ),
        2,
        (
            Attributed(otherwise, Cause.QUEUE),
            Attributed(Pair(None, fate("c", (1005, 100))), Cause.LATENCY),
        ),
        unexplained,
        (Decimal(11), Decimal(14)),
        ("a note",),
    )


def test_the_parts_of_a_difference_add_up() -> None:
    told = session_keys(session())

    assert told["pnl"] == {
        "session": {"net": "10", "gross": "11", "fees": "1"},
        "backtest": {"net": "8", "gross": "9", "fees": "1"},
        "difference": "-2",
        "by_cause": {"queue": "2.5", "missing_data": "0", "latency": "-3.5", "fees": "-1"},
        "queue_bounds": ["11", "14"],
    }
    assert (told["clean"], told["unexplained"]) == (True, None)


def test_orders_and_fills_are_counted_by_cause() -> None:
    told = session_keys(session())

    assert told["orders"] == {
        "session": 2,
        "backtest": 2,
        "matched": 2,
        "differ": 2,
        "by_cause": {"queue": 1, "missing_data": 0, "latency": 1, "fees": 0},
    }
    assert told["fills"] == {
        "session": 3,
        "backtest": 3,
        "by_cause": {"queue": 1, "missing_data": 0, "latency": 1, "fees": 0},
    }


def test_every_order_that_differs_is_told_in_units_people_use() -> None:
    differences = session_keys(session())["differences"]

    assert isinstance(differences, list)
    assert differences[1] == {
        "ts": make.START,
        "strategy": "s",
        "instrument": SPOT.id,
        "side": "SELL",
        "price": "100.5",
        "how": "decided only there",
        "cause": "latency",
        "session": None,
        "backtest": {
            "cl_ord_id": "c",
            "ts": make.START,
            "qty": "2.000",
            "cum_qty": "0.100",
            "fills": 1,
            "fee": "0",
            "ord_status": "CANCELED",
        },
    }


def test_the_tables_show_each_step_and_its_cause() -> None:
    text = shown(session_tables(session()))

    steps = [line.split() for line in text.splitlines() if line.strip().endswith(("queue", "fees"))]
    assert steps[0][-4:] == ["1", "12.5", "2.5", "queue"]
    assert steps[1][-4:] == ["1", "8", "-1", "fees"]
    assert "filled otherwise" in text
    assert "always last in the queue 11, always first 14" in text


def test_what_has_no_cause_comes_first_among_the_notes() -> None:
    found = session(Unexplained(Nanos(7), "session: no order; again: SELL"))

    assert session_keys(found)["unexplained"] == {
        "ts": 7,
        "text": "session: no order; again: SELL",
    }
    assert shown(session_tables(found)).index("UNEXPLAINED") > 0


@pytest.mark.parametrize("differences", [(), ("order 1: reference nothing, compiled SELL",)])
def test_engines_are_told_apart_only_where_they_differ(differences: tuple[str, ...]) -> None:
    net = Decimal("1.5")
    found = EngineParity(
        RunId("bt-0001"), "reference", (2, 2), (1, 1), (net, net), len(differences), differences
    )

    assert engine_keys(found)["clean"] is (not differences)
    assert engine_keys(found)["net"] == {"reference": "1.5", "compiled": "1.5"}
    assert ("both engines" in engine_text(found)) is (not differences)
    assert all(line in engine_text(found) for line in differences)


def test_a_report_shows_either_kind_of_parity_as_tables() -> None:
    twins = EngineParity(
        RunId("bt-0001"), "reference", (2, 2), (1, 1), (Decimal(3), Decimal(3)), 0, ()
    )

    assert tables(session()) == session_tables(session())
    assert tables(twins)[0].rows == (("parity", engine_text(twins)),)
