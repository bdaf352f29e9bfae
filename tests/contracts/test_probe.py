"""The probes keep their promises; psutil's knows a zombie and a number given anew."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graphwiz_trader.adapters.psutil.probe import PsutilProbe
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.testing.probe import WrittenProbe
from tests.contracts.probe import ProbeContract


class TestWrittenProbe(ProbeContract):
    @pytest.fixture
    def probe(self) -> WrittenProbe:
        return WrittenProbe(7)

    @pytest.fixture
    def pid(self) -> int:
        return 7


class TestPsutilProbe(ProbeContract):
    @pytest.fixture
    def probe(self, tmp_path: Path) -> PsutilProbe:
        return PsutilProbe(tmp_path)

    @pytest.fixture
    def pid(self) -> int:
        return os.getpid()

    def test_a_process_that_began_later_is_another(self, probe: PsutilProbe) -> None:
        assert probe.process(os.getpid(), Nanos(1)) is None

    def test_a_killed_one_is_gone_before_its_parent_has_waited_for_it(
        self, probe: PsutilProbe
    ) -> None:
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        now = Nanos(time.time_ns())
        alive = probe.process(child.pid, now)

        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        gone = probe.process(child.pid, now)
        child.communicate()

        assert alive is not None
        assert gone is None
