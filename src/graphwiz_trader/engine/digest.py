"""Digest: a hash of everything the engine did and of the state it ended in."""

from hashlib import blake2b

from graphwiz_trader.domain.codec import canonical
from graphwiz_trader.domain.facts import Outcome
from graphwiz_trader.engine.engine import Engine

SIZE = 16


class Digest:
    """
    Folds outcomes, in order, and at the end the state.

    Equal digests mean equal commands and facts at equal steps and an equal end; the run's name
    is in neither.
    """

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=SIZE)

    def add(self, outcome: Outcome) -> None:
        """Fold one outcome; quiet ones count through the seq of the others."""
        if outcome.commands or outcome.facts:
            self._hash.update(outcome_bytes(outcome))

    def finish(self, engine: Engine) -> str:
        """Return the digest of all that was added and of *engine*'s state."""
        total = self._hash.copy()
        total.update(state_bytes(engine))
        return total.hexdigest()


def outcome_bytes(outcome: Outcome) -> bytes:
    """Return *outcome* as canonical bytes."""
    texts = [canonical(each) for each in (*outcome.commands, *outcome.facts)]
    return "\n".join((str(outcome.seq), *texts)).encode()


def state_bytes(engine: Engine) -> bytes:
    """Return the state as canonical bytes: books, orders, positions, balances, trading states."""
    state = engine.state
    orders = tuple(
        (o.cl_ord_id, o.ord_status.value, o.cum_qty)
        for o in sorted(state.orders, key=lambda o: o.cl_ord_id)
    )
    rest = repr((engine.seq, orders, state.holdings.content(), state.scopes.content()))
    books = (name.encode() + state.books[name].content() for name in sorted(state.books))
    return b"\n".join((rest.encode(), *books))
