"""
Reply: what a command says, as text or as one JSON object, and the exit code it ends with.

A command calls `emit(options, result, text)` once, last. `cli.main` prints what was emitted, or
what an error says in its place, so that under `--json` stdout holds one object whatever happens.
"""

import json
import re
from collections.abc import Mapping
from enum import IntEnum

import attrs
import click

from graphwiz_trader.domain.errors import (
    ConfigError,
    DataError,
    LeftOpen,
    NotRunning,
    TraderError,
)
from graphwiz_trader.domain.plain import Plain, plain


class ExitCode(IntEnum):
    """How a command ends."""

    DONE = 0
    FAILED = 1
    MISUSED = 2
    NOT_RUNNING = 3
    BAD_DATA = 4
    LEFT_OPEN = 5
    INTERRUPTED = 130


@attrs.define
class Reply:
    """The one answer of one command."""

    result: dict[str, Plain] | None = None
    text: str = ""


def emit(result: Mapping[str, object], text: str, code: ExitCode = ExitCode.DONE) -> None:
    """
    Give the command's answer: *result* under `--json`, else *text*; then end with *code*.

    Call it once, as the last thing a command does. *result* may hold decimals, enums, paths,
    attrs values, mappings and sequences; see `domain.plain`.
    """
    context = click.get_current_context()
    reply = context.ensure_object(Reply)
    reply.result = {name: plain(item) for name, item in result.items()}
    reply.text = text
    if code is not ExitCode.DONE:
        context.exit(code)


def dumps(result: Mapping[str, Plain]) -> str:
    """Return *result* as one line of JSON."""
    return json.dumps(result, allow_nan=False, ensure_ascii=False)


def exit_code(error: BaseException) -> ExitCode:
    """Return the documented exit code for *error*."""
    match error:
        case ConfigError() | click.UsageError():
            return ExitCode.MISUSED
        case NotRunning():
            return ExitCode.NOT_RUNNING
        case DataError():
            return ExitCode.BAD_DATA
        case LeftOpen():
            return ExitCode.LEFT_OPEN
        case KeyboardInterrupt() | click.Abort():
            return ExitCode.INTERRUPTED
        case _:
            return ExitCode.FAILED


def failure(error: BaseException) -> dict[str, Plain]:
    """
    Return the JSON object that says *error*.

    A `ConfigError` becomes its list of `errors`; anything else one `error` with `code`,
    `message` and the public fields of the exception (such as `offset_s`).
    """
    if isinstance(error, ConfigError):
        return {"errors": [plain(problem) for problem in error.problems]}
    body: dict[str, Plain] = {"code": _code(error), "message": message(error)}
    if isinstance(error, TraderError):
        public = {name: plain(item) for name, item in vars(error).items() if name[0] != "_"}
        body = {**public, **body}
    return {"error": body}


def message(error: BaseException) -> str:
    """Return what *error* says to a person."""
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return "interrupted"
    return str(error) or type(error).__name__


def _code(error: BaseException) -> str:
    if isinstance(error, click.UsageError):
        return "usage"
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return "interrupted"
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(error).__name__).lower()
