"""Compiled: a backtest in one compiled loop, from tapes to the record of orders and fills."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import ceil, gcd, lcm
from typing import TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from graphwiz_trader.domain.compiled import CompiledRule
from graphwiz_trader.domain.errors import DomainError, Stopped
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.units import MILLISECOND, Asset, Float64s, Nanos, Venue
from graphwiz_trader.domain.value import evolve, value
from graphwiz_trader.kernels import book as book_kernel
from graphwiz_trader.kernels import fronts
from graphwiz_trader.kernels import run as c
from graphwiz_trader.kernels.arrays import Int64s
from graphwiz_trader.kernels.asking import LEG_COLUMNS, MOST_LEGS, VIEW_COLUMNS
from graphwiz_trader.kernels.levels import CAPACITY, NEEDED
from graphwiz_trader.kernels.run import Table
from graphwiz_trader.simulation.columns import Columns
from graphwiz_trader.simulation.queue import CREDIT_WINDOW, FIRST, LAST

BOUNDLESS = 1e300
MANY = 1 << 61
WINDOW = 1 << 16
ROOM = 8192
ORDERS, MESSAGES_AN_ORDER = 1 << 16, 4
T = TypeVar("T", bound=np.generic)

BOUNDS: Mapping[str, int] = {FIRST: fronts.FIRST, LAST: fronts.LAST}
"""Numbers of the queue models between which every other lies."""

STOPPED: Mapping[int, str] = {
    c.TOO_MANY: "more orders worked or were under way than a compiled run holds",
    c.CLOSE_CALL: "two sums of money were too close for floats to compare",
    c.BREAKER: "a loss came near the circuit breaker or the drawdown limit",
    c.ONE_SIDED: "a position had to be valued while its book had one side only",
    c.BAD_LEG: "the strategy's kernel asked for something that cannot be",
    c.OVERFLOW: "a sum of money did not fit into 64 bits",
}
"""Why a run stopped before its end, in words."""


@value
class Terms:
    """
    What venues and risk policy say.

    `balances` are ours at the start, by venue and asset; `maker` and `taker` fractions of the
    notional, below 0 a rebate; `worst` what an order may have to pay, by default the greater of
    them; `limit` the strategy's own position limit.
    """

    risk: RiskSettings
    limit: Decimal
    balances: Mapping[tuple[Venue, Asset], Decimal]
    entry: Nanos
    response: Nanos
    maker: Decimal
    taker: Decimal
    queue: str
    credit_window: Nanos = CREDIT_WINDOW
    depletes: bool = True
    worst: Decimal | None = None


@attrs.define
class CompiledRun:
    """
    A run that can go on where it stopped.

    Attributes:
        state: Its arrays; `orders` and `log` are the rows in use.
        books: How many books there are: 1 where `Columns.is_one_book_exact`, or 2.
    """

    columns: Columns
    rule: CompiledRule
    state: c.Run
    books: int
    _view: Table
    _purse: Float64s
    _legs: Table

    @classmethod
    def begin(
        cls, columns: Columns, terms: Terms, rule: CompiledRule, books: int = 0
    ) -> "CompiledRun":
        """Return a run before its first message; *books* 0 chooses the fewest that are exact."""
        exact = columns.is_one_book_exact(terms.response)
        if books == 1 and not exact:
            raise DomainError("one book would not be exact here: answers can overtake the feed")
        count = len(columns.instruments)
        chosen = books or (1 if exact else 2)
        state = _state(columns, terms, rule, chosen)
        view = np.zeros((count, VIEW_COLUMNS), np.int64)
        legs = np.zeros((MOST_LEGS, LEG_COLUMNS), np.int64)
        # A rule may be run again: what its kernel keeps is this run's own.
        own = evolve(rule, memory=rule.memory.copy(), numbers=rule.numbers.copy())
        return cls(columns, own, state, chosen, view, np.zeros(count), legs)

    @property
    def orders(self) -> Table:
        """Every order, a row each, with the columns of `kernels.run`."""
        return self.state.o[: self.state.w[c.ORDERS]]

    @property
    def log(self) -> Table:
        """Everything decided and heard, a row each."""
        return self.state.g[: self.state.w[c.LOGGED]]

    def finish(self) -> None:
        """
        Run to the end.

        Raises:
            Stopped: only the reference engine can say how it goes on.
        """
        while True:
            why = self._drive()
            if why == c.GOES_ON:
                self._withdraw()
                return
            if why in STOPPED:
                raise Stopped(STOPPED[why])
            self.state = _enlarged(self.state, why)

    def _withdraw(self) -> None:
        """Ask for whatever still works to be canceled: the run is over."""
        w, o, g = self.state.w, self.state.o, self.state.g
        for k in w[c.WORKS : c.WORKS + w[c.LIVE]].tolist():
            if o[k, c.STATUS] != c.PENDING_CANCEL:
                o[k, c.STATUS] = c.PENDING_CANCEL
                row = (c.DECIDED_CANCEL, w[c.LAST], k, 0, 0, 0, 0, c.PENDING_CANCEL)
                g[w[c.LOGGED]] = row
                w[c.LOGGED] += 1

    def _drive(self) -> int:
        # Each takes seconds to compile and tenths of one to load: only the one that is needed.
        if self.books == 1:
            from graphwiz_trader.kernels.one_book import one_book as loop
        else:
            from graphwiz_trader.kernels.two_books import two_books as loop
        rule = self.rule
        return loop(
            rule.decide,
            *self.state,
            *self.columns.rows,
            self._view,
            self._purse,
            rule.params,
            rule.memory,
            rule.numbers,
            self._legs,
        )


def _state(columns: Columns, terms: Terms, rule: CompiledRule, books: int) -> c.Run:
    instruments = columns.instruments
    n = len(instruments)
    vb = np.array([book_kernel.new_book(WINDOW, ROOM) for _ in instruments])
    lb = vb if books == 1 else vb.copy()
    w, f = _counters(columns, terms, rule), np.zeros(c.FLOATS)
    _limit(f, terms)
    i, x = np.zeros((n, c.ICOLUMNS), np.int64), np.zeros((n, c.XCOLUMNS))
    venues = list(dict.fromkeys(each.venue for each in instruments))
    for place, instrument in enumerate(instruments):
        venue = venues.index(instrument.venue)
        f[c.CASH + venue] = float(terms.balances.get((instrument.venue, instrument.quote), 0))
        _describe(i[place], x[place], instrument, terms)
        i[place, c.VENUE] = venue
        i[place, c.CURSOR], i[place, c.UNTIL] = columns.stretch(place)
        i[place, c.LISTENED] = instrument.id in rule.listens
        i[place, c.LOW_BID] = i[place, c.LOW_ASK] = c.NEVER
        i[place, c.HIGH_BID] = i[place, c.HIGH_ASK] = -c.NEVER
        i[place, c.MARKED_AT] = c.NEVER
    _relate(i, instruments, terms)
    if rule.first_timer is not None:
        i[0, c.WAKE] = columns.rows.ts[0] + rule.first_timer
    # Memory that is never written costs nothing, and moving to more of it does.
    room = max(ORDERS, len(columns.rows.ts) // MESSAGES_AN_ORDER)
    o, p = np.zeros((room, c.OCOLUMNS), np.int64), np.zeros((room, c.PCOLUMNS))
    return c.Run(w, f, i, x, o, p, np.zeros((4 * room, c.GCOLUMNS), np.int64), vb, lb)


def _counters(columns: Columns, terms: Terms, rule: CompiledRule) -> Int64s:
    risk = terms.risk
    w = np.zeros(c.size_of(len(columns.instruments)), np.int64)
    w[c.INSTRUMENTS] = len(columns.instruments)
    w[c.VENUES] = len({each.venue for each in columns.instruments})
    w[c.LAST] = columns.rows.ts[-1]
    w[c.ENTRY], w[c.RESPONSE] = terms.entry, terms.response
    w[c.LISTENS] = bool(rule.listens)
    w[c.DEPLETES] = terms.depletes
    w[c.MAX_SENT], w[c.MAX_CANCELED] = risk.max_orders_per_second, risk.max_cancels_per_second
    w[c.MAX_ALIKE], w[c.MAX_OPEN] = risk.max_identical_orders_per_second, risk.max_open_orders
    w[c.MAX_PER_FILL], w[c.MAX_AGE] = risk.max_order_to_trade, risk.max_book_age_ms * MILLISECOND
    w[c.QUEUE], w[c.CREDIT] = queue_code(terms.queue)[0], terms.credit_window
    w[c.DAY] = -1
    w[c.TAKEN_AT] = c.taken_of(len(columns.instruments))
    return w


def _limit(f: Float64s, terms: Terms) -> None:
    risk = terms.risk
    f[c.COLLAR] = float(risk.price_collar_bps)
    f[c.MAX_EXPOSURE] = float(risk.max_exposure)
    f[c.MAX_NOTIONAL] = _float(risk.max_order_notional)
    f[c.SIZE_CAP] = _float(risk.size_cap)
    f[c.DAY_FLOOR] = float(risk.circuit_breaker_threshold * risk.max_exposure)
    f[c.MAX_DRAWDOWN] = float(risk.max_drawdown_pct)
    f[c.MAKER], f[c.TAKER] = float(terms.maker), float(terms.taker)
    worst = max(terms.maker, terms.taker, Decimal(0))
    f[c.LOCK_RATE] = float(worst if terms.worst is None else terms.worst)
    f[c.WITH_FEE] = 1.0 + float(max(terms.taker, Decimal(0)))
    f[c.POWER] = queue_code(terms.queue)[1]


def _describe(i: Int64s, x: Float64s, instrument: Instrument, terms: Terms) -> None:
    unit = instrument.notional(1, 1)
    risk = terms.risk
    i[c.IS_SPOT] = instrument.kind is Kind.SPOT
    i[c.MIN_QTY] = instrument.min_qty
    i[c.MAX_QTY] = MANY if instrument.max_qty is None else instrument.max_qty
    most = risk.max_order_qty
    i[c.ORDER_LOTS] = MANY if most is None else instrument.lots_worth(most, 1)
    i[c.LIMIT] = instrument.lots_worth(min(terms.limit, risk.max_position_size), 1)
    owned = terms.balances.get((instrument.venue, instrument.base), Decimal(0))
    i[c.BASE] = instrument.lots_within(owned)
    x[c.TICK], x[c.CONTRACT], x[c.UNIT] = instrument.tick, instrument.contract, float(unit)
    # At least so many ticks times lots; exact in a float as long as it matters.
    x[c.MIN_WORTH] = float(ceil(instrument.min_notional / unit))


def _relate(i: Table, instruments: Sequence[Instrument], terms: Terms) -> None:
    """Number assets and symbols, and count each asset's lots in one unit."""
    bases = list(dict.fromkeys(each.base for each in instruments))
    symbols = list(dict.fromkeys(each.symbol for each in instruments))
    limit = min(terms.limit, terms.risk.max_position_size)
    for place, instrument in enumerate(instruments):
        unit = _common([each for each in instruments if each.base == instrument.base])
        i[place, c.ASSET] = bases.index(instrument.base)
        i[place, c.ELSEWHERE] = symbols.index(instrument.symbol)
        i[place, c.UNITS] = int(instrument.units(1, 1) / unit)
        i[place, c.LIMIT_UNITS] = int(limit / unit)


def _common(instruments: Sequence[Instrument]) -> Decimal:
    """Return the greatest quantity that all lots are whole numbers of."""
    sizes = [each.units(1, 1).as_integer_ratio() for each in instruments]
    whole = lcm(*(below for _, below in sizes))
    return Decimal(gcd(*(above * (whole // below) for above, below in sizes))) / whole


def _enlarged(state: c.Run, why: int) -> c.Run:
    """Return *state* with room for what it lacked."""
    if why == c.NO_ROOM_LOG:
        return state._replace(g=_longer(state.g, int(state.w[c.LOGGED])))
    if why == c.NO_ROOM_ORDERS:
        used = int(state.w[c.ORDERS])
        return state._replace(o=_longer(state.o, used), p=_longer(state.p, used))
    vb = _roomier(state.vb, int(state.w[c.NEEDED_AT]))
    lb = vb if state.lb is state.vb else _roomier(state.lb, int(state.w[c.NEEDED_AT]))
    return state._replace(vb=vb, lb=lb)


def _longer(part: NDArray[T], used: int) -> NDArray[T]:
    """Return four times as many rows; only those in *used* cost anything."""
    longer = np.zeros((4 * len(part), part.shape[1]), part.dtype)
    longer[:used] = part[:used]
    return longer


def _roomier(books: Table, needed: int) -> Table:
    books[:, NEEDED] = max(needed, int(books[0, CAPACITY]))
    return np.array([book_kernel.enlarged(book) for book in books])


def queue_code(name: str) -> tuple[int, float]:
    """Return the number and the exponent that kernels know queue model *name* by."""
    family, _, variant = name.partition("-")
    if name in BOUNDS:
        return BOUNDS[name], 0.0
    if name == "risk_averse":
        return fronts.RISK_AVERSE, 0.0
    if family == "log":
        return (fronts.LOG_2 if variant else fronts.LOG), 0.0
    number = {"": fronts.POW, "2": fronts.POW_2, "3": fronts.POW_3}[variant]
    return number, float(family.removeprefix("pow"))


def _float(limit: Decimal | None) -> float:
    return BOUNDLESS if limit is None else float(limit)
