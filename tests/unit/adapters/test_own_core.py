"""A thread stays on its processor, for as long as it matters."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import get_ident

import pytest

from graphwiz_trader.adapters.own_core import own_core

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process choose")


def test_a_thread_stays_on_its_core_inside_the_context_only() -> None:
    before = os.sched_getaffinity(0)
    core = max(before)
    said: list[str] = []

    with own_core(core, said.append):
        inside = os.sched_getaffinity(0)

    assert inside == {core}
    assert os.sched_getaffinity(0) == before
    assert said == []


def test_a_thread_that_was_there_before_goes_where_it_likes() -> None:
    before = os.sched_getaffinity(0)
    with ThreadPoolExecutor(max_workers=1) as other:
        assert other.submit(get_ident).result() != get_ident()

        with own_core(min(before), print):
            elsewhere = other.submit(os.sched_getaffinity, 0).result()

    assert elsewhere == before


def test_a_failure_ends_it_too() -> None:
    before = os.sched_getaffinity(0)

    with pytest.raises(ZeroDivisionError), own_core(min(before), print):
        raise ZeroDivisionError

    assert os.sched_getaffinity(0) == before


def test_a_core_that_is_not_there_is_said_and_done_without() -> None:
    before = os.sched_getaffinity(0)
    said: list[str] = []

    with own_core(4_000, said.append):
        inside = os.sched_getaffinity(0)

    assert inside == before
    (line,) = said
    assert line.startswith("nothing stays on processor 4000")
    assert str(min(before)) in line
