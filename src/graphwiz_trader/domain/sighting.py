"""Sighting: a pattern, as a detector that knows the past alone has just seen it."""

from collections.abc import Mapping
from enum import Enum

from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos
from graphwiz_trader.domain.value import value


class PatternKind(Enum):
    """What is looked for; each rule is in docs/reference/graph.md."""

    SPREAD_BLOWOUT = "SPREAD_BLOWOUT"
    IMBALANCE_RUN = "IMBALANCE_RUN"
    OFI_SURGE = "OFI_SURGE"
    SWEEP = "SWEEP"
    ICEBERG = "ICEBERG"
    VOL_REGIME = "VOL_REGIME"
    LEAD_LAG = "LEAD_LAG"
    ARB_CLUSTER = "ARB_CLUSTER"
    LIQUIDITY_HOLE = "LIQUIDITY_HOLE"
    STALE_LEADER = "STALE_LEADER"


HORIZON: Mapping[PatternKind, Nanos] = {
    PatternKind.SPREAD_BLOWOUT: SECOND,
    PatternKind.IMBALANCE_RUN: SECOND,
    PatternKind.OFI_SURGE: SECOND,
    PatternKind.SWEEP: SECOND,
    PatternKind.ICEBERG: Nanos(5 * SECOND),
    PatternKind.VOL_REGIME: Nanos(60 * SECOND),
    PatternKind.LEAD_LAG: Nanos(60 * SECOND),
    PatternKind.ARB_CLUSTER: Nanos(60 * SECOND),
    PatternKind.LIQUIDITY_HOLE: SECOND,
    PatternKind.STALE_LEADER: Nanos(500 * MILLISECOND),
}
"""How far ahead each is judged; for as long another of its symbol is not told."""


@value
class Sighting:
    """
    A pattern begun at `since`; `side` is 1 where a rise is expected, −1 a fall, 0 neither.

    `indicators` are the numbers it was seen by.
    """

    kind: PatternKind
    side: int
    since: Nanos
    indicators: Mapping[str, float]
