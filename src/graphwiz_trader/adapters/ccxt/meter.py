"""Meter: what a venue says of our requests in the headers of its answers."""

from collections.abc import Callable, Mapping

from graphwiz_trader.adapters.ccxt.private_exchange import PrivateExchange
from graphwiz_trader.adapters.ccxt.quirk import Trading
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.venue import Usage, VenueTerms

BANNED, TOO_MANY = 418, 429
_WINDOW_S = 10


class Meter:
    """
    Reads every answer of *exchange* over REST; `usage` is what the latest said.

    *clean* takes out of a body what nobody may read: ccxt puts bodies into its errors.
    """

    def __init__(
        self,
        exchange: PrivateExchange,
        trading: Trading,
        now: Callable[[], Nanos],
        clean: Callable[[str], str],
    ) -> None:
        self.usage: Usage | None = None
        self._header = trading.used_weight
        self._now = now
        self._clean = clean
        self._read = exchange.on_rest_response
        exchange.on_rest_response = self._note

    def closed(self) -> None:
        """Note a refusal whose headers nobody saw: it came over a socket."""
        now = self._now()
        if self.usage is None or self.usage.closed_until <= now:
            self.usage = Usage(now, -1, Nanos(now + SECOND))

    def _note(
        self,
        code: int,
        reason: str,
        url: str,
        method: str,
        headers: Mapping[str, str],
        body: str,
        *rest: object,
    ) -> object:
        told = {name.lower(): text for name, text in headers.items()}
        used = _whole(told.get(self._header.lower())) if self._header else -1
        now = self._now()
        if code in (TOO_MANY, BANNED):
            wait = max(1, _whole(told.get("retry-after")))
            self.usage = Usage(now, used, Nanos(now + wait * SECOND), code == BANNED)
        elif used >= 0:
            self.usage = Usage(now, used)
        return self._read(code, reason, url, method, headers, self._clean(body), *rest)


def terms_of(exchange: PrivateExchange, trading: Trading) -> VenueTerms:
    """Return how the venue wants to be treated; where nobody knows, what ccxt's pace allows."""
    if trading.terms is not None:
        return trading.terms
    capacity = max(1, int(_WINDOW_S * 1_000 / max(exchange.rateLimit, 1)))
    return VenueTerms(Nanos(10 * SECOND), capacity, Nanos(_WINDOW_S * SECOND), snapshot=2)


def _whole(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() else -1
