"""
Quirks: where a venue differs from the others, as a table.

A venue's table is `QUIRKS` in the file of its name under `quirks`; without a file it is plain.
"""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import TypeAlias

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.domain.value import value
from graphwiz_trader.domain.venue import VenueTerms

Option: TypeAlias = "str | bool | int | list[str] | Mapping[str, Option]"


@value
class Trading:
    """
    One venue's differences in what concerns orders.

    `terms`: how it wants to be treated; None: as ccxt's own rate limit says.
    `used_weight`: the header that says how much was used of the present window.
    `order_socket`: the method of ccxt that opens the socket for orders; none: REST alone.
    `ws_order_id`: what our id is called in an order over that socket.
    `maker_type`: the type of an order that must not take; none: a limit marked `postOnly`.
    `hello_frames`: how many frames a user stream begins with once it is subscribed, pings apart;
    0 where nobody knows, so that a quiet second must do.
    `tells_fills`: its stream of orders tells the fills too, so that one subscription is enough.
    `signed_fees`: its stream tells a fee as the change of the balance.
    `asks_by_our_id`: it finds an order by our id alone.
    `code_in_text`: where ccxt leaves a refusal's code in the text, as a pattern of one group.
    `fills_window`: the longest span one question for fills may cover, 0 for any.
    `newest_first`: a page of fills holds the newest.
    `draws_request_ids`: ccxt draws the ids of requests over that socket by chance.
    `mark`: what a mark of our orders is called, by which they can be canceled when we fall silent.
    """

    terms: VenueTerms | None = None
    used_weight: str = ""
    order_socket: str = ""
    ws_order_id: str = "clientOrderId"
    maker_type: str = ""
    hello_frames: int = 0
    tells_fills: bool = False
    signed_fees: bool = False
    asks_by_our_id: bool = False
    code_in_text: str = ""
    fills_window: Nanos = Nanos(0)
    newest_first: bool = False
    draws_request_ids: bool = False
    mark: str = ""


@value
class Quirks:
    """
    One venue's differences.

    `rest_snapshot`: the stream holds changes only and ccxt fetches the book over REST, so that a
    book is proven once a change was applied on top of it.
    `subscribe_per_s`: subscriptions a second; each may cost a REST request too.
    `options`: of the ccxt exchange, laid over its own; `contracts` over those where futures or
    swaps are wanted too.
    `urls`: where a simulated exchange listens, by dotted key of ccxt's `urls["api"]`; `{rest}` and
    `{ws}` stand for its addresses, such as http://127.0.0.1:8080 and ws://127.0.0.1:8080.
    `sandbox_hosts`: all hosts that a testnet may use; none: there is no testnet.
    `sandbox_headers`: what tells a testnet from production where both share a host.
    `trading`: what differs for orders.
    """

    rest_snapshot: bool = False
    subscribe_per_s: int = 5
    options: Mapping[str, Option] = {}
    contracts: Mapping[str, Option] = {}
    urls: Mapping[str, str] = {}
    sandbox_hosts: tuple[str, ...] = ()
    sandbox_headers: tuple[tuple[str, str], ...] = ()
    trading: Trading = Trading()


def quirks_of(exchange_id: str) -> Quirks:
    """
    Return the table of *exchange_id*, a plain one where there is no file.

    Raises:
        DomainError: the file holds no table.
    """
    name = f"graphwiz_trader.adapters.ccxt.quirks.{exchange_id}"
    if find_spec(name) is None:
        return Quirks()
    found = getattr(import_module(name), "QUIRKS", None)
    if not isinstance(found, Quirks):
        raise DomainError(f"{name} holds no QUIRKS")
    return found
