"""
OKX words: the messages of its private interfaces, of which only what is used is read.

Source: OKX API guide v5, "Order book trading: trade", "Trading account", "WebSocket".
"""

import msgspec

from graphwiz_trader.adapters.direct.json_words import reader


class Answer(msgspec.Struct, rename="camel"):
    """What is said of one operation."""

    ord_id: str = ""
    s_code: str = ""
    s_msg: str = ""
    ts: str = ""


class Envelope(msgspec.Struct):
    """Around every answer over HTTP."""

    code: str = ""
    msg: str = ""


class Operated(Envelope):
    """An envelope around the answers to operations."""

    data: list[Answer] = []


class Order(msgspec.Struct, rename="camel"):
    """An order, over HTTP or as the channel `orders` tells it."""

    inst_id: str
    cl_ord_id: str
    ord_id: str
    state: str
    side: str
    px: str = ""
    sz: str = ""
    acc_fill_sz: str = ""
    fill_sz: str = ""
    fill_px: str = ""
    fill_time: str = ""
    fill_fee: str = ""
    fill_fee_ccy: str = ""
    trade_id: str = ""
    exec_type: str = ""
    cancel_source: str = ""
    u_time: str = "0"


class Orders(Envelope):
    """An envelope around orders."""

    data: list[Order] = []


class Fill(msgspec.Struct, rename="camel"):
    """A fill, over HTTP."""

    cl_ord_id: str
    ord_id: str
    trade_id: str
    bill_id: str
    fill_px: str
    fill_sz: str
    fee: str
    fee_ccy: str
    exec_type: str
    ts: str
    fill_time: str = ""


class Fills(Envelope):
    """An envelope around fills."""

    data: list[Fill] = []


class Detail(msgspec.Struct, rename="camel"):
    """What we have of one asset."""

    ccy: str
    cash_bal: str
    avail_bal: str


class Balance(msgspec.Struct):
    """What we have."""

    details: list[Detail] = []


class Balances(Envelope):
    """An envelope around what we have."""

    data: list[Balance] = []


class Instant(msgspec.Struct):
    """What the venue's clock shows."""

    ts: str


class Instants(Envelope):
    """An envelope around an instant."""

    data: list[Instant] = []


class Arg(msgspec.Struct):
    """What a subscription is to."""

    channel: str = ""


class Said(msgspec.Struct):
    """One message of a socket; `data` is read once it is known what of."""

    event: str = ""
    code: str = ""
    msg: str = ""
    id: str = ""
    op: str = ""
    arg: Arg | None = None
    data: msgspec.Raw = msgspec.Raw(b"[]")


read_envelope = reader(Envelope)
read_operated = reader(Operated)
read_orders = reader(Orders)
read_fills = reader(Fills)
read_balances = reader(Balances)
read_instants = reader(Instants)
read_said = reader(Said)
read_answers = reader(list[Answer])
read_pushed = reader(list[Order])
