"""Scalars: how the text of one configuration value becomes a number, a switch or a name."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from difflib import get_close_matches

from graphwiz_trader.bootstrap.venues import VENUES
from graphwiz_trader.domain.settings import SecretName, Symbol
from graphwiz_trader.domain.units import Asset, InstrumentId, Venue
from graphwiz_trader.domain.value import value

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,30}", re.ASCII)
_SYMBOL = re.compile(r"[A-Z0-9]+/[A-Z0-9]+(:[A-Z0-9]+)?", re.ASCII)
_ASSET = re.compile(r"[A-Z0-9]+", re.ASCII)
_VENUE = re.compile(r"[a-z0-9_-]+", re.ASCII)
_ENV = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}", re.ASCII)
_SWITCH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


class Unfit(Exception):
    """A text does not say what its key needs; *nearest* is what it may have meant."""

    def __init__(self, nearest: str | None = None) -> None:
        super().__init__()
        self.nearest = nearest


@value
class Scalar:
    """One kind of value: what to call it, how to read it, whether a wrong text may be shown."""

    noun: str
    read: Callable[[str], object]
    shown: bool = True


def _switch(text: str) -> bool:
    if text.lower() not in _SWITCH:
        raise Unfit
    return _SWITCH[text.lower()]


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise Unfit
    return int(text)


def _decimal(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise Unfit
    return Decimal(text)


def _real(text: str) -> float:
    return float(_decimal(text))


def _symbol(text: str) -> Symbol:
    if not _SYMBOL.fullmatch(text):
        likely = re.sub(r"[-_]", "/", text.upper(), count=1)
        raise Unfit(likely if _SYMBOL.fullmatch(likely) else None)
    return Symbol(text)


def _instrument(text: str) -> InstrumentId:
    """A tape or a simulated exchange may give its venue any name; the run knows its instruments."""
    symbol, _, venue = text.rpartition("@")
    if not _VENUE.fullmatch(venue):
        raise Unfit
    return InstrumentId(f"{_symbol(symbol)}@{venue}")


def _asset(text: str) -> Asset:
    if not _ASSET.fullmatch(text):
        raise Unfit(text.upper() if _ASSET.fullmatch(text.upper()) else None)
    return Asset(text)


def _venue(text: str) -> Venue:
    if text not in VENUES:
        raise Unfit(nearest(text, VENUES))
    return Venue(text)


def _secret(text: str) -> SecretName:
    if not _ENV.fullmatch(text):
        raise Unfit
    return SecretName(text)


def nearest(word: str, known: tuple[str, ...]) -> str | None:
    """Return the one of *known* most like *word*, None where nothing is."""
    return next(iter(get_close_matches(word.lower(), known, n=1)), None)


SCALARS: Mapping[object, Scalar] = {
    bool: Scalar("true or false", _switch),
    int: Scalar("a whole number", _whole),
    Decimal: Scalar("a number", _decimal),
    float: Scalar("a number", _real),
    str: Scalar("a word", str),
    Symbol: Scalar("BASE/QUOTE or BASE/QUOTE:SETTLE", _symbol),
    InstrumentId: Scalar("SYMBOL@venue, such as BTC/USDT@kraken", _instrument),
    Asset: Scalar("an asset's name in capitals", _asset),
    Venue: Scalar("a venue by its ccxt name", _venue),
    SecretName: Scalar("an environment variable, as ${NAME}", _secret, shown=False),
}
"""How each type of setting is read."""
