"""`graphwiz exchange`: simulated exchanges alone, on sockets of this machine."""

import asyncio
import signal
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.value import value
from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import ExitCode, emit

if TYPE_CHECKING:
    from graphwiz_trader.adapters.loopback.record import Record
    from graphwiz_trader.adapters.loopback.server import Served, ServerSettings

READY = "ready"
"""The line that follows the addresses once every door is open."""

_FILE = click.Path(path_type=Path, dir_okay=False)
_TOP_PORT = 65_535


@value
class Wanted:
    """The command's own options, as given."""

    dialects: tuple[str, ...]
    port: int
    tapes: tuple[Path, ...]
    faults: str | None
    faults_from: str
    calm_after: float | None
    latency_ms: tuple[str, ...]
    fee_bps: float | None
    balance: tuple[str, ...]
    speed: float


@click.command()
@click.option(
    "--dialect",
    "dialects",
    type=click.Choice(["binance", "okx"]),
    multiple=True,
    help="One venue that speaks it; repeatable, also the same one. Default: both.",
)
@click.option(
    "--port",
    type=click.IntRange(0, _TOP_PORT),
    default=0,
    show_default=True,
    help="The first venue's port, the others follow; 0 takes free ones.",
)
@click.option(
    "--tape",
    "tapes",
    type=click.Path(path_type=Path, file_okay=False),
    multiple=True,
    metavar="TAPE",
    help="Play this tape instead of a seeded market; one for each dialect.",
)
@click.option("--faults", metavar="FILE|storm", help="What goes wrong, and when.")
@click.option(
    "--faults-from",
    type=click.Choice(["start", "first-order"]),
    default="start",
    show_default=True,
    help="What the times of faults count from, at each venue.",
)
@click.option(
    "--calm-after", type=click.FloatRange(0.0), help="No fault strikes later, seconds from there."
)
@click.option(
    "--latency-ms",
    metavar="[[VENUE.]ROUTE=]MS[+JITTER]",
    multiple=True,
    help="How far away: entry, response, private, market, or all; repeatable. Default: 0.",
)
@click.option(
    "--fee-bps",
    type=click.FloatRange(-100.0, 10_000.0, max_open=True),
    help="Maker and taker fee. Default: 2 and 5.",
)
@click.option(
    "--balance",
    metavar="[VENUE.]ASSET=AMOUNT",
    multiple=True,
    help="What the account owns; repeatable. Default: USDT=1000000, BTC=20, ETH=400.",
)
@click.option(
    "--speed",
    type=click.FloatRange(0.01, 1_000.0),
    default=1.0,
    show_default=True,
    help="How many times as fast as the clock the market runs.",
)
@click.option("--seconds", type=click.FloatRange(0.1), help="Stop after that long.")
@click.option("--log", type=_FILE, metavar="FILE", help="Write the true record here, JSON lines.")
@click.option(
    "--record-books", type=_FILE, metavar="FILE", help="Write every best price published here."
)
@common_options
def exchange(
    options: Options,
    /,
    seconds: float | None,
    log: Path | None,
    record_books: Path | None,
    **wanted: object,
) -> None:
    """
    Run simulated exchanges that speak Binance and OKX, until interrupted.

    All venues follow one seeded fair price and trade BTC/USDT, ETH/USDT and ETH/BTC with play
    money. The only account's key is `loopback-key`, its secret `loopback-secret`, its OKX
    passphrase `loopback-passphrase`. A line `ready` on stderr says that every door is open.
    Ctrl-C ends with 130, a termination with 0.
    """
    from graphwiz_trader.adapters.loopback.record import Record
    from graphwiz_trader.entrypoints.loop import run

    seed = options.seed if options.seed is not None else 7
    settings = _settings(Wanted(**wanted), seed)  # type: ignore[arg-type] # click has typed them
    record = Record(log, record_books)
    try:
        venues, opened, code = run(_served(settings, record, seconds, options))
    finally:
        record.close()
    counts = {
        what: sum(entry["what"] == what for entry in record.entries)
        for what in ("accepted", "fill", "fault")
    }
    result = {
        "seed": seed,
        "venues": [_ended(each, opened[each.venue]) for each in venues],
        "exchange_log": log,
        **counts,
    }
    text = ", ".join(f"{number} {what}" for what, number in counts.items())
    emit(result, text, code)


def _settings(wanted: Wanted, seed: int) -> "ServerSettings":
    from graphwiz_trader.adapters.files.tape import FileTapes
    from graphwiz_trader.adapters.loopback.endowments import endowments_of
    from graphwiz_trader.adapters.loopback.faults import Calendar
    from graphwiz_trader.adapters.loopback.latency import routes_of
    from graphwiz_trader.adapters.loopback.schedule import schedule
    from graphwiz_trader.adapters.loopback.server import DIALECTS, ServerSettings, venue_names
    from graphwiz_trader.simulation.exchange import Terms

    spoken = wanted.dialects or DIALECTS
    names = venue_names(spoken)
    terms = Terms()
    if wanted.fee_bps is not None:
        fee = Decimal(str(wanted.fee_bps)) / 10_000
        terms = Terms(maker_fee=fee, taker_fee=fee)
    calm = None if wanted.calm_after is None else Nanos(int(wanted.calm_after * SECOND))
    return ServerSettings(
        spoken,
        seed,
        wanted.port,
        wanted.speed,
        schedule(wanted.faults, seed, names) if wanted.faults is not None else (),
        Calendar(wanted.faults_from == "first-order", calm),
        routes_of(wanted.latency_ms, names),
        terms=terms,
        endowments=endowments_of(wanted.balance, names),
        tapes=tuple(FileTapes().open(str(tape)) for tape in wanted.tapes),
    )


async def _served(
    settings: "ServerSettings", record: "Record", seconds: float | None, options: Options
) -> "tuple[tuple[Served, ...], dict[str, Mapping[str, Decimal]], ExitCode]":
    """Serve until a signal comes or the time is over; return what was owned at first, too."""
    from graphwiz_trader.adapters.clock import SystemClock
    from graphwiz_trader.adapters.loopback.server import serving

    code = ExitCode.DONE
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()

    def interrupt() -> None:
        nonlocal code
        code = ExitCode.INTERRUPTED
        ended.set()

    loop.add_signal_handler(signal.SIGINT, interrupt)
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    async with serving(settings, SystemClock(), record) as venues:
        opened = {str(served.venue): _owned(served) for served in venues}
        for served in venues:
            options.say(f"{served.venue}: {served.rest} {served.ws}")
        options.say(READY)
        try:
            async with asyncio.timeout(seconds):
                await ended.wait()
        except TimeoutError:
            options.say(f"{seconds} s are over")
    return venues, opened, code


def _ended(served: "Served", opened: Mapping[str, Decimal]) -> dict[str, object]:
    """Return where a venue was, and what became of the account there."""
    from graphwiz_trader.adapters.loopback.account import AMENDED

    working = served.premises.host.exchange.working()
    return {
        "venue": served.venue,
        "rest": served.rest,
        "ws": served.ws,
        "opened": opened,
        "closed": _owned(served),
        "open_orders": [order.cl_ord_id.partition(AMENDED)[0] for order in working],
    }


def _owned(served: "Served") -> Mapping[str, Decimal]:
    told = served.premises.host.exchange.balances()
    return {report.asset: report.total for report in told}
