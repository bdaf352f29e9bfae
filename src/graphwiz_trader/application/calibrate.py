"""Calibrate: what a recording says of the numbers that market making is given."""

from collections.abc import Mapping

import numpy as np

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import Trade
from graphwiz_trader.domain.fill_rate import FillRate, fill_rate
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.micro_price import micro_price_table
from graphwiz_trader.domain.realised import realised_volatility, two_scale_volatility
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import SECOND, Float64s, Int64s
from graphwiz_trader.domain.value import value

GRIDS_MS = (100, 1000, 10_000)
SCALE = 50
"""Steps of the finest grid in the coarse one of the two-scale estimate."""

BUCKETS = 5


@value
class Calibration:
    """
    What was measured of one instrument.

    `fills` in bps of the mid and seconds, None with too few orders; `sigma_bps` by the grid's
    milliseconds, and `two_scale_bps`, per √second; `micro_ticks` the adjustment of the mid for
    imbalances from asks alone to bids alone, at a spread of a tick.
    """

    seconds: float
    orders: int
    fills: FillRate | None
    sigma_bps: Mapping[int, float]
    two_scale_bps: float
    micro_ticks: tuple[float, ...]


def calibrate(tape: Tape, instrument: Instrument) -> Calibration:
    """
    Measure *instrument* over *tape*.

    Raises:
        DataError: it was not quoted for as long as the coarsest grid needs.
    """
    touches, deepest = _followed(tape, instrument)
    rows = np.array(touches, np.int64).reshape(-1, 5)
    ts, bid, bid_lots, ask, ask_lots = rows.T
    seconds = float(ts[-1] - ts[0]) / SECOND if len(ts) else 0.0
    if seconds < 2 * GRIDS_MS[-1] / 1000:
        raise DataError(f"{instrument.id} is quoted for {seconds:g} s, expected 20 or more")
    mid = (bid + ask) / 2
    logs = np.log(mid) * 1e4
    sigmas = {ms: realised_volatility(_on_grid(ts, logs, ms), ms / 1000) for ms in GRIDS_MS}
    fine = _on_grid(ts, logs, GRIDS_MS[0])
    table = micro_price_table(bid_lots / (bid_lots + ask_lots), ask - bid, mid, BUCKETS)
    return Calibration(
        seconds,
        len(deepest),
        fill_rate(deepest, seconds) if len(deepest) >= 100 and np.ptp(deepest) else None,
        sigmas,
        two_scale_volatility(fine, SCALE, GRIDS_MS[0] / 1000),
        tuple(float(ticks) for ticks in table),
    )


def _followed(tape: Tape, of: Instrument) -> tuple[list[tuple[int, ...]], Float64s]:
    """
    Return the touch after every update, and how far every order went, in bps of the mid before.

    Prints of one instant and side are one order.
    """
    book = OrderBook(of)
    touches: list[tuple[int, ...]] = []
    orders: dict[tuple[int, int], float] = {}
    for message in np.flatnonzero(tape.instrument == tape.instruments.index(of)).tolist():
        event = tape.event(message)
        if not isinstance(event, Trade):
            book.apply(event)
            if book.is_usable:
                bid, ask = book.touch
                touches.append((event.ts, bid, book.bid_lots, ask, book.ask_lots))
            continue
        # The last touch of an earlier instant: what came with the trade may be its effect.
        before = next((touch for touch in reversed(touches) if touch[0] < event.ts), None)
        if before is not None:
            mid = (before[1] + before[3]) / 2
            away = (event.price - mid) * event.side / mid * 1e4
            order = (event.ts, int(event.side))
            orders[order] = max(orders.get(order, 0.0), away)
    return touches, np.array(list(orders.values()))


def _on_grid(ts: Int64s, x: Float64s, step_ms: int) -> Float64s:
    """Return the value that held at each point of a grid."""
    points = np.arange(ts[0], ts[-1] + 1, step_ms * (SECOND // 1000))
    return x[np.searchsorted(ts, points, "right") - 1]
