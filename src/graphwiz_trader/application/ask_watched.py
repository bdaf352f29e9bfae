"""Ask watched: questions about what was watched, patterns, what goes together, and likeness."""

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.graph import Relation
from graphwiz_trader.domain.graph_answers import FOREVER, Link, WatchFilter, Window, links_of
from graphwiz_trader.domain.graph_watch import Case, Occurrence
from graphwiz_trader.domain.likeness import Similar, similar
from graphwiz_trader.domain.pattern_record import PatternLine, pattern_lines
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.domain.value import evolve, value
from graphwiz_trader.ports.graph import GraphQueries

OCCURRENCES = 1_000_000
CASES = 100_000
"""How many a question looks at, the latest."""


@value
class Resembled:
    """A case, and those of the past that it resembles, the nearest first."""

    case: Case
    similar: tuple[Similar, ...]


class AskWatched:
    """Puts questions to `graph`."""

    def __init__(self, graph: GraphQueries) -> None:
        self.graph = graph

    async def patterns(
        self, only: WatchFilter, most: int, now: Nanos = FOREVER
    ) -> tuple[PatternLine, ...]:
        """Return the record of at most *most* patterns, the best first, as known at *now*."""
        until = min(only.window.until, Nanos(now + 1))
        asked = evolve(only, window=Window(only.window.since, until))
        seen = await self.graph.watched(Occurrence, asked, OCCURRENCES)
        return pattern_lines(seen, now)[:most]

    async def together(self, only: WatchFilter) -> tuple[Link, ...]:
        """
        Return patterns seen in the same hours, or one in the hour before the other.

        One of each two is of the kind and symbol meant; the strongest come first. Patterns are of
        all runs, so that the run of *only* does not count.
        """
        found = [
            link
            for link in links_of(await self.graph.links(Relation.CORRELATED_WITH))
            if any(_is_pattern(end, only) for end in (link.source, link.target))
        ]
        return _strongest(found, "strength")

    async def moving(self, symbol: str, run: str) -> tuple[Link, ...]:
        """Return instruments that move together, one of each two of *symbol*, strongest first."""
        found = [
            link
            for link in links_of(await self.graph.links(Relation.MOVES_WITH))
            if run in ("", link.run)
            and any(symbol in ("", end.rpartition("@")[0]) for end in (link.source, link.target))
        ]
        return _strongest(found, "rho")

    async def similar(self, name: str, run: str, most: int) -> Resembled:
        """
        Return what resembled the opportunity, order or trade *name*, and how it ended.

        Raises:
            DataError: the graph knows none, or nothing of how it looked.
        """
        case = await self._case(name, run)
        asked = WatchFilter(kind=case.kind, window=Window(Nanos(0), case.ts))
        cases = await self.graph.watched(Case, asked, CASES)
        return Resembled(case, similar(case, cases, most))

    async def _case(self, name: str, run: str) -> Case:
        keys: list[str] = []
        verdict = await self.graph.verdict(name, run)
        if verdict is not None:
            keys.append(verdict.opportunity.key)
        else:
            story = await self.graph.story(name, run)
            if story is None:
                known = "no opportunity, order or trade"
                raise DataError(f"the graph knows {known} {name!r}")
            if story.opportunity is not None:
                keys.append(story.opportunity.key)
            keys.extend(signal.key for signal in story.signals)
        for key in keys:
            found = await self.graph.watched(Case, WatchFilter(key=key), 1)
            if found:
                return found[0]
        raise DataError(f"the graph does not know how {name!r} looked when it was seen")


def _is_pattern(key: str, only: WatchFilter) -> bool:
    kind, _, symbol = key.partition(":")
    return only.kind in ("", kind) and only.symbol in ("", symbol)


def _strongest(found: list[Link], by: str) -> tuple[Link, ...]:
    return tuple(
        sorted(
            found, key=lambda link: (-abs(float(str(link.numbers[by]))), link.source, link.target)
        )
    )
