"""Detours: what requests take besides a message on a socket: HTTP, and lists of orders."""

from collections.abc import Callable

from graphwiz_trader.adapters.direct.clerk import Clerk
from graphwiz_trader.adapters.direct.http_call import HttpCall
from graphwiz_trader.adapters.direct.private_dialect import OrderWords
from graphwiz_trader.adapters.direct.private_said import Reply
from graphwiz_trader.adapters.direct.questions import Questions
from graphwiz_trader.adapters.direct.rest import Rest
from graphwiz_trader.domain.backoff import Backoff
from graphwiz_trader.domain.commands import CancelOrder
from graphwiz_trader.domain.errors import Garbled, Transient
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.ports.clock import Clock


class Detours:
    """
    Takes them; each takes time.

    Args:
        words: Reads answers to requests over HTTP.
        clerk: Remembers requests.
        rest: Asks over HTTP.
        questions: Knows what the venue lists as ours.
        again: How a list of open orders that does not come is asked for again.
    """

    def __init__(
        self,
        words: OrderWords,
        clerk: Clerk,
        rest: Rest,
        questions: Questions,
        clock: Clock,
        again: Backoff,
    ) -> None:
        self._words, self._clerk, self._rest = words, clerk, rest
        self._questions, self._clock, self._again = questions, clock, again

    async def by_http(self, number: int, call: HttpCall, replied: Callable[[Reply], None]) -> None:
        """Ask *call* as request *number*, and hand the answer to *replied*."""
        try:
            answer = await self._rest.ask(call)
            reply = self._words.replied(number, answer, self._clock.now())
        except (Transient, Garbled) as error:
            self._clerk.give_up(number, str(error))
        else:
            replied(reply)

    async def sweep(self, withdraw: Callable[[CancelOrder], None]) -> None:
        """*withdraw* what the venue lists as ours; what is not listed is asked for again."""
        failures = 0
        while True:
            try:
                listed = await self._questions.open_orders()
                break
            except Transient:
                failures += 1
                if self._again.is_spent(failures):
                    return
                wait = self._again.wait(failures)
                await self._clock.sleep_until(Nanos(self._clock.now() + wait))
        for order in listed:
            line = self._clerk.told.find(order.cl_ord_id)
            if line is None or not line.is_over:
                withdraw(CancelOrder(order.cl_ord_id, order.instrument))
