"""Script: what a demo is to be: how long, what goes wrong, and with which words it is started."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from graphwiz_trader.adapters.loopback.schedule import STORM
from graphwiz_trader.adapters.loopback.server import DIALECTS
from graphwiz_trader.adapters.loopback.signing import Credentials
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.value import value
from graphwiz_trader.simulation.chance import Chance
from graphwiz_trader.simulation.market import LISTINGS

STORM_SHARE = 0.55
"""How much of the time a storm lasts from the first order on; the rest is for putting right."""
GRACE_S = 600
"""How much longer a child lives that nobody ends, because its parent was killed."""

_FIRST_KILL, _LAST_KILL = 0.1, 0.8
_EXCHANGES = "hft.market_data.exchanges"


@value
class Script:
    """
    One demo.

    `words` are the options that configure parent and engine alike; `folder` takes the exchange's
    record and what every process says.
    """

    settings: Settings
    words: tuple[str, ...]
    home: Path
    folder: Path
    seconds: int
    seed: int
    faults: str | None = None
    kills: int = 0
    has_dashboard: bool = False

    @property
    def exchange_log(self) -> Path:
        """The true record of the exchanges."""
        return self.folder / "exchange.jsonl"

    def kill_times(self) -> tuple[float, ...]:
        """Return when the engine is killed: seconds from the start, one in each even part."""
        chance = Chance(self.seed).split("kills")
        window = (_LAST_KILL - _FIRST_KILL) * self.seconds
        begins = _FIRST_KILL * self.seconds
        return tuple(
            begins + window * (number + chance.unit()) / self.kills for number in range(self.kills)
        )

    def exchange_words(self) -> list[str]:
        """Return the command of the exchange."""
        costs = self.settings.backtest
        words = ["exchange", "--json", "--seed", str(self.seed), "--log", str(self.exchange_log)]
        words += ["--seconds", str(self.seconds + GRACE_S), "--fee-bps", str(costs.fee_bps)]
        for route in ("entry", "response", "private"):
            words += ["--latency-ms", f"{route}={costs.latency_ms}"]
        for venue in DIALECTS:
            for asset, amount in costs.balances.get(venue, {}).items():
                words += ["--balance", f"{venue}.{asset}={amount}"]
        if self.faults is not None:
            words += ["--faults", self.faults]
        if self.faults == STORM:
            calm = STORM_SHARE * self.seconds
            words += ["--faults-from", "first-order", "--calm-after", f"{calm:.1f}"]
        return words

    def engine_words(self, addresses: Mapping[str, str]) -> list[str]:
        """Return the command of the engine that trades at *addresses*, by venue."""
        return [
            "trade",
            "--json",
            "--no-observe",
            *self.words,
            *("--home", str(self.home)),
            *("--seed", str(self.seed)),
            *("--seconds", str(self.seconds + GRACE_S)),
            *(word for key in self._venues(addresses) for word in ("--set", key)),
        ]

    def observer_words(self) -> list[str]:
        """Return the command of the observer, which keeps the graph."""
        return ["observe", "--json", *self.words, "--home", str(self.home)]

    def dashboard_words(self) -> list[str]:
        """Return the command of the web page, on a free port."""
        return ["dashboard", "--json", *self.words, "--home", str(self.home), "--port", "0"]

    def _venues(self, addresses: Mapping[str, str]) -> Iterator[str]:
        """Yield the keys that lead the engine to the simulated venues, and to nothing else."""
        symbols = ", ".join(f'"{listing.base}/{listing.quote}"' for listing in LISTINGS)
        for venue, url in addresses.items():
            yield f"{_EXCHANGES}.{venue}.url={url}"
            yield f"{_EXCHANGES}.{venue}.symbols=[{symbols}]"
            for key, name in KEYS.items():
                yield f"{_EXCHANGES}.{venue}.{key}=${{{name}}}"
        for venue in self.settings.hft.market_data.exchanges:
            if venue not in addresses:
                yield f"{_EXCHANGES}.{venue}.enabled=false"


KEYS = {
    "api_key": "GRAPHWIZ_DEMO_KEY",
    "api_secret": "GRAPHWIZ_DEMO_SECRET",
    "api_passphrase": "GRAPHWIZ_DEMO_PASSPHRASE",
}
"""Where the engine finds the keys of the simulated account: variables of its environment."""


def keys() -> Mapping[str, str]:
    """Return the environment the engine gets besides its own."""
    ours = Credentials()
    return dict(zip(KEYS.values(), (ours.key, ours.secret, ours.passphrase), strict=True))
