"""The live view holds what matters, on a screen of 80 by 24."""

from collections.abc import Sequence
from io import StringIO

from rich.console import Console

from graphwiz_trader.domain.alerting import Alert, News
from graphwiz_trader.domain.commands import Severity
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.entrypoints.live_view import MOST, Told, live_view

BOOK: Told = {"bid": "1", "ask": "2", "usable": True, "age_ms": 12.4}
STALE: Told = {**BOOK, "usable": False, "age_ms": 950.0}
STATUS: dict[str, Plain] = {
    "run": "paper-0007",
    "mode": "paper",
    "state": "HALTED",
    "running_s": 61.4,
    "reconciled": True,
    "closed": {"okx": "REDUCING"},
    "pnl": -12.5,
    "unknown_orders": 2,
    "vitals": {"outbox": {"binance": 0, "okx": 3}},
    "venues": {
        "binance": {"account": "ACTIVE", "books": {"BTC/USDT@binance": dict(BOOK)}},
        "okx": {"account": "HALTED", "books": {"A@okx": dict(BOOK), "B@okx": dict(STALE)}},
    },
    "latency_us": {"tick_to_order": {"p50": 540.67, "p99": 4980.74, "p99_9": 11141.12}},
}
STAGES = ("tick_to_order", "decision", "send", "ack", "first_fill")


def held(count: int) -> list[Told]:
    return [
        {"instrument": f"C{n}/USDT@okx", "strategy": "making", "qty": "0.1", "net": "3.25"}
        for n in range(count)
    ]


def alerts(count: int) -> list[Alert]:
    return [
        Alert(Nanos(n), News.RAISED, Severity.WARNING, f"CODE_{n}", "paper-0007", "very late " * 20)
        for n in range(count)
    ]


def screen(
    status: Told,
    positions: Sequence[Told] = (),
    told: Sequence[Alert] = (),
    color: str | None = None,
) -> list[str]:
    out = StringIO()
    console = Console(
        file=out,
        width=80,
        color_system="standard" if color else None,
        force_terminal=bool(color),
        no_color=False,
    )
    console.print(live_view(status, positions, told))
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_state_figures_positions_venues_latency_and_alerts_are_there() -> None:
    said = screen(STATUS, held(1), alerts(1))

    text = "\n".join(said)
    assert said[0] == "paper-0007 paper  HALTED  61 s reconciled okx REDUCING"
    for part in ("pnl -12.50", "unknown orders 2", "C0/USDT@okx", "3.25", "540.67"):
        assert part in text
    assert any(line.split() == ["binance", "ACTIVE", "1", "of", "1", "12", "0"] for line in said)
    assert any(line.split() == ["okx", "HALTED", "1", "of", "2", "950", "3"] for line in said)
    assert said[-1].startswith("WARNING CODE_0 paper-0007: very late")


def test_a_screen_holds_it_all_when_there_is_much() -> None:
    latency: Told = {stage: {"p50": 1.0, "p99": 99_999.5, "p99_9": 99_999.5} for stage in STAGES}

    said = screen({**STATUS, "latency_us": dict(latency)}, held(40), alerts(40))

    assert len(said) < 24
    assert max(map(len, said)) <= 80
    assert f"and {40 - MOST} more" in "\n".join(said)
    assert said[-MOST].startswith("WARNING CODE_39 ")


def test_an_engine_that_holds_nothing_yet_says_so() -> None:
    text = "\n".join(screen({"run": "paper-0001", "state": "ACTIVE"}))

    assert "no positions yet" in text
    assert "no alerts" in text
    assert "unknown orders –" in text


def test_an_order_of_unknown_fate_is_red() -> None:
    colored = "\n".join(screen(STATUS, color="standard"))
    calm = "\n".join(screen({**STATUS, "unknown_orders": 0}, color="standard"))

    assert "\x1b[31m2" in colored
    assert "\x1b[31m0" not in calm


def test_whose_account_is_not_ours_is_said_in_a_line_each_with_the_reason() -> None:
    apart = [
        {"venue": "binance", "for_s": 12.4, "why": "no answer: connection refused " * 5},
        {"venue": "okx", "for_s": 1.0, "why": "reports of our orders do not come in"},
    ]
    said = screen({**STATUS, "reconciled": False, "unreconciled": apart})

    assert said[1].startswith("binance not reconciled for 12 s: no answer: connection refused")
    assert len(said[1]) <= 80
    assert said[2] == "okx not reconciled for 1 s: reports of our orders do not come in"
