"""Door: how an HTTP request is served, with whatever goes wrong on purpose."""

from collections.abc import Callable
from typing import Protocol

from aiohttp import web

from graphwiz_trader.adapters.loopback.faults import Fault, Kind, Stage, duration
from graphwiz_trader.adapters.loopback.premises import Premises
from graphwiz_trader.adapters.loopback.rest.outcome import broken, cut
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.units import Nanos


class Respondent(Protocol):
    """A dialect over HTTP."""

    too_many: Plain
    """Its body of an answer 429 or 418."""

    def is_order(self, name: str) -> bool:
        """Whether the request *name* places or cancels orders."""

    def respond(
        self, request: web.Request, name: str, body: str, fault: Fault | None
    ) -> web.Response:
        """Answer; *fault*, of an order, has not struck yet."""


class RestDoor:
    """Serves requests to one venue."""

    def __init__(self, premises: Premises, respondent: Respondent) -> None:
        self._premises = premises
        self._respondent = respondent

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, or let it fail as scheduled."""
        premises = self._premises
        name = f"{request.method} {request.path}"
        body = await request.text()  # before any delay, in which the client may leave
        await self._travel(premises.delays.entry)
        fault = premises.faults.strike(Stage.REST, name, premises.now())
        if fault is not None and fault.kind is Kind.DELAY:
            await self._wait(duration(fault))
        elif fault is not None and fault.kind is not Kind.BROKEN_BODY:
            return broken(fault, self._respondent.too_many)
        answer = await self._order(request, name, body)
        await self._travel(premises.delays.response)
        if fault is not None and fault.kind is Kind.BROKEN_BODY and answer.text:
            answer.text = answer.text[: len(answer.text) // 2]
        return answer

    async def _order(self, request: web.Request, name: str, body: str) -> web.Response:
        fault = None
        now = self._premises.now()
        if self._respondent.is_order(name):
            fault = self._premises.faults.strike(Stage.ORDER, name, now)
        if fault is not None and fault.kind is Kind.DROP_BEFORE_ACCEPT:
            return cut(request)
        answer = self._respondent.respond(request, name, body, fault)
        if fault is not None and fault.kind is Kind.NO_ACK:
            await self._wait(duration(fault))
            return cut(request)
        if fault is not None and fault.kind is Kind.DROP_AFTER_ACCEPT:
            return cut(request)
        return answer

    async def _travel(self, delay: Callable[[], int]) -> None:
        drawn = delay()
        if drawn:
            await self._wait(Nanos(drawn))

    async def _wait(self, span: Nanos) -> None:
        clock = self._premises.pacing.clock
        await clock.sleep_until(Nanos(clock.now() + span))
