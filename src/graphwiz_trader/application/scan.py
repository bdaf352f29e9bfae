"""Scan: every joint state of recorded books, and in which of them a route would have paid."""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.joint import JointStates, Touch, joint_states
from graphwiz_trader.domain.units import SECOND, Asset, Float64s, Nanos
from graphwiz_trader.domain.value import value

Progress = Callable[[float], None]
"""Told which share of the groups of books is done, 0 to 1."""

CYCLE_LEGS = 3
_LEAST_EDGE = 1e-12
"""An edge below this is the rounding of floats."""


@value
class RouteCount:
    """
    How often one route paid, after the fees of all its legs.

    `states` of the joint states, in `episodes` runs without a break, for `seconds` in total.
    `best_bps` and `mean_bps`: the highest edge of any state, and the mean of those that paid;
    nan where there was none.
    """

    name: str
    symbol: str
    states: int
    episodes: int
    seconds: float
    best_bps: float
    mean_bps: float


@value
class ScanResult:
    """
    All joint states of all groups of books, and their routes.

    `seconds` is how long the states lasted, `seconds_profitable` the part in which at least one
    route paid; both summed over groups.
    """

    states: int
    seconds: float
    seconds_profitable: float
    routes: tuple[RouteCount, ...]

    @property
    def by_route(self) -> Mapping[str, int]:
        """Profitable states of every route, summed over symbols."""
        counts: dict[str, int] = {}
        for route in self.routes:
            counts[route.name] = counts.get(route.name, 0) + route.states
        return counts


def scan_cross(
    touches: Sequence[Touch], fee_bps: float, max_age: Nanos, progress: Progress
) -> ScanResult:
    """
    Return what buying at one venue and selling at another would have paid, at the touch.

    Every pair of venues that quote one symbol is scanned, in both directions.

    Args:
        fee_bps: charged on each leg: bought at ask · (1 + fee), sold at bid · (1 − fee).

    Raises:
        DataError: no two of the books are one symbol at different venues.
    """
    pairs = crossable(touches)
    if not pairs:
        raise DataError(
            f"found {_names(touches)}; a scan for crosses needs one symbol at two venues"
        )
    fee = fee_bps / 1e4
    results = []
    for done, (first, second) in enumerate(pairs):
        progress(done / len(pairs))
        joint = joint_states((first, second), max_age)
        edges = {}
        for buy, sell in ((0, 1), (1, 0)):
            ask = (first, second)[buy].ask[joint.rows[buy]]
            bid = (first, second)[sell].bid[joint.rows[sell]]
            name = f"{_venue((first, second)[buy])}>{_venue((first, second)[sell])}"
            edges[name] = bid * (1 - fee) / (ask * (1 + fee)) - 1
        results.append(_counted(first.instrument.symbol, joint, edges))
    progress(1.0)
    return _total(results)


def scan_triangular(
    touches: Sequence[Touch], fee_bps: float, max_age: Nanos, progress: Progress
) -> ScanResult:
    """
    Return what going round three assets at one venue would have paid, at the touch.

    Every three books of a venue that join three assets are scanned, in both directions.

    Args:
        fee_bps: taken off what each of the three legs receives.

    Raises:
        DataError: no venue has three books that join three assets.
    """
    cycles = _cycles(touches)
    if not cycles:
        raise DataError(
            f"found {_names(touches)}; a triangular scan needs three books of one venue that "
            "join three assets, such as BTC/USDT, ETH/USDT and ETH/BTC"
        )
    results = []
    for done, legs in enumerate(cycles):
        progress(done / len(cycles))
        joint = joint_states(legs, max_age)
        start = _cycle_assets(legs)
        edges = {}
        for assets in (start, (start[0], start[2], start[1])):
            name = ">".join((*assets, assets[0])) + f"@{_venue(legs[0])}"
            edges[name] = _round_trip(legs, joint, assets, 1 - fee_bps / 1e4) - 1
        results.append(_counted(">".join(start), joint, edges))
    progress(1.0)
    return _total(results)


def crossable(touches: Sequence[Touch]) -> list[tuple[Touch, Touch]]:
    """Return every pair that is one symbol at two venues, in the order given."""
    return [
        (first, second)
        for first, second in combinations(touches, 2)
        if first.instrument.symbol == second.instrument.symbol and _venue(first) != _venue(second)
    ]


def _counted(symbol: str, joint: JointStates, edges: Mapping[str, Float64s]) -> ScanResult:
    any_paid = np.zeros(joint.ts.size, dtype=np.bool_)
    routes = []
    for name, edge in edges.items():
        paid = edge > _LEAST_EDGE
        any_paid |= paid
        routes.append(
            RouteCount(
                name=name,
                symbol=symbol,
                states=int(paid.sum()),
                episodes=_episodes(joint, paid),
                seconds=_seconds(joint, paid),
                best_bps=float(edge.max()) * 1e4 if edge.size else float("nan"),
                mean_bps=float(edge[paid].mean()) * 1e4 if paid.any() else float("nan"),
            )
        )
    everything = np.ones(joint.ts.size, dtype=np.bool_)
    return ScanResult(
        states=joint.ts.size,
        seconds=_seconds(joint, everything),
        seconds_profitable=_seconds(joint, any_paid),
        routes=tuple(routes),
    )


def _total(results: Sequence[ScanResult]) -> ScanResult:
    return ScanResult(
        states=sum(result.states for result in results),
        seconds=sum(result.seconds for result in results),
        seconds_profitable=sum(result.seconds_profitable for result in results),
        routes=tuple(route for result in results for route in result.routes),
    )


def _seconds(joint: JointStates, chosen: NDArray[np.bool_]) -> float:
    return int(joint.lasts[chosen].sum()) / SECOND


def _episodes(joint: JointStates, paid: NDArray[np.bool_]) -> int:
    """Return how many runs *paid* has; a time without a usable state breaks one."""
    continues = np.zeros(joint.ts.size, dtype=np.bool_)
    continues[1:] = paid[:-1] & (joint.ts[:-1] + joint.lasts[:-1] == joint.ts[1:])
    return int(np.count_nonzero(paid & ~continues))


def _cycles(touches: Sequence[Touch]) -> list[tuple[Touch, ...]]:
    return [
        legs
        for legs in combinations(touches, CYCLE_LEGS)
        if len({_venue(leg) for leg in legs}) == 1
        and len({frozenset((leg.instrument.base, leg.instrument.quote)) for leg in legs})
        == len({asset for leg in legs for asset in (leg.instrument.base, leg.instrument.quote)})
        == CYCLE_LEGS
    ]


def _cycle_assets(legs: Sequence[Touch]) -> tuple[Asset, Asset, Asset]:
    """Return the three assets, the one that is never a base first, else by name."""
    bases = [leg.instrument.base for leg in legs]
    assets = sorted(
        {asset for leg in legs for asset in (leg.instrument.base, leg.instrument.quote)},
        key=lambda asset: (asset in bases, asset),
    )
    return assets[0], assets[1], assets[2]


def _round_trip(
    legs: Sequence[Touch], joint: JointStates, assets: Sequence[Asset], kept: float
) -> Float64s:
    """Return what one unit of the first asset comes back as, state by state."""
    product = np.ones(joint.ts.size)
    for have, want in zip(assets, (*assets[1:], assets[0]), strict=True):
        for leg, rows in zip(legs, joint.rows, strict=True):
            if (leg.instrument.base, leg.instrument.quote) == (have, want):
                product *= leg.bid[rows] * kept
            elif (leg.instrument.quote, leg.instrument.base) == (have, want):
                product *= kept / leg.ask[rows]
    return product


def _venue(touch: Touch) -> str:
    return touch.instrument.venue


def _names(touches: Sequence[Touch]) -> str:
    return ", ".join(sorted(touch.instrument.id for touch in touches)) or "nothing"
