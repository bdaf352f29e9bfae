"""Route: a cycle of trades that leads from one asset through others back to it."""

from collections.abc import Iterator, Sequence

from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Asset, InstrumentId, Nanos
from graphwiz_trader.domain.value import value


@value
class Step:
    """One trade of a route."""

    instrument: Instrument
    side: Side

    @property
    def given(self) -> Asset:
        """What it is paid with."""
        return self.instrument.quote if self.side is Side.BUY else self.instrument.base

    @property
    def received(self) -> Asset:
        """What it brings."""
        return self.instrument.base if self.side is Side.BUY else self.instrument.quote


@value
class Route:
    """Steps of which each is paid with what the one before brought, the first by the last."""

    steps: tuple[Step, ...]

    @property
    def start(self) -> Asset:
        """The asset it leads back to."""
        return self.steps[0].given

    @property
    def name(self) -> str:
        """Its assets in order, and where it begins to trade."""
        assets = [*(step.given for step in self.steps), self.start]
        return f"{'>'.join(assets)}@{self.steps[0].instrument.venue}"

    def starting_with(self, asset: Asset) -> "Route":
        """Return the same route, begun where it is paid with *asset*."""
        at = next(i for i, step in enumerate(self.steps) if step.given == asset)
        return Route(self.steps[at:] + self.steps[:at])


@value
class RoutesFound:
    """
    Event: what the knowledge graph was asked for, rounds of trades, the most promising first.

    Each is the instruments traded, in order; any of them may be the one it begins with.
    """

    ts: Nanos
    routes: tuple[tuple[InstrumentId, ...], ...]


def routes(instruments: Sequence[Instrument], longest: int) -> tuple[Route, ...]:
    """
    Return every simple cycle of two to *longest* trades on different spot *instruments*.

    Each once, in both directions, begun at whichever of its assets comes first in *instruments*.

    Source: after Johnson 1975 (SIAM J. Comput. 4:77), bounded in length.
    """
    steps: dict[Asset, list[Step]] = {}
    for instrument in instruments:
        if instrument.kind is Kind.SPOT:
            for side in Side:
                step = Step(instrument, side)
                steps.setdefault(step.given, []).append(step)
    order = {asset: i for i, asset in enumerate(steps)}
    return tuple(
        Route(path) for start in steps for path in _paths((), start, start, steps, order, longest)
    )


def is_round(steps: Sequence[Step]) -> bool:
    """Return whether spot *steps* at one venue lead from an asset through others back to it."""
    given = [step.given for step in steps]
    received = [step.received for step in steps]
    return (
        len(steps) > 1
        and len({step.instrument.venue for step in steps}) == 1
        and all(step.instrument.kind is Kind.SPOT for step in steps)
        and len(set(given)) == len(given)
        and received == given[1:] + given[:1]
    )


def standing(
    rounds: Sequence[tuple[InstrumentId, ...]],
) -> dict[tuple[InstrumentId, ...], int]:
    """Return where each of *rounds* stands, whichever of its instruments it is begun with."""
    found: dict[tuple[InstrumentId, ...], int] = {}
    for place, names in enumerate(rounds):
        for first in range(len(names)):
            found.setdefault(names[first:] + names[:first], place)
    return found


def _paths(
    path: tuple[Step, ...],
    here: Asset,
    start: Asset,
    steps: dict[Asset, list[Step]],
    order: dict[Asset, int],
    longest: int,
) -> Iterator[tuple[Step, ...]]:
    """Yield the ways on from *here* back to *start* over assets that come after it."""
    for step in steps[here]:
        if any(step.instrument.id == taken.instrument.id for taken in path):
            continue
        there = step.received
        is_new = order[there] > order[start] and all(there != taken.given for taken in path)
        if there == start and path:
            yield (*path, step)
        elif is_new and len(path) + 1 < longest:
            yield from _paths((*path, step), there, start, steps, order, longest)
