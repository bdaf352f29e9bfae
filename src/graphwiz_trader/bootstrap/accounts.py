"""Accounts: where orders go for real: each venue through the quickest adapter that trades there."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from graphwiz_trader.adapters.ccxt.exchange import Access
from graphwiz_trader.adapters.ccxt.venue import ccxt_venue
from graphwiz_trader.adapters.direct.hosts import BINANCE, OKX, Hosts, simulated_hosts
from graphwiz_trader.adapters.direct.venues import binance_venue, okx_venue
from graphwiz_trader.application.listen import Source
from graphwiz_trader.application.places import Place
from graphwiz_trader.bootstrap.feeds import is_direct, sources_of
from graphwiz_trader.bootstrap.keys import keys_of
from graphwiz_trader.domain.events import VenueCost
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.settings import ExchangeSettings, Settings
from graphwiz_trader.domain.units import MILLISECOND, Nanos, Venue
from graphwiz_trader.engine.state import EngineState
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.secrets import Secrets
from graphwiz_trader.ports.venue import ChangingVenue

_DIRECT: Mapping[str, tuple[Callable[..., ChangingVenue], Hosts]] = {
    "binance": (binance_venue, BINANCE),
    "okx": (okx_venue, OKX),
}
"""The venues whose orders need no library, and where they are."""


class AccountPlaces:
    """
    One account at every enabled venue, its keys taken from the environment.

    A simulated exchange costs what the `backtest` section says; what another charges is in its
    rules.
    """

    def __init__(self, settings: Settings, secrets: Secrets, clock: Clock, own: str) -> None:
        """
        Know every enabled venue; *own* begins the ids of our orders.

        Raises:
            ConfigError: a venue cannot be streamed as it is configured, or its keys are missing
                or of another kind; they are never shown.
        """
        self._settings = settings
        self._clock = clock
        self._own = own
        self._credentials = keys_of(settings, secrets)
        self.sources: Sequence[Source] = sources_of(settings, clock)

    @property
    def leases(self) -> Sequence[str]:
        """Every account, by venue and fingerprint: nobody else may trade it while we do."""
        return [
            f"{venue}-{credentials.fingerprint(self._held(venue).url or venue)}"
            for venue, credentials in self._credentials.items()
        ]

    def costs(self, instruments: Sequence[Instrument]) -> tuple[VenueCost, ...]:
        """Return the taker's fee and the way of an order, for every venue."""
        way = Nanos(int(self._settings.backtest.latency_ms * MILLISECOND))
        return tuple(
            VenueCost(source.feed.venue, self._fee(source, instruments), way)
            for source in self.sources
        )

    def open(self, state: EngineState, incarnation: int) -> Sequence[Place]:  # noqa: ARG002 # the account outlives us
        """Return the account at every venue, beside its feed."""
        instruments = tuple(state.instruments.values())
        return [Place(self._account(source, instruments), source.feed) for source in self.sources]

    def _fee(self, source: Source, instruments: Sequence[Instrument]) -> Decimal | None:
        """Return the dearest of a venue's fees, None where it names none."""
        venue = source.feed.venue
        if self._held(venue).url is not None:
            return self._settings.backtest.fee_bps
        told = [source.catalog.rates(one.id) for one in instruments if one.venue == venue]
        return max((rates.taker_bps for rates in told if rates is not None), default=None)

    def _account(self, source: Source, instruments: Sequence[Instrument]) -> ChangingVenue:
        venue = source.feed.venue
        held, credentials = self._held(venue), self._credentials[venue]
        listed = [one for one in instruments if one.venue == venue]
        if venue in _DIRECT and is_direct(venue, held):
            make, usual = _DIRECT[venue]
            hosts = usual if held.url is None else simulated_hosts(venue, held.url)
            return make(venue, listed, credentials, self._clock, self._own, hosts)
        contracts = any(":" in symbol for symbol in held.symbols)
        access = Access(str(venue), held.url, held.testnet, contracts)
        return ccxt_venue(venue, access, listed, credentials, self._clock, self._own)

    def _held(self, venue: Venue) -> ExchangeSettings:
        return self._settings.hft.market_data.exchanges[venue]
