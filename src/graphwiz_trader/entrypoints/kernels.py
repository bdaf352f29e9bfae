"""Kernels: the public decorator for a stranger's compiled strategy."""

from collections.abc import Callable
from typing import cast

from graphwiz_trader.kernels.driver import DECIDE
from graphwiz_trader.kernels.jit import kernel as compiled
from graphwiz_trader.kernels.run import Decide


def kernel(decide: Callable[..., int]) -> Decide:
    """
    Compile a strategy's decision, once: the machine code is kept on disk for later processes.

    A strategy offers it by a method `compiled(market)` that returns a `CompiledRule`; then
    `backtest --engine compiled` runs it inside one compiled loop. It is called with
    `(now, cause, books, view, purse, params, memory, numbers, legs)` and returns how many legs it
    wrote; docs/how-to/own-kernel.md explains each.
    """
    return cast("Decide", compiled(DECIDE)(decide))
