"""Faults: what goes wrong at a venue, when, and how often."""

from collections import deque
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from fnmatch import fnmatchcase

import attrs

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
    RULES = auto()
    """The venue looks at the rules of an instrument."""


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
    CROSSED = "crossed"
    BAD_PRICE = "bad_price"
    UNKNOWN_SYMBOL = "unknown_symbol"
    NEW_RULES = "new_rules"


_FRAME, _REST, _ORDER = (Stage.FRAME,), (Stage.REST,), (Stage.ORDER,)
STAGES = {
    **dict.fromkeys(
        (
            Kind.CLOSE,
            Kind.ABORT,
            Kind.MUTE,
            Kind.GAP,
            Kind.REORDER,
            Kind.DUPLICATE,
            Kind.TRUNCATED_FRAME,
            Kind.GARBAGE,
            Kind.BAD_CHECKSUM,
            Kind.ZERO_CHECKSUM,
            Kind.STREAM_TERMINATED,
            Kind.IDLESS_ERROR,
            Kind.CROSSED,
            Kind.BAD_PRICE,
            Kind.UNKNOWN_SYMBOL,
        ),
        _FRAME,
    ),
    **dict.fromkeys(
        (Kind.HTTP_5XX, Kind.HTTP_429, Kind.HTTP_418, Kind.HTTP_403, Kind.BROKEN_BODY), _REST
    ),
    **dict.fromkeys(
        (Kind.DROP_BEFORE_ACCEPT, Kind.DROP_AFTER_ACCEPT, Kind.NO_ACK, Kind.DUPLICATE_ID), _ORDER
    ),
    Kind.DELAY: (Stage.FRAME, Stage.REST),
    Kind.SWALLOW_PONG: (Stage.PING,),
    Kind.LOST_SUBSCRIBE: (Stage.SUBSCRIBE,),
    Kind.STALE_SNAPSHOT: (Stage.SNAPSHOT,),
    Kind.SKEW: (Stage.TIME,),
    Kind.PARTIAL_BATCH: (Stage.BATCH,),
    Kind.BALANCE_MISMATCH: (Stage.BALANCE,),
    Kind.NEW_RULES: (Stage.RULES,),
}
"""Where each kind strikes."""

USUAL_MATCH = {
    Kind.BAD_CHECKSUM: "books:*",
    Kind.ZERO_CHECKSUM: "books:*",
    Kind.STREAM_TERMINATED: "user",
    Kind.CROSSED: "*@depth*|books:*",
    Kind.BAD_PRICE: "*@depth*|books:*",
    Kind.UNKNOWN_SYMBOL: "*@depth*|books:*",
}
"""What a kind strikes where its entry does not say; otherwise anything."""


@value
class Fault:
    """
    One entry of a schedule: it strikes what matches, *count* times from `at` on.

    `at` counts from the start of the exchange, or as the calendar says. `match` is a pattern, as
    of file names, or several with `|` between them, for what is about to happen: a stream
    (`btcusdt@depth@100ms`, `books:BTC-USDT`), a REST request (`GET /api/v3/depth`), an operation
    (`order.place`) or, for new rules, a symbol (`BTCUSDT`). `seconds` is how long a mute, a delay
    or a skew lasts, `offset_ms` how far a skewed clock is ahead, `status` what `http_5xx` answers,
    `price` what `bad_price` puts into a book, `headers` what an answer over HTTP bears besides.
    An empty `match` is what its kind usually strikes.
    """

    kind: Kind
    at: Nanos = Nanos(0)
    venue: str = "*"
    match: str = ""
    count: int = 1
    seconds: float = 1.0
    offset_ms: int = 5_000
    status: int = 503
    price: str = "NaN"
    headers: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def pattern(self) -> str:
        """What it strikes."""
        return self.match or USUAL_MATCH.get(self.kind, "*")


@value
class Calendar:
    """
    What the times of a schedule count from, and when everything goes well again.

    `from_first_order`: from the first order at each venue, in place of its start. `calm_after`:
    nothing strikes any more that long after.
    """

    from_first_order: bool = False
    calm_after: Nanos | None = None


class Faults:
    """The faults of one venue that have not struck yet; each strike is written to the record."""

    def __init__(
        self,
        venue: Venue,
        schedule: Sequence[Fault],
        began: Nanos,
        record: Record,
        calendar: Calendar = Calendar(),  # noqa: B008 # a value
    ) -> None:
        self._venue = venue
        self._began = None if calendar.from_first_order else began
        self._calm_after = calendar.calm_after
        self._record = record
        ours = [fault for fault in schedule if fnmatchcase(venue, fault.venue)]
        self._waiting = deque(sorted(ours, key=lambda fault: fault.at))
        self._due: dict[Stage, list[_Due]] = {stage: [] for stage in Stage}
        self._skewed_until = Nanos(0)
        self._skew = Nanos(0)

    def add(self, fault: Fault) -> None:
        """Let *fault* strike from now on, whatever its `at` says."""
        self._arm(_Due(fault))

    def strike(self, stage: Stage, what: str, now: Nanos) -> Fault | None:
        """Return the fault that strikes *what* at *stage* now, None if all goes well."""
        if not self._is_open(stage, now):
            return None
        for due in self._due[stage]:
            if due.left and any(fnmatchcase(what, each) for each in due.patterns):
                self._spend(due)
                self._record.fault(now, self._venue, due.fault.kind.value, what)
                return due.fault
        return None

    def skewed(self, now: Nanos) -> Nanos:
        """Return what the venue's clock shows at *now*."""
        fault = self.strike(Stage.TIME, "time", now)
        if fault is not None:
            self._skewed_until = Nanos(now + duration(fault))
            self._skew = Nanos(fault.offset_ms * MILLISECOND)
        return Nanos(now + self._skew) if now < self._skewed_until else now

    def _is_open(self, stage: Stage, now: Nanos) -> bool:
        """Bring the schedule up to *now*; return whether anything may strike."""
        if self._began is None:
            if stage is not Stage.ORDER:
                return False
            self._began = now
        while self._waiting and now >= self._began + self._waiting[0].at:
            self._arm(_Due(self._waiting.popleft()))
        return self._calm_after is None or now < self._began + self._calm_after

    def _arm(self, due: "_Due") -> None:
        for place in STAGES[due.fault.kind]:
            self._due[place].append(due)

    def _spend(self, due: "_Due") -> None:
        due.left -= 1
        if not due.left:
            for place in STAGES[due.fault.kind]:
                self._due[place].remove(due)


@attrs.define(eq=False)
class _Due:
    """A fault whose time has come."""

    fault: Fault
    left: int = attrs.field(init=False)
    patterns: tuple[str, ...] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.left = self.fault.count
        self.patterns = tuple(self.fault.pattern.split("|"))


def duration(fault: Fault) -> Nanos:
    """Return how long *fault* lasts."""
    return Nanos(int(fault.seconds * SECOND))
