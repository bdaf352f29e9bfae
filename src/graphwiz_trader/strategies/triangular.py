"""Triangular arbitrage: one asset through two or three others and back, at once or in turn."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from math import nan, prod

import attrs

from graphwiz_trader.domain.commands import SetTimer
from graphwiz_trader.domain.cycle import Cycle, CycleDesk
from graphwiz_trader.domain.events import TimerFired
from graphwiz_trader.domain.group import money_of
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.lookout import Lookout, Steps
from graphwiz_trader.domain.route import Route, routes, standing
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Observation, Signal, SignalKind, Stage
from graphwiz_trader.domain.strategy import Opinion, View, Wakeup
from graphwiz_trader.domain.units import (
    MILLISECOND,
    InstrumentId,
    Lots,
    Nanos,
    StrategyId,
    Ticks,
    Venue,
)
from graphwiz_trader.strategies.triangular_config import (
    LEAST_LEGS,
    SEQUENTIAL,
    SIMULTANEOUS,
    TriangularConfig,
)

ROUNDING_BPS = 1e-8
"""More than floats lose of an edge."""


@attrs.define(eq=False)
class _Track:
    """A route, what prices it, and the episode open on it, if there is one."""

    route: Route
    desk: CycleDesk
    episodes: int = 0
    is_open: bool = False
    after_fees: bool = False
    is_asked: bool = False
    names: tuple[InstrumentId, ...] = attrs.field(init=False)
    known: frozenset[InstrumentId] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.names = tuple(step.instrument.id for step in self.route.steps)
        self.known = frozenset(self.names)

    @property
    def episode(self) -> str:
        """The name of the episode now open, or last open."""
        return f"{self.route.name}#{self.episodes}"


class Triangular:
    """
    Watches every round of three or four spot instruments of one venue, both ways.

    The legs leave together where all assets are there beforehand, else each with what the one
    before brought; a leg that falls short is the engine's to complete or unwind. A round begins
    with the asset that no instrument of it sells, since only that one can both pay and be paid.
    Rounds that the knowledge graph names come first, as long as it names them.
    An episode opens when the touch gains before fees and closes when it no longer does, or when
    a book may not be traded on.
    """

    Config = TriangularConfig

    def __init__(
        self,
        id: StrategyId,  # noqa: A002 # what the protocol calls it
        config: TriangularConfig,
        instruments: Sequence[Instrument],
        ttl: Nanos,
    ) -> None:
        self.id = id
        self._config = config
        self._ttl = ttl
        self._tracks = tuple(
            _Track(route, CycleDesk(route, config.participation))
            for route in _found(instruments, config.max_legs)
        )
        names = dict.fromkeys(name for track in self._tracks for name in track.names)
        self.instruments = tuple(names)
        self._order({})
        self._preferred: tuple[tuple[InstrumentId, ...], ...] = ()
        self._pending: dict[str, tuple[_Track, Lots]] = {}

    def on_event(self, event: Wakeup, view: View) -> Sequence[Opinion]:
        """Look at every round of which a book has just changed."""
        if isinstance(event, TimerFired):
            return tuple(self._survived(event.name, view))
        if view.routes is not self._preferred:
            self._preferred = view.routes
            self._order(standing(view.routes))
        books = view.books
        opinions: list[Opinion] = []
        taken: set[InstrumentId] = set()
        for track in self._moved(view):
            gross = track.desk.gross_bps(books)
            if gross > 0 and self._is_fresh(track, view):
                opinions += self._look(track, gross, taken, view)
            elif track.is_open:
                track.is_open = False
                opinions.append(self._noted(track, Stage.CLOSED, gross))
        return opinions

    def lookouts(self, view: View) -> Sequence[Lookout]:
        """Return the edge of every round: until there is news of one, nothing is done."""
        return [self._lookout(track, view) for track in self._tracks]

    def _lookout(self, track: _Track, view: View) -> Lookout:
        config = self._config
        steps = tuple((step.instrument.id, step.side) for step in track.route.steps)
        fees = zip(steps, self._fees(track, view), strict=True)
        kept = (
            1 / (1 + fee / 1e4) if side is Side.BUY else 1 - fee / 1e4 for (_, side), fee in fees
        )
        return Lookout(
            steps,
            Nanos(config.max_age_ms * MILLISECOND),
            -ROUNDING_BPS,
            prod(kept),
            config.min_profit_bps - ROUNDING_BPS,
            Nanos(config.max_age_spread_ms * MILLISECOND),
            is_open=track.is_open,
            is_busy=track.after_fees and self._is_busy(track, steps, view),
        )

    def _is_busy(self, track: _Track, steps: Steps, view: View) -> bool:
        """Whether nothing would be asked for, whatever the prices: see `Lookout`."""
        if any(view.working(self.id, name) for name in track.names):
            return True
        paid = view.room if self._config.legs == SIMULTANEOUS else view.headroom
        rooms, lowest = (view.room, *repeat(paid, len(steps) - 1)), Ticks(1)
        return track.is_asked and not all(
            room(self.id, *step, lowest) for room, step in zip(rooms, steps, strict=True)
        )

    def _order(self, places: Mapping[tuple[InstrumentId, ...], int]) -> None:
        """Look at the rounds that have *places* first, since the first to pay gets the books."""
        last = len(places)
        self._ordered = sorted(self._tracks, key=lambda track: places.get(track.names, last))
        self._by_instrument = {
            name: tuple(track for track in self._ordered if name in track.known)
            for name in self.instruments
        }

    def _moved(self, view: View) -> Iterable[_Track]:
        """Return the rounds with a book of this instant, in their order."""
        books, now = view.books, view.now
        moved = [name for name in self.instruments if books[name].ts == now]
        if len(moved) == 1:
            return self._by_instrument[moved[0]]
        return [track for track in self._ordered if not track.known.isdisjoint(moved)]

    def _look(
        self, track: _Track, gross: float, taken: set[InstrumentId], view: View
    ) -> Iterator[Opinion]:
        if not track.is_open:
            track.is_open, track.after_fees, track.is_asked = True, False, False
            track.episodes += 1
            yield self._noted(track, Stage.SEEN, gross)
        found = track.desk.best(view.books, self._fees(track, view), self._config.min_profit_bps)
        if found is None:
            return
        if not track.after_fees:
            track.after_fees = True
            yield self._noted(track, Stage.AFTER_FEES, gross, found)
            yield from self._later(track, found, view)
        is_free = taken.isdisjoint(track.names)
        if is_free and not any(view.working(self.id, name) for name in track.names):
            for signal in self._taken(track, found, view):
                taken.update(track.names)
                yield signal

    def _taken(self, track: _Track, seen: Cycle, view: View) -> Iterator[Signal]:
        """Ask for what limits and balances leave of it."""
        share, is_sequential = self._share(seen, view)
        if share <= 0 and track.is_asked:
            return  # refused once in this episode; nothing more is learnt by asking again
        track.is_asked = True
        cycle = seen
        if 0 < share < 1:
            fees, least = self._fees(track, view), self._config.min_profit_bps
            smaller = track.desk.best(view.books, fees, least, seen.spent * share)
            room = self._in_turn if is_sequential else self._at_once
            if smaller is None or room(smaller, view) < 1:
                return
            cycle = smaller
        yield Signal(
            self.id,
            SignalKind.TAKE,
            cycle.legs,
            cycle.net_bps,
            Nanos(view.now + self._ttl),
            strength=cycle.net_bps,
            opportunity=track.episode,
            reason=f"{cycle.spent:g} {track.route.start} at {cycle.net_bps:.4f} bps after fees,"
            f" {cycle.gap:g} at most missed by rounding",
            sequential=is_sequential,
        )

    def _share(self, cycle: Cycle, view: View) -> tuple[float, bool]:
        """Return what there is room for of *cycle*, and whether only one leg after the other."""
        legs = self._config.legs
        at_once = 0.0 if legs == SEQUENTIAL else self._at_once(cycle, view)
        if legs == SIMULTANEOUS or at_once >= 1:
            return at_once, False
        in_turn = self._in_turn(cycle, view)
        return (in_turn, True) if in_turn > at_once or legs == SEQUENTIAL else (at_once, False)

    def _at_once(self, cycle: Cycle, view: View) -> float:
        """Return the share of *cycle* that limits and balances leave of its tightest leg."""
        return min(view.room(self.id, x.instrument, x.side, x.price) / x.qty for x in cycle.legs)

    def _in_turn(self, cycle: Cycle, view: View) -> float:
        """Return the same where only the first leg is paid with what is there now."""
        first, *later = cycle.legs
        shares = [view.headroom(self.id, x.instrument, x.side, x.price) / x.qty for x in later]
        return min(
            view.room(self.id, first.instrument, first.side, first.price) / first.qty, *shares
        )

    def _fees(self, track: _Track, view: View) -> list[float]:
        known = [view.taker_fee_bps(step.instrument.venue) for step in track.route.steps]
        return [self._config.fee_bps if fee is None else fee for fee in known]

    def _is_fresh(self, track: _Track, view: View) -> bool:
        """Whether the books may be traded on, and were true at nearly one time."""
        books = [view.books[name] for name in track.names]
        if not all(book.is_usable for book in books):
            return False
        ages = [view.now - book.ts for book in books]
        is_young = max(ages) <= self._config.max_age_ms * MILLISECOND
        return is_young and max(ages) - min(ages) <= self._config.max_age_spread_ms * MILLISECOND

    def _later(self, track: _Track, found: Cycle, view: View) -> Iterator[Opinion]:
        """Ask to look again when orders sent now would have arrived."""
        latency = view.latency(track.route.steps[0].instrument.venue)
        self._pending[track.episode] = (track, found.legs[0].qty)
        if latency > 0:
            yield SetTimer(Nanos(view.now + latency), self.id, track.episode)
        else:
            yield from self._survived(track.episode, view)

    def _survived(self, episode: str, view: View) -> Iterator[Observation]:
        """Say whether the same lots would still have paid; never an input to a decision."""
        track, first = self._pending.pop(episode, (None, Lots(0)))
        if track is None or not self._is_fresh(track, view):
            return
        books = view.books
        edge = track.desk.reprice(books, self._fees(track, view), first)
        if edge is not None and edge >= 0:
            gross, qty = track.desk.gross_bps(books), track.route.steps[0].instrument.qty(first)
            yield Observation(
                self.id, episode, track.route.name, Stage.SURVIVED, gross, edge, float(qty)
            )

    def _noted(
        self, track: _Track, stage: Stage, gross: float, found: Cycle | None = None
    ) -> Observation:
        net, qty = nan, 0.0
        if found is not None:
            net = found.net_bps
            qty = float(track.route.steps[0].instrument.qty(found.legs[0].qty))
        return Observation(self.id, track.episode, track.route.name, stage, gross, net, qty)


def _found(instruments: Sequence[Instrument], longest: int) -> Iterator[Route]:
    """Yield the rounds of each venue, begun with what none of their instruments sells."""
    venues: dict[Venue, list[Instrument]] = {}
    for instrument in instruments:
        venues.setdefault(instrument.venue, []).append(instrument)
    for there in venues.values():
        for route in routes(there, longest):
            if len(route.steps) >= LEAST_LEGS and _is_hedgeable(route):
                yield route.starting_with(money_of([step.instrument for step in route.steps]))


def _is_hedgeable(route: Route) -> bool:
    """Whether every asset but one has an instrument that sells it, so that none can be stuck."""
    return len({step.instrument.base for step in route.steps}) == len(route.steps) - 1
