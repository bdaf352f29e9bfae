"""Keys: the credentials of every enabled venue, none of which goes where it does not belong."""

from collections.abc import Iterator, Mapping

from graphwiz_trader.bootstrap.feeds import PATH
from graphwiz_trader.domain.credentials import PLAY, Credentials
from graphwiz_trader.domain.errors import ConfigError, Problem
from graphwiz_trader.domain.settings import ExchangeSettings, SecretName, Settings
from graphwiz_trader.domain.units import Venue
from graphwiz_trader.ports.secrets import Secrets

_NEEDED = ("api_key", "api_secret")
_TEST_NAMES = ("TESTNET", "SANDBOX", "DEMO")


def keys_of(settings: Settings, secrets: Secrets) -> Mapping[Venue, Credentials]:
    """
    Return what *secrets* hold for every enabled venue.

    Raises:
        ConfigError: everything that is missing, and every key of one kind at a venue of another;
            no key is shown.
    """
    found: dict[Venue, Credentials] = {}
    problems: list[Problem] = []
    for venue, held in settings.hft.market_data.exchanges.items():
        if held.enabled:
            texts = dict(_texts(f"{PATH}.{venue}", held, secrets, problems))
            found[venue] = Credentials(
                texts.get("api_key", ""),
                texts.get("api_secret", ""),
                texts.get("api_passphrase", ""),
            )
            problems += _misplaced(f"{PATH}.{venue}", held, found[venue])
    if problems:
        raise ConfigError(problems)
    return found


def _texts(
    path: str, held: ExchangeSettings, secrets: Secrets, problems: list[Problem]
) -> Iterator[tuple[str, str]]:
    for key in (*_NEEDED, "api_passphrase"):
        name: SecretName | None = getattr(held, key)
        if name is not None:
            try:
                yield key, secrets.reveal(name)
            except ConfigError as missing:
                problems += [
                    Problem(f"{path}.{key}", f"{name}: {each.path}: {each.found}", each.expected)
                    for each in missing.problems
                ]
        elif key in _NEEDED:
            problems.append(Problem(f"{path}.{key}", "nothing", "a variable's name, as ${NAME}"))


def _misplaced(path: str, held: ExchangeSettings, credentials: Credentials) -> Iterator[Problem]:
    """Yield what is wrong with a key for the venue it is meant for."""
    key = f"{path}.api_key"
    if not credentials.key:
        return
    if held.url is None and credentials.is_play:
        yield Problem(key, "a key of a simulated exchange", "the venue's own, or a url")
    elif held.url is not None and not credentials.is_play:
        yield Problem(key, "a key of a real venue", f"one that begins with {PLAY} for a url")
    elif held.url is None and not held.testnet:
        for part in _TEST_NAMES:
            if part in str(held.api_key).upper():
                found = f"{held.api_key}, which says {part}"
                yield Problem(key, found, "a key for production, or testnet: true")
