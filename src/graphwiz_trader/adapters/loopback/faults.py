"""Faults: what goes wrong at a venue, when, and how often."""

from collections.abc import Sequence
from enum import Enum, auto
from fnmatch import fnmatchcase

from graphwiz_trader.adapters.loopback.record import Record
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos, Venue
from graphwiz_trader.domain.value import value


class Stage(Enum):
    """Where in a conversation a fault may strike."""

    FRAME = auto()
    """A message of a stream is about to leave."""
    SUBSCRIBE = auto()
    """A subscription has arrived."""
    PING = auto()
    """A ping has arrived, as a frame or as a text."""
    REST = auto()
    """A request has arrived over HTTP."""
    ORDER = auto()
    """An order has arrived, over HTTP or a socket."""
    BATCH = auto()
    """Several orders have arrived together."""
    SNAPSHOT = auto()
    """A whole book is about to be told."""
    BALANCE = auto()
    """Balances are about to be told."""
    TIME = auto()
    """The venue looks at its clock."""


class Kind(Enum):
    """What goes wrong."""

    CLOSE = "close"
    ABORT = "abort"
    MUTE = "mute"
    SWALLOW_PONG = "swallow_pong"
    LOST_SUBSCRIBE = "lost_subscribe"
    GAP = "gap"
    REORDER = "reorder"
    DUPLICATE = "duplicate"
    STALE_SNAPSHOT = "stale_snapshot"
    TRUNCATED_FRAME = "truncated_frame"
    GARBAGE = "garbage"
    HTTP_5XX = "http_5xx"
    HTTP_429 = "http_429"
    HTTP_418 = "http_418"
    HTTP_403 = "http_403"
    DELAY = "delay"
    DROP_BEFORE_ACCEPT = "drop_before_accept"
    DROP_AFTER_ACCEPT = "drop_after_accept"
    NO_ACK = "no_ack"
    BROKEN_BODY = "broken_body"
    DUPLICATE_ID = "duplicate_id"
    SKEW = "skew"
    BAD_CHECKSUM = "bad_checksum"
    ZERO_CHECKSUM = "zero_checksum"
    STREAM_TERMINATED = "stream_terminated"
    IDLESS_ERROR = "idless_error"
    PARTIAL_BATCH = "partial_batch"
    BALANCE_MISMATCH = "balance_mismatch"


STAGES = {
    Kind.CLOSE: Stage.FRAME,
    Kind.ABORT: Stage.FRAME,
    Kind.MUTE: Stage.FRAME,
    Kind.SWALLOW_PONG: Stage.PING,
    Kind.LOST_SUBSCRIBE: Stage.SUBSCRIBE,
    Kind.GAP: Stage.FRAME,
    Kind.REORDER: Stage.FRAME,
    Kind.DUPLICATE: Stage.FRAME,
    Kind.STALE_SNAPSHOT: Stage.SNAPSHOT,
    Kind.TRUNCATED_FRAME: Stage.FRAME,
    Kind.GARBAGE: Stage.FRAME,
    Kind.HTTP_5XX: Stage.REST,
    Kind.HTTP_429: Stage.REST,
    Kind.HTTP_418: Stage.REST,
    Kind.HTTP_403: Stage.REST,
    Kind.DELAY: Stage.REST,
    Kind.DROP_BEFORE_ACCEPT: Stage.ORDER,
    Kind.DROP_AFTER_ACCEPT: Stage.ORDER,
    Kind.NO_ACK: Stage.ORDER,
    Kind.BROKEN_BODY: Stage.REST,
    Kind.DUPLICATE_ID: Stage.ORDER,
    Kind.SKEW: Stage.TIME,
    Kind.BAD_CHECKSUM: Stage.FRAME,
    Kind.ZERO_CHECKSUM: Stage.FRAME,
    Kind.STREAM_TERMINATED: Stage.FRAME,
    Kind.IDLESS_ERROR: Stage.FRAME,
    Kind.PARTIAL_BATCH: Stage.BATCH,
    Kind.BALANCE_MISMATCH: Stage.BALANCE,
}
"""Where each kind strikes."""


@value
class Fault:
    """
    One entry of a schedule: it strikes what matches, *count* times from `at` on.

    `at` counts from the start of the exchange. `match` is a pattern, as of file names, for what
    is about to happen: a stream (`btcusdt@depth@100ms`, `books:BTC-USDT`), a REST request
    (`GET /api/v3/depth`) or an operation (`order.place`). `seconds` is how long a mute, a delay
    or a skew lasts, `offset_ms` how far a skewed clock is ahead, `status` what `http_5xx` answers.
    """

    kind: Kind
    at: Nanos = Nanos(0)
    venue: str = "*"
    match: str = "*"
    count: int = 1
    seconds: float = 1.0
    offset_ms: int = 5_000
    status: int = 503


class Faults:
    """The faults of one venue that have not struck yet; each strike is written to the record."""

    def __init__(
        self, venue: Venue, schedule: Sequence[Fault], began: Nanos, record: Record
    ) -> None:
        self._venue = venue
        self._began = began
        self._record = record
        self._left = {
            number: (fault, fault.count)
            for number, fault in enumerate(schedule)
            if fnmatchcase(venue, fault.venue)
        }
        self._skewed_until = Nanos(0)
        self._skew = Nanos(0)

    def strike(self, stage: Stage, what: str, now: Nanos) -> Fault | None:
        """Return the fault that strikes *what* at *stage* now, None if all goes well."""
        for number, (fault, left) in self._left.items():
            if (
                STAGES[fault.kind] is stage
                and now >= self._began + fault.at
                and fnmatchcase(what, fault.match)
            ):
                self._spend(number, left)
                self._record.fault(now, self._venue, fault.kind.value, what)
                return fault
        return None

    def skewed(self, now: Nanos) -> Nanos:
        """Return what the venue's clock shows at *now*."""
        fault = self.strike(Stage.TIME, "time", now)
        if fault is not None:
            self._skewed_until = Nanos(now + duration(fault))
            self._skew = Nanos(fault.offset_ms * MILLISECOND)
        return Nanos(now + self._skew) if now < self._skewed_until else now

    def _spend(self, number: int, left: int) -> None:
        if left > 1:
            self._left[number] = (self._left[number][0], left - 1)
        else:
            del self._left[number]


def duration(fault: Fault) -> Nanos:
    """Return how long *fault* lasts."""
    return Nanos(int(fault.seconds * SECOND))
