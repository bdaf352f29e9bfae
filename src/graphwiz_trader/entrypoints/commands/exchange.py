"""`graphwiz exchange`: simulated exchanges alone, on sockets of this machine."""

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import emit

if TYPE_CHECKING:
    from graphwiz_trader.adapters.loopback.record import Record
    from graphwiz_trader.adapters.loopback.server import Served, ServerSettings

_FILE = click.Path(path_type=Path, dir_okay=False)
_TOP_PORT = 65_535


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
    dialects: tuple[str, ...],
    port: int,
    tapes: tuple[Path, ...],
    faults: str | None,
    speed: float,
    seconds: float | None,
    log: Path | None,
    record_books: Path | None,
) -> None:
    """
    Run simulated exchanges that speak Binance and OKX, until interrupted.

    All venues follow one seeded fair price and trade BTC/USDT, ETH/USDT and ETH/BTC with play
    money. The only account's key is `loopback-key`, its secret `loopback-secret`, its OKX
    passphrase `loopback-passphrase`.
    """
    from graphwiz_trader.adapters.files.tape import FileTapes
    from graphwiz_trader.adapters.loopback.record import Record
    from graphwiz_trader.adapters.loopback.schedule import schedule
    from graphwiz_trader.adapters.loopback.server import DIALECTS, ServerSettings, venue_names

    seed = options.seed if options.seed is not None else 7
    spoken = dialects or DIALECTS
    played = tuple(FileTapes().open(str(tape)) for tape in tapes)
    scheduled = schedule(faults, seed, venue_names(spoken)) if faults is not None else ()
    settings = ServerSettings(spoken, seed, port, speed, scheduled, tapes=played)
    record = Record(log, record_books)
    try:
        venues = asyncio.run(_served(settings, record, seconds, options))
    finally:
        record.close()
    counts = {
        what: sum(entry["what"] == what for entry in record.entries)
        for what in ("accepted", "fill", "fault")
    }
    result = {
        "seed": seed,
        "venues": [{"venue": each.venue, "rest": each.rest, "ws": each.ws} for each in venues],
        "exchange_log": log,
        **counts,
    }
    text = ", ".join(f"{number} {what}" for what, number in counts.items())
    emit(result, text)


async def _served(
    settings: "ServerSettings", record: "Record", seconds: float | None, options: Options
) -> "tuple[Served, ...]":
    """Serve until a signal comes or the time is over."""
    from graphwiz_trader.adapters.clock import SystemClock
    from graphwiz_trader.adapters.loopback.server import serving

    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with serving(settings, SystemClock(), record) as venues:
        for served in venues:
            options.say(f"{served.venue}: {served.rest} {served.ws}")
        try:
            async with asyncio.timeout(seconds):
                await ended.wait()
        except TimeoutError:
            options.say(f"{seconds} s are over")
    return venues
