"""`graphwiz backtest`: strategies over tapes, and the folder a run leaves."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from time import perf_counter
from typing import TYPE_CHECKING

import click

from graphwiz_trader.domain.errors import ConfigError, Problem
from graphwiz_trader.domain.plain import plain
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.units import Venue
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import ExitCode, emit
from graphwiz_trader.entrypoints.progress import progress_bar

if TYPE_CHECKING:
    from graphwiz_trader.application.lookahead import Lookahead


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
    type=click.Choice(["reference", "compiled"]),
    help="The very engine that trades live (the default), or one compiled loop.",
)
@click.option(
    "--lookahead-check",
    "lookahead",
    is_flag=True,
    help="Change the future of the tapes and prove that no decision before changes.",
)
@common_options
def backtest(
    options: Options,
    strategy: str | None,
    tapes: tuple[str, ...],
    fee_bps: str | None,
    latency_ms: str | None,
    offsets: tuple[str, ...],
    engine: str | None,
    lookahead: bool,  # noqa: FBT001 # a flag on the command line
) -> None:
    """Run strategies over tapes; write a report folder."""
    from graphwiz_trader.application.report_text import tables
    from graphwiz_trader.bootstrap.container import backtest_app
    from graphwiz_trader.entrypoints.summaries import backtest_summary
    from graphwiz_trader.entrypoints.tables import shown

    keys = {"fee_bps": fee_bps, "latency_ms": latency_ms, "engine": engine}
    settings = _chosen(options, strategy, keys)
    shifts = parsed_offsets(offsets)
    app = backtest_app(settings, options.home)
    started = perf_counter()
    with progress_bar("backtest", quiet=options.quiet) as progress:
        done = app.backtest().run(tapes, shifts, options.seed or 0, progress)
    summary = backtest_summary(done, tapes, perf_counter() - started)
    if done.notice:
        click.echo(f"done by the reference engine: {done.notice}", err=True)
    for alert, count in done.simulated.alerts.items():
        click.echo(f"alert {alert}, {count} ×: {done.simulated.told[alert]}", err=True)
    text = shown(tables(done.simulated.report))
    if done.bounds is not None:
        worst, best = done.bounds.pessimistic, done.bounds.optimistic
        text += (
            f"\nbounds: net {worst.net:f} ({worst.fills} fills) always last in the queue,"
            f" {best.net:f} ({best.fills} fills) always first"
        )
    code = ExitCode.DONE
    if lookahead:
        proof = _looked_ahead(options, settings, tapes, shifts)
        summary["lookahead"] = proof
        code = ExitCode.FAILED if proof.peeks else ExitCode.DONE
        text += f"\n{_lookahead_text(proof)}"
    done.folder.finish({name: plain(item) for name, item in summary.items()})
    emit(summary, text, code)


def _chosen(options: Options, strategy: str | None, keys: Mapping[str, str | None]) -> Settings:
    """Return the settings in force with *keys* of `backtest:` changed and only *strategy* on."""
    from graphwiz_trader.bootstrap.assembly import only

    given = [f"backtest.{key}={text}" for key, text in keys.items() if text is not None]
    settings = evolve(options, assignments=(*options.assignments, *given)).settings()
    refuse_when_off(settings)
    return settings if strategy is None else only(settings, strategy)


def _looked_ahead(
    options: Options, settings: Settings, tapes: tuple[str, ...], shifts: Mapping[Venue, Decimal]
) -> "Lookahead":
    from graphwiz_trader.bootstrap.lookahead import checked

    with progress_bar("look-ahead check", quiet=options.quiet) as progress:
        return checked(settings, tapes, shifts, options.seed or 0, progress)


def _lookahead_text(proof: "Lookahead") -> str:
    if not proof.peeks:
        return (
            f"no look-ahead: {proof.decisions} decisions are the same whatever comes after, "
            f"at {proof.cuts} instants"
        )
    first = proof.peeks[0]
    return (
        f"LOOK-AHEAD: step {first.seq} at {first.ts} changes when the future after {first.cut} "
        f"is {first.tampering}"
    )


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
