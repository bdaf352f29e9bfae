"""Commands that talk to the running engine: what it holds and does, and what it is to do."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import wraps
from time import sleep
from typing import TYPE_CHECKING, Concatenate, ParamSpec

import click

from graphwiz_trader.domain.errors import NotRunning
from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import ExitCode, emit

if TYPE_CHECKING:
    from graphwiz_trader.domain.plain import Plain

P = ParamSpec("P")
_ASK_S = 10.0
_STOP_S = 120.0
_BY_HAND = "by hand"
_PARTS = ("venue", "strategy", "instrument")

_run = click.option("--run", metavar="RUN", help="Which engine, where several run in this home.")
_reason = click.option(
    "--reason", default=_BY_HAND, show_default=True, help="Why; it is kept in the journal."
)


def _scoped(
    command: Callable[Concatenate[Options, str, P], None],
) -> Callable[Concatenate[Options, P], None]:
    """Give *command* a scope, from options that name a part; without one, everything."""

    @wraps(command)
    def taking(options: Options, /, *args: P.args, **kwargs: P.kwargs) -> None:
        given = dict(kwargs)
        chosen = {part: given.pop(part) for part in _PARTS}
        named = [f"{part}:{name}" for part, name in chosen.items() if name is not None]
        if len(named) > 1:
            raise click.UsageError(f"name one of {', '.join(f'--{part}' for part in _PARTS)}")
        command(options, named[0] if named else "", *args, **given)  # type: ignore[arg-type] # what is left is the command's own

    wrapped: Callable[Concatenate[Options, P], None] = taking
    for part in _PARTS:
        wrapped = click.option(f"--{part}", metavar="NAME", help=f"Only that {part}.")(wrapped)
    return wrapped


@click.command()
@click.option("--watch", is_flag=True, help="Again each second, until interrupted.")
@_run
@common_options
def status(options: Options, run: str | None, watch: bool) -> None:  # noqa: FBT001 # a flag on the command line
    """Say what the running engine holds and does."""
    from graphwiz_trader.entrypoints.engine_text import status_tables
    from graphwiz_trader.entrypoints.tables import shown

    found = _status(options, run)
    if watch:
        if options.json:
            raise click.UsageError("--watch and --json exclude each other")
        found = _watched(options, run, found)
    emit(found, shown(status_tables(found)))


@click.command()
@_run
@common_options
def orders(options: Options, run: str | None) -> None:
    """List the orders that may still fill; UNKNOWN are those whose fate is not known."""
    _list(options, run, "orders")


@click.command()
@_run
@common_options
def positions(options: Options, run: str | None) -> None:
    """List what is held, by instrument and by strategy."""
    _list(options, run, "positions")


@click.command()
@_run
@common_options
def balances(options: Options, run: str | None) -> None:
    """List what every venue's account holds, and what open orders reserve of it."""
    _list(options, run, "balances")


@click.group()
def risk() -> None:
    """Limits and their use."""


@risk.command("show")
@_run
@common_options
def risk_show(options: Options, run: str | None) -> None:
    """List every limit that has a measure, and how much of it is used."""
    _list(options, run, "risk")


@click.command()
@click.argument("order", required=False, metavar="[ID]")
@click.option("--all", "everything", is_flag=True, help="Every order of ours.")
@_reason
@_run
@common_options
@_scoped
def cancel(
    options: Options,
    scope: str,
    run: str | None,
    reason: str,
    everything: bool,  # noqa: FBT001 # a flag on the command line
    order: str | None,
) -> None:
    """Withdraw one order, those of a venue, strategy or instrument, or --all."""
    if order is not None:
        scope = f"order:{order}"
    if not scope and not everything:
        raise click.UsageError("name an order, a venue, a strategy, an instrument, or say --all")
    _order(options, run, "cancel", scope, reason)


@click.command()
@_reason
@_run
@common_options
@_scoped
def flatten(options: Options, scope: str, run: str | None, reason: str) -> None:
    """Cancel what works and close what strategies hold, inside the price band."""
    _order(options, run, "flatten", scope, reason)


@click.command()
@_reason
@_run
@common_options
@_scoped
def halt(options: Options, scope: str, run: str | None, reason: str) -> None:
    """Stop all new risk and cancel what works; hedges go on."""
    _order(options, run, "halt", scope, reason)


@click.command()
@_reason
@_run
@common_options
@_scoped
def reduce(options: Options, scope: str, run: str | None, reason: str) -> None:
    """Let only what shrinks positions pass."""
    _order(options, run, "reduce", scope, reason)


@click.command()
@click.option(
    "--adopt",
    metavar="DIFFERENCE",
    help="Take the venue's word on one difference, such as binance:balance:USDT.",
)
@click.option("--reason", required=True, help="Why; it is kept in the journal.")
@_run
@common_options
@_scoped
def resume(options: Options, scope: str, run: str | None, reason: str, adopt: str | None) -> None:
    """
    Let trading go on: from HALTED to REDUCING, and when said again, to ACTIVE.

    An account whose venue says otherwise than we think opens only when both agree, or when each
    difference is adopted by its name.
    """
    if adopt is not None:
        _order(options, run, "adopt", adopt, reason)
    else:
        _order(options, run, "resume", scope, reason)


@click.command()
@_reason
@_run
@common_options
def reload(options: Options, run: str | None, reason: str) -> None:
    """
    Let the running engine read its configuration again, and go on under it.

    The engine reads the files, environment and `--set` of its own start. Limits and thresholds
    change at once; a key that cannot change while it runs refuses all of it, and ends with 2.
    """
    from graphwiz_trader.entrypoints.engine_text import reload_lines

    came = _asked(options, run, "reload", {"reason": reason})
    emit(came, reload_lines(came))


@click.command()
@_reason
@_run
@common_options
def stop(options: Options, run: str | None, reason: str) -> None:
    """
    End the run: no new orders, own ones canceled, and proof that none is left.

    Ends with 5 and their names when something is left, or cannot be proven gone.
    """
    from graphwiz_trader.entrypoints.engine_text import apart_line

    came = _asked(options, run, "stop", {"reason": reason}, _STOP_S)
    left, apart = came.get("remaining") or [], apart_line(came.get("unreconciled"))
    text = "stopped, nothing left open"
    if left:
        text = f"stopped; left open, or not proven gone: {left}"
    if apart:
        text += f"; not reconciled: {apart}"
    if left or apart:
        click.echo(text, err=True)
    emit(came, text, ExitCode.LEFT_OPEN if left else ExitCode.DONE)


def _status(options: Options, run: str | None) -> "Mapping[str, Plain]":
    told = _asked(options, run, "status", {})["status"]
    return told if isinstance(told, dict) else {}


def _watched(
    options: Options, run: str | None, found: "Mapping[str, Plain]"
) -> "Mapping[str, Plain]":
    """Show a live view; return the last status when interrupted or the engine ends."""
    from rich.console import Console
    from rich.live import Live

    from graphwiz_trader.adapters.files.alerts import FileAlerts
    from graphwiz_trader.entrypoints.live_view import MOST, live_view

    told = FileAlerts(options.home)
    with (
        suppress(KeyboardInterrupt, NotRunning),
        Live(console=Console(stderr=True), transient=True, auto_refresh=False) as live,
    ):
        while True:
            held = _rows(options, run, "positions")
            live.update(live_view(found, held, told.latest(MOST)), refresh=True)
            sleep(1.0)
            found = _status(options, run)
    return found


def _list(options: Options, run: str | None, what: str) -> None:
    from graphwiz_trader.entrypoints.engine_text import rows_table
    from graphwiz_trader.entrypoints.tables import shown

    found = _rows(options, run, what)
    emit({what: found}, shown([rows_table(what, found)]) if found else f"no {what}")


def _rows(options: Options, run: str | None, what: str) -> "list[Mapping[str, Plain]]":
    rows = _asked(options, run, what, {})[what]
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _order(options: Options, run: str | None, what: str, scope: str, reason: str) -> None:
    from graphwiz_trader.entrypoints.engine_text import order_line

    came = _asked(options, run, what, {"scope": scope, "reason": reason})
    emit(came, order_line(came))


def _asked(
    options: Options,
    run: str | None,
    what: str,
    words: "Mapping[str, str]",
    within_s: float = _ASK_S,
) -> "Mapping[str, Plain]":
    """
    Return what the engine answers.

    Raises:
        NotRunning: there is none, or it does not answer.
        UsageError: several run and none was named; or the engine refused the request.
    """
    from graphwiz_trader.adapters.unix.control import SocketCaller
    from graphwiz_trader.domain.control import Request
    from graphwiz_trader.domain.units import RunId

    caller = SocketCaller(options.home)
    running = caller.runs()
    if not running or (run is not None and run not in running):
        name = "no engine is running" if run is None else f"the engine of {run} is not running"
        raise NotRunning(f"{name} in {options.home}")
    if run is None and len(running) > 1:
        raise click.UsageError(f"several engines run here, name one by --run: {', '.join(running)}")
    answer = caller.ask(RunId(run or running[0]), Request(what, words), within_s)
    if answer.is_error:
        raise click.UsageError(answer.message)
    return answer.result
