"""
Arithmetic: decimal rules of our own, whatever others have done to the thread's.

Libraries change the context that all of a thread shares (ccxt does, whenever it formats a
number); the same journal must lead to the same digits all the same.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    getcontext,
    setcontext,
)

OURS = Context(
    prec=28, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow]
)
"""To be set where a context manager would cost too much."""


@contextmanager
def own_arithmetic() -> Iterator[None]:
    """Calculate by our rules inside; await nothing there, since others would, too."""
    before = getcontext()
    setcontext(OURS)
    try:
        yield
    finally:
        setcontext(before)
