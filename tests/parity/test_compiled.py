"""The compiled loop and the engine that trades live decide, hear and earn the same."""

import os
from collections.abc import Sequence
from decimal import Decimal
from random import Random

import pytest

from graphwiz_trader.application import backtest
from graphwiz_trader.application.compiled import bound_of
from graphwiz_trader.application.recordings import moved
from graphwiz_trader.application.run_report import RunReport
from graphwiz_trader.bootstrap.assembly import strategies_of
from graphwiz_trader.bootstrap.settings import restored
from graphwiz_trader.domain.bounds import Bound, Bounds
from graphwiz_trader.domain.compiled import CompiledMarket
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.units import DAY, Nanos
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.entrypoints.bench.generate import INSTRUMENT, generated_tape
from graphwiz_trader.entrypoints.bench.loop import PERIOD, terms
from graphwiz_trader.entrypoints.bench.making import Making
from graphwiz_trader.kernels import run as c
from graphwiz_trader.simulation.columns import Columns
from graphwiz_trader.simulation.compiled import CompiledRun
from graphwiz_trader.simulation.queue import FIRST, LAST
from tests.parity.versus import (
    OTHER,
    SPOT,
    are_the_same,
    by_kernel,
    market,
    told_by_kernel,
)
from tests.stories.wiring import Desk, settings_of

TIERS = (
    "backtest.fee_tiers.vip1.volume=1000",
    "backtest.fee_tiers.vip1.maker_bps=0.1",
    "backtest.fee_tiers.vip1.taker_bps=12",
)
MAKING = "hft.strategies.market_making"
LONG = float(os.environ.get("GRAPHWIZ_LONG", "1.0"))


@pytest.mark.parametrize("seed", range(12))
def test_market_making_is_the_same_compiled(seed: int) -> None:
    compare(seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 100 + max(1, int(200 * LONG))))
def test_market_making_is_the_same_compiled_at_length(seed: int) -> None:
    compare(seed)


def test_one_book_and_two_give_the_same_run() -> None:
    tapes = (market(3, SPOT),)
    settings = settings_of(*making(Random(3)), "backtest.latency_ms=5")

    one, two = (by_kernel(settings, tapes, books) for books in (1, 2))

    assert one.books == 1
    assert told_by_kernel(one) == told_by_kernel(two)
    assert len(one.log) > 100


def test_a_strategy_without_a_kernel_is_done_by_the_reference_which_says_so() -> None:
    desk, tape = Desk(), market(5, SPOT)
    desk.keep(tape)
    breakout = "hft.strategies.breakout.use=examples/own_strategy.py:Breakout"

    done = desk.backtest([tape.name], breakout, "backtest.engine=compiled")

    assert (done.engine, done.notice) == ("reference", "strategy breakout has no kernel")


def test_a_latency_that_no_kernel_knows_is_the_reference_s() -> None:
    desk, tape = Desk(), market(5, SPOT)
    desk.keep(tape)
    recorded = "backtest.latency_model=recorded"

    done = desk.backtest([tape.name], *making(Random(5)), recorded, "backtest.engine=compiled")

    notice = "backtest.latency_model is recorded; compiled runs have constant"
    assert (done.engine, done.notice) == ("reference", notice)


@pytest.mark.parametrize(
    "fees",
    [
        ("backtest.fee_bps=7", "backtest.maker_fee_bps=-0.5"),
        ("backtest.maker_fee_bps=1", *TIERS),
    ],
)
def test_rebates_and_tiers_of_a_day_are_the_same_compiled(fees: Sequence[str]) -> None:
    done = are_the_same([market(5, SPOT)], (*making(Random(5)), *fees))

    assert done.simulated.fills > 10


def test_tiers_that_change_are_the_reference_s() -> None:
    desk, tape = Desk(), market(5, SPOT)
    to_midnight = Nanos(DAY - int(tape.ts[len(tape) // 2]) % DAY)
    late = moved(tape, to_midnight)
    desk.keep(late)

    done = desk.backtest([late.name], *making(Random(5)), *TIERS, "backtest.engine=compiled")

    notice = "backtest.fee_tiers are set and the tapes go on over 00:00 UTC, when tiers change"
    assert (done.engine, done.notice) == ("reference", notice)


@pytest.mark.parametrize("is_long", [False, True])
def test_a_reference_run_comes_with_the_bounds_of_the_compiled(
    monkeypatch: pytest.MonkeyPatch, *, is_long: bool
) -> None:
    """They are found by the engine itself where loading the compiled loop takes longer."""
    desk, tape = Desk(), market(5, SPOT)
    desk.keep(tape)
    if is_long:
        monkeypatch.setattr(backtest, "WORTH_COMPILING", 1)
    keys = (*making(Random(5)), "backtest.fee_bps=2")

    theirs = desk.backtest([tape.name], *keys).bounds
    ours = desk.backtest([tape.name], *keys, "backtest.engine=compiled").bounds

    assert theirs is not None
    assert ours is not None
    for one, other in zip(bounds_in(theirs), bounds_in(ours), strict=True):
        assert one.fills == other.fills
        assert abs(one.net - other.net) <= Decimal("1e-9")
    assert theirs.pessimistic.fills < theirs.optimistic.fills


def test_a_run_near_the_circuit_breaker_is_done_by_the_reference() -> None:
    desk, tape = Desk(), market(5, SPOT)
    desk.keep(tape)
    costly = (*making(Random(5)), "backtest.fee_bps=50")
    tight = "hft.risk.circuit_breaker_threshold=-0.00001"

    done = desk.backtest([tape.name], *costly, tight, "backtest.engine=compiled")

    assert (done.engine, done.notice) == (
        "reference",
        "a loss came near the circuit breaker or the drawdown limit",
    )


def test_a_compiled_run_is_not_replayed_as_if_it_had_no_steps() -> None:
    desk, tape = Desk(), market(5, SPOT)
    desk.keep(tape)
    done = desk.backtest([tape.name], *making(Random(5)), "backtest.engine=compiled")

    with pytest.raises(DataError, match="compiled and kept no steps"):
        desk.replay(done.run)


def test_a_compiled_run_is_reported_again_as_it_was() -> None:
    desk, tape = Desk(), market(5, SPOT)
    desk.keep(tape)
    done = desk.backtest([tape.name], *making(Random(5)), "backtest.engine=compiled")
    done.folder.finish({"digest": done.simulated.digest})

    assert done.simulated.fills > 0
    assert reports(desk).figures(done.run) == done.simulated.report


def test_a_compiled_run_that_comes_out_otherwise_is_not_reported() -> None:
    desk, tape = Desk(), market(5, SPOT)
    desk.keep(tape)
    done = desk.backtest([tape.name], *making(Random(5)), "backtest.engine=compiled")
    done.folder.finish({"digest": "another"})

    with pytest.raises(DataError, match="came out otherwise"):
        reports(desk).figures(done.run)


@pytest.mark.parametrize("queue", ["risk_averse", "pow2", "log"])
def test_every_queue_fills_between_always_last_and_always_first(queue: str) -> None:
    """The rule of the benchmarks, whose quotes follow the book and not its own fills."""
    tape = generated_tape(3_000)
    rule = Making(INSTRUMENT.id, PERIOD).compiled(CompiledMarket((INSTRUMENT,), {}))
    fills = []
    for name in (LAST, queue, FIRST):
        run = CompiledRun.begin(Columns.of((tape,)), evolve(terms(PERIOD), queue=name), rule)
        run.finish()
        fills.append(int(run.state.w[c.FILLS]))

    assert fills == sorted(fills)
    assert fills[0] < fills[2]


def test_a_compiled_run_comes_with_its_bounds_unless_they_are_off() -> None:
    desk, tape = Desk(), market(5, SPOT)
    desk.keep(tape)
    keys = (*making(Random(5)), "backtest.engine=compiled", "backtest.fee_bps=2")

    done = desk.backtest([tape.name], *keys)
    bare = desk.backtest([tape.name], *keys, "backtest.bounds=false")

    assert bare.bounds is None
    assert done.bounds is not None
    assert done.bounds.pessimistic.fills <= done.simulated.fills <= done.bounds.optimistic.fills


def test_a_bound_of_the_queue_in_force_is_the_run_itself() -> None:
    """Its profit is worked out from fills alone, the report's from facts and prices."""
    desk, tape = Desk(), market(5, SPOT)
    desk.keep(tape)
    keys = (*making(Random(5)), "backtest.engine=compiled", "backtest.fee_bps=2")
    done = desk.backtest([tape.name], *keys)

    rate = Decimal("0.0002")
    found = bound_of(by_kernel(settings_of(*keys), [desk.tapes.open(tape.name)]), rate, rate)

    assert found.fills == done.simulated.fills
    assert abs(found.net - done.simulated.report.pnl.net) <= Decimal("1e-9")


def bounds_in(found: Bounds) -> tuple[Bound, Bound]:
    return found.pessimistic, found.optimistic


def reports(desk: Desk) -> RunReport:
    return RunReport(desk.tapes, desk.runs, lambda text, _: restored(text).settings, strategies_of)


def compare(seed: int) -> None:
    """Run one seeded market and configuration by both engines, and compare everything."""
    chance = Random(seed)
    tapes = [market(seed, SPOT)]
    if chance.random() < 0.4:
        tapes.append(market(seed + 1_000, OTHER))
    are_the_same(tapes, making(chance))


def making(chance: Random) -> Sequence[str]:
    """Return a market maker near enough to the touch to trade, and limits that often bind."""
    pick = chance.choice
    return (
        f"{MAKING}.order_qty={pick(['0.01', '0.05', '0.3'])}",
        f"{MAKING}.max_quotes={pick([1, 3, 10])}",
        f"{MAKING}.model={pick(['glft', 'avellaneda_stoikov'])}",
        f"{MAKING}.gamma={pick([0.01, 1.0])}",
        f"{MAKING}.fill_decay={pick([20.0, 200.0])}",
        f"{MAKING}.maker_fee_bps={pick([-1.0, -0.1, 0.0])}",
        f"{MAKING}.keep_bps={pick([0.0, 0.05])}",
        f"{MAKING}.min_interval_ms={pick([0, 20, 100])}",
        f"{MAKING}.sigma_grid_ms={pick([100, 500])}",
        f"{MAKING}.flow_bps={pick([0.0, 0.2])}",
        f"{MAKING}.widen={pick([0.0, 0.5])}",
        f"{MAKING}.widen_half_life_s={pick([1.0, 300.0])}",
        f"{MAKING}.pull_flow={pick(['null', 0.05, 0.3])}",
        f"{MAKING}.max_age_ms={pick([30, 2000])}",
        f"{MAKING}.fair={pick(['mid', 'micro'])}",
        f"{MAKING}.warmup={pick([1, 5])}",
        f"{MAKING}.max_position_size={pick(['0.05', '0.2', '1'])}",
        f"hft.risk.max_orders_per_second={pick([10, 4000])}",
        f"hft.risk.max_exposure={pick([10_000, 1_000_000])}",
        f"hft.risk.max_identical_orders_per_second={pick([3, 1000])}",
        "hft.risk.circuit_breaker_threshold=-1",
        "hft.risk.max_drawdown_pct=100",
        f"backtest.latency_ms={pick([0, 1, 5, 50])}",
        f"backtest.fee_bps={pick([-0.5, 0, 2])}",
        f"backtest.queue={pick(['risk_averse', 'pow2', 'log', 'log-2', 'pow2-2', 'pow2-3'])}",
    )
