"""Hearing: what one private socket's messages are, and whom they concern."""

from collections.abc import Callable, Sequence

from graphwiz_trader.adapters.direct.clerk import Clerk
from graphwiz_trader.adapters.direct.private_dialect import StreamWords
from graphwiz_trader.adapters.direct.private_line import PrivateLine
from graphwiz_trader.adapters.direct.private_said import (
    Ended,
    Proceed,
    Purpose,
    Ready,
    Refused,
    Reply,
)
from graphwiz_trader.adapters.direct.questions import Questions
from graphwiz_trader.adapters.direct.sender import Sender
from graphwiz_trader.domain.errors import Garbled, Transient
from graphwiz_trader.domain.orders import ExecutionReport
from graphwiz_trader.ports.clock import Clock


class Hearing:
    """
    The `Party` of a line: replies go to the sender, reports to the clerk.

    A message that cannot be read costs the line: what it told is asked for after the next begins.
    Reports of orders whose ids do not begin with *own* are not ours, and not told.
    """

    def __init__(
        self,
        purpose: Purpose,
        line: PrivateLine,
        words: StreamWords,
        hide: Callable[[str], str],
        questions: Questions,
        sender: Sender,
        clerk: Clerk,
        clock: Clock,
        own: str,
        up: Callable[[], None],
        down: Callable[[str], None],
    ) -> None:
        self._purpose, self._line, self._words, self._hide = purpose, line, words, hide
        self._questions, self._sender, self._clerk = questions, sender, clerk
        self._clock, self._own, self._up, self._down = clock, own, up, down

    async def greeting(self) -> Sequence[bytes]:
        """Measure the clocks, for what is sent first is signed with them."""
        await self._questions.measure()
        return self._words.hello(self._purpose, self._questions.at())

    def on_text(self, payload: bytes) -> None:
        """Take one message."""
        try:
            said = self._words.hear(payload, self._clock.now(), self._purpose)
        except Garbled as error:
            self._questions.garbled += 1
            raise Transient(self._hide(f"unreadable: {error}")) from error
        if isinstance(said, Reply):
            self._sender.replied(said)
        elif isinstance(said, tuple):
            for report in said:
                self._reported(report)
        elif isinstance(said, Proceed):
            self._line.send(said.text)
        elif isinstance(said, Ready):
            self._line.ready()
        elif isinstance(said, Ended) or (isinstance(said, Refused) and self._line.link is None):
            raise Transient(self._hide(said.text))
        elif isinstance(said, Refused):
            self._questions.refused += 1

    def on_ready(self) -> None:
        """Pass it on."""
        self._up()

    def on_lost(self, reason: str) -> None:
        """Pass it on."""
        self._down(reason)

    def _reported(self, report: ExecutionReport) -> None:
        if report.cl_ord_id.startswith(self._own):
            self._clerk.reported(report)
