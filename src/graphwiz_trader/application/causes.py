"""Causes: why orders of a session and of its backtest differ, found rung by rung."""

from collections.abc import Sequence

from graphwiz_trader.application.session_tape import SessionTape
from graphwiz_trader.domain.fate import Fate, Pair, paired
from graphwiz_trader.domain.parity import Attributed, Cause, Unexplained
from graphwiz_trader.domain.units import ClOrdId, Nanos

_FOREVER = Nanos(1 << 62)

Orders = Sequence[Fate]


def attributed(ours: Orders, rungs: Sequence[Orders]) -> tuple[Attributed, ...]:
    """
    Return every order of which *ours* and the last of *rungs* differ, with its first cause.

    *rungs* are runs in the order of `Cause`: an order of ours has the cause of the first rung
    that tells it otherwise, another that of the first rung that decides it. One whose outcome
    was unknown at some time differs by missing data where it would by the queue.
    """
    last = rungs[-1]
    told = [{pair.one.cl_ord_id: pair for pair in paired(ours, rung) if pair.one} for rung in rungs]
    known = [{_name(pair.other) for pair in _common(rung, last)} for rung in rungs]
    found = []
    for pair in paired(ours, last):
        if not pair.difference:
            continue
        if pair.one is not None:
            name = pair.one.cl_ord_id
            steps = [bool(rung[name].difference) for rung in told]
        else:
            steps = [_name(pair.other) in rung for rung in known]
        cause = tuple(Cause)[steps.index(True)]
        if cause is Cause.QUEUE and pair.one is not None and pair.one.was_unknown:
            cause = Cause.MISSING_DATA
        found.append(Attributed(pair, cause))
    return tuple(found)


def unexplained(session: SessionTape, ours: Orders, again: Orders) -> Unexplained | None:
    """
    Return the first decision that *again* took otherwise without having heard otherwise.

    *again* was run under all that the session measured. A decision counts while both runs have
    heard the same of their orders at the same instants, and nothing else changed the accounts.
    """
    heard = min(_first_heard_otherwise(ours, again), session.disturbed)
    for place in range(max(len(ours), len(again))):
        one = ours[place] if place < len(ours) else None
        other = again[place] if place < len(again) else None
        if one is not None and other is not None and _decision(one) == _decision(other):
            continue
        ts = min(fate.ts for fate in (one, other) if fate is not None)
        if ts >= heard:
            return None
        return Unexplained(ts, f"session: {_words(one)}; again: {_words(other)}")
    return None


def _common(ours: Orders, theirs: Orders) -> Sequence[Pair]:
    return [pair for pair in paired(ours, theirs) if pair.one and pair.other]


def _name(fate: Fate | None) -> ClOrdId:
    return ClOrdId("") if fate is None else fate.cl_ord_id


def _first_heard_otherwise(ours: Orders, again: Orders) -> Nanos:
    first = _FOREVER
    for one, other in zip(ours, again, strict=False):
        if _decision(one) != _decision(other):
            break
        for place in range(max(len(one.heard), len(other.heard))):
            mine, yours = one.heard[place : place + 1], other.heard[place : place + 1]
            if mine != yours:
                first = min([first, *(ts for ts, _, _ in (*mine, *yours))])
                break
    return first


def _decision(fate: Fate) -> tuple[object, ...]:
    return fate.ts, fate.instrument, fate.side, fate.price, fate.qty


def _words(fate: Fate | None) -> str:
    if fate is None:
        return "no order"
    return (
        f"{fate.side.name} {fate.qty} lots of {fate.instrument} at {fate.price} ticks, at {fate.ts}"
    )
