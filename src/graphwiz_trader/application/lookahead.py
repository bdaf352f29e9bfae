"""Lookahead: proof that what was decided would have been decided whatever came after."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest

import numpy as np

from graphwiz_trader.domain.events import Shutdown, TapeMessage
from graphwiz_trader.domain.facts import Entry, Outcome
from graphwiz_trader.domain.tampering import garbled, truncated
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.domain.value import value
from graphwiz_trader.simulation.chance import units

Tampered = Callable[[Tape], Tape]
Decide = Callable[[Tampered], Iterable[Entry]]
"""Runs a backtest over tapes that were tampered with, and gives the entries of its journal."""
Said = Callable[[Outcome], bytes]
"""Gives what a journal keeps of an outcome, nothing of a quiet one."""


@value
class Peek:
    """A decision that knew what came after: the step, its instant, and what was tampered with."""

    seq: int
    ts: Nanos
    cut: Nanos
    tampering: str


@value
class Lookahead:
    """What a check found: how many decisions it compared with others, and those that peeked."""

    cuts: int
    decisions: int
    peeks: tuple[Peek, ...]


def check(
    decide: Decide, said: Said, tapes: Sequence[Tape], cuts: int = 5, seed: int = 1
) -> Lookahead:
    """
    Run *decide* on *tapes* as they are, and with the future after each of *cuts* instants changed.

    The future is once taken away and once garbled; up to the cut every step must lead to the
    same facts and commands, byte for byte.
    """
    whole = list(_steps(decide(_as_is), said, tapes))
    peeks: list[Peek] = []
    compared = 0
    for cut in _instants(tapes, cuts):
        for name, (tampered, until) in _tamperings(tapes, cut, seed).items():
            mine = [step for step in whole if step.ts <= until]
            others = (step for step in _steps(decide(tampered), said, tapes) if step.ts <= until)
            compared += len(mine)
            found = _first_difference(mine, others)
            if found is not None:
                peeks.append(Peek(found.seq, found.ts, cut, name))
    return Lookahead(cuts, compared, tuple(peeks))


def _tamperings(tapes: Sequence[Tape], cut: Nanos, seed: int) -> dict[str, tuple[Tampered, Nanos]]:
    """Return what is done to the future, and until when all must be as it was."""
    # A run over tapes that end is over with their last message, and hears no later report.
    ends = [tape.ts[: np.searchsorted(tape.ts, cut, side="right")] for tape in tapes]
    end = max((int(ts[-1]) for ts in ends if len(ts)), default=0)
    return {
        "truncated": (lambda tape: truncated(tape, cut), Nanos(end - 1)),
        "garbled": (lambda tape: garbled(tape, cut, units(seed, len(tape.rows.side))), cut),
    }


def _as_is(tape: Tape) -> Tape:
    return tape


@value
class _Step:
    """A step that led to something, and to what."""

    seq: int
    ts: Nanos
    said: bytes


def _steps(entries: Iterable[Entry], said: Said, tapes: Sequence[Tape]) -> Iterator[_Step]:
    """Yield the steps of a run that led to something, but for its end."""
    for entry in entries:
        event, outcome = entry.event, entry.outcome
        to = said(outcome)
        if isinstance(event, Shutdown) or not to:
            continue
        if isinstance(event, TapeMessage):
            ts = Nanos(int(tapes[event.tape].ts[event.message]))
        else:
            ts = event.ts
        yield _Step(outcome.seq, ts, to)


def _first_difference(mine: Iterable[_Step], others: Iterable[_Step]) -> _Step | None:
    """Return the first step that one took and the other did not, None where all agree."""
    for ours, other in zip_longest(mine, others):
        if ours != other:
            return ours or other
    return None


def _instants(tapes: Sequence[Tape], count: int) -> list[Nanos]:
    """Return instants that part the time of *tapes* evenly."""
    first = min(int(tape.ts[0]) for tape in tapes)
    last = max(int(tape.ts[-1]) for tape in tapes)
    return [Nanos(first + (last - first) * n // (count + 1)) for n in range(1, count + 1)]
