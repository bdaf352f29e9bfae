"""Hosts: where an account's requests go, and that they go nowhere else."""

from enum import Enum
from urllib.parse import urlsplit

from graphwiz_trader.domain.errors import ConfigError, Problem
from graphwiz_trader.domain.units import Venue
from graphwiz_trader.domain.value import value

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Realm(Enum):
    """Whose money it is."""

    LIVE = "live"
    TESTNET = "testnet"
    SIMULATED = "simulated"


_KNOWN = {
    ("binance", Realm.LIVE): ("api.binance.com", "ws-api.binance.com"),
    ("binance", Realm.TESTNET): ("testnet.binance.vision", "ws-api.testnet.binance.vision"),
    ("okx", Realm.LIVE): ("www.okx.com", "ws.okx.com"),
    ("okx", Realm.TESTNET): ("www.okx.com", "wspap.okx.com"),
}
"""The hosts that may see a key of that realm."""


@value
class Hosts:
    """
    The addresses of one account: `rest` without a path, `stream` of its private sockets.

    Keys of a realm are only ever shown to that realm's hosts: anything else cannot be made.

    Raises:
        ConfigError: an address is not one of *venue*'s in *realm*, or not encrypted.
    """

    venue: str
    realm: Realm
    rest: str
    stream: str

    def __attrs_post_init__(self) -> None:
        allowed = _KNOWN.get((self.venue, self.realm), LOOPBACK)
        problems = []
        for name, address, scheme in (
            ("rest", self.rest, "https"),
            ("stream", self.stream, "wss"),
        ):
            parts = urlsplit(address)
            is_plain = self.realm is not Realm.SIMULATED and parts.scheme != scheme
            if parts.hostname not in allowed or is_plain or parts.username is not None:
                expected = f"{scheme}://{' or '.join(allowed)} for a {self.realm.value} account"
                problems.append(Problem(f"{self.venue}.{name}", address, expected))
        if problems:
            raise ConfigError(problems)


BINANCE = Hosts(
    "binance",
    Realm.LIVE,
    "https://api.binance.com",
    "wss://ws-api.binance.com:443/ws-api/v3",
)
BINANCE_TESTNET = Hosts(
    "binance",
    Realm.TESTNET,
    "https://testnet.binance.vision",
    "wss://ws-api.testnet.binance.vision/ws-api/v3",
)
OKX = Hosts("okx", Realm.LIVE, "https://www.okx.com", "wss://ws.okx.com:8443/ws/v5/private")
OKX_DEMO = Hosts(
    "okx", Realm.TESTNET, "https://www.okx.com", "wss://wspap.okx.com:8443/ws/v5/private"
)
_PATHS = {"binance": "/ws-api/v3", "okx": "/ws/v5/private"}


def simulated_hosts(venue: Venue, url: str) -> Hosts:
    """
    Return the addresses of a simulated exchange at *url*, `http://host:port`.

    Raises:
        ConfigError: *url* is not on this machine.
    """
    rest = url.rstrip("/")
    dialect = "okx" if venue.startswith("okx") else "binance"
    stream = f"ws{rest.removeprefix('http')}{_PATHS[dialect]}"
    return Hosts(dialect, Realm.SIMULATED, rest, stream)
