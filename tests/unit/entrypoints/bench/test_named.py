"""The benchmark's named run: that whoever reads its journal can lead its engine again."""

from pathlib import Path

import pytest

from graphwiz_trader.adapters.files.home import JOURNAL, Home
from graphwiz_trader.adapters.files.journal import LIVE, FileJournal
from graphwiz_trader.bootstrap.container import live_app
from graphwiz_trader.domain.settings import Settings, StrategySettings
from graphwiz_trader.domain.units import MILLISECOND
from graphwiz_trader.entrypoints.bench.frames import generated_frames, sent_at
from graphwiz_trader.entrypoints.bench.generate import INSTRUMENT
from graphwiz_trader.entrypoints.bench.named import RUN, named_engine, named_run
from graphwiz_trader.entrypoints.bench.quoting import Quoting, QuotingConfig
from graphwiz_trader.entrypoints.bench.slice import Slice

MESSAGES, ANSWERED = 50, 10


def test_a_page_shows_all_of_the_run_that_is_timed(tmp_path: Path) -> None:
    begin, frames = generated_frames(MESSAGES)
    use = f"{Quoting.__module__}:{Quoting.__name__}"
    strategy = StrategySettings(use=use, config=QuotingConfig(ANSWERED))
    started = named_run(begin.ts, strategy, INSTRUMENT)
    journal = FileJournal(Home(tmp_path).runs / RUN / JOURNAL, RUN, LIVE)
    path = Slice(journal, named_engine(started), started)
    path.snapshot(begin)
    for ts, frame in frames:
        order, _ = path.take(ts, frame)
        if order is not None:
            path.cancel(order, ts)
    seq = journal.seq
    path.close()

    replica = live_app(Settings(), tmp_path).replicas().of(RUN)
    replica.read()

    assert replica.seq == seq
    assert replica.tally.summary()["orders"] == MESSAGES // ANSWERED


@pytest.mark.parametrize("later_ms", [0, 86_400_000])
def test_a_frame_is_as_long_and_says_the_same_whenever_it_is_sent(later_ms: int) -> None:
    _, frames = generated_frames(3)
    ts, frame = frames[-1]

    moved = sent_at(frame, ts + later_ms * MILLISECOND)

    assert (moved == frame) is (later_ms == 0)
    assert b'"E":%d,' % (ts // MILLISECOND + later_ms) in moved
    assert moved[moved.index(b'"s"') :] == frame[frame.index(b'"s"') :]
