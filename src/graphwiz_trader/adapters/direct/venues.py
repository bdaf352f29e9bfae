"""Venues: accounts that are traded on directly, by name."""

from collections.abc import Iterable

from graphwiz_trader.adapters.direct.binance_questions import BinanceQuestions
from graphwiz_trader.adapters.direct.binance_reports import BinanceReports
from graphwiz_trader.adapters.direct.binance_requests import BinanceRequests
from graphwiz_trader.adapters.direct.hosts import BINANCE, OKX, Hosts, Realm
from graphwiz_trader.adapters.direct.okx_questions import OkxQuestions
from graphwiz_trader.adapters.direct.okx_reports import OkxReports
from graphwiz_trader.adapters.direct.okx_requests import OkxRequests
from graphwiz_trader.adapters.direct.patience import Patience
from graphwiz_trader.adapters.direct.picows_transport import PicowsTransport
from graphwiz_trader.adapters.direct.private_dialect import PrivateDialect
from graphwiz_trader.adapters.direct.venue import DirectVenue
from graphwiz_trader.domain.credentials import Credentials
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import SECOND, Nanos, Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.domain.venue import VenueTerms
from graphwiz_trader.ports.clock import Clock

SIMULATED_SETTLE = Nanos(2 * SECOND)
BINANCE_TERMS = VenueTerms(
    Nanos(10 * SECOND),
    6_000,
    Nanos(60 * SECOND),
    submit=1,
    cancel=1,
    query=20,
    snapshot=100,
    orders=100,
)
"""6,000 a minute; an order weighs 1, and only 100 may be placed in ten seconds."""
OKX_TERMS = VenueTerms(
    Nanos(10 * SECOND),
    60,
    Nanos(2 * SECOND),
    submit=1,
    cancel=1,
    query=1,
    snapshot=6,
    dead_man=Nanos(30 * SECOND),
)
"""60 orders in two seconds, and as many of most questions; balances 10 in two seconds."""


def binance_venue(
    venue: Venue,
    instruments: Iterable[Instrument],
    credentials: Credentials,
    clock: Clock,
    own: str,
    hosts: Hosts = BINANCE,
    terms: VenueTerms | None = None,
    patience: Patience | None = None,
) -> DirectVenue:
    """
    Return the account of *credentials* on Binance spot.

    Args:
        own: How the ids of all our orders begin: the installation.
        hosts: The only hosts that are shown *credentials*.
        terms: The venue's own by default; at a simulated exchange with a shorter settle.
    """
    listed = {one.id: one for one in instruments}
    requests = BinanceRequests(listed.values(), credentials)
    dialect = PrivateDialect(
        credentials.hidden,
        listed,
        requests,
        BinanceReports(listed.values(), credentials),
        BinanceQuestions(venue, listed, requests),
    )
    return DirectVenue(
        venue,
        dialect,
        hosts,
        own,
        terms or _terms(BINANCE_TERMS, hosts),
        clock,
        PicowsTransport(),
        patience or Patience(),
    )


def okx_venue(
    venue: Venue,
    instruments: Iterable[Instrument],
    credentials: Credentials,
    clock: Clock,
    own: str,
    hosts: Hosts = OKX,
    terms: VenueTerms | None = None,
    patience: Patience | None = None,
) -> DirectVenue:
    """
    Return the account of *credentials* on OKX spot, live, demo or simulated as *hosts* says.

    The arguments are those of `binance_venue`.
    """
    listed = {one.id: one for one in instruments}
    headers = {"x-simulated-trading": "1"} if hosts.realm is Realm.TESTNET else {}
    requests = OkxRequests(listed.values(), credentials, headers, own)
    dialect = PrivateDialect(
        credentials.hidden,
        listed,
        requests,
        OkxReports(listed.values(), credentials),
        OkxQuestions(venue, listed, requests),
    )
    return DirectVenue(
        venue,
        dialect,
        hosts,
        own,
        terms or _terms(OKX_TERMS, hosts),
        clock,
        PicowsTransport(),
        patience or Patience(),
    )


def _terms(usual: VenueTerms, hosts: Hosts) -> VenueTerms:
    is_simulated = hosts.realm is Realm.SIMULATED
    return evolve(usual, settle=SIMULATED_SETTLE) if is_simulated else usual
