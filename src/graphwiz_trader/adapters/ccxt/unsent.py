"""Unsent: what is told of commands that never left."""

from graphwiz_trader.adapters.ccxt.blotter import Blotter
from graphwiz_trader.domain.commands import (
    CancelAll,
    CancelOrder,
    OrderCommand,
    ReplaceOrder,
    SubmitOrder,
)
from graphwiz_trader.domain.units import ClOrdId


def refuse(blotter: Blotter, command: OrderCommand, text: str) -> None:
    """Report *command* refused, as the venue would have."""
    if isinstance(command, SubmitOrder | ReplaceOrder):
        blotter.turned_away(command.cl_ord_id, command.instrument, text)
    if isinstance(command, ReplaceOrder):
        blotter.not_canceled(command.orig_cl_ord_id, text)
    elif isinstance(command, CancelOrder):
        blotter.not_canceled(command.cl_ord_id, text)


def names_of(command: OrderCommand) -> tuple[ClOrdId, ...]:
    """Return the orders that *command* is about; none for all of them."""
    if isinstance(command, CancelAll):
        return ()
    if isinstance(command, ReplaceOrder):
        return (command.cl_ord_id, command.orig_cl_ord_id)
    return (command.cl_ord_id,)
