"""
Binance words: the messages of its private interfaces, of which only what is used is read.

Source: Binance spot API documentation, "WebSocket API", "User data streams", "Account endpoints",
"Trading endpoints".
"""

import msgspec

from graphwiz_trader.adapters.direct.binance_refusals import Error
from graphwiz_trader.adapters.direct.json_words import reader


class Placed(msgspec.Struct, rename="camel"):
    """What is said of an order that was taken; of a replacement, by `new_order_response`."""

    order_id: int = 0
    transact_time: int = 0
    new_order_response: "Placed | None" = None


class Limit(msgspec.Struct, rename="camel"):
    """How much of a limit is used."""

    rate_limit_type: str = ""
    count: int = -1


class Happened(msgspec.Struct):
    """An event of the account; for an `executionReport`, the letters of the documentation."""

    e: str = ""
    s: str = ""
    c: str = ""
    C: str = ""
    x: str = ""
    X: str = ""
    r: str = ""
    i: int = 0
    T: int = 0
    t: int = -1
    l: str = "0"  # noqa: E741 # Binance's letter
    L: str = "0"
    z: str = "0"
    n: str | None = None
    N: str | None = None
    m: bool = False


class Frame(msgspec.Struct, rename="camel"):
    """One message of a socket: the answer to a request, or an event."""

    id: int | str | None = None
    status: int = 0
    result: Placed | None = None
    error: Error | None = None
    rate_limits: list[Limit] = []
    event: Happened | None = None


class Order(msgspec.Struct, rename="camel"):
    """An order, over HTTP."""

    symbol: str
    order_id: int
    client_order_id: str
    price: str
    orig_qty: str
    executed_qty: str
    status: str
    side: str
    update_time: int = 0


class Trade(msgspec.Struct, rename="camel"):
    """A fill, over HTTP."""

    id: int
    order_id: int
    price: str
    qty: str
    commission: str
    commission_asset: str
    time: int
    is_maker: bool


class Balance(msgspec.Struct):
    """What we have of one asset."""

    asset: str
    free: str
    locked: str


class Account(msgspec.Struct):
    """What we have."""

    balances: list[Balance]


class Time(msgspec.Struct, rename="camel"):
    """What the venue's clock shows."""

    server_time: int


read_frame = reader(Frame)
read_placed = reader(Placed)
read_order = reader(Order)
read_orders = reader(list[Order])
read_trades = reader(list[Trade])
read_account = reader(Account)
read_time = reader(Time)
