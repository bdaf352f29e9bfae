"""`graphwiz doctor`: whether this machine, its venues and its keys are fit to trade."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import ExitCode, emit

if TYPE_CHECKING:
    from graphwiz_trader.domain.checkup import Finding

DASHBOARD = "http://127.0.0.1:8420/"


@click.command()
@click.option("--deploy", is_flag=True, help="The deployment checklist: PASS, FAIL or ASK.")
@click.option("--offline", is_flag=True, help="Ask no venue.")
@click.option("--state", metavar="NAME", help="Record a statement of yours: legal-review.")
@click.option("--who", metavar="NAME", help="Who states it.")
@click.option("--reason", metavar="TEXT", help="On what ground.")
@click.option(
    "--bench",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Keep this result of `graphwiz bench --json` as evidence.",
)
@click.option("--dashboard", default=DASHBOARD, show_default=True, metavar="URL")
@common_options
def doctor(
    options: Options,
    deploy: bool,  # noqa: FBT001 # a flag on the command line
    offline: bool,  # noqa: FBT001 # likewise
    state: str | None,
    who: str | None,
    reason: str | None,
    bench: Path | None,
    dashboard: str,
) -> None:
    """
    Look at clock, disk, files, processor, ports, venues, keys, graph and dependencies.

    Each finding says what to do. Ends with 1 when one failed; with --deploy also while a question
    is open. With --state it only records the statement.
    """
    from graphwiz_trader.adapters.files.statements import FileStatements
    from graphwiz_trader.domain.checkup import is_deployable, is_healthy
    from graphwiz_trader.entrypoints.loop import run

    statements = FileStatements(options.home)
    if state is not None:
        _record(options, state, who, reason)
        return
    if bench is not None:
        statements.keep_bench(bench)
    findings = run(_findings(options, dashboard, deploy=deploy, offline=offline))
    fit = is_deployable(findings) if deploy else is_healthy(findings)
    result = {"ok": fit, "findings": findings}
    emit(result, _text(findings), ExitCode.DONE if fit else ExitCode.FAILED)


def _record(options: Options, state: str, who: str | None, reason: str | None) -> None:
    from graphwiz_trader.adapters.files.statements import FileStatements
    from graphwiz_trader.domain.deployment import STATED, Statement
    from graphwiz_trader.domain.units import Nanos

    if state not in STATED:
        raise click.UsageError(f"found {state}, expected one of {', '.join(STATED)}")
    if not (who and who.strip() and reason and reason.strip()):
        raise click.UsageError("a statement needs --who and --reason")
    statement = Statement(state, who.strip(), reason.strip(), Nanos(time.time_ns()))
    FileStatements(options.home).add(statement)
    emit({"recorded": statement}, f"recorded: {state}, by {statement.who}")


async def _findings(
    options: Options, dashboard: str, *, deploy: bool, offline: bool
) -> "tuple[Finding, ...]":
    from graphwiz_trader.domain.deployment import checklist
    from graphwiz_trader.entrypoints.checkup.deploy import evidence
    from graphwiz_trader.entrypoints.checkup.graph import graph
    from graphwiz_trader.entrypoints.checkup.machine import machine
    from graphwiz_trader.entrypoints.checkup.venues import venues

    settings = options.settings()
    asked = () if offline else await venues(settings)
    store, nodes = await graph(settings.graph, options.home)
    if deploy:
        rights = [one for one in asked if one.name.startswith("rights ")]
        return checklist(evidence(settings, options.home, dashboard, rights, nodes))
    return (*machine(settings, options.home), *asked, store)


def _text(findings: "Sequence[Finding]") -> str:
    width = max(len(one.name) for one in findings)
    lines = []
    for one in findings:
        lines.append(f"{one.verdict.value:<4}  {one.name:<{width}}  {one.found}")
        if one.advice:
            lines.append(f"{'':<{width + 8}}→ {one.advice}")
    return "\n".join(lines)
