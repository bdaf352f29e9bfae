from decimal import Decimal

import numpy as np

from graphwiz_trader.domain.settings import BacktestSettings, FeeTierSettings
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos, Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.entrypoints.bench.generate import generated_tape
from graphwiz_trader.simulation.conditions import fees_of, latency_of

HERE = Venue("one")
MS = MILLISECOND


def lagging(*lags_ms: int) -> Tape:
    """Return a tape with a message each half second, received so many ms late."""
    tape = generated_tape(50)
    n = len(lags_ms)
    sent = np.arange(1, n + 1, dtype=np.int64) * (SECOND // 2)
    columns = {"ts": sent + np.array(lags_ms) * MS, "ts_venue": sent}
    return evolve(tape, **columns, flags=tape.flags[:n], first_row=tape.first_row[:n])


def test_recorded_latency_is_the_latest_message_of_each_second_above_the_quickest() -> None:
    settings = BacktestSettings(latency_ms=Decimal(2), latency_model="recorded")

    latency = latency_of(settings, HERE, [lagging(10, 10, 30, 10, 10)])

    # Received at 0.51 s, 1.01, 1.53, 2.01 and 2.51 s; the quickest took 10 ms.
    entries = [latency.entry(Nanos(at * 10 * MS)) for at in (51, 101, 201)]
    assert entries == [2 * MS, 22 * MS, 2 * MS]
    assert latency.response(Nanos(5 * SECOND)) == 2 * MS


def test_jittered_latency_draws_the_same_in_every_run_and_otherwise_at_each_venue() -> None:
    settings = BacktestSettings(
        latency_ms=Decimal(2), latency_model="jittered", latency_jitter_ms=Decimal(3)
    )

    draws = [
        [latency.entry(Nanos(0)) for _ in range(50)]
        for latency in (latency_of(settings, Venue(name), ()) for name in ("one", "one", "two"))
    ]

    assert draws[0] == draws[1] != draws[2]
    assert 2 * MS <= min(draws[0]) < 3 * MS < 4 * MS < max(draws[0]) < 5 * MS


def test_makers_may_have_a_rebate_and_much_traded_a_tier() -> None:
    settings = BacktestSettings(
        fee_bps=Decimal(10),
        maker_fee_bps=Decimal(-1),
        fee_tiers={
            "best": FeeTierSettings(Decimal(900), Decimal(-3), Decimal(4)),
            "good": FeeTierSettings(Decimal(500), Decimal(-2), Decimal(6)),
        },
    )

    tiers = [fees_of(settings).tier(Decimal(volume)) for volume in (0, 500, 1000)]

    rates = [(tier.maker, tier.taker) for tier in tiers]
    assert rates == [
        (Decimal("-0.0001"), Decimal("0.001")),
        (Decimal("-0.0002"), Decimal("0.0006")),
        (Decimal("-0.0003"), Decimal("0.0004")),
    ]


def test_one_fee_and_a_constant_latency_are_the_default() -> None:
    latency = latency_of(BacktestSettings(), HERE, ())

    assert (latency.entry(Nanos(0)), latency.response(Nanos(9))) == (50 * MS, 50 * MS)
    assert fees_of(BacktestSettings()).tier(Decimal(0)).maker == Decimal("0.001")
