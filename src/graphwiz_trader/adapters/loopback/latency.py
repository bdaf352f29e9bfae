"""
Latency: how long what is said to a venue, and by it, is under way, per route and seeded.

A route's text is `MS` or `MS+JITTER`, in milliseconds: always the first, and up to the second
more. It is preceded by what it holds for: `okx.market=20+5`, `entry=2`, or nothing: everything.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from graphwiz_trader.domain.errors import ConfigError, Problem
from graphwiz_trader.domain.units import MILLISECOND, Nanos, Venue
from graphwiz_trader.domain.value import evolve, value
from graphwiz_trader.simulation.chance import Chance

_SHAPE = re.compile(
    r"(?:(?:(?P<venue>[a-z0-9]+)\.)?(?P<route>[a-z]+)=)?(?P<base>\d+(?:\.\d+)?)(?:\+(?P<jitter>\d+(?:\.\d+)?))?"
)
_EXPECTED = "[[VENUE.]ROUTE=]MS[+JITTER]"


@value
class Way:
    """At least `base`, and evenly up to `jitter` more."""

    base: Nanos = Nanos(0)
    jitter: Nanos = Nanos(0)


@value
class Routes:
    """
    The ways of one venue.

    `entry`: a client's request to the venue. `response`: the answer to it. `private`: news of
    the account. `market`: market data. Opening a socket and pings take no time.
    """

    entry: Way = Way()
    response: Way = Way()
    private: Way = Way()
    market: Way = Way()


ROUTES = ("entry", "response", "private", "market")


class Delays:
    """Draws how long each thing takes; routes do not disturb each other's draws."""

    def __init__(self, routes: Routes, chance: Chance) -> None:
        self.entry = _drawn(routes.entry, chance.split("entry"))
        self.response = _drawn(routes.response, chance.split("response"))
        self.private = _drawn(routes.private, chance.split("private"))
        self.market = _drawn(routes.market, chance.split("market"))


def routes_of(texts: Iterable[str], venues: Sequence[Venue]) -> Mapping[Venue, Routes]:
    """
    Return the routes of every one of *venues* that *texts* ask for; a later text wins.

    >>> routes_of(["2", "okx.market=20+5"], (Venue("okx"),))[Venue("okx")].market.base
    20000000

    Raises:
        ConfigError: texts are wrong; all of them are listed.
    """
    made = dict.fromkeys(venues, Routes())
    problems = []
    for text in texts:
        found = _SHAPE.fullmatch(text)
        if found is None:
            problems.append(Problem("--latency-ms", repr(text), _EXPECTED))
            continue
        named, route = found["venue"], found["route"]
        if named is not None and named not in made:
            problems.append(Problem("--latency-ms", named, f"one of {', '.join(made)}"))
        elif route is not None and route not in ROUTES:
            problems.append(Problem("--latency-ms", route, f"one of {', '.join(ROUTES)}"))
        else:
            way = Way(_nanos(found["base"]), _nanos(found["jitter"] or "0"))
            ways = dict.fromkeys(ROUTES if route is None else (route,), way)
            for venue in made if named is None else (Venue(named),):
                made[venue] = evolve(made[venue], **ways)
    if problems:
        raise ConfigError(problems)
    return made


def _nanos(text: str) -> Nanos:
    return Nanos(round(float(text) * MILLISECOND))


def _drawn(way: Way, chance: Chance) -> Callable[[], int]:
    if not way.jitter:
        return lambda: way.base
    return lambda: way.base + chance.below(way.jitter + 1)
