"""What every probe promises."""

import pytest

from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.ports.probe import Probe

NEVER = 2**31 - 1
LATER = Nanos(2**62)


class ProbeContract:
    """Subclasses offer `probe`, and the `pid` of a process that lives."""

    @pytest.fixture
    def probe(self) -> Probe:
        raise NotImplementedError

    @pytest.fixture
    def pid(self) -> int:
        raise NotImplementedError

    def test_the_machines_shares_are_percentages(self, probe: Probe) -> None:
        found = probe.machine()

        assert 0 <= found.cpu_pct <= 100
        assert 0 < found.memory_pct <= 100
        assert found.disk_free_bytes > 0
        assert min(found.sent_bytes, found.received_bytes) >= 0

    def test_a_living_process_is_measured(self, probe: Probe, pid: int) -> None:
        found = probe.process(pid, LATER)

        assert found is not None
        assert found.pid == pid
        assert found.memory_bytes > 0
        assert 0 < found.files <= found.most_files

    def test_one_that_is_gone_is_none(self, probe: Probe) -> None:
        assert probe.process(NEVER, LATER) is None
