"""`graphwiz backtest`: strategies over tapes, and the folder a run leaves."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from time import perf_counter

import click

from graphwiz_trader.domain.errors import ConfigError, Problem
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.units import Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import emit
from graphwiz_trader.entrypoints.progress import progress_bar


@click.command()
@click.option("--strategy", metavar="NAME", help="Run only this one; default: all enabled.")
@click.option(
    "--tape",
    "tapes",
    multiple=True,
    required=True,
    metavar="TAPE",
    help="A tape to run over; repeat for more venues or instruments.",
)
@click.option("--fee-bps", type=str, help="Maker and taker fee at every venue, and as expected.")
@click.option("--latency-ms", type=str, help="Order entry, one way; responses take the same.")
@click.option(
    "--offset",
    "offsets",
    multiple=True,
    metavar="VENUE=S",
    help="Seconds to add to a venue's clock (see `graphwiz data align`).",
)
@click.option(
    "--engine",
    type=click.Choice(["reference"]),
    default="reference",
    help="The very engine that trades live.",
)
@common_options
def backtest(
    options: Options,
    strategy: str | None,
    tapes: tuple[str, ...],
    fee_bps: str | None,
    latency_ms: str | None,
    offsets: tuple[str, ...],
    engine: str,
) -> None:
    """Run strategies over tapes; write a report folder."""
    from graphwiz_trader.application.report_text import tables
    from graphwiz_trader.bootstrap.assembly import only
    from graphwiz_trader.bootstrap.container import backtest_app
    from graphwiz_trader.entrypoints.summaries import backtest_summary
    from graphwiz_trader.entrypoints.tables import shown

    assignments = list(options.assignments)
    if fee_bps is not None:
        assignments.append(f"backtest.fee_bps={fee_bps}")
    if latency_ms is not None:
        assignments.append(f"backtest.latency_ms={latency_ms}")
    settings = evolve(options, assignments=tuple(assignments)).settings()
    refuse_when_off(settings)
    if strategy is not None:
        settings = only(settings, strategy)
    shifts = parsed_offsets(offsets)
    app = backtest_app(settings, options.home)
    started = perf_counter()
    with progress_bar("backtest", quiet=options.quiet) as progress:
        done = app.backtest().run(tapes, shifts, options.seed or 0, progress)
    summary = {**backtest_summary(done, tapes, perf_counter() - started), "engine": engine}
    done.folder.finish(summary)
    emit(summary, shown(tables(done.simulated.report)))


def refuse_when_off(settings: Settings) -> None:
    """Raise `ConfigError` when the configuration switches trading off."""
    if not settings.hft.enabled:
        raise ConfigError([Problem("hft.enabled", "false", "true: trading is switched off")])


def parsed_offsets(offsets: tuple[str, ...]) -> Mapping[Venue, Decimal]:
    """Return VENUE=S pairs as seconds by venue."""
    found: dict[Venue, Decimal] = {}
    for pair in offsets:
        venue, equals, seconds = pair.partition("=")
        try:
            shift = Decimal(seconds)
        except InvalidOperation:
            shift = Decimal("NaN")
        if not (venue and equals and shift.is_finite()):
            raise ConfigError([Problem("--offset", pair, "VENUE=SECONDS, such as fxcm=18000")])
        found[Venue(venue)] = shift
    return found
