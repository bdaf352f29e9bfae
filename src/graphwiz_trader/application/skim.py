"""Skim: reads a recording ahead of the engine, as far as no strategy would do anything."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import inf

import numpy as np

from graphwiz_trader.application.skimmed_market import SkimmedMarket
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.facts import TradingState
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.lookout import Lookout, Skimmable
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
        self._wants_all = len(self._strategies) < len(engine.strategies)
        instruments = [engine.state.instruments[name] for name in market.names]
        self._instruments = instruments
        self._numbers = {name: number for number, name in enumerate(market.names)}
        self._books = [engine.state.books[name] for name in market.names]
        self._states = np.zeros((0, 0), np.int64)
        self._rows: list[Int64s] = []
        self._places = np.zeros((len(instruments), kernel.PLACE), np.int64)
        self._money = np.zeros((len(instruments), kernel.MONEY))
        self._equity = np.zeros(kernel.EQUITY)
        for number, instrument in enumerate(instruments):
            self._money[number, kernel.TICK] = instrument.tick
            self._money[number, kernel.UNIT : kernel.PART] = _split(instrument.worth)
            listened = any(instrument.id in each.instruments for each in engine.strategies)
            self._places[number, kernel.LISTENED] = listened
            self._places[number, kernel.RATED_BY] = self._rated_by(instrument)
        self._rounds = _rounds((), {})
        self._seq = -1
        self._midnight = Nanos(0)
        self._pauses = self._pause = 0
        self.skimmed = 0
        """How many messages were taken in."""

    def read(self, until: Nanos, journal: Journal) -> bool:
        """
        Take in messages before *until* as far as nothing comes of them, and journal them.

        Returns whether all were taken in. Where few are, it pauses: that costs more than it saves.
        """
        market = self._market
        if self._pause:
            self._pause -= 1
            return False
        if not market.begins_an_instant or not (self._is_current() or self._look()):
            return False
        start = market.at
        stop = kernel.skim(
            self._states, *market.columns, start, min(until, self._midnight), self._places,
            self._money, *self._rounds, self._equity,
        )  # fmt: skip
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
        self._rounds = _rounds(lookouts, self._numbers)
        self._write_places()
        self._write_equity()
        self._gather()
        return True

    def _lookouts(self) -> Sequence[Lookout] | None:
        """Return what all strategies wait for, None where one wants every instant."""
        if self._wants_all:
            return None
        found: list[Lookout] = []
        for strategy in self._strategies:
            waits = strategy.lookouts(self._engine.state)
            if waits is None:
                return None
            found += waits
        return found

    def _has_plain_rates(self) -> bool:
        """Whether what is held is worth something by at most one other book."""
        positions = self._engine.state.holdings.positions
        held = [n for n, each in enumerate(self._instruments) if positions[each.id].lots]
        return all(self._places[number, kernel.RATED_BY] != NO_RATE for number in held)

    def _rated_by(self, instrument: Instrument) -> int:
        """Return the number of the instrument whose bid converts what *instrument* earns."""
        rates = self._engine.state.rates
        if instrument.kind is Kind.INVERSE:
            return NO_RATE
        if instrument.quote == rates.reporting:
            return -1
        name = rates.bid_of(instrument.quote)
        return NO_RATE if name is None else self._numbers.get(name, NO_RATE)

    def _write_places(self) -> None:
        holdings = self._engine.state.holdings
        places, money = self._places, self._money
        for number, instrument in enumerate(self._instruments):
            book, position = self._books[number], holdings.positions[instrument.id]
            places[number, kernel.SYNCED] = book.is_synced
            places[number, kernel.BOOK_TS] = book.ts
            places[number, kernel.HELD] = position.lots
            places[number, kernel.PRICED] = NO_PRICE
            if position.lots:
                money[number, kernel.BASE : kernel.UNIT] = _split(position.cash - position.fees)
                money[number, kernel.PART] = holdings.part(instrument.id)

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

    def _settle(self, start: int, stop: int, journal: Journal) -> None:
        """Tell engine and journal that the messages from *start* to *stop* were taken in."""
        state, market = self._engine.state, self._market
        parts: dict[InstrumentId, float] = {}
        for number, instrument in enumerate(self._instruments):
            ts = int(self._places[number, kernel.BOOK_TS])
            if ts != self._books[number].ts:
                state.books.catch_up(instrument.id, Nanos(ts))
                state.exposures.priced(instrument.id)
            if self._places[number, kernel.PRICED] != NO_PRICE:
                parts[instrument.id] = float(self._money[number, kernel.PART])
        if parts:
            pnl, peak = self._equity[[kernel.PNL, kernel.PEAK]].tolist()
            state.holdings.take_over(parts, pnl, peak)
        if stop > start:
            journal.references(*market.numbers(start, stop))
            self._engine.skip(stop - start, market.waiting(stop))
            market.go_to(stop)
            self.skimmed += stop - start
        self._seq = self._engine.seq


def _rounds(
    lookouts: Sequence[Lookout], numbers: Mapping[InstrumentId, int]
) -> tuple[Table, Reals]:
    """Return *lookouts* in the columns of the kernel, by the *numbers* of their instruments."""
    rounds = np.zeros((len(lookouts), kernel.ROUND), np.int64)
    edges = np.zeros((len(lookouts), kernel.EDGE))
    for row, edge, each in zip(rounds, edges, lookouts, strict=True):
        names, sides = zip(*each.steps, strict=True)
        steps = len(names)
        row[: kernel.INSTRUMENT] = (
            steps, each.max_age, each.max_age_spread, each.is_open, each.is_busy, each.life,
        )  # fmt: skip
        row[kernel.INSTRUMENT : kernel.INSTRUMENT + steps] = [numbers[name] for name in names]
        row[kernel.SIDE : kernel.SIDE + steps] = sides
        edge[:] = (each.unseen_bps, each.factor, each.too_little_bps)
    return rounds, edges


def _is_in(book: OrderBook, row: Int64s) -> bool:
    return book.state is row


def _split(amount: Decimal) -> tuple[float, float]:
    """Return *amount* as a float, and the rest that it lacks."""
    near = float(amount)
    return near, float(amount - Decimal(near))
