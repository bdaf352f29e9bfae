"""Outbox: commands on their way to one venue: in sequence per order, in budget, and bounded."""

from collections import OrderedDict, deque
from collections.abc import Callable, Collection
from typing import Final

from graphwiz_trader.application.alarm import Alarm
from graphwiz_trader.application.limiter import Lane, Limiter
from graphwiz_trader.domain.commands import (
    CancelAll,
    CancelOrder,
    OrderCommand,
    ReplaceOrder,
    SubmitOrder,
)
from graphwiz_trader.domain.events import (
    AccountDown,
    CancelReject,
    Event,
    SubmitUnknown,
)
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdStatus
from graphwiz_trader.domain.units import MILLISECOND, SECOND, ClOrdId, Nanos
from graphwiz_trader.domain.value import value
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.feed import Deliver
from graphwiz_trader.ports.venue import ExecutionVenue

SIZE: Final = 1_024
IN_FLIGHT: Final = 4_096
FULL = "OUTBOX_FULL"
LATE = "EXPIRED in the outbox"
NEVER_SENT = "canceled before it was sent"

_Chained = SubmitOrder | ReplaceOrder | CancelOrder

# CPython 3.11 looks an enumeration's member up in 0.27 µs, a module's name in 0.02.
_CANCEL: Final = Lane.CANCEL
_HEDGE: Final = Lane.HEDGE
_SUBMIT: Final = Lane.SUBMIT


@value
class Waiting:
    """A command that could not leave at once, and since when it waits."""

    since: Nanos
    command: _Chained


class Outbox:
    """
    Sends at once what may leave, and keeps the rest in lanes until it may.

    A command about an order waits until the one before it was answered. What is refused here
    was never sent, and is reported as the venue would. *is_hedge* says which submits go first;
    other submits and replacements are refused once they have waited for *ttl*.
    """

    def __init__(
        self,
        venue: ExecutionVenue,
        limiter: Limiter,
        clock: Clock,
        deliver: Deliver,
        is_hedge: Callable[[ClOrdId], bool],
        ttl: Nanos = Nanos(500 * MILLISECOND),  # noqa: B008 # a number
    ) -> None:
        self._venue = venue
        self._terms = venue.terms
        self._limiter = limiter
        self._clock = clock
        self._deliver = deliver
        self._is_hedge = is_hedge
        self._ttl = ttl
        self._alarm = Alarm(clock, self._pump)
        self._lanes: dict[Lane, deque[Waiting]] = {
            lane: deque() for lane in (_CANCEL, _HEDGE, _SUBMIT)
        }
        self._queues = tuple(self._lanes.values())
        self._unanswered: OrderedDict[ClOrdId, tuple[ClOrdId, ...]] = OrderedDict()
        self._is_closed = False

    def __len__(self) -> int:
        return sum(map(len, self._queues))

    @property
    def unsent(self) -> Collection[ClOrdId]:
        """The orders that wait here: no venue has heard of them."""
        waiting = (each.command for queue in self._lanes.values() for each in queue)
        return {each.cl_ord_id for each in waiting if not isinstance(each, CancelOrder)}

    def put(self, command: OrderCommand) -> None:
        """Send *command* now if it may leave, else keep it; never waits."""
        self.sync()
        if isinstance(command, CancelAll):
            self._drop()
            self._venue.send(command)
        elif self._is_closed and not isinstance(command, CancelOrder):
            self._refuse(command, NEVER_SENT)
        elif any(self._queues):
            self._put_behind(command)
        # What may leave as the least urgent may leave, however urgent it is.
        elif not self._is_unanswered(command) and self._takes(
            _CANCEL if isinstance(command, CancelOrder) else _SUBMIT
        ):
            self._send(command)
        else:
            self._put_behind(command)

    def heard(self, event: Event) -> None:
        """Let go of what waited for *event*."""
        if isinstance(event, AccountDown):
            # Answers may have been lost with the stream: better out of sequence than never.
            if event.venue == self._venue.venue:
                self._unanswered.clear()
        elif isinstance(event, ExecutionReport | CancelReject | SubmitUnknown):
            for name in self._unanswered.get(event.cl_ord_id, ()):
                self._unanswered.pop(name, None)
        if len(self):
            self._alarm.set(self._clock.now())

    def sync(self) -> None:
        """Heed what the venue last said of our requests; a ban is told as `AccountDown`."""
        if self._limiter.sync(self._venue.usage):
            left = (self._limiter.closed_until - self._clock.now()) / SECOND
            reason = f"the venue takes no requests for {left:.1f} s: we asked too often"
            self._deliver(AccountDown(self._clock.now(), self._venue.venue, reason))

    def close(self) -> None:
        """Let nothing leave any more but cancels: what waits is refused, and what comes."""
        self._is_closed = True
        self._drop()

    async def run(self) -> None:
        """Send what waits as soon as it may leave, until canceled."""
        await self._alarm.run()

    def _put_behind(self, command: _Chained) -> None:
        """Do what `put` does, where others may go first."""
        lane = self._lane(command)
        if isinstance(command, CancelOrder) and self._is_settled_here(command):
            return
        is_first = not (self._is_unanswered(command) or self._waits_behind(lane, command))
        if is_first and self._takes(lane):
            self._send(command)
        else:
            self._keep(lane, command)

    def _takes(self, lane: Lane) -> bool:
        return self._limiter.take(lane, self._weight(lane))

    def _lane(self, command: _Chained) -> Lane:
        if isinstance(command, CancelOrder):
            return _CANCEL
        return _HEDGE if self._is_hedge(command.cl_ord_id) else _SUBMIT

    def _weight(self, lane: Lane) -> int:
        return self._terms.cancel if lane is _CANCEL else self._terms.submit

    def _is_unanswered(self, command: _Chained) -> bool:
        """Whether the command before it about the same order is not answered yet."""
        unanswered = self._unanswered
        if command.cl_ord_id in unanswered:
            return True
        return isinstance(command, ReplaceOrder) and command.orig_cl_ord_id in unanswered

    def _waits_behind(self, lane: Lane, command: _Chained) -> bool:
        """Whether what waits here goes first, or is about the same order."""
        waiting = (w.command for queue in self._queues for w in queue)
        names = _names(command)
        return bool(self._lanes[lane]) or any(
            name in _names(other) for other in waiting for name in names
        )

    def _send(self, command: _Chained) -> None:
        names = _names(command)
        self._unanswered[command.cl_ord_id] = names
        if isinstance(command, ReplaceOrder):
            self._unanswered[command.orig_cl_ord_id] = names
        while len(self._unanswered) > IN_FLIGHT:
            self._unanswered.popitem(last=False)
        self._venue.send(command)

    def _keep(self, lane: Lane, command: _Chained) -> None:
        if len(self) >= SIZE:
            out = self._displaced(lane)
            if out is None:
                self._refuse(command, FULL)
                return
            self._refuse(out, FULL)
        waiting = Waiting(self._clock.now(), command)
        self._lanes[lane].append(waiting)
        self._look_again(lane, waiting)

    def _look_again(self, lane: Lane, waiting: Waiting) -> None:
        """Pump when *waiting* may leave, or is too late for it."""
        at = self._limiter.ready(lane, self._weight(lane))
        if lane is _SUBMIT:
            at = min(at, Nanos(waiting.since + self._ttl + 1))
        self._alarm.set(at)

    def _displaced(self, lane: Lane) -> _Chained | None:
        """Return what a cancel may push out: the newest order that is no hedge, else a hedge."""
        if lane is _CANCEL:
            for less_urgent in (_SUBMIT, _HEDGE):
                if self._lanes[less_urgent]:
                    return self._lanes[less_urgent].pop().command
        return None

    def _is_settled_here(self, cancel: CancelOrder) -> bool:
        """Whether the order to cancel never left, or its cancel waits here already."""
        for queue in self._queues:
            for waiting in queue:
                if waiting.command.cl_ord_id == cancel.cl_ord_id:
                    if not isinstance(waiting.command, CancelOrder):
                        queue.remove(waiting)
                        self._refuse(waiting.command, NEVER_SENT)
                    return True
        return False

    def _drop(self) -> None:
        for lane in (_SUBMIT, _HEDGE):
            while self._lanes[lane]:
                self._refuse(self._lanes[lane].popleft().command, NEVER_SENT)

    def _pump(self) -> None:
        self.sync()
        for lane, queue in self._lanes.items():
            held: list[Waiting] = []
            while queue:
                waiting = queue.popleft()
                if lane is _SUBMIT and self._clock.now() - waiting.since > self._ttl:
                    self._refuse(waiting.command, LATE)
                elif self._is_chained(waiting.command, held):
                    held.append(waiting)
                elif self._takes(lane):
                    self._send(waiting.command)
                else:
                    held.append(waiting)
                    self._look_again(lane, waiting)
                    break
            queue.extendleft(reversed(held))

    def _is_chained(self, command: _Chained, held: list[Waiting]) -> bool:
        return any(
            name in self._unanswered or any(name in _names(w.command) for w in held)
            for name in _names(command)
        )

    def _refuse(self, command: _Chained, text: str) -> None:
        now = self._clock.now()
        if not isinstance(command, CancelOrder):
            report = ExecutionReport(
                now,
                now,
                command.cl_ord_id,
                "",
                f"outbox-{command.cl_ord_id}",
                ExecType.REJECTED,
                OrdStatus.REJECTED,
                command.instrument,
                text=text,
            )
            self._deliver(report)
        if isinstance(command, ReplaceOrder):
            self._deliver(CancelReject(now, command.orig_cl_ord_id, text))
        elif isinstance(command, CancelOrder):
            self._deliver(CancelReject(now, command.cl_ord_id, text))


def _names(command: _Chained) -> tuple[ClOrdId, ...]:
    """Return the orders that *command* is about."""
    if isinstance(command, ReplaceOrder):
        return (command.cl_ord_id, command.orig_cl_ord_id)
    return (command.cl_ord_id,)
