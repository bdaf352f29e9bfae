"""A compiled reader ahead of the engine leaves nothing out: not an order, fact or digit differs."""

import os
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from graphwiz_trader.application.backtest import Backtested
from graphwiz_trader.application.run_report import RunReport
from graphwiz_trader.bootstrap.settings import restored
from graphwiz_trader.domain.facts import GroupChanged, GroupState
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing import make
from graphwiz_trader.testing.tape import make_tape
from tests.link import BINANCE, HUOBI, link_tape
from tests.parity.crossing import ALPHA, BETA, CROSS, ETHER, GAMMA, crossing
from tests.stories.wiring import Desk

LONG = float(os.environ.get("GRAPHWIZ_LONG", "1.0"))
STRATEGIES = "hft.strategies"
CROSSING = f"{STRATEGIES}.cross_exchange_arbitrage"
PAIRS = f"{STRATEGIES}.pairs_arbitrage"
ROUNDS = f"{STRATEGIES}.triangular_arbitrage"
Setup = Callable[[Random, int], tuple[Sequence[Tape], Sequence[str]]]


def across(chance: Random, seed: int) -> tuple[Sequence[Tape], Sequence[str]]:
    """Arbitrage between two or three venues."""
    pick = chance.choice
    venues = [ALPHA, BETA, GAMMA][: pick([2, 2, 3])]
    return crossing(seed, venues, apart=pick([1e-5, 3e-5, 1e-4])), (
        f"{CROSSING}.min_profit_bps={pick([0, 0.5, 2])}",
        f"{CROSSING}.max_age_ms={pick([5, 50, 500])}",
        f"{CROSSING}.participation={pick([0.1, 1.0])}",
        f"{CROSSING}.inventory_skew_bps={pick([0, 0, 5])}",
        f"{CROSSING}.latency_haircut={pick(['true', 'false'])}",
        f"{CROSSING}.max_position_size={pick(['0.05', '0.5', '20'])}",
    )


def paired(chance: Random, seed: int) -> tuple[Sequence[Tape], Sequence[str]]:
    """Two assets that one pays for the other, or one asset at two venues."""
    pick = chance.choice
    legs = pick([(ETHER, ALPHA), (ALPHA, BETA)])
    names = ", ".join(f'"{leg.id}"' for leg in legs)
    return crossing(seed, legs, apart=pick([3e-4, 1e-3])), (
        f"{PAIRS}.instruments=[{names}]",
        f"{PAIRS}.lookback={pick([5, 20, 40])}",
        f"{PAIRS}.grid_ms={pick([20, 50, 100])}",
        f"{PAIRS}.hedge={pick(['ols', 'tls', 'kalman'])}",
        f"{PAIRS}.z_threshold={pick([1.0, 1.5])}",
        f"{PAIRS}.z_stop={pick(['null', 2.5])}",
        f"{PAIRS}.participation={pick([0.1, 1.0])}",
        f"{PAIRS}.max_age_ms={pick([50, 2000])}",
    )


def around(chance: Random, seed: int) -> tuple[Sequence[Tape], Sequence[str]]:
    """A round of three instruments of one venue."""
    pick = chance.choice
    return crossing(seed, [ALPHA, CROSS, ETHER], apart=pick([1e-4, 3e-4, 1e-3])), (
        f"{ROUNDS}.min_profit_bps={pick([0, 0.5, 2])}",
        f"{ROUNDS}.max_age_ms={pick([50, 300])}",
        f"{ROUNDS}.max_age_spread_ms={pick([20, 200])}",
        f"{ROUNDS}.participation={pick([0.1, 1.0])}",
        f"{ROUNDS}.max_position_size={pick(['0.5', '20'])}",
    )


def in_turn(chance: Random, seed: int) -> tuple[Sequence[Tape], Sequence[str]]:
    """The same from one asset alone, or whatever there is: leg after leg."""
    tapes, keys = around(chance, seed)
    return tapes, (
        *keys,
        f"{ROUNDS}.legs={chance.choice(['auto', 'sequential'])}",
        f"backtest.balances.{ALPHA.venue}.USDT={chance.choice([300, 20_000])}",
        f"backtest.balances.{ALPHA.venue}.BTC={chance.choice([0, 0, 0.02])}",
    )


def together(chance: Random, seed: int) -> tuple[Sequence[Tape], Sequence[str]]:
    """All three, each in the others' way."""
    pairs = f'{PAIRS}.instruments=["{ETHER.id}", "{ALPHA.id}"]'
    waits = [each for setup in (across, around) for each in setup(chance, seed)[1]]
    tapes = crossing(seed, [ALPHA, CROSS, ETHER, BETA], apart=chance.choice([1e-4, 3e-4]))
    return tapes, (*waits, pairs, f"{PAIRS}.lookback=20", f"{PAIRS}.grid_ms=50")


SETUPS: dict[str, Setup] = {
    "across": across,
    "paired": paired,
    "around": around,
    "in turn": in_turn,
    "together": together,
}


FEW = [
    ("across", 2),
    ("paired", 0),
    ("paired", 1),
    ("around", 3),
    ("in turn", 1),
    ("together", 0),
    ("together", 3),
]


@pytest.mark.parametrize(("name", "seed"), FEW)
def test_nothing_differs(name: str, seed: int) -> None:
    compare(name, seed)


@pytest.mark.long
@pytest.mark.parametrize("name", SETUPS)
@pytest.mark.parametrize("seed", range(100, 100 + max(1, int(200 * LONG))))
def test_nothing_differs_at_length(name: str, seed: int) -> None:
    compare(name, seed)


def test_the_seeded_runs_trade_fall_short_and_are_stopped() -> None:
    ends: set[GroupState] = set()
    refused: set[str] = set()
    for name, seed in (("across", 0), ("across", 1), ("around", 0), ("around", 1)):
        desk, done = compare(name, seed)
        told = desk.facts(done.run, GroupChanged)
        ends |= {change.state for change in told if isinstance(change, GroupChanged)}
        refused |= set(done.simulated.report.denials)
        assert done.simulated.fills > 0

    assert ends >= {GroupState.DONE, GroupState.UNWOUND, GroupState.STUCK}
    assert refused >= {"HALTED", "POSITION", "ORDER_RATE", "CONSECUTIVE_LOSSES"}


def compare(name: str, seed: int) -> tuple[Desk, Backtested]:
    """Run one seeded market and configuration both ways, and compare everything there is."""
    chance = Random(seed)
    tapes, keys = SETUPS[name](chance, seed)
    desk = Desk()
    for tape in tapes:
        desk.keep(tape)
    names, keys = [tape.name for tape in tapes], (*keys, *limits(chance))

    reference = desk.backtest(names, *keys)
    compiled = desk.backtest(names, *keys, "backtest.engine=compiled")

    assert (compiled.engine, compiled.notice) == ("compiled", "")
    assert compiled.simulated.digest == reference.simulated.digest
    # All but the first entry, which says how the run was started; as text, for NaN is not NaN.
    journals = [map(repr, desk.entries(done.run)[1:]) for done in (compiled, reference)]
    assert all(ours == theirs for ours, theirs in zip(*journals, strict=True))
    theirs, ours = reference.simulated.report, compiled.simulated.report
    for part in ("pnl", "arbitrage", "quality", "trades", "denials", "drawdown", "equity"):
        assert getattr(ours, part) == getattr(theirs, part), part
    folders = desk.runs.folders
    assert list(folders[compiled.run].fills) == list(folders[reference.run].fills)
    return desk, reference


def limits(chance: Random) -> Sequence[str]:
    """Return conditions of which many bind."""
    pick = chance.choice
    return (
        f"hft.risk.max_exposure={pick([20_000, 1_000_000])}",
        f"hft.risk.max_position_size={pick([1, 20])}",
        f"hft.risk.max_orders_per_second={pick([10, 1000])}",
        f"hft.risk.max_identical_orders_per_second={pick([3, 1000])}",
        f"hft.risk.max_consecutive_losses={pick(['null', 'null', 3])}",
        f"hft.risk.max_venue_exposure={pick(['null', 15_000])}",
        f"hft.risk.circuit_breaker_threshold={pick([-1, -1, -0.0005])}",
        f"hft.risk.max_drawdown_pct={pick([100, 100, 0.01])}",
        f"hft.risk.group.band_bps={pick([0.5, 20])}",
        f"hft.risk.group.hedge_s={pick([0.05, 2])}",
        f"backtest.latency_ms={pick([0, 1, 5, 50])}",
        f"backtest.latency_model={pick(['constant', 'constant', 'jittered', 'recorded'])}",
        f"backtest.latency_jitter_ms={pick([0, 5])}",
        f"backtest.fee_bps={pick([0, 0.1, 1])}",
    )


def test_the_reference_s_sweep_is_sent_and_filled_by_a_compiled_run() -> None:
    """Strategies reference, §2: 2.5 bought for 250.40015 and sold for 250.89885."""
    asks = [("100.00", "1"), ("100.10", "2"), ("100.30", "5")]
    bids = [("100.50", "1.5"), ("100.40", "1"), ("100.20", "3")]
    desk = Desk()
    for venue, shown in (
        ("alpha", ([("90.00", "9")], asks)),
        ("beta", (bids, [("110.00", "9")])),
    ):
        of = make.instrument(f"BTC/USDT@{venue}", "0.01")
        told = [make.book_update(of, *shown, make.START + at * 1_000_000) for at in (0, 100)]
        desk.keep(make_tape(f"{venue}.tape", [of], told))

    done = desk.backtest(
        ["alpha.tape", "beta.tape"],
        f"{CROSSING}.participation=1.0",
        "hft.risk.max_position_size=100",
        "hft.risk.max_exposure=1000000",
        "hft.risk.price_collar_bps=5000",
        "backtest.fee_bps=10",
        "backtest.engine=compiled",
    )

    fills = [
        (fill["side"], fill["price"], fill["qty"]) for fill in desk.runs.folders[done.run].fills
    ]
    assert done.engine == "compiled"
    assert sorted(fills) == [
        ("BUY", "100.00", "1.000"),
        ("BUY", "100.10", "1.500"),
        ("SELL", "100.40", "1.000"),
        ("SELL", "100.50", "1.500"),
    ]
    assert done.simulated.report.arbitrage.outcome.realised == Decimal("0.49870000")


def test_the_reference_s_round_is_sent_and_filled_by_a_compiled_run() -> None:
    """Strategies reference, §3: as far as 60010, 0.05003 and 3011, where the next part loses."""
    shown = {
        "BTC/USDT": ("1", "0.00001", [("59990", "1")], [("60000", "0.05"), ("60010", "0.2")]),
        "ETH/BTC": ("0.00001", "0.0001", [("0.0499", "9")], [("0.05", "2"), ("0.05003", "3")]),
        "ETH/USDT": ("1", "0.0001", [("3012", "1.5"), ("3011", "2")], [("3020", "9")]),
    }
    books = [
        (make.instrument(f"{symbol}@alpha", tick, lot), bids, asks)
        for symbol, (tick, lot, bids, asks) in shown.items()
    ]
    told = [
        make.book_update(of, bids, asks, make.START + at * 1_000_000)
        for at in (0, 100)
        for of, bids, asks in books
    ]
    desk = Desk()
    desk.keep(make_tape("alpha.tape", [of for of, _, _ in books], told))
    keys = (
        f"{ROUNDS}.participation=1.0",
        "hft.risk.max_position_size=100",
        "hft.risk.max_exposure=1000000",
        "hft.risk.price_collar_bps=500",
        "backtest.balances.alpha.USDT=100000",
        "backtest.balances.alpha.BTC=10",
        "backtest.balances.alpha.ETH=100",
        "backtest.fee_bps=7.5",
    )

    done = desk.backtest(["alpha.tape"], *keys, "backtest.engine=compiled")

    fills = [(f["instrument"], f["side"], f["price"]) for f in desk.runs.folders[done.run].fills]
    assert done.engine == "compiled"
    assert fills == [
        ("BTC/USDT@alpha", "BUY", "60000"),
        ("BTC/USDT@alpha", "BUY", "60010"),
        ("ETH/BTC@alpha", "BUY", "0.05000"),
        ("ETH/BTC@alpha", "BUY", "0.05003"),
        ("ETH/USDT@alpha", "SELL", "3012"),
        ("ETH/USDT@alpha", "SELL", "3011"),
    ]
    assert Decimal(12) < done.simulated.report.arbitrage.outcome.realised < Decimal("12.4")


def test_the_recorded_hour_of_two_venues_comes_out_the_same(shared_data: Path) -> None:
    """At no fee, so that there is something to take, with the latency haircut."""
    desk = Desk()
    for instrument in (BINANCE, HUOBI):
        desk.keep(link_tape(shared_data, instrument))
    names = ["binance.tape", "huobi.tape"]
    keys = (
        f"{CROSSING}.min_profit_bps=0",
        f"{CROSSING}.latency_haircut=true",
        "hft.risk.max_position_size=100000",
        "hft.risk.max_exposure=10000000",
        "backtest.fee_bps=0",
    )

    reference = desk.backtest(names, *keys)
    compiled = desk.backtest(names, *keys, "backtest.engine=compiled")

    assert compiled.engine == "compiled"
    assert compiled.simulated.digest == reference.simulated.digest
    assert compiled.simulated.report.pnl == reference.simulated.report.pnl
    assert reference.simulated.fills > 100


def test_a_strategy_that_wants_every_instant_beside_them_is_the_reference_s() -> None:
    desk = Desk()
    for tape in crossing(1, [ALPHA, BETA], 50):
        desk.keep(tape)
    both = (f"{CROSSING}.min_profit_bps=0", f"{STRATEGIES}.statistical_arbitrage.lookback=5")

    done = desk.backtest(["alpha.tape", "beta.tape"], *both, "backtest.engine=compiled")

    assert (done.engine, done.notice) == (
        "reference",
        "2 strategies are enabled; a compiled run has one, or only such as wait for prices",
    )


def test_an_instrument_on_two_tapes_is_the_reference_s() -> None:
    desk = Desk()
    first, second = crossing(1, [ALPHA, BETA], 50)
    later = crossing(2, [ALPHA], 50)[0]
    for tape in (first, second, evolve(later, name="more.tape")):
        desk.keep(tape)

    done = desk.backtest(
        ["alpha.tape", "beta.tape", "more.tape"],
        f"{CROSSING}.min_profit_bps=0",
        "backtest.engine=compiled",
    )

    assert (done.engine, done.notice) == ("reference", "an instrument is in several tapes")


def test_such_a_run_is_replayed_and_reported_like_any_other() -> None:
    desk = Desk()
    for tape in crossing(3, [ALPHA, BETA]):
        desk.keep(tape)
    keys = (f"{CROSSING}.min_profit_bps=0", "backtest.fee_bps=0.1")
    done = desk.backtest(["alpha.tape", "beta.tape"], *keys, "backtest.engine=compiled")
    reports = RunReport(desk.tapes, desk.runs, lambda text, _: restored(text).settings)

    assert done.simulated.fills > 0
    assert desk.replay(done.run).is_identical
    assert reports.of(done.run).report.pnl == done.simulated.report.pnl


def test_what_only_takes_has_one_place_in_every_queue() -> None:
    desk = Desk()
    for tape in crossing(3, [ALPHA, BETA]):
        desk.keep(tape)
    names, keys = ["alpha.tape", "beta.tape"], (f"{CROSSING}.min_profit_bps=0",)

    done = desk.backtest(names, *keys, "backtest.engine=compiled")
    bare = desk.backtest(names, *keys, "backtest.engine=compiled", "backtest.bounds=false")

    assert bare.bounds is None
    assert done.bounds is not None
    assert done.bounds.pessimistic == done.bounds.optimistic
    assert done.bounds.pessimistic.net == done.simulated.report.pnl.net
