"""Live: a venue whose market is a feed as it comes, with our orders laid over it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.events import (
    BalanceReport,
    BookGap,
    BookUpdate,
    Event,
    FeedDown,
    LevelRows,
    Trade,
)
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.order import Order
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdStatus
from graphwiz_trader.domain.tape import DIFF, SNAPSHOT, TRADE
from graphwiz_trader.domain.units import Asset, ClOrdId, InstrumentId, Nanos
from graphwiz_trader.simulation.fees import FeeSchedule
from graphwiz_trader.simulation.latency import LatencyModel
from graphwiz_trader.simulation.matching import VenueOrder
from graphwiz_trader.simulation.overlay import Overlay
from graphwiz_trader.simulation.queue import QueueModel
from graphwiz_trader.simulation.recorded_book import RecordedBook
from graphwiz_trader.simulation.recording import Recording
from graphwiz_trader.simulation.replay import OWN, ReplayVenue


class LiveBook(RecordedBook):
    """A `RecordedBook` whose recording is always the one message that has just come."""

    def __init__(self, instrument: Instrument, *, depletes: bool = True) -> None:
        super().__init__(_nothing(instrument), depletes=depletes)
        self._is_known = False

    @property
    def has_begun(self) -> bool:
        """Whether a snapshot has told the whole book, and nothing was lost since."""
        return self._is_known

    def load(self, event: BookUpdate | Trade) -> None:
        """Let *event* be the message to apply next; it happened when it was received."""
        flag = TRADE
        if isinstance(event, Trade):
            rows = _row(event)
            first, last = 0, 1
        else:
            flag = SNAPSHOT if event.snapshot else DIFF
            rows, first, last = event.rows, event.first, event.last
            self._is_known = self._is_known or event.snapshot
        self._rows = (rows.side, rows.ticks, rows.lots)
        self._messages = (
            np.array([first], np.int64),
            np.array([last], np.int64),
            np.array([flag], np.int8),
            np.array([event.ts], np.int64),
        )
        self._columns = (*self._rows, *self._messages)
        self._ts = self._messages[3]
        self._count = 1
        self._cursor[:] = (0, -1)
        self.message = 0

    def lose(self) -> None:
        """Nothing is known any more until a snapshot comes."""
        self._is_known = False


class LiveVenue(ReplayVenue):
    """
    A `SimulatedVenue` that `hear`s its market, and answers questions about our account.

    Orders are filled by the same rules as over a recording: `ReplayVenue` has them, and the
    arguments.
    """

    def __init__(
        self,
        instruments: Sequence[Instrument],
        balances: Mapping[Asset, Decimal],
        fees: FeeSchedule,
        latency: LatencyModel,
        queue: QueueModel,
        first_number: int = 1,
    ) -> None:
        self._books: dict[InstrumentId, LiveBook] = {}
        self._now = Nanos(0)
        super().__init__(
            {instrument.id: _nothing(instrument) for instrument in instruments},
            balances,
            fees,
            latency,
            queue,
            first_number=first_number,
        )

    def regrid(self, instrument: Instrument) -> None:
        """
        Put *instrument* in place of the one with its id; its book is not known until a snapshot.

        Raises:
            DomainError: an order of ours works in it.
        """
        if any(order.instrument == instrument.id for order in self.working()):
            raise DomainError(f"{instrument.id}: its grid cannot change while orders work")
        self._overlays[instrument.id] = self._overlay(_nothing(instrument))

    def hear(self, event: Event) -> Sequence[Event]:
        """Let the market move as *event* says; return what the engine will hear of it."""
        if isinstance(event, BookUpdate | Trade):
            overlay = self._overlays.get(event.instrument)
            if overlay is not None:
                self._now = event.ts
                self._books[event.instrument].load(event)
                overlay.run_next()
        elif isinstance(event, BookGap) and event.instrument in self._books:
            self._books[event.instrument].lose()
        elif isinstance(event, FeedDown) and event.venue == self.venue:
            for book in self._books.values():
                book.lose()
        return self._heard()

    def run_next(self) -> Sequence[Event]:
        """Let what is under way arrive; return what the engine will hear of it."""
        self._now = max(self._now, self.next_ts() or self._now)
        return self._noted(super().run_next())

    def query(self, cl_ord_id: ClOrdId) -> ExecutionReport | None:
        """Return a STATUS report of our request, None if it is not known."""
        order = self.order(cl_ord_id)
        if order is None:
            return None
        return ExecutionReport(
            self._now,
            self._now,
            cl_ord_id,
            str(order.number),
            "",
            ExecType.STATUS,
            order.ord_status,
            order.instrument,
            cum_qty=order.cum_qty,
        )

    def fills(self, instrument: InstrumentId, since: Nanos) -> tuple[ExecutionReport, ...]:
        """Return our fills in *instrument* matched at *since* or later, oldest first."""
        return self._blotter.fills(instrument, since)

    def balances(self) -> tuple[BalanceReport, ...]:
        """Return what we own here, by asset."""
        ledger = self.ledger
        return tuple(
            BalanceReport(self._now, self.venue, asset, ledger.total(asset), ledger.free(asset))
            for asset in ledger.assets
        )

    def remember(self, order: Order) -> None:
        """Know *order* of a venue before this one: what still worked was canceled with it."""
        known = VenueOrder(
            next(self._orders),
            order.instrument,
            OWN,
            order.side,
            order.ord_type,
            order.time_in_force,
            order.price,
            order.order_qty,
            order.cum_qty,
            order.cl_ord_id,
            ord_status=OrdStatus.CANCELED,
        )
        self._blotter.open(known)
        self._blotter.close(known)

    def _book(self, recording: Recording, *, depletes: bool) -> RecordedBook:
        book = LiveBook(recording.instrument, depletes=depletes)
        self._books[recording.instrument.id] = book
        return book

    def _next_market(self) -> tuple[Nanos | None, Overlay | None]:
        return None, None

    def _heard(self) -> Sequence[Event]:
        if not self._answers.told:
            return ()
        self._close_ended()
        return self._noted(self._answers.take())

    def _noted(self, told: Sequence[Event]) -> Sequence[Event]:
        for event in told:
            if isinstance(event, ExecutionReport) and event.exec_type is ExecType.TRADE:
                self._blotter.fill(event)
        return told


def _nothing(instrument: Instrument) -> Recording:
    none = np.empty(0, np.int64)
    small = np.empty(0, np.int8)
    return Recording(instrument, LevelRows(small, none, none), none, none, small, none)


def _row(trade: Trade) -> LevelRows:
    return LevelRows(
        np.array([trade.side], np.int8),
        np.array([trade.price], np.int64),
        np.array([trade.qty], np.int64),
    )
