"""
Quirks: where a venue differs from the others, as a table.

A venue's table is `QUIRKS` in the file of its name under `quirks`; without a file it is plain.
"""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import TypeAlias

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.value import value

Option: TypeAlias = "str | bool | int | list[str] | Mapping[str, Option]"


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
    """

    rest_snapshot: bool = False
    subscribe_per_s: int = 5
    options: Mapping[str, Option] = {}
    contracts: Mapping[str, Option] = {}
    urls: Mapping[str, str] = {}
    sandbox_hosts: tuple[str, ...] = ()
    sandbox_headers: tuple[tuple[str, str], ...] = ()


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
