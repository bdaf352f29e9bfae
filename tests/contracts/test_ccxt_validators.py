"""
ccxt's own validators of whole methods, run as they ship in its wheel, nothing skipped.

What cannot pass is named with the reason, as docs/reference/loopback-exchange.md lists it, and has
to fail: what passes one day leaves the list.
"""

import asyncio
from collections.abc import Mapping
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

import ccxt
import pytest

from graphwiz_trader.adapters.loopback.running import running_exchange
from tests.contracts.loopback_clients import NAMES, client_of, overridden

WHEEL = Path(ccxt.__file__).parent
ASKING, WATCHING = "test.exchange.async", "pro.test.Exchange"
GIVEN = {"symbol": "BTC/USDT", "symbols": ["BTC/USDT", "ETH/USDT"], "code": "USDT"}
PATIENCE_S = 40.0
PAUSE_S = 1.0

SPOT = "the exchange lists spot only"
TRADING = "the exchange serves what trading takes, and nothing of that"
NO_METHOD = "ccxt has no such method there, or says that it is for contracts"
THEIRS = "the validator itself fails in Python"
UNTIMED = "Binance tells no time with a whole book; the validator wants one"
ASKS_TOO_MUCH = "it asks for 12,000 trades at once; the venue's documentation allows fewer"

NEVER: Mapping[str, str] = {
    "create_order": f"{THEIRS}: it joins a number to a text",
    "fetch_borrow_interest": TRADING,
    "fetch_deposit_withdrawals": NO_METHOD,
    "fetch_deposits": TRADING,
    "fetch_funding_rate_history": SPOT,
    "fetch_ledger": TRADING,
    "fetch_ledger_entry": TRADING,
    "fetch_leverage_tiers": SPOT,
    "fetch_margin_mode": NO_METHOD,
    "fetch_margin_modes": NO_METHOD,
    "fetch_market_leverage_tiers": SPOT,
    "fetch_markets": f"{THEIRS}: it wants a dictionary where ccxt returns a list",
    "fetch_ohlcv": TRADING,
    "fetch_open_interest_history": SPOT,
    "fetch_order_books": NO_METHOD,
    "fetch_positions": SPOT,
    "fetch_status": TRADING,
    "fetch_trades": ASKS_TOO_MUCH,
    "fetch_trading_fee": TRADING,
    "fetch_trading_fees": TRADING,
    "fetch_transfers": TRADING,
    "fetch_withdrawals": TRADING,
    "fetch_last_prices": TRADING,
    "load_markets": f"{SPOT}, and a market of each kind that ccxt knows is wanted",
    "watch_liquidations": f"{THEIRS}: it uses a module it does not import",
    "watch_liquidations_for_symbols": f"{THEIRS}: it uses a module it does not import",
    "watch_position": NO_METHOD,
}
ONLY_AT: Mapping[str, Mapping[str, str]] = {
    "binance": {
        "fetch_accounts": NO_METHOD,
        "fetch_l2_order_book": UNTIMED,
        "fetch_my_liquidations": SPOT,
        "fetch_order_book": UNTIMED,
        "watch_ohlcv": TRADING,
        "watch_ohlcv_for_symbols": TRADING,
        "watch_order_book": UNTIMED,
        "watch_order_book_for_symbols": UNTIMED,
        "watch_tickers": "there is no stream of all markets at once",
    },
    "okx": {"fetch_orders": NO_METHOD, "watch_positions": SPOT},
}
NOT_ASKED: Mapping[str, str] = {
    "proxies": "it sets proxies of other machines, and there is no network here",
}


def named(folder: str) -> list[str]:
    """The validators of the wheel's *folder*."""
    files = sorted(WHEEL.joinpath(*folder.split(".")).glob("test_*.py"))
    names = [file.stem.removeprefix("test_") for file in files]
    assert len(names) > 15
    return [name for name in names if name not in NOT_ASKED]


async def verdict(client: Any, folder: str, name: str) -> str:
    """Return what a validator objects to, nothing if it finds no fault."""
    validate = getattr(import_module(f"ccxt.{folder}.test_{name}"), f"test_{name}")
    wanted = list(signature(validate).parameters)[2:]
    try:
        async with asyncio.timeout(PATIENCE_S):
            await validate(client, {}, *(GIVEN[each] for each in wanted))
    except Exception as error:  # noqa: BLE001 # whatever it raises is its verdict
        return f"{type(error).__name__}: {error}"
    return ""


def unexpected(dialect: str, verdicts: Mapping[str, str]) -> dict[str, str]:
    """Those of *verdicts* that are not as listed."""
    listed = {**NEVER, **ONLY_AT[dialect]}
    found = {}
    for name, objection in verdicts.items():
        if name in listed and not objection:
            found[name] = f"passes, though {listed[name]}"
        elif name not in listed and objection:
            found[name] = objection[:300]
    return found


@pytest.mark.contract
@pytest.mark.parametrize("dialect", NAMES)
def test_what_is_asked_is_as_ccxt_wants_it(dialect: str, tmp_path: Path) -> None:
    async def judging() -> dict[str, str]:
        async with client_of(dialect, "override", tmp_path) as (client, _):
            await client.load_markets()
            await client.create_order(GIVEN["symbol"], "limit", "buy", 0.001, 50_000)
            return {name: await verdict(client, ASKING, name) for name in named(ASKING)}

    assert unexpected(dialect, asyncio.run(judging())) == {}


async def trading(client: Any) -> None:
    """Trade now and then, so that there is something to watch."""
    while True:
        await client.create_order(GIVEN["symbol"], "limit", "buy", 0.001, 90_000)
        await asyncio.sleep(PAUSE_S)


async def watched(dialect: str) -> dict[str, str]:
    """Let every validator of streams look, each through a client of its own, all at once."""
    names = named(WATCHING)
    async with running_exchange((dialect,)) as exchange:
        clients = [overridden(exchange[dialect]) for _ in range(len(names) + 1)]
        try:
            for client in clients:
                await client.load_markets()
            trader = asyncio.create_task(trading(clients[-1]))
            pairs = zip(clients, names, strict=False)
            found = await asyncio.gather(*(verdict(c, WATCHING, name) for c, name in pairs))
            trader.cancel()
            await asyncio.wait([trader])
            assert trader.cancelled()
        finally:
            for client in clients:
                await client.close()
    return dict(zip(names, found, strict=True))


@pytest.mark.long
@pytest.mark.parametrize("dialect", NAMES)
def test_what_is_watched_is_as_ccxt_wants_it(dialect: str) -> None:
    """They watch for 15 to 30 s each."""
    assert unexpected(dialect, asyncio.run(watched(dialect))) == {}
