"""`graphwiz report`: what a run was, earned and did."""

import csv
from collections.abc import Sequence
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


@click.command()
@click.argument("run")
@click.option(
    "--audit",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write every order and refusal, with its reason, to this CSV.",
)
@common_options
def report(options: Options, run: str, audit: Path | None) -> None:
    """Say what RUN did and earned, from its journal and the tapes it read."""
    from graphwiz_trader.application.report_keys import keys
    from graphwiz_trader.application.report_text import tables
    from graphwiz_trader.bootstrap.container import backtest_app
    from graphwiz_trader.entrypoints.tables import shown

    told = backtest_app(options.settings(), options.home).report().of(RunId(run))
    if audit is not None:
        _write(told.audit.rows, audit)
        options.say(f"{len(told.audit.rows)} orders and refusals in {audit}")
    emit(keys(told.report), shown(tables(told.report)))


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
