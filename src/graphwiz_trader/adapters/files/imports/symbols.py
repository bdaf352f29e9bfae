"""Symbols: what a source calls an instrument, and what we call it."""

import re

from graphwiz_trader.domain.instrument import Kind

_QUOTES = (
    "USDT", "USDC", "BUSD", "TUSD", "FDUSD", "USD", "EUR", "GBP", "JPY", "CHF", "AUD", "CAD", "KRW",
    "BTC", "XBT", "ETH", "BNB",
)  # fmt: skip
"""Quote assets that end a symbol written without a separator, longest of a family first."""


_PERPETUAL = ("SWAP", "PERP", "PERPETUAL")
_DATE = re.compile(r"\d{6,8}")


def normal(symbol: str) -> str:
    """Return *symbol* as capital letters and digits, with Bitcoin always BTC."""
    return re.sub(r"[^A-Z0-9]", "", symbol.upper()).replace("XBT", "BTC")


def is_called(symbol: str, raw: str) -> bool:
    """
    Whether a source that writes *raw* can mean our *symbol*.

    It can if *raw* begins with our base and quote, or is our base and nothing else; a contract
    (`BTC-USDT-SWAP`, `BTCUSD_PERP`, `BTC-USD-220527`) only means a symbol that settles, and a dated
    one only that date's. A source that names nothing means whatever it is said to be.

    >>> is_called("LINK/USDT", "LINKUSDT.BNC"), is_called("BTC/USD", "BTCUSDT")
    (True, False)
    >>> is_called("BTC/USDT", "BTC-USDT-SWAP"), is_called("BTC/USDT:USDT", "BTC-USDT-SWAP")
    (False, True)
    """
    if not raw:
        return True
    pair, _, settle = symbol.partition(":")
    parts = [part for part in re.split(r"[^A-Za-z0-9]+", raw) if part]
    dates = [part for part in parts[1:] if _DATE.fullmatch(part)]
    is_contract = bool(dates) or any(part.upper() in _PERPETUAL for part in parts[1:])
    if is_contract and (not settle or dates != settle.split("-")[1:]):
        return False
    heads = {normal("".join(parts[:n])) for n in range(1, len(parts) + 1)}
    if normal(pair) in heads:
        return True
    return len(parts) == 1 and normal(parts[0]) == normal(pair.partition("/")[0])


def unified(raw: str) -> str:
    """
    Return our name for what a source writes as *raw*, as well as can be told from it alone.

    >>> unified("btcusdt"), unified("XBT/CHF"), unified("ibm")
    ('BTC/USDT', 'BTC/CHF', 'IBM/USD')
    """
    parts = [normal(part) for part in re.split(r"[^A-Za-z0-9]+", raw) if part]
    if len(parts) > 1 and (parts[1] in _QUOTES or "/" in raw):
        return f"{parts[0]}/{parts[1]}"
    whole = parts[0] if parts else "UNNAMED"
    for quote in _QUOTES:
        if whole.endswith(quote) and len(whole) > len(quote):
            return f"{whole.removesuffix(quote)}/{quote}"
    return f"{whole}/USD"


def assets(symbol: str) -> tuple[str, str]:
    """Return base and quote of our *symbol*; both are the symbol if it has no slash."""
    base, slash, quote = symbol.partition(":")[0].partition("/")
    return (base, quote) if slash else (base, base)


def kind_of(symbol: str) -> Kind:
    """
    Return what our *symbol* says it is, in ccxt's notation `BASE/QUOTE[:SETTLE]`.

    >>> kind_of("BTC/USD:BTC").value, kind_of("BTC/USDT:USDT").value, kind_of("BTC/USDT").value
    ('inverse', 'linear', 'spot')
    """
    pair, colon, settle = symbol.partition(":")
    if not colon:
        return Kind.SPOT
    return Kind.INVERSE if settle.partition("-")[0] == pair.partition("/")[0] else Kind.LINEAR
