"""How a touch moves: order flow and volatility of mids."""

from math import isnan

import pytest

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.pulse import Pulse
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.testing import make

SECOND = 1_000_000_000


class Watched:
    """A book, and a pulse that sees it whenever it is shown."""

    def __init__(self) -> None:
        self.book = OrderBook(make.instrument())
        self.pulse = Pulse(1.0, 60.0, Nanos(SECOND))
        self.now = make.START

    def show(self, bid: str, ask: str, bids: str = "5", asks: str = "5", after: int = 1) -> None:
        self.now += after * SECOND
        of = self.book.instrument
        self.book.apply(make.book_update(of, [(bid, bids)], [(ask, asks)], self.now))
        self.pulse.observe(self.book, Nanos(self.now))


def test_volatility_is_unknown_before_two_mids() -> None:
    watched = Watched()

    watched.show("99.0", "101.0")

    assert isnan(watched.pulse.sigma_bps)
    assert watched.pulse.samples == 0


def test_volatility_is_that_of_the_mid_per_root_second() -> None:
    watched = Watched()
    watched.show("99.0", "101.0")

    watched.show("99.2", "101.2", after=4)

    assert watched.pulse.sigma_bps == pytest.approx(20 / 2)


def test_mids_closer_than_the_grid_are_not_sampled() -> None:
    watched = Watched()
    watched.show("99.0", "101.0")

    watched.show("99.2", "101.2", after=0)

    assert watched.pulse.samples == 0


def test_constant_quotes_have_no_volatility() -> None:
    watched = Watched()
    for _ in range(5):
        watched.show("99.0", "101.0")

    assert watched.pulse.sigma_bps == 0


def test_flow_is_the_share_by_which_demand_grew() -> None:
    watched = Watched()
    watched.show("99.0", "101.0", bids="5", asks="4")

    watched.show("99.0", "101.0", bids="8", asks="4")

    assert watched.pulse.flow == pytest.approx(3 / 21)


def test_a_restart_sees_no_move_from_before() -> None:
    watched = Watched()
    watched.show("99.0", "101.0")
    watched.pulse.restart()

    watched.show("199.0", "201.0")

    assert (watched.pulse.samples, watched.pulse.flow) == (0, 0)
