"""`graphwiz bench`: what this machine reaches, beside what is promised."""

from pathlib import Path

import click

from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import ExitCode, emit


@click.command()
@click.option(
    "--messages",
    type=click.IntRange(1_000),
    default=200_000,
    show_default=True,
    help="How many book messages to generate for the engine and the books.",
)
@click.option(
    "--recorded",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="A recorded USDⓈ-M file of raw BTC/USDT frames to time the path to an order on.",
)
@click.option("--strict", is_flag=True, help="Exit 1 when a target is missed.")
@common_options
def bench(options: Options, messages: int, recorded: Path | None, strict: bool) -> None:  # noqa: FBT001 # a flag
    """
    Measure this machine: books, kernels, engine, journal, start-up.

    Figures of a busy machine say little; compare rows of one run with each other.
    """
    from graphwiz_trader.entrypoints.bench.table import as_table, measured
    from graphwiz_trader.entrypoints.tables import shown

    rows = measured(messages, recorded, options.say)
    result = {
        "rows": [
            {
                "name": row.name,
                "value": row.value,
                "unit": row.unit,
                "target": row.target,
                "better": row.better,
                "peer": row.peer,
                "holds": row.holds,
            }
            for row in rows
        ]
    }
    missed = strict and not all(row.holds for row in rows)
    emit(result, shown([as_table(rows)]), ExitCode.FAILED if missed else ExitCode.DONE)
