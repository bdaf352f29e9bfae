"""Venues: whether each answers, how its clock stands, and what our keys there are and may do."""

import asyncio
import os
from collections.abc import Mapping

from graphwiz_trader.adapters.ccxt.exchange import Access
from graphwiz_trader.adapters.ccxt.reach import clock_of, rights_of
from graphwiz_trader.adapters.clock import SystemClock
from graphwiz_trader.adapters.secrets import EnvironmentSecrets
from graphwiz_trader.bootstrap.keys import keys_of
from graphwiz_trader.domain import checkup
from graphwiz_trader.domain.checkup import Finding, Verdict
from graphwiz_trader.domain.credentials import Credentials
from graphwiz_trader.domain.errors import ConfigError, TraderError
from graphwiz_trader.domain.settings import ExchangeSettings, HftSettings, Settings
from graphwiz_trader.domain.units import Venue
from graphwiz_trader.domain.value import evolve

_PATIENCE_S = 10.0
_REACH = "check the network, and whether the venue serves where you are"


async def venues(settings: Settings) -> tuple[Finding, ...]:
    """Return findings on every enabled venue and its keys; all are asked at once."""
    wanted = enabled(settings)
    if not wanted:
        advice = "enable one below hft.market_data.exchanges"
        return (Finding("venues", Verdict.WARN, "none is enabled", advice),)
    credentials, findings = _keys(settings, wanted)
    async with asyncio.TaskGroup() as group:
        asked = [
            group.create_task(_venue(venue, held, credentials.get(venue)))
            for venue, held in wanted.items()
        ]
    return (*findings, *(one for task in asked for one in task.result()))


def enabled(settings: Settings) -> Mapping[Venue, ExchangeSettings]:
    """Return the venues that are to be connected to."""
    exchanges = settings.hft.market_data.exchanges
    return {venue: held for venue, held in exchanges.items() if held.enabled}


def kind(held: ExchangeSettings) -> str:
    """Return what an account there is: `simulated`, `demo` or `live`."""
    if held.url is not None:
        return "simulated"
    return "demo" if held.testnet else "live"


def known_keys(settings: Settings, venue: Venue) -> Credentials | None:
    """
    Return what the environment holds for *venue*; None where nothing is configured.

    Raises:
        ConfigError: a variable is named and not there, or the key belongs elsewhere.
    """
    held = settings.hft.market_data.exchanges[venue]
    if held.api_key is None and held.api_secret is None:
        return None
    market = evolve(settings.hft.market_data, exchanges={venue: held})
    hft: HftSettings = evolve(settings.hft, market_data=market)
    return keys_of(evolve(settings, hft=hft), EnvironmentSecrets(os.environ))[venue]


def _keys(
    settings: Settings, wanted: Mapping[Venue, ExchangeSettings]
) -> tuple[dict[Venue, Credentials], list[Finding]]:
    known: dict[Venue, Credentials] = {}
    findings = []
    for venue, held in wanted.items():
        name = f"key {venue}"
        try:
            credentials = known_keys(settings, venue)
        except ConfigError as error:
            advice = "export the variable that the configuration names"
            findings.append(Finding(name, Verdict.FAIL, str(error), advice))
            continue
        if credentials is None:
            findings.append(Finding(name, Verdict.PASS, "none: paper trading only"))
        else:
            known[venue] = credentials
            findings.append(Finding(name, Verdict.PASS, kind(held)))
    return known, findings


async def _venue(
    venue: Venue, held: ExchangeSettings, credentials: Credentials | None
) -> list[Finding]:
    contracts = any(":" in symbol for symbol in held.symbols)
    access = Access(str(venue), held.url, held.testnet, contracts)
    try:
        async with asyncio.timeout(_PATIENCE_S):
            findings = await _reached(venue, access)
            if credentials is not None:
                rights = await rights_of(access, credentials)
                findings.append(checkup.withdrawals(venue, rights))
    except (TraderError, TimeoutError) as error:
        why = str(error) or f"no answer in {_PATIENCE_S:.0f} s"
        return [Finding(f"venue {venue}", Verdict.FAIL, why[:200], _REACH)]
    return findings


async def _reached(venue: Venue, access: Access) -> list[Finding]:
    reading = await clock_of(access, SystemClock())
    where = access.url or ("its testnet" if access.testnet else "production")
    answers = Finding(f"venue {venue}", Verdict.PASS, f"{where} answers")
    if reading is None:
        return [answers]
    return [answers, checkup.clock(venue, reading.offset, reading.error)]
