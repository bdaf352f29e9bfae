"""Leases in memory and in files, against the same promises; and a real kill -9."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

from graphwiz_trader.adapters.files.lease import FileLeases
from graphwiz_trader.domain.errors import DataError, LeaseTaken
from graphwiz_trader.ports.lease import Leases
from graphwiz_trader.testing.lease import MemoryLeases
from tests.contracts.lease import LeasesContract, Process, Spawn


@attrs.define
class MemoryProcess:
    leases: MemoryLeases

    def die(self) -> None:
        self.leases.die()


@attrs.define
class FileProcess:
    """One in name only: the kernel tells locks apart by who opened the file."""

    kept: FileLeases

    @property
    def leases(self) -> Leases:
        return self.kept

    def die(self) -> None:
        for descriptor in self.kept._held.values():
            os.close(descriptor)
        self.kept._held.clear()


class TestMemoryLeases(LeasesContract):
    @pytest.fixture
    def spawn(self) -> Spawn:
        held: dict[str, str] = {}

        def spawned() -> Process:
            return MemoryProcess(MemoryLeases(held))

        return spawned


class TestFileLeases(LeasesContract):
    @pytest.fixture
    def spawn(self, tmp_path: Path) -> Spawn:
        def spawned() -> Process:
            return FileProcess(FileLeases(tmp_path / "leases"))

        return spawned


HOLD = """
import sys, time
from pathlib import Path
from graphwiz_trader.adapters.files.lease import FileLeases
FileLeases(Path(sys.argv[1])).take("a", "the other")
print("held", flush=True)
time.sleep(60)
"""


def test_kill_9_releases(tmp_path: Path) -> None:
    words = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        ours = FileLeases(tmp_path)
        with pytest.raises(LeaseTaken, match=f"pid {other.pid}, the other"):
            ours.take("a", "us")

        other.send_signal(signal.SIGKILL)
        other.wait()
        ours.take("a", "us")

    with pytest.raises(LeaseTaken, match=f"pid {os.getpid()}, us"):
        FileLeases(tmp_path).take("a", "them")


def test_files_are_for_us_alone(tmp_path: Path) -> None:
    FileLeases(tmp_path / "leases").take("a", "us")

    modes = [stat.S_IMODE(path.stat().st_mode) for path in sorted((tmp_path).rglob("*"))]
    assert modes == [0o700, 0o600]


@pytest.mark.parametrize("name", ["../a", "a/b", "", "a b"])
def test_a_name_cannot_lead_elsewhere(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="characters"):
        FileLeases(tmp_path).take(name, "us")


def test_a_place_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(DataError, match="cannot be used"):
        FileLeases(tmp_path / "file").take("a", "us")
