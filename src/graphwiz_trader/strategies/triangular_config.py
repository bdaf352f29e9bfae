"""TriangularConfig: the keys of `triangular_arbitrage`."""

from attrs.validators import and_, ge, gt, in_, le

from graphwiz_trader.domain.setting import setting
from graphwiz_trader.domain.value import value

LEAST_LEGS, MOST_LEGS = 3, 4
AUTO, SEQUENTIAL, SIMULTANEOUS = LEGS = ("auto", "sequential", "simultaneous")


@value
class TriangularConfig:
    """Keys of `triangular_arbitrage`."""

    min_profit_bps: float = setting(5.0, "least edge after the fees of all legs", ge(0.0))
    fee_bps: float = setting(10.0, "taker fee per leg, where the venue's own is not known")
    max_legs: int = setting(
        MOST_LEGS, "trades of the longest round", and_(ge(LEAST_LEGS), le(MOST_LEGS))
    )
    max_age_ms: int = setting(300, "age above which a book is not traded on", gt(0))
    max_age_spread_ms: int = setting(200, "most that the ages of the books may differ by", gt(0))
    participation: float = setting(
        0.5, "share of the depth shown to take at most", and_(gt(0.0), le(1.0))
    )
    legs: str = setting(
        AUTO, "one after the other, or at once where balances allow; or always so", in_(LEGS)
    )
