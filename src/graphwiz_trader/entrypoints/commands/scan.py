"""`graphwiz scan`: every joint state of tapes, and which of them would have paid."""

from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING

import click

from graphwiz_trader.domain.errors import ConfigError, Problem
from graphwiz_trader.domain.units import SECOND, Nanos, Venue
from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import emit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphwiz_trader.application.report_text import Table
    from graphwiz_trader.application.scan import RouteCount, ScanResult
    from graphwiz_trader.domain.joint import Touch


@click.command()
@click.argument("tapes", nargs=-1, required=True, metavar="TAPE...")
@click.option(
    "--kind",
    type=click.Choice(["cross", "triangular"]),
    required=True,
    help="One symbol at two venues, or three assets at one.",
)
@click.option("--fee-bps", type=float, default=10, show_default=True, help="Fee of each leg.")
@click.option(
    "--max-age-s",
    type=float,
    default=60,
    show_default=True,
    help="A quote older than this is not believed.",
)
@click.option(
    "--offset",
    "offsets",
    multiple=True,
    metavar="VENUE=S",
    help="Seconds to add to a venue's clock (see `graphwiz data align`).",
)
@common_options
def scan(
    options: Options,
    tapes: tuple[str, ...],
    kind: str,
    fee_bps: float,
    max_age_s: float,
    offsets: tuple[str, ...],
) -> None:
    """Count every joint state of TAPE..., and those in which a route pays after fees."""
    from graphwiz_trader.adapters.files.tape import FileTapes
    from graphwiz_trader.application.clocks import check_clocks, shifted
    from graphwiz_trader.application.recordings import opened
    from graphwiz_trader.application.scan import scan_cross, scan_triangular
    from graphwiz_trader.application.touches import joined
    from graphwiz_trader.entrypoints.progress import progress_bar
    from graphwiz_trader.entrypoints.tables import shown

    _check(fee_bps, max_age_s)
    touches = joined(opened(FileTapes(), tapes))
    shifts = _shifts(offsets, touches)
    check_clocks(touches, shifts)
    scanned = scan_cross if kind == "cross" else scan_triangular
    with progress_bar("scan", quiet=options.quiet) as progress:
        result = scanned(
            [shifted(touch, shifts) for touch in touches],
            fee_bps,
            Nanos(round(max_age_s * SECOND)),
            progress,
        )
    asked = {"kind": kind, "fee_bps": fee_bps, "max_age_s": max_age_s, "offsets": shifts}
    emit({**asked, **_summary(result)}, f"{_sentence(result)}\n\n{shown([_table(result)])}")


def _check(fee_bps: float, max_age_s: float) -> None:
    wrong = []
    if not 0 <= fee_bps < 1e4:
        wrong.append(Problem("--fee-bps", f"{fee_bps:g}", "0 or more, below 10000"))
    if not (isfinite(max_age_s) and max_age_s > 0):
        wrong.append(Problem("--max-age-s", f"{max_age_s:g}", "a number of seconds above 0"))
    if wrong:
        raise ConfigError(wrong)


def _shifts(offsets: tuple[str, ...], touches: "Sequence[Touch]") -> Mapping[str, float]:
    from graphwiz_trader.entrypoints.commands.backtest import parsed_offsets

    venues = dict.fromkeys(touch.instrument.venue for touch in touches)
    declared = parsed_offsets(offsets)
    if unknown := [venue for venue in declared if venue not in venues]:
        found = ", ".join(map(str, unknown))
        raise ConfigError([Problem("--offset", found, f"one of {', '.join(venues)}")])
    return {Venue(venue): float(seconds) for venue, seconds in declared.items()}


def _summary(result: "ScanResult") -> dict[str, object]:
    return {
        "states": result.states,
        "by_route": result.by_route,
        "seconds": result.seconds,
        "seconds_profitable": result.seconds_profitable,
        "routes": result.routes,
    }


def _sentence(result: "ScanResult") -> str:
    share = result.seconds_profitable / result.seconds if result.seconds else 0.0
    return (
        f"{result.states:,} joint states over {result.seconds:,.0f} s; a route pays after fees "
        f"for {result.seconds_profitable:,.1f} s ({share:.2%})"
    )


def _table(result: "ScanResult") -> "Table":
    from graphwiz_trader.application.report_text import Table

    columns = ("route", "symbol", "states", "episodes", "seconds", "best bps", "mean bps")
    return Table("Routes that pay", columns, tuple(map(_row, result.routes)))


def _row(route: "RouteCount") -> tuple[str, ...]:
    edges = (f"{bps:+.2f}" if isfinite(bps) else "–" for bps in (route.best_bps, route.mean_bps))
    counts = (f"{route.states:,}", f"{route.episodes:,}", f"{route.seconds:,.1f}")
    return (route.name, route.symbol, *counts, *edges)
