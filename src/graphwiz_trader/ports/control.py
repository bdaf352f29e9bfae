"""Control: the way to a running engine, for people on the same machine."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

from graphwiz_trader.domain.control import Answer, Request
from graphwiz_trader.domain.units import RunId

Answering: TypeAlias = Callable[[Request, str], Awaitable[Answer]]
"""Answers a request; the text says who asks."""


class ControlDoor(Protocol):
    """
    The engine's side.

    Nobody but the user who runs the engine gets an answer; a request that makes no sense is
    answered with an error, and disturbs nobody else.
    """

    async def serve(self, answering: Answering) -> None:
        """
        Answer until canceled; what is being answered then may still be told.

        Raises:
            DataError: the place is taken or cannot be made.
        """


class ControlCaller(Protocol):
    """The person's side."""

    def runs(self) -> tuple[RunId, ...]:
        """Return the runs whose engines answer, by name."""

    def ask(self, run: RunId, request: Request, timeout_s: float) -> Answer:
        """
        Put *request* to the engine of *run*, and wait for its answer.

        Raises:
            NotRunning: nobody answers, or not in *timeout_s*.
        """
