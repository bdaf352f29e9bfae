"""
Wanted orders of Binance's clients: parameters checked by the filters, refusals in its words.

Source: Binance spot API documentation, "New order", "Filters", "Error codes".
"""

import re
from decimal import Decimal

from graphwiz_trader.adapters.loopback.account import (
    Account,
    Declined,
    PlacedOrder,
    Wanted,
)
from graphwiz_trader.adapters.loopback.rest.endpoint import Params, Refusal
from graphwiz_trader.adapters.loopback.wire.symbol import Symbol, on_grid
from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import ClOrdId, Lots, Ticks

_ID = re.compile(r"[a-zA-Z0-9_.:/-]{1,36}")
_NUMBER = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?")
_REASONS = (
    ("insufficient balance", -2010, "Account has insufficient balance for requested action."),
    ("order would take", -2010, "Order would immediately match and take."),
    ("duplicate cl_ord_id", -2010, "Duplicate order sent."),
    ("notional", -1013, "Filter failure: NOTIONAL"),
    ("quantity", -1013, "Filter failure: LOT_SIZE"),
    ("price", -1013, "Filter failure: PRICE_FILTER"),
)


def wanted_order(symbol: Symbol, params: Params, fresh: str) -> Wanted:
    """Return the order that *params* ask for, called *fresh* if they do not name it; or refuse."""
    side, ord_type, tif = _kind(params)
    instrument = symbol.instrument
    return Wanted(
        ClOrdId(new_id(params, fresh)),
        instrument.id,
        Side[side],
        OrdType(ord_type),
        TimeInForce(tif),
        Ticks(_steps(params, "price", instrument.tick_size, "PRICE_FILTER")),
        Lots(_steps(params, "quantity", instrument.lot_size, "LOT_SIZE")),
    )


def placed(account: Account, wanted: Wanted) -> PlacedOrder:
    """Place *wanted*; what the exchange declines is refused in the venue's words."""
    try:
        return account.place(wanted)
    except Declined as no:
        for prefix, code, text in _REASONS:
            if str(no).startswith(prefix):
                raise Refusal(400, code, text) from no
        raise Refusal(400, -2010, str(no)) from no


def new_id(params: Params, fresh: str, name: str = "newClientOrderId") -> str:
    """Return the id the client gives, *fresh* if it gives none, or refuse."""
    text = params.get(name, fresh)
    if not _ID.fullmatch(text):
        raise illegal(name)
    return text


def illegal(name: str) -> Refusal:
    """Return what is said of a malformed parameter."""
    return Refusal(400, -1100, f"Illegal characters found in parameter '{name}'.")


def _kind(params: Params) -> tuple[str, str, str]:
    """Return side, type and time in force, or refuse what does not fit together."""
    side, ord_type = params["side"], params["type"]
    if side not in Side.__members__:
        raise Refusal(400, -1117, "Invalid side.")
    if ord_type not in OrdType.__members__:
        raise Refusal(400, -1116, "Invalid orderType.")
    needed = {"LIMIT": ("timeInForce", "quantity", "price"), "LIMIT_MAKER": ("quantity", "price")}
    expected = needed.get(ord_type, ("quantity",))
    for name in expected:
        if name not in params:
            raise Refusal(
                400,
                -1102,
                f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.",
            )
    for name in ("timeInForce", "price"):
        if name in params and name not in expected:
            raise Refusal(400, -1106, f"Parameter '{name}' sent when not required.")
    tif = params.get("timeInForce", "GTC")
    if tif not in TimeInForce.__members__:
        raise Refusal(400, -1115, "Invalid timeInForce.")
    return side, ord_type, tif


def _steps(params: Params, name: str, size: Decimal, filter_name: str) -> int:
    """Return the number *name* in steps of *size*, or refuse; 0 where it is not sent."""
    text = params.get(name)
    if text is None:
        return 0
    if not _NUMBER.fullmatch(text):
        raise illegal(name)
    steps = on_grid(size, text)
    if not steps:
        raise Refusal(400, -1013, f"Filter failure: {filter_name}")
    return steps
