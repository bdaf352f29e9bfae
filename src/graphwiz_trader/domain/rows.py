"""Rows: level changes, cut out of the columns they were parsed into."""

from graphwiz_trader.domain.events import BookUpdate, LevelRows
from graphwiz_trader.domain.value import evolve


def kept(update: BookUpdate) -> BookUpdate:
    """Return *update* with rows of its own, which no later message overwrites."""
    rows, part = update.rows, slice(update.first, update.last)
    own = LevelRows(rows.side[part].copy(), rows.ticks[part].copy(), rows.lots[part].copy())
    return evolve(update, rows=own, first=0, last=update.last - update.first)
