"""Client order ids: short, plain, and never the same twice."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.ids import ClOrdIds, IdParts, base36


def test_ids_are_short_and_valid_at_every_venue() -> None:
    ids = ClOrdIds("zz", 36**5 - 1)
    ids.issued = 36**9 - 2

    last = ids.next(36**2 - 1)

    assert re.fullmatch(r"[a-z0-9]{18}", last)


@given(st.integers(0, 36**5 - 1), st.integers(0, 36**2 - 1), st.integers(0, 36**9 - 2))
def test_an_id_says_what_it_was_made_of(incarnation: int, strategy: int, issued: int) -> None:
    ids = ClOrdIds("a7", incarnation)
    ids.issued = issued

    made = ids.next(strategy)

    assert ClOrdIds.parse(made) == IdParts("a7", incarnation, strategy, issued + 1)


def test_no_id_is_made_twice() -> None:
    first, second = ClOrdIds("a7", 1), ClOrdIds("a7", 2)

    made = [ids.next(strategy) for ids in (first, second) for strategy in (0, 1) for _ in range(99)]

    assert len(set(made)) == 2 * 2 * 99


def test_all_incarnations_share_the_prefix() -> None:
    old, new = ClOrdIds("a7", 1), ClOrdIds("a7", 2)

    assert old.next(0).startswith(new.prefix)


@given(st.integers(0, 2**70))
def test_base_36_is_what_python_reads(number: int) -> None:
    assert int(base36(number), 36) == number


@pytest.mark.parametrize("foreign", ["", "x-R4BD3S82", "a70001201", "A700012011", "a7" + "0" * 17])
def test_ids_of_others_have_no_parts(foreign: str) -> None:
    assert ClOrdIds.parse(foreign) is None


@pytest.mark.parametrize(
    ("installation", "incarnation"), [("a", 0), ("A7", 0), ("a-", 0), ("a7", -1), ("a7", 36**5)]
)
def test_parts_that_do_not_fit_are_refused(installation: str, incarnation: int) -> None:
    with pytest.raises(DomainError):
        ClOrdIds(installation, incarnation)


def test_a_strategy_that_does_not_fit_is_refused() -> None:
    with pytest.raises(DomainError):
        ClOrdIds("a7", 0).next(36**2)
