"""`graphwiz report`: what a run was, earned and did."""

import csv
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.money import rounded
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import emit

if TYPE_CHECKING:
    from graphwiz_trader.application.audit import AuditRow
    from graphwiz_trader.application.run_report import RunReport, Told
    from graphwiz_trader.bootstrap.container import App
    from graphwiz_trader.domain.parity import Twins
    from graphwiz_trader.domain.report import Report


_OUT = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("run")
@click.option(
    "--audit",
    type=_OUT,
    metavar="FILE",
    help="Also write every order and refusal, with its reason, to this CSV.",
)
@click.option("--html", type=_OUT, metavar="FILE", help="Also write one page with plots.")
@click.option(
    "--around",
    metavar="ORDER",
    help="Show the book around this order's first fill; default: the largest fill's.",
)
@click.option(
    "--parquet",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Also write fills, groups, equity and events here.",
)
@click.option("--compare", metavar="RUN", help="Show another run's figures beside.")
@click.option(
    "--parity",
    "with_parity",
    is_flag=True,
    help="Compare the run with its twin, too, as `graphwiz parity` does.",
)
@common_options
def report(
    options: Options,
    run: str,
    audit: Path | None,
    html: Path | None,
    around: str | None,
    parquet: Path | None,
    compare: str | None,
    *,
    with_parity: bool,
) -> None:
    """Say what RUN did and earned, from its journal and the tapes it read."""
    from graphwiz_trader.bootstrap.container import backtest_app

    app = backtest_app(options.settings(), options.home)
    reports = app.report()
    twins = _twins(app, options, run) if with_parity else None
    if (audit, html, parquet) == (None, None, None):
        _show(reports, run, reports.figures(RunId(run)), compare, twins)
        return
    told = reports.of(RunId(run))
    if audit is not None:
        _write(told.audit.rows, audit)
        options.say(f"{len(told.audit.rows)} orders and refusals in {audit}")
    if html is not None:
        _write_page(html, drawn(reports, told, around, twins))
        options.say(f"page in {html}")
    if parquet is not None:
        rows = _spread(reports, told, parquet)
        options.say(f"{', '.join(f'{n} {name}' for name, n in rows.items())} in {parquet}")
    _show(reports, run, told.report, compare, twins)


def _twins(app: "App", options: Options, run: str) -> "Twins":
    from graphwiz_trader.entrypoints.progress import progress_bar

    with progress_bar(f"parity {run}", quiet=options.quiet) as progress:
        found: Twins = app.parity().of(RunId(run), progress)
    return found


def _show(
    reports: "RunReport",
    run: str,
    found: "Report",
    compare: str | None,
    twins: "Twins | None",
) -> None:
    from graphwiz_trader.application.report_keys import keys
    from graphwiz_trader.application.report_text import tables
    from graphwiz_trader.entrypoints.commands.parity import summary
    from graphwiz_trader.entrypoints.comparison import compared
    from graphwiz_trader.entrypoints.parity_text import tables as parity_tables
    from graphwiz_trader.entrypoints.tables import shown

    beside = {} if twins is None else {"parity": summary(twins)}
    below = () if twins is None else parity_tables(twins)
    if compare is None:
        emit({**keys(found), **beside}, shown([*tables(found), *below]))
    else:
        both = compared(found, reports.figures(RunId(compare)))
        told = {"runs": [run, compare], "figures": both.figures, **beside}
        emit(told, shown([both.table, *below]))


def drawn(
    reports: "RunReport", told: "Told", around: str | None, twins: "Twins | None" = None
) -> str:
    """
    Return the page of what was *told*, with the book *around* an order's first fill.

    *twins* is the run beside its twin, None where they were not compared.

    Raises:
        DataError: the order has no fill, or the journal cannot be read again.
    """
    from graphwiz_trader.adapters.plotly.report_page import page
    from graphwiz_trader.application.report_text import tables
    from graphwiz_trader.domain.parity import SessionParity
    from graphwiz_trader.entrypoints.parity_text import tables as parity_tables

    fills = [f for f in told.detail.fills if around in (None, f.cl_ord_id)]
    if around is not None and not fills:
        raise DataError(f"found no fill of order {around} in {told.report.header.run}")
    fill = fills[0] if around else max(fills, key=lambda f: f.qty * f.price, default=None)
    heat = reports.film(told.report.header.run, fill) if fill else None
    below = () if twins is None else parity_tables(twins)
    shown = [(table.title, table.columns, table.rows) for table in (*tables(told.report), *below)]
    session = twins if isinstance(twins, SessionParity) else None
    return page(told.report, told.detail, heat, shown, session)


def _write_page(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}") from error


def _spread(reports: "RunReport", told: "Told", folder: Path) -> Mapping[str, int]:
    from graphwiz_trader.adapters.parquet.run import write_run

    return write_run(folder, told.report, told.detail, reports.entries(told.report.header.run))


def _write(rows: "Sequence[AuditRow]", path: Path) -> None:
    from graphwiz_trader.application.audit import COLUMNS

    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows([_cell(item) for item in attrs.astuple(row)] for row in rows)
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}") from error


def _cell(item: object) -> object:
    return f"{rounded(item):f}" if isinstance(item, Decimal) else item
