"""Notebook: what the package's functions return, as notebooks and data frames take it."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING, TypeVar

from typing_extensions import override

from graphwiz_trader.application.report_text import NONE, Table
from graphwiz_trader.domain.equity import EquityPoint
from graphwiz_trader.domain.plain import Plain, plain
from graphwiz_trader.domain.setting import fields_of

if TYPE_CHECKING:
    from polars import DataFrame

T = TypeVar("T")
R = TypeVar("R")
_WIDE, _HIGH = 480, 96
_MOST = 100
"""Rows that a notebook shows of many; the frame has all."""


class Shown:
    """A result that shows itself in a notebook, and is a frame or plain keys where wanted."""

    __slots__ = ()

    def to_dict(self) -> Plain:
        """Return all of it as JSON can hold it, amounts as decimal strings."""
        return plain(self)

    def to_polars(self) -> "DataFrame":
        """Return its rows as a frame."""
        from graphwiz_trader.adapters.parquet.frame import frame

        return frame(self._rows())

    def _repr_html_(self) -> str:
        return self._drawing() + "".join(map(html, self._tables()))

    @abstractmethod
    def _rows(self) -> Sequence[Mapping[str, object]]:
        """Return what a frame holds."""

    @abstractmethod
    def _tables(self) -> Sequence[Table]:
        """Return what a person reads."""

    def _drawing(self) -> str:
        """Return what is drawn above the tables."""
        return ""


class Rows(tuple[T, ...], Shown):
    """Values of one kind, such as trades, in the order of the answer."""

    __slots__ = ()

    @override
    def to_dict(self) -> Plain:
        """Return them as JSON can hold them, amounts as decimal strings."""
        return [plain(each) for each in self]

    @override
    def _rows(self) -> Sequence[Mapping[str, object]]:
        return rows_of(self)

    @override
    def _tables(self) -> Sequence[Table]:
        return [table_of(f"{len(self)} rows", rows_of(self))]


def rows_of(values: Sequence[object]) -> Sequence[Mapping[str, object]]:
    """Return the fields of each of *values*, amounts as numbers to reckon with."""
    return [
        {field.name: _number(getattr(each, field.name)) for field in fields_of(type(each))}
        for each in values
    ]


def table_of(title: str, rows: Sequence[Mapping[str, object]]) -> Table:
    """Return the first of *rows*, which have the same keys, as a table."""
    columns = tuple(rows[0]) if rows else ()
    cells = tuple(tuple(_cell(row[name]) for name in columns) for row in rows[:_MOST])
    return Table(title, tuple(name.replace("_", " ") for name in columns), cells)


def shown_as(kind: Callable[..., R], found: object) -> R:
    """Return value *found* as *kind*, which has the same fields and shows itself."""
    names = (field.name for field in fields_of(type(found)))
    return kind(**{name: getattr(found, name) for name in names})


def html(table: Table) -> str:
    """Return *table* as a notebook shows it."""
    head = "".join(f"<th>{escape(name)}</th>" for name in table.columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in table.rows
    )
    return f"<h4>{escape(table.title)}</h4><table><tr>{head}</tr>{body}</table>"


def drawn(equity: Sequence[EquityPoint], title: str) -> str:
    """Return the curve as a picture that needs no script; nothing where there are no two points."""
    if len(equity) < 2:
        return ""
    profits = [float(point.profit) for point in equity]
    low, high = min(*profits, 0.0), max(*profits, 0.0)
    scale = (_HIGH - 4) / ((high - low) or 1.0)
    step = _WIDE / (len(profits) - 1)
    points = " ".join(
        f"{place * step:.1f},{2 + (high - profit) * scale:.1f}"
        for place, profit in enumerate(profits)
    )
    zero = f"{2 + high * scale:.1f}"
    return (
        f"<svg width='{_WIDE}' height='{_HIGH}' role='img' aria-label='{escape(title)}'>"
        f"<title>{escape(title)}</title>"
        f"<line x1='0' x2='{_WIDE}' y1='{zero}' y2='{zero}' stroke='#888' stroke-dasharray='3'/>"
        f"<polyline points='{points}' fill='none' stroke='#2fb8a6' stroke-width='1.5'/></svg>"
    )


def _number(item: object) -> object:
    return float(item) if isinstance(item, Decimal) else plain(item)


def _cell(item: object) -> str:
    return NONE if item is None else str(item)
