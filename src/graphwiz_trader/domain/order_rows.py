"""OrderRows: which order each row of a tape is of, where the venue tells (market by order)."""

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.units import Int64s
from graphwiz_trader.domain.value import value

L3_FIFO = "l3_fifo"
"""The queue model that reads them: it counts orders, where others guess about lots."""

ORDER_DTYPES = {"order": "<i8", "left": "<i8"}
"""Columns of a tape that tells orders, after those that every tape has."""


@value
class OrderRows:
    """
    The order of each row of the same number, in columns beside those of the rows.

    A row of a book says what its order has left at the row's side and price: one that was not
    there joins behind everybody, 0 takes it out, less keeps its place and more loses it; a new
    price is two rows. A trade's row names the resting order that traded.

    Attributes:
        order: Ids, shape (n,); what a venue counts beyond int64 is kept modulo 2⁶⁴.
        left: Lots, shape (n,); 0 for a trade.

    Raises:
        DomainError: the columns differ in length.
    """

    order: Int64s
    left: Int64s

    def __attrs_post_init__(self) -> None:
        if len(self.order) != len(self.left):
            raise DomainError(f"{len(self.order)} orders beside {len(self.left)} quantities")

    def part(self, rows: slice) -> "OrderRows":
        """Return the orders of *rows*, not copied."""
        return OrderRows(self.order[rows], self.left[rows])
