"""Quality: how far a book may be believed, in figures."""

from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.domain.value import value


@value
class Quality:
    """
    The record of one book so far.

    `flaw` says why the book is not synced, and is empty when it is.
    `crossings` counts messages that left the best bid above the best ask.
    `skipped` counts messages that came while the book waited for a snapshot.
    """

    synced: bool
    flaw: str
    ts: Nanos
    epoch: int
    gaps: int
    duplicates: int
    skipped: int
    crossings: int
    is_crossed: bool
    is_locked: bool
    checksums_checked: int
    checksums_failed: int
