"""An engine that stood still decides nothing on what queued up meanwhile."""

import signal
import time
from pathlib import Path

import pytest

from graphwiz_trader.adapters.files.home import Home
from graphwiz_trader.adapters.files.journal import JournalOptions
from graphwiz_trader.adapters.files.runs import FileRuns
from graphwiz_trader.domain.clock_compared import ClockCompared
from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.units import MILLISECOND, SECOND, RunId
from tests.contracts.test_live_commands import exchange
from tests.contracts.test_service import service, until_orders

pytestmark = pytest.mark.contract

STALL_S = 5.0
SURE = SECOND
"""More than clocks on one machine are apart."""


def test_frames_that_queued_up_while_it_was_stopped_lead_to_no_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    with exchange() as addresses, service("trade", home, addresses) as served:
        run = RunId(served.ready())
        until_orders(capsys, home)
        served.process.send_signal(signal.SIGSTOP)
        time.sleep(STALL_S)
        served.process.send_signal(signal.SIGCONT)
        time.sleep(1.0)
        served.process.send_signal(signal.SIGTERM)
        code, _ = served.end()

    entries = list(FileRuns(Home(home), JournalOptions()).reader(run).entries())
    most = RiskSettings().max_book_age_ms * MILLISECOND + SURE
    updates = [entry for entry in entries if isinstance(entry.event, BookUpdate)]
    late = [e for e in updates if e.event.ts - e.event.ts_venue > most]  # type: ignore[union-attr] # are updates
    orders = [c for e in late for c in e.outcome.commands if isinstance(c, SubmitOrder)]
    compared = {e.event.venue for e in entries if isinstance(e.event, ClockCompared)}
    assert (code, compared) == (0, {"binance", "okx"})
    assert len(late) > 10
    assert orders == []
