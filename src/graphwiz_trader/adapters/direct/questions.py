"""Questions: what a venue is asked about our account over HTTP; answers change nothing there."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from graphwiz_trader.adapters.direct.http_call import HttpAnswer, HttpCall
from graphwiz_trader.adapters.direct.private_dialect import QuestionWords
from graphwiz_trader.adapters.direct.private_said import Meaning, Refusal
from graphwiz_trader.adapters.direct.rest import Rest
from graphwiz_trader.adapters.direct.told import Told
from graphwiz_trader.domain.errors import (
    AccessDenied,
    Garbled,
    PortError,
    RateLimited,
    Transient,
    Unsupported,
    VenueDown,
)
from graphwiz_trader.domain.orders import ExecutionReport
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Nanos
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.domain.venue import OpenOrder, OrderRef, Usage, VenueSnapshot
from graphwiz_trader.ports.clock import Clock

MOST_PAGES = 100
MOST_NAMES = 4_096
"""How many orders of other processes, and of other people, are remembered by name."""
_T = TypeVar("_T")

_ERRORS: dict[Meaning, type[PortError]] = {
    # No account can be trusted without an answer; that it was a no does not give one.
    Meaning.DEFINITE: VenueDown,
    Meaning.ABSENT: VenueDown,
    Meaning.AMBIGUOUS: VenueDown,
    Meaning.LIMITED: RateLimited,
    Meaning.CLOCK: Transient,
    Meaning.DENIED: AccessDenied,
}


class Questions:
    """
    Asks, and keeps what else is told: `usage`, and the clocks' `offset`.

    `offset` is the venue's clock minus ours; every signature uses it. `garbled` counts what could
    not be read, `refused` what was refused without naming a request. *hide* makes our credentials
    unreadable in what the venue says; *own* begins the ids of all orders that are ours.
    """

    def __init__(
        self,
        words: QuestionWords,
        hide: Callable[[str], str],
        rest: Rest,
        clock: Clock,
        told: Told,
        own: str,
    ) -> None:
        self.usage: Usage | None = None
        self.offset = Nanos(0)
        self.garbled = 0
        self.refused = 0
        self._words, self._hide, self._rest, self._clock = words, hide, rest, clock
        self._told, self._own = told, own
        self._is_measuring = False
        self._names: dict[tuple[InstrumentId, str], ClOrdId] = {}

    def at(self) -> Nanos:
        """Return what the venue's clock shows, as far as we know."""
        # Every request is stamped: calling `Nanos` would cost as much as reading the time.
        return self._clock.now() + self.offset  # type: ignore[return-value]

    def note(self, refusal: Refusal | None, used: int) -> None:
        """Remember what the venue said of how much we ask."""
        closed = Nanos(0) if refusal is None else refusal.closed_until
        if used >= 0 or closed:
            is_ban = refusal is not None and refusal.is_ban
            self.usage = Usage(self._clock.now(), used, closed, is_ban)

    async def measure(self) -> None:
        """Measure `offset`, or raise `Transient`."""
        sent = self._clock.now()
        shown = await self.server_time()
        self.offset = Nanos(shown - (sent + self._clock.now()) // 2)

    async def measure_again(self) -> None:
        """Measure after a complaint, unless that is being done; the next one repeats what fails."""
        if self._is_measuring:
            return
        self._is_measuring = True
        try:
            with suppress(Transient):
                await self.measure()
        finally:
            self._is_measuring = False

    async def server_time(self) -> Nanos:
        """Return what the venue's clock shows."""
        answer = await self._rest.ask(self._words.time_call())
        return self._sound(answer, self._heard(answer), self._words.time)

    async def count_down(self, span: Nanos) -> None:
        """Have our orders canceled *span* from now; 0: never. `Unsupported` where none can."""
        words = self._words.countdown
        if words is None:
            raise Unsupported("found no way to have orders canceled after a time")
        await self._read(words(span, self.at()), lambda _: None)

    async def query(self, order: OrderRef) -> ExecutionReport | None:
        """Return what the venue knows of *order*, None if it knows none."""
        call = self._words.query_call(order, self.at())
        answer, refusal = await self._asked(call)
        if refusal is not None and refusal.meaning is Meaning.ABSENT:
            return None
        return self._sound(
            answer, refusal, lambda body: self._words.status(body, order, self._clock.now())
        )

    async def fills(self, instrument: InstrumentId, since: Nanos) -> tuple[ExecutionReport, ...]:
        """Return our fills in *instrument* since *since*, oldest first."""
        found: dict[str, ExecutionReport] = {}
        after = ""
        for _ in range(MOST_PAGES):
            call = self._words.fills_call(instrument, since, self.at(), after)
            page, after = await self._read(
                call, lambda body: self._words.fills(body, instrument, self._clock.now())
            )
            for fill in page:
                found[fill.exec_id] = await self._named(fill)
            if not after:
                break
        now = self._clock.now()
        ours = [fill for fill in found.values() if fill.cl_ord_id.startswith(self._own)]
        ours.sort(key=lambda fill: (fill.ts_venue, len(fill.exec_id), fill.exec_id))
        return tuple(evolve(fill, ts=now) for fill in ours if fill.ts_venue >= since)

    async def snapshot(self) -> VenueSnapshot:
        """Return open orders and balances."""
        orders = await self.open_orders()
        call = self._words.balance_call(self.at())
        balances = await self._read(
            call, lambda body: self._words.balances(body, self._clock.now())
        )
        return VenueSnapshot(self._clock.now(), orders, balances)

    async def open_orders(self) -> tuple[OpenOrder, ...]:
        """Return what works under our prefix."""
        found: list[OpenOrder] = []
        after = ""
        for _ in range(MOST_PAGES):
            call = self._words.open_call(self.at(), after)
            page, after = await self._read(call, self._words.open_orders)
            found += [order for order in page if order.cl_ord_id.startswith(self._own)]
            if not after:
                break
        return tuple(found)

    async def _named(self, fill: ExecutionReport) -> ExecutionReport:
        """Return *fill* with our id of its order, where the venue did not say it."""
        naming = self._words.naming
        if fill.cl_ord_id or naming is None:
            return fill
        key = (fill.instrument, fill.order_id)
        name = self._told.named(*key) or self._names.get(key)
        if name is None:
            call = naming.call(*key, self.at())
            name = self._names[key] = ClOrdId(await self._read(call, naming.read))
            if len(self._names) > MOST_NAMES:
                del self._names[next(iter(self._names))]
        return evolve(fill, cl_ord_id=name)

    async def _read(self, call: HttpCall, read: Callable[[bytes], _T]) -> _T:
        answer, refusal = await self._asked(call)
        return self._sound(answer, refusal, read)

    async def _asked(self, call: HttpCall) -> tuple[HttpAnswer, Refusal | None]:
        """Return the answer; a complaint of our clock is heeded before it is told."""
        answer = await self._rest.ask(call)
        refusal = self._heard(answer)
        if refusal is not None and refusal.meaning is Meaning.CLOCK:
            await self.measure_again()
        return answer, refusal

    def _heard(self, answer: HttpAnswer) -> Refusal | None:
        try:
            refusal = self._words.refusal(answer, self._clock.now())
        except Garbled as error:
            self.garbled += 1
            raise Transient(f"an answer that cannot be read: {error}") from error
        self.note(refusal, self._words.used(answer))
        return refusal

    def _sound(
        self, answer: HttpAnswer, refusal: Refusal | None, read: Callable[[bytes], _T]
    ) -> _T:
        """Return what a good answer says; raise what a bad one means."""
        if refusal is not None:
            raise _ERRORS[refusal.meaning](self._hide(refusal.text))
        try:
            return read(answer.body)
        except Garbled as error:
            self.garbled += 1
            raise Transient(f"an answer that cannot be read: {error}") from error
