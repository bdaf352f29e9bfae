"""What runs it as a service names commands, options and files that exist."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from graphwiz_trader.entrypoints.loop import HANG_S
from graphwiz_trader.entrypoints.output import ExitCode
from tests.docs.pages import ROOT
from tests.unit.entrypoints.test_docs_commands import _misunderstood

OPERATIONS = ROOT / "docs/operations"
UNITS = sorted(OPERATIONS.glob("*.service"))
CONTAINER = (OPERATIONS / "Containerfile").read_text(encoding="utf-8")
COMMAND = re.compile(r"^Exec\w+=(?:\S+/)?(graphwiz .+)$", re.MULTILINE)


def read(unit: Path) -> str:
    return unit.read_text(encoding="utf-8")


def instructions(word: str) -> list[str]:
    """Return what follows every *word* of the container file, continued lines joined."""
    lines = CONTAINER.replace("\\\n", " ").splitlines()
    return [line.partition(" ")[2].strip() for line in lines if line.split(" ")[0] == word]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_names_commands_and_options_that_exist(unit: Path) -> None:
    commands = COMMAND.findall(read(unit))

    assert commands
    assert [found for line in commands if (found := _misunderstood(line))] == []


def test_every_command_of_the_service_serves_one_home_and_one_configuration() -> None:
    commands = [line for unit in UNITS for line in COMMAND.findall(read(unit))]

    assert {re.search(r"--home (\S+)", line)[1] for line in commands} == {"/var/lib/graphwiz"}  # type: ignore[index] # each has one
    named = [re.findall(r"--config (\S+)", line) for line in commands if " reload " not in line]
    assert {tuple(paths) for paths in named} == {("/etc/graphwiz/live.yaml",)}


def test_the_engine_is_not_restarted_over_a_configuration_to_mend_and_leaves_observing() -> None:
    unit = read(OPERATIONS / "graphwiz.service")

    assert f"RestartPreventExitStatus={int(ExitCode.MISUSED)}" in unit
    assert "--no-observe" in unit
    assert "PropagatesReloadTo=graphwiz-observe.service" in unit
    assert "KillMode=mixed" in unit


def test_systemd_waits_longer_than_the_engine_for_a_loop_that_stands_still() -> None:
    unit = read(OPERATIONS / "graphwiz.service")

    found = re.search(r"^WatchdogSec=(\d+)$", unit, re.MULTILINE)

    assert "Type=notify" in unit
    assert found is not None
    assert int(found[1]) > HANG_S


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("there is no systemd-analyze here")
    for unit in UNITS:
        there = read(unit).replace("/opt/graphwiz/.venv/bin/graphwiz", "/bin/true")
        (tmp_path / unit.name).write_text(there, encoding="utf-8")

    said = subprocess.run(
        [verify, "verify", *(tmp_path / unit.name for unit in UNITS)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )

    about = [line for line in said.stderr.splitlines() if "graphwiz" in line]
    assert (about, said.returncode) == ([], 0)


def test_the_container_copies_what_exists_and_starts_what_exists() -> None:
    copied = [line.split()[0] for line in instructions("COPY")]
    health = re.findall(r'"([^"]+)"', instructions("HEALTHCHECK")[0])
    (command,) = instructions("CMD")

    assert copied
    assert [path for path in copied if not (ROOT / path).exists()] == []
    assert health[:3] == ["python", "-m", "graphwiz_trader"]
    assert _misunderstood(f"graphwiz {' '.join(health[3:])}") is None
    assert _misunderstood(f"graphwiz {' '.join(re.findall(r'[a-z]+', command))}") is None


def test_the_container_runs_without_root_and_may_write_where_it_keeps_things() -> None:
    order = [line.split(" ")[0] for line in CONTAINER.splitlines() if line[:1].isupper()]
    (volume,) = instructions("VOLUME")
    made = [line for line in instructions("RUN") if volume in line]

    assert instructions("USER") == ["graphwiz"]
    assert order.index("USER") < order.index("ENTRYPOINT")
    assert len(made) == 1
    assert CONTAINER.index("USER") < CONTAINER.index(made[0]) < CONTAINER.index("VOLUME")


def test_what_the_container_keeps_lies_on_its_volume() -> None:
    (volume,) = instructions("VOLUME")
    kept = dict(line.split("=", 1) for line in instructions("ENV"))

    assert kept["XDG_STATE_HOME"].startswith(f"{volume}/")
    assert kept["XDG_CACHE_HOME"].startswith(f"{volume}/")


def test_the_container_is_sent_what_it_copies_and_no_more() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    sent = {line[1:] for line in lines if line.startswith("!")}

    assert "*" in lines
    assert sent == {line.split()[0] for line in instructions("COPY")}


def test_podman_is_told_to_keep_the_health_check() -> None:
    told = "podman build --format docker -f docs/operations/Containerfile"
    page = (OPERATIONS / "service.md").read_text(encoding="utf-8")

    assert instructions("HEALTHCHECK")
    assert told in CONTAINER
    assert told in page


def test_every_file_that_the_page_names_is_there() -> None:
    page = (OPERATIONS / "service.md").read_text(encoding="utf-8")
    named = re.findall(r"`(docs/operations/[\w.-]+)`", page) + re.findall(
        r"(config/\S+\.yaml)", page
    )

    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
