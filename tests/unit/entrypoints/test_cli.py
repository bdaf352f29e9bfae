"""The command line: one JSON object whatever happens, the documented exit codes, and no delay."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from graphwiz_trader.domain.errors import (
    ClocksDisagree,
    ConfigError,
    DataError,
    JournalTorn,
    NotRunning,
    Problem,
)
from graphwiz_trader.entrypoints import cli
from graphwiz_trader.entrypoints.options import Options, common_options
from graphwiz_trader.entrypoints.output import ExitCode, emit

Captured = pytest.CaptureFixture[str]

ENDINGS = {
    "config": (ConfigError([Problem("a.b", "1", "2", "c")]), 2),
    "usage": (click.UsageError("no"), 2),
    "bad-option": (click.BadParameter("no"), 2),
    "running": (NotRunning("no engine in home"), 3),
    "data": (DataError("t.tape is no tape"), 4),
    "clocks": (ClocksDisagree("B is late", 3600.5), 4),
    "journal": (JournalTorn("segment 1 at 7"), 1),
    "bug": (ZeroDivisionError("division by zero"), 1),
    "file": (click.FileError("x", "gone"), 1),
    "interrupted": (KeyboardInterrupt(), 130),
}


@click.command()
@click.argument("ending")
@common_options
def probe(options: Options, ending: str) -> None:
    """End as the test wants."""
    click.echo("progress that belongs on stderr")
    if ending in ENDINGS:
        raise ENDINGS[ending][0]
    code = ExitCode.FAILED if ending == "unproven" else ExitCode.DONE
    emit({"home": options.home, "seed": options.seed}, f"seed {options.seed}", code)


@pytest.fixture(autouse=True)
def with_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put `probe` in the table of commands, as a module of its own would be."""
    module = import_module("graphwiz_trader.entrypoints.commands.config")
    monkeypatch.setattr(module, "probe", probe, raising=False)
    monkeypatch.setattr(cli, "COMMANDS", {"probe": ("config:probe", "End."), **cli.COMMANDS})


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_error_is_one_json_object_and_its_exit_code(ending: str, capsys: Captured) -> None:
    code = cli.main(["probe", ending, "--json"])

    said = capsys.readouterr()
    answer = json.loads(said.out)
    assert code == ENDINGS[ending][1]
    assert len(answer) == 1
    assert "progress" in said.err


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_error_without_json_is_words_on_stderr(ending: str, capsys: Captured) -> None:
    code = cli.main(["probe", ending])

    said = capsys.readouterr()
    assert code == ENDINGS[ending][1]
    assert said.out == "progress that belongs on stderr\n"
    assert "Error: " in said.err


def test_problems_of_a_configuration_are_a_list(capsys: Captured) -> None:
    cli.main(["probe", "config", "--json"])

    answer = json.loads(capsys.readouterr().out)
    assert answer == {"errors": [{"path": "a.b", "found": "1", "expected": "2", "nearest": "c"}]}


def test_an_errors_own_numbers_stand_beside_its_message(capsys: Captured) -> None:
    cli.main(["probe", "clocks", "--json"])

    error = json.loads(capsys.readouterr().out)["error"]
    assert error == {"offset_s": 3600.5, "code": "clocks_disagree", "message": "B is late"}


@pytest.mark.parametrize(
    "words",
    [
        ["--json"],
        ["nothing", "--json"],
        ["probe", "--json"],
        ["probe", "fine", "--json", "--wrong"],
        ["probe", "fine", "--json", "--seed", "x"],
        ["config", "--json"],
    ],
)
def test_wrong_usage_is_one_json_object_too(words: list[str], capsys: Captured) -> None:
    code = cli.main(words)

    assert code == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "usage"


def test_help_under_json_is_an_object_with_the_text(capsys: Captured) -> None:
    code = cli.main(["probe", "--json", "--help"])

    assert code == 0
    assert "Usage: graphwiz probe" in json.loads(capsys.readouterr().out)["text"]


def test_a_result_is_text_or_one_object(capsys: Captured) -> None:
    cli.main(["probe", "fine", "--seed", "7", "--home", "h"])
    text = capsys.readouterr().out
    cli.main(["probe", "fine", "--seed", "7", "--home", "h", "--json"])
    answer = json.loads(capsys.readouterr().out)

    assert text == "progress that belongs on stderr\nseed 7\n"
    assert answer == {"home": "h", "seed": 7}


def test_a_proof_that_does_not_hold_keeps_its_result_and_exits_1(capsys: Captured) -> None:
    code = cli.main(["probe", "unproven", "--json"])

    assert code == 1
    assert json.loads(capsys.readouterr().out)["seed"] is None


def test_json_behind_two_dashes_is_an_argument(capsys: Captured) -> None:
    code = cli.main(["probe", "--", "--json"])

    assert code == 0
    assert capsys.readouterr().out.endswith("seed None\n")


def test_notices_go_to_stderr_and_are_silenced_by_quiet(capsys: Captured) -> None:
    words = ["config", "check", "--set", "hft.risk.max_orders_per_sec=7"]

    cli.main(words)
    loud = capsys.readouterr().err
    cli.main([*words, "--quiet"])
    quiet = capsys.readouterr().err

    assert loud == "hft.risk.max_orders_per_sec is now called max_orders_per_second\n"
    assert quiet == ""


@pytest.mark.parametrize("name", sorted(cli.COMMANDS))
def test_every_command_in_the_table_has_help_and_the_common_options(
    name: str, capsys: Captured
) -> None:
    """A group's commands are looked at one by one."""
    found = cli.graphwiz.get_command(click.Context(cli.graphwiz), name)

    leaves = found.commands.values() if isinstance(found, click.Group) else [found]
    for leaf in leaves:
        assert leaf is not None
        assert {"common_config", "common_json", "common_home"} <= {p.name for p in leaf.params}
        assert leaf.help


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from graphwiz_trader.entrypoints.cli import main; "
        "main(['--help']); print(*sys.modules)"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    modules = set(loaded.stdout.split())
    assert not modules & {"numpy", "numba", "yaml", "rich", "asyncio", "dependency_injector"}


def test_a_reader_that_leaves_early_is_no_error() -> None:
    words = [sys.executable, "-m", "graphwiz_trader", "config", "show"]

    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        complaint = running.stderr.read()

    assert running.returncode == 0
    assert complaint == b""


def test_the_module_runs_as_a_program(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "graphwiz_trader", "config", "show", "--json"]

    ran = subprocess.run(words, capture_output=True, text=True, check=True, cwd=tmp_path)

    assert json.loads(ran.stdout)["engine"]["history"] == 1000
