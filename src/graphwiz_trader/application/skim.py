"""Skim: reads a recording ahead of the engine, as far as no strategy would do anything."""

from collections.abc import Sequence
from decimal import Decimal
from math import inf
from typing import cast

import numpy as np

from graphwiz_trader.application.skimmed_market import SkimmedMarket
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.facts import TradingState
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.lookout import Lookout, Skimmable, Steps
from graphwiz_trader.domain.units import DAY, InstrumentId, Int64s, Nanos
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.kernels import skim as kernel
from graphwiz_trader.kernels.run import Reals, Table
from graphwiz_trader.ports.journal import Journal

NO_PRICE = 1 << 62
NO_RATE = -2
FRUITFUL = 4
"""Messages to be read at once for reading ahead to be worth its own time."""

MOST_PAUSES = 15


class Skim:
    """
    Takes in what the engine would take in, and note nothing of.

    The engine's books, values and count of events are afterwards what they would be, so that it
    goes on as if it had been given every message. Whatever happens at any other message, orders,
    reports, timers, is the engine's own doing.

    Args:
        engine: Whose strategies are all `Skimmable`.
        market: Its messages.
    """

    def __init__(self, engine: Engine, market: SkimmedMarket) -> None:
        self._engine = engine
        self._market = market
        self._strategies = [each for each in engine.strategies if isinstance(each, Skimmable)]
        instruments = [engine.state.instruments[name] for name in market.names]
        self._numbers = {name: number for number, name in enumerate(market.names)}
        self._books = [engine.state.books[name] for name in market.names]
        self._states = np.zeros((0, 0), np.int64)
        self._rows: list[Int64s] = []
        self._positions = [engine.state.holdings.positions[name] for name in market.names]
        self._places = np.zeros((len(instruments), kernel.PLACE), np.int64)
        self._money = np.zeros((len(instruments), kernel.MONEY))
        self._equity = np.zeros(kernel.EQUITY)
        # Single numbers are read and written three times as fast through these.
        self._place = self._places.data
        self._amount = cast("memoryview[float]", self._money.data)
        for number, instrument in enumerate(instruments):
            self._money[number, kernel.TICK] = instrument.tick
            self._money[number, kernel.UNIT : kernel.PART] = _split(instrument.worth)
            listened = any(instrument.id in each.instruments for each in engine.strategies)
            self._places[number, kernel.LISTENED] = listened
            self._places[number, kernel.RATED_BY] = self._rated_by(instrument)
        self._known: dict[Steps, tuple[int, ...]] = {}
        self._rounds = self._written(())
        self._seq = -1
        self._midnight = Nanos(0)
        self._pauses = self._pause = 0
        self.skimmed = 0
        """How many messages were taken in."""

    def read(self, until: Nanos, journal: Journal) -> bool:
        """
        Take in messages before *until* as far as nothing comes of them, and journal them.

        Returns False at a message that is the engine's. Where those are many, it pauses: it would
        cost more than it saves.
        """
        market = self._market
        if self._pause:
            self._pause -= 1
            return False
        if not market.begins_an_instant or not (self._is_current() or self._look()):
            return False
        start, until = market.at, Nanos(min(until, self._midnight))
        stop = kernel.skim(
            self._states, *market.columns, start, until, self._places, self._money,
            *self._rounds, self._equity,
        )  # fmt: skip
        self._catch_up(market.book_of(stop, until))
        self._settle(start, stop, journal)
        if market.ts >= until:
            return True
        self._pauses = 0 if stop - start >= FRUITFUL else min(2 * self._pauses + 1, MOST_PAUSES)
        self._pause = self._pauses
        return False

    def _is_current(self) -> bool:
        """Whether nothing has happened since it was looked at."""
        return self._engine.seq == self._seq and self._market.ts < self._midnight

    def _look(self) -> bool:
        """Look at what may come, and what is held; False where only the engine can go on."""
        lookouts = self._lookouts()
        if lookouts is None or not self._has_plain_rates():
            return False
        self._rounds = self._written(lookouts)
        self._write_places()
        self._write_equity()
        self._gather()
        return True

    def _lookouts(self) -> Sequence[Lookout] | None:
        """Return what all strategies wait for, None where one wants every instant."""
        found: list[Lookout] = []
        for strategy in self._strategies:
            waits = strategy.lookouts(self._engine.state)
            if waits is None:
                return None
            found += waits
        return found

    def _has_plain_rates(self) -> bool:
        """Whether what is held is worth something by at most one other book."""
        held = [number for number, position in enumerate(self._positions) if position.lots]
        return all(self._place[number, kernel.RATED_BY] != NO_RATE for number in held)

    def _rated_by(self, instrument: Instrument) -> int:
        """Return the number of the instrument whose bid converts what *instrument* earns."""
        rates = self._engine.state.rates
        if instrument.kind is Kind.INVERSE:
            return NO_RATE
        if instrument.quote == rates.reporting:
            return -1
        name = rates.bid_of(instrument.quote)
        return NO_RATE if name is None else self._numbers.get(name, NO_RATE)

    def _written(self, lookouts: Sequence[Lookout]) -> tuple[Table, Reals]:
        """Return *lookouts* in the columns of the kernel."""
        rounds, edges = [], []
        for each in lookouts:
            waits = (each.max_age, each.max_age_spread, each.is_open, each.is_busy, each.life)
            rounds.append((len(each.steps), *waits, *self._stops(each.steps)))
            edges.append((each.unseen_bps, each.factor, each.too_little_bps))
        shape = (len(lookouts), -1) if lookouts else (0, 0)
        return np.array(rounds, np.int64).reshape(shape), np.array(edges, float).reshape(shape)

    def _stops(self, steps: Steps) -> tuple[int, ...]:
        """Return the books of *steps*, and on which side an order takes from each."""
        found = self._known.get(steps)
        if found is None:
            nothing = (0,) * (kernel.SIDE - kernel.INSTRUMENT - len(steps))
            books = [self._numbers[name] for name, _ in steps]
            sides = [int(side) for _, side in steps]
            found = self._known[steps] = (*books, *nothing, *sides, *nothing)
        return found

    def _write_places(self) -> None:
        place, amount = self._place, self._amount
        for number, (book, position) in enumerate(zip(self._books, self._positions, strict=True)):
            place[number, kernel.SYNCED] = book.is_synced
            place[number, kernel.BOOK_TS] = book.ts
            place[number, kernel.HELD] = position.lots
            place[number, kernel.PRICED] = NO_PRICE
            if position.lots:
                base = _split(position.cash - position.fees)
                amount[number, kernel.BASE], amount[number, kernel.BASE_REST] = base
                part = self._engine.state.holdings.part(book.instrument.id)
                amount[number, kernel.PART] = part

    def _write_equity(self) -> None:
        state, now = self._engine.state, self._market.ts
        bounds = state.policy.bounds
        pnl, peak, day_base, endowed = state.holdings.standing(now)
        is_halted = state.scopes.get("") is TradingState.HALTED
        floor = -inf if is_halted else bounds.day_floor
        most_down = inf if is_halted else bounds.max_drawdown_pct
        self._equity[:] = (pnl, peak, day_base, floor, endowed, most_down)
        self._midnight = Nanos((now // DAY + 1) * DAY)

    def _gather(self) -> None:
        """Have all books in one table, from which one may have grown out."""
        if self._rows and all(map(_is_in, self._books, self._rows)):
            return
        longest = max(len(book.state) for book in self._books)
        self._states = np.zeros((len(self._books), longest), np.int64)
        self._rows = list(self._states)
        for book, row in zip(self._books, self._rows, strict=True):
            book.move_into(row)

    def _catch_up(self, again: int) -> None:
        """Tell the engine what became of its books, of which number *again* moves once more."""
        state = self._engine.state
        parts: dict[InstrumentId, float] = {}
        for number, book in enumerate(self._books):
            name, ts = book.instrument.id, self._place[number, kernel.BOOK_TS]
            if ts != book.ts:
                state.books.catch_up(name, Nanos(ts), comes_again=number == again)
                state.exposures.priced(name)
            if self._place[number, kernel.PRICED] != NO_PRICE:
                parts[name] = self._amount[number, kernel.PART]
        if parts:
            pnl, peak = self._equity[[kernel.PNL, kernel.PEAK]].tolist()
            state.holdings.take_over(parts, pnl, peak)

    def _settle(self, start: int, stop: int, journal: Journal) -> None:
        """Tell engine and journal that the messages from *start* to *stop* were taken in."""
        market = self._market
        if stop > start:
            journal.references(*market.numbers(start, stop))
            self._engine.skip(stop - start, market.waiting(stop))
            market.go_to(stop)
            self.skimmed += stop - start
        self._seq = self._engine.seq


def _is_in(book: OrderBook, row: Int64s) -> bool:
    return book.state is row


def _split(amount: Decimal) -> tuple[float, float]:
    """Return *amount* as a float, and the rest that it lacks."""
    near = float(amount)
    return near, float(amount - Decimal(near))
