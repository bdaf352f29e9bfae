"""Tables: in color on a terminal, plain text anywhere else."""

import sys
from collections.abc import Sequence
from io import StringIO
from typing import TYPE_CHECKING

from graphwiz_trader.application.report_text import Table

if TYPE_CHECKING:
    from rich.console import JustifyMethod
    from rich.table import Table as RichTable

_NUMBER = 10
"""Up to so many characters a number is never cut in two, however narrow the terminal."""


def shown(tables: Sequence[Table]) -> str:
    """Return *tables* as suits stdout."""
    return rich_text(tables) if sys.stdout.isatty() else plain_text(tables)


def plain_text(tables: Sequence[Table]) -> str:
    """Return *tables* as aligned columns."""
    return "\n\n".join(f"{table.title}\n{_aligned(table)}" for table in tables)


def rich_text(tables: Sequence[Table]) -> str:
    """Return *tables* as a terminal shows them; `NO_COLOR` is honoured."""
    from rich.console import Console

    out = StringIO()
    console = Console(file=out, force_terminal=True)
    for table in tables:
        console.print(rich_table(table))
    return out.getvalue().rstrip("\n")


def rich_table(table: Table) -> "RichTable":
    """Return *table* as rich draws it."""
    from rich.table import Table as RichTable

    drawn = RichTable(
        title=table.title,
        title_justify="left",
        show_header=bool(table.columns),
        pad_edge=False,
    )
    for index in range(len(table.rows[0])):
        name = table.columns[index] if table.columns else ""
        right = bool(table.columns) and index > 0
        words = (word for row in table.rows for word in row[index].split()) if right else ()
        least = min(_NUMBER, max(map(len, words), default=0)) or None
        justify: JustifyMethod = "right" if right else "left"
        drawn.add_column(name, justify=justify, overflow="fold", min_width=least)
    for row in table.rows:
        drawn.add_row(*row)
    return drawn


def _aligned(table: Table) -> str:
    lines = [table.columns, *table.rows] if table.columns else list(table.rows)
    widths = [max(len(line[index]) for line in lines) for index in range(len(lines[0]))]
    return "\n".join(_line(line, widths, right=bool(table.columns)) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int], *, right: bool) -> str:
    first = cells[0].ljust(widths[0])
    rest = (
        cell.rjust(width) if right else cell
        for cell, width in zip(cells[1:], widths[1:], strict=True)
    )
    return "  ".join(("", first, *rest)).rstrip()
