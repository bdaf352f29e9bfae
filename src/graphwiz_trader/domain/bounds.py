"""Bounds: what a run would have earned with the worst and with the best place in every queue."""

from decimal import Decimal

from graphwiz_trader.domain.value import value


@value
class Bound:
    """`net` profit after fees, reporting currency, the open part at the last mid; and fills."""

    net: Decimal
    fills: int


@value
class Bounds:
    """
    Two more runs of the same settings.

    `pessimistic` is always last in the queue: only what trades or crosses through its price fills
    it. `optimistic` is always first: every trade at its price does. The decisions differ with the
    fills, so that the result itself may lie outside.
    """

    pessimistic: Bound
    optimistic: Bound
