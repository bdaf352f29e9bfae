"""Market: several venues around one fair price, each learning of it in its own time."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import attrs

from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import MILLISECOND, Asset, InstrumentId, Nanos, Venue
from graphwiz_trader.domain.value import value
from graphwiz_trader.simulation.chance import Chance
from graphwiz_trader.simulation.crowd import CrowdSettings, Pit, Throng
from graphwiz_trader.simulation.exchange import Exchange, Terms
from graphwiz_trader.simulation.fair import FairPrice, FairSettings

BTC, ETH, USDT = Asset("BTC"), Asset("ETH"), Asset("USDT")


@value
class Listing:
    """One symbol that every venue of a market trades, and its grid."""

    base: Asset
    quote: Asset
    tick_size: Decimal
    lot_size: Decimal
    min_notional: Decimal

    def at(self, venue: Venue) -> Instrument:
        """Return the instrument at *venue*."""
        return Instrument(
            InstrumentId(f"{self.base}/{self.quote}@{venue}"),
            self.base,
            self.quote,
            self.tick_size,
            self.lot_size,
            min_notional=self.min_notional,
        )


LISTINGS = (
    Listing(BTC, USDT, Decimal("0.01"), Decimal("0.00001"), Decimal(5)),
    Listing(ETH, USDT, Decimal("0.01"), Decimal("0.0001"), Decimal(5)),
    Listing(ETH, BTC, Decimal("0.000001"), Decimal("0.0001"), Decimal("0.0001")),
)


@value
class VenueSpec:
    """One venue of a market; `lag` is how late its makers learn of the fair price."""

    name: Venue
    lag: Nanos
    terms: Terms = attrs.field(factory=Terms)


@value
class MarketSettings:
    """
    What is traded and how it moves.

    `prices` are the assets' first prices; an asset that is not named is the unit they are in.
    """

    prices: Mapping[Asset, float] = attrs.field(factory=lambda: {BTC: 60_000.0, ETH: 3_000.0})
    listings: tuple[Listing, ...] = LISTINGS
    fair: FairSettings = attrs.field(factory=FairSettings)
    crowd: CrowdSettings = attrs.field(factory=CrowdSettings)


def default_venues(terms: Terms) -> tuple[VenueSpec, ...]:
    """Return a fast, a middling and a slow venue, all on the same *terms*."""
    lags = {"alpha": 20, "beta": 120, "gamma": 250}
    return tuple(
        VenueSpec(Venue(name), Nanos(lag * MILLISECOND), terms) for name, lag in lags.items()
    )


def build_market(
    seed: int,
    venues: Sequence[VenueSpec],
    start: Nanos,
    balances: Mapping[Asset, Decimal],
    settings: MarketSettings,
) -> tuple[Exchange, ...]:
    """
    Return one exchange for each of *venues*, on each of which we own *balances*.

    They share nothing that changes: each makes the same fair prices for itself, so that they
    may be run in any order, or apart, with the same result.
    """
    return tuple(_exchange(Chance(seed), spec, start, balances, settings) for spec in venues)


def _exchange(
    chance: Chance,
    spec: VenueSpec,
    start: Nanos,
    balances: Mapping[Asset, Decimal],
    settings: MarketSettings,
) -> Exchange:
    instruments = [listing.at(spec.name) for listing in settings.listings]
    paths = {
        asset: FairPrice(
            settings.fair, chance.split(f"fair {asset}"), start, price, memory=spec.lag
        )
        for asset, price in settings.prices.items()
    }
    own = chance.split(f"venue {spec.name}")
    pits = [
        Pit(
            instrument,
            paths,
            settings.crowd,
            own.split(instrument.symbol),
            start=start,
            lag=spec.lag,
        )
        for instrument in instruments
    ]
    crowd = Throng(pits, settings.crowd, own.split("instants"), start)
    return Exchange(instruments, balances, start, spec.terms, crowd)
