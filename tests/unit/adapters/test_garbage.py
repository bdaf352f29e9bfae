"""How long the collector stopped this process."""

import gc

from graphwiz_trader.adapters.garbage import GarbageWatch, watched_garbage
from graphwiz_trader.domain.vitals import Pauses


def test_every_collection_is_counted_until_it_was_asked_for() -> None:
    with watched_garbage() as garbage:
        gc.collect()
        gc.collect()
        first = garbage.pauses()
        then = garbage.pauses()

    assert first.count >= 2
    assert 0 < first.longest <= first.total
    assert then == Pauses()


def test_nothing_is_watched_any_more_afterwards() -> None:
    with watched_garbage() as garbage:
        pass
    garbage.pauses()

    gc.collect()

    assert garbage.pauses() == Pauses()
    assert garbage.hear not in gc.callbacks


def test_the_longest_pause_is_kept() -> None:
    watch = GarbageWatch()
    for _ in range(3):
        watch.hear("start", {})
        watch.hear("stop", {})

    found = watch.pauses()

    assert found.count == 3
    assert found.longest * 3 >= found.total >= found.longest
