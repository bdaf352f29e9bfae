"""Funding: what simulated venues start with, and the currency results are told in."""

from collections.abc import Sequence
from decimal import Decimal

from graphwiz_trader.domain.events import BalanceReport
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.units import Asset, Nanos, Venue

QUOTE_ENDOWMENT = Decimal(10_000)


def reporting_of(settings: Settings, instruments: Sequence[Instrument]) -> Asset:
    """Return the reporting currency: as configured, else the first instrument's quote asset."""
    return settings.backtest.reporting or instruments[0].quote


def endowment(
    settings: Settings, instruments: Sequence[Instrument], now: Nanos
) -> tuple[BalanceReport, ...]:
    """
    Return what simulated venues start with.

    As configured; by default 10,000 of every quote asset and twice the position limit of every
    base that is delivered.
    """
    reports: list[BalanceReport] = []
    for venue in dict.fromkeys(i.venue for i in instruments):
        given = settings.backtest.balances.get(venue)
        owned = dict(given) if given is not None else _default(settings, instruments, venue)
        reports.extend(BalanceReport(now, venue, asset, x, x) for asset, x in owned.items())
    return tuple(reports)


def _default(
    settings: Settings, instruments: Sequence[Instrument], venue: Venue
) -> dict[Asset, Decimal]:
    owned: dict[Asset, Decimal] = {}
    here = [i for i in instruments if i.venue == venue]
    for instrument in here:
        if instrument.kind is Kind.SPOT:
            owned[instrument.base] = 2 * settings.hft.risk.max_position_size
        elif instrument.kind is Kind.INVERSE:
            owned[instrument.base] = QUOTE_ENDOWMENT
    for instrument in here:
        owned.setdefault(instrument.quote, QUOTE_ENDOWMENT)
    return owned
