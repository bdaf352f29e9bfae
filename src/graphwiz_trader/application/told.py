"""Told: what only a run's own command knew at its end, read from the summary that it left."""

from collections.abc import Mapping
from decimal import Decimal

from graphwiz_trader.domain.bounds import Bound, Bounds
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.measured import Measured

Summary = Mapping[str, object]


def bounds_in(summary: Summary) -> Bounds | None:
    """Return the bounds that a run's *summary* holds; raise `DataError` if they are none."""
    match summary.get("bounds"):
        case None:
            return None
        case {"pessimistic": pessimistic, "optimistic": optimistic}:
            return Bounds(_bound(pessimistic), _bound(optimistic))
        case found:
            raise DataError(f"found {found!r} as bounds, expected pessimistic and optimistic")


def measured_in(summary: Summary) -> tuple[Measured, ...]:
    """
    Return what the process measured of itself; nothing where a simulation's clock ran.

    Raises:
        DataError: *summary* holds something else in that place.
    """
    stages = _mapping(summary.get("latency_histograms"))
    shares = _mapping(summary.get("latency_us"))
    return tuple(_measured(name, told, _mapping(shares.get(name))) for name, told in stages.items())


def _bound(found: object) -> Bound:
    match found:
        case {"net": str(net), "fills": int(fills)}:
            return Bound(Decimal(net), fills)
        case _:
            raise DataError(f"found {found!r} as a bound, expected net and fills")


def _measured(stage: str, told: object, shares: Summary) -> Measured:
    match told:
        case {"count": int(count), "sum_us": int() | float() as total, "le_us": buckets} if count:
            at_most = _mapping(buckets)
            found = tuple((float(us), n) for us, n in at_most.items() if isinstance(n, int))
            p50, p99, p99_9 = (_number(shares.get(name)) for name in ("p50", "p99", "p99_9"))
            return Measured(stage, count, total / count, p50, p99, p99_9, found)
        case _:
            raise DataError(f"found {told!r} as latencies, expected count, sum_us and le_us")


def _mapping(found: object) -> Summary:
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise DataError(f"found {found!r} in a summary, expected keys")
    return found


def _number(found: object) -> float | None:
    return float(found) if isinstance(found, int | float) else None
