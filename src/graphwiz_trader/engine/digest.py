"""Digest: a hash of everything the engine did and of the state it ended in."""

from hashlib import blake2b

from graphwiz_trader.engine.engine import Engine

SIZE = 16


class Digest:
    """
    Folds outcomes, as the journal has them, in order, and at the end the state.

    Equal digests mean equal commands and facts at equal steps and an equal end; the run's name
    is in neither.
    """

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=SIZE)

    def add(self, said: bytes) -> None:
        """Fold the bytes of one outcome; quiet ones have none, and count by others' seq."""
        self._hash.update(said)

    def finish(self, engine: Engine) -> str:
        """Return the digest of all that was added and of *engine*'s state."""
        total = self._hash.copy()
        total.update(state_bytes(engine))
        return total.hexdigest()


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
