"""The command line: one table of commands, each imported when it is chosen."""

import contextlib
import io
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module

import click
from typing_extensions import override

from graphwiz_trader import __version__
from graphwiz_trader.domain.errors import TraderError
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.entrypoints.output import (
    ExitCode,
    Reply,
    dumps,
    exit_code,
    failure,
    message,
)

COMMANDS: Mapping[str, tuple[str, str]] = {
    "alerts": ("alerts:alerts", "Try out the ways by which a person is told."),
    "backtest": ("backtest:backtest", "Run strategies over tapes; write a report folder."),
    "balances": ("operate:balances", "What every account holds."),
    "bench": ("bench:bench", "Measure this machine."),
    "books": ("books:books", "A live view of books and their quality."),
    "cancel": ("operate:cancel", "Withdraw orders of the running engine."),
    "config": ("config:config", "What is wrong, what is in force, the JSON schema."),
    "dashboard": ("dashboard:dashboard", "The web page of one or several runs."),
    "data": ("data:data", "Import, verify, describe and align recorded data."),
    "doctor": ("doctor:doctor", "Whether machine, venues and keys are fit to trade."),
    "demo": ("demo:demo", "The main job on simulated exchanges."),
    "flatten": ("operate:flatten", "Close what the running engine holds."),
    "graph": ("graph_browse:graph", "What the runs did and why: the knowledge graph."),
    "exchange": ("exchange:exchange", "Simulated exchanges alone, on loopback sockets."),
    "halt": ("operate:halt", "Stop all new risk."),
    "init": ("init:init", "A commented configuration, an example strategy and its test."),
    "orders": ("operate:orders", "Orders that may still fill."),
    "observe": ("observe:observe", "Follow the journals into the knowledge graph."),
    "paper": ("paper:paper", "The engine on live feeds, with play money."),
    "parity": ("parity:parity", "A session beside its backtest, every difference explained."),
    "positions": ("operate:positions", "What is held."),
    "record": ("record:record", "Live market data, onto tapes."),
    "reduce": ("operate:reduce", "Let only what shrinks positions pass."),
    "reload": ("operate:reload", "Let the running engine take over its changed configuration."),
    "replay": ("replay:replay", "Run a journal again and prove it identical."),
    "report": ("report:report", "What a run did and earned."),
    "resume": ("operate:resume", "Let trading go on."),
    "risk": ("operate:risk", "Limits and their use."),
    "scan": ("scan:scan", "Every joint state of tapes, per route, after fees."),
    "status": ("operate:status", "What the running engine holds and does."),
    "stop": ("operate:stop", "End the running engine, and prove that nothing is left."),
    "sweep": ("sweep:sweep", "Search for parameters, and say how far to believe the best."),
    "trade": ("trade:trade", "The engine on live feeds, with real money."),
    "walkforward": (
        "sweep:walkforward",
        "Parameters chosen before, proven after, again and again.",
    ),
}
"""Name → (module of `entrypoints.commands` and the click command in it, one line of help)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run the command line and return its exit code.

    Under `--json`, stdout receives one JSON object whatever happens; anything a command prints
    besides goes to stderr.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not _wants_json(words):
        return _finish(*_run(words), as_json=False)
    spoken = io.StringIO()
    with contextlib.redirect_stdout(spoken):
        code, reply, error = _run(words)
    if error is None and reply.result is None:
        reply.result = {"text": spoken.getvalue()}
    else:
        sys.stderr.write(spoken.getvalue())
    return _finish(code, reply, error, as_json=True)


class _Commands(click.Group):
    """A group that imports a command when it is run, not when it is listed."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        found = getattr(import_module(f"graphwiz_trader.entrypoints.commands.{module}"), name)
        if not isinstance(found, click.Command):
            raise TypeError(f"{COMMANDS[cmd_name][0]} is not a click command")
        return found

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="graphwiz")
def graphwiz() -> None:
    """
    Trade many venues from one deterministic core, and remember why.

    Exit codes: 0 done, 1 failed or a proof did not hold, 2 wrong usage or configuration,
    3 no engine is running, 4 bad or missing data, 5 stopped with something left open,
    130 interrupted.
    """


def _wants_json(words: Sequence[str]) -> bool:
    options = words[: words.index("--")] if "--" in words else words
    return "--json" in options


def _run(words: Sequence[str]) -> tuple[int, Reply, BaseException | None]:
    """Run the command; an error is handed back, not raised, so that one place reports it."""
    reply = Reply()
    try:
        ended = graphwiz.main(words, "graphwiz", standalone_mode=False, obj=reply)
    except (click.ClickException, click.Abort, TraderError, KeyboardInterrupt) as expected:
        return exit_code(expected), reply, expected
    except Exception as bug:  # noqa: BLE001 # the last place that can say it as the user asked
        traceback.print_exception(bug)
        return ExitCode.FAILED, reply, bug
    return (ended if isinstance(ended, int) else ExitCode.DONE), reply, None


def _finish(code: int, reply: Reply, error: BaseException | None, *, as_json: bool) -> int:
    if error is not None:
        click.echo(_complaint(error), err=True)
    if as_json:
        answer: dict[str, Plain] = failure(error) if error is not None else reply.result or {}
        _print(dumps(answer))
    elif error is None and reply.text:
        _print(reply.text)
    return code


def _print(text: str) -> None:
    try:
        click.echo(text)
    except BrokenPipeError:
        # The reader left early, as `head` does; Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complaint(error: BaseException) -> str:
    if isinstance(error, click.UsageError) and error.ctx is not None:
        return f"{error.ctx.get_usage()}\nError: {message(error)}"
    return f"Error: {message(error)}"
