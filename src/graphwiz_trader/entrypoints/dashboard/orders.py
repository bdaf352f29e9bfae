"""Orders: what a person presses on the page, checked and handed to the run's engine."""

import asyncio
from collections.abc import Container

from graphwiz_trader.domain.control import Answer, Request
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import OperatorAction
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.domain.value import value
from graphwiz_trader.ports.control import ControlCaller

ACTIONS = (
    OperatorAction.HALT,
    OperatorAction.REDUCE,
    OperatorAction.RESUME,
    OperatorAction.FLATTEN,
)
SHORTEST, LONGEST = 3, 300
"""Characters of a reason."""

_ASK_S = 10.0


@value
class Pressed:
    """A button that was pressed and confirmed: which run, what, on which part of it, and why."""

    run: RunId
    action: OperatorAction
    scope: str
    reason: str


def pressed(said: object, runs: Container[str]) -> Pressed:
    """
    Return the order that *said*, which came from the page, gives; *runs* are those there are.

    Raises:
        DataError: a word is missing or wrong, or the run was not confirmed by its name.
    """
    words = said if isinstance(said, dict) else {}
    run, action, scope, reason, confirmed = (
        _text(words.get(name, "")) for name in ("run", "action", "scope", "reason", "confirm")
    )
    known = {each.value: each for each in ACTIONS}
    if action not in known:
        raise DataError(f"found action {action!r}, expected one of {', '.join(known)}")
    if run not in runs:
        raise DataError(f"no run {run!r} here")
    if confirmed != run:
        raise DataError(f"found confirmation {confirmed!r}, expected the run's name")
    reason = reason.strip()
    if not SHORTEST <= len(reason) <= LONGEST:
        raise DataError(
            f"found a reason of {len(reason)} characters, expected {SHORTEST} to {LONGEST}"
        )
    return Pressed(RunId(run), known[action], scope, reason)


async def carry_out(order: Pressed, caller: ControlCaller) -> Answer:
    """
    Put *order* to its engine; it is journaled with its reason and who asks.

    Raises:
        NotRunning: the engine does not answer.
    """
    words = {"scope": order.scope, "reason": order.reason}
    request = Request(order.action.value, words)
    return await asyncio.to_thread(caller.ask, order.run, request, _ASK_S)


def _text(word: object) -> str:
    """Return *word*, one line of text a journal can show as it is."""
    if not isinstance(word, str) or not word.isprintable():
        raise DataError("found a word that is no line of text")
    return word
