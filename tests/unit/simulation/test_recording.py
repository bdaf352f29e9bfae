from decimal import Decimal

import numpy as np
import pytest

from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import Asset, InstrumentId, Nanos
from graphwiz_trader.simulation.recording import venue_times

INSTRUMENT = Instrument(InstrumentId("A/B@v"), Asset("A"), Asset("B"), Decimal(1), Decimal(1))


@pytest.mark.parametrize(
    ("ts_venue", "least", "expected"),
    [
        ([10, 20, 30, 40], 0, [10, 20, 30, 40]),
        ([8, 15, 29, 35], 0, [9, 16, 30, 36]),
        ([1008, 1015, 1029, 1035], 0, [9, 16, 30, 36]),
        ([8, 15, 29, 35], 4, [5, 12, 26, 32]),
        ([8, 29, 15, 35], 0, [-1, 20, 20, 26]),
    ],
    ids=["no venue time", "shifted", "ahead of us", "with a floor", "out of order"],
)
def test_venue_times_are_on_our_clock_and_never_decrease(
    ts_venue: list[int], least: int, expected: list[int]
) -> None:
    received = np.array([10, 20, 30, 40])

    times = venue_times(received, np.array(ts_venue), Nanos(least))

    assert times.tolist() == expected


def test_an_empty_tape_has_no_times() -> None:
    assert len(venue_times(np.empty(0, np.int64), np.empty(0, np.int64))) == 0
