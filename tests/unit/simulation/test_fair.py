from math import log

import numpy as np
import pytest

from graphwiz_trader.domain.units import SECOND, Float64s, Nanos
from graphwiz_trader.simulation.chance import Chance
from graphwiz_trader.simulation.fair import FairPrice, FairSettings, Noise

START = Nanos(10**18)
STILL = FairSettings(volatility_bps=0, jumps_per_s=0, transient_bps=0)


def path(settings: FairSettings, seconds: int, step: float = 1.0, seed: int = 1) -> Float64s:
    """Return the log price every *step* seconds, in basis points."""
    fair = FairPrice(settings, Chance(seed), START, 100.0, memory=SECOND)
    at = np.arange(0, seconds, step)
    return np.array([fair.log_at(Nanos(START + int(s * SECOND))) for s in at]) * 1e4


def test_price_that_nothing_moves_stays() -> None:
    fair = FairPrice(STILL, Chance(1), START, 60_000.0, memory=SECOND)

    assert fair.log_at(Nanos(START + 5 * SECOND)) == log(60_000.0)
    assert fair.log_at(Nanos(START + 4 * SECOND)) == log(60_000.0)


def test_before_the_start_it_is_the_first_price() -> None:
    fair = FairPrice(FairSettings(), Chance(1), START, 60_000.0, memory=SECOND)

    assert fair.log_at(Nanos(START - SECOND // 2)) == log(60_000.0)


def test_looking_back_shows_what_was() -> None:
    fair = FairPrice(FairSettings(), Chance(1), START, 100.0, memory=SECOND)
    then = fair.log_at(Nanos(START + 3 * SECOND))

    now = fair.log_at(Nanos(START + 4 * SECOND))

    assert now != then
    assert fair.log_at(Nanos(START + 3 * SECOND)) == then


def test_walk_spreads_by_its_volatility() -> None:
    returns = np.diff(path(only(volatility_bps=2.0), 1_000))

    assert returns.std() == pytest.approx(2.0, rel=0.1)


def test_jumps_come_at_their_rate_and_size() -> None:
    changes = np.diff(path(only(jumps_per_s=0.5, jump_bps=8.0, overshoot=0.0), 2_000, 0.025))

    jumps = changes[np.abs(changes) > 1e-6]

    assert len(jumps) == pytest.approx(1_000, rel=0.1)
    assert np.abs(jumps).mean() == pytest.approx(8.0, rel=0.1)
    assert abs(np.sign(jumps).mean()) < 0.1


def test_transient_part_has_its_spread_and_reverts() -> None:
    values = path(only(transient_bps=5.0, transient_s=2.0), 4_000)[20:]

    assert values.std() == pytest.approx(5.0, rel=0.1)
    assert np.corrcoef(values[2:], values[:-2])[0, 1] == pytest.approx(np.exp(-1.0), abs=0.06)


def test_default_price_reverts_over_seconds() -> None:
    """Variance over 10 s is far below ten times that over 1 s."""
    values = path(FairSettings(), 2_000)

    ratio = np.diff(values[::10]).var() / (10 * np.diff(values).var())

    assert ratio < 0.6


def test_noise_has_its_spread_and_forgets_at_its_pace() -> None:
    noise = Noise(Chance(2), START, sd_bps=3.0, relaxation_s=0.5)

    values = [noise.at(Nanos(START + n * SECOND // 4)) * 1e4 for n in range(8_000)]

    assert np.std(values) == pytest.approx(3.0, rel=0.06)
    lagged = np.corrcoef(values[2:], values[:-2])[0, 1]
    assert lagged == pytest.approx(np.exp(-1.0), abs=0.04)


def only(**moved: float) -> FairSettings:
    return FairSettings(
        **({"volatility_bps": 0.0, "jumps_per_s": 0.0, "transient_bps": 0.0} | moved)
    )
