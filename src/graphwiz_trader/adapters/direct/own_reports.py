"""Own reports: answers to our requests, told as the venue's stream would have told them."""

from graphwiz_trader.adapters.direct.private_said import Reply
from graphwiz_trader.domain.commands import ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdStatus
from graphwiz_trader.domain.units import Nanos


def accepted(
    command: SubmitOrder | ReplaceOrder, kind: ExecType, reply: Reply, now: Nanos
) -> ExecutionReport:
    """Return the report of an order that the venue answered it has taken."""
    return ExecutionReport(
        now,
        reply.ts_venue,
        command.cl_ord_id,
        reply.order_id,
        f"new-{reply.order_id}",
        kind,
        OrdStatus.NEW,
        command.instrument,
    )


def rejected(command: SubmitOrder | ReplaceOrder, text: str, now: Nanos) -> ExecutionReport:
    """Return the report of an order that was refused, by the venue or by us."""
    return ExecutionReport(
        now,
        now,
        command.cl_ord_id,
        "",
        f"rejected-{command.cl_ord_id}",
        ExecType.REJECTED,
        OrdStatus.REJECTED,
        command.instrument,
        text=text,
    )
