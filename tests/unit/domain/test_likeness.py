"""Which earlier cases a case resembles."""

import json

import numpy as np
import pytest

from graphwiz_trader.domain.graph_watch import Case
from graphwiz_trader.domain.likeness import Similar, distances, scale_of, similar
from graphwiz_trader.domain.units import Nanos

ROWS = [(6, 0.2, 1, 10), (5, 0.1, 1.2, 11), (12, -0.6, 3, 2), (7, 0.25, 0.9, 9)]
DISTANCES = [0.0674491, 0.8257731, 6.6531903, 0.5363038]


def features(row: tuple[float, ...]) -> dict[str, float]:
    return dict(zip("abcd", row, strict=True))


def case(n: int, row: tuple[float, ...], known: int | None, kind: str = "cross") -> Case:
    at = None if known is None else Nanos(known)
    looks = json.dumps(features(row))
    return Case(f"c{n}", "r", n, Nanos(n), kind, f"e{n}", looks, at, "DONE", "1")


PAST = [case(n, row, 100 + n) for n, row in enumerate(ROWS)]
QUERY = case(500, (6.2, 0.2, 1, 10), None)


def test_distances_are_those_of_the_reference() -> None:
    """The oracle of the strategies reference, §9."""
    rows = [features(row) for row in ROWS]
    scale = scale_of(rows, "v")

    found = distances(
        scale.scaled(features((6.2, 0.2, 1, 10))), np.array([scale.scaled(row) for row in rows])
    )

    assert list(found) == pytest.approx(DISTANCES, abs=1e-7)


def test_the_nearest_come_first() -> None:
    found = similar(QUERY, PAST, 3)

    assert [each.case.key for each in found] == ["c0", "c3", "c1"]
    assert [each.distance for each in found] == pytest.approx(
        [DISTANCES[0], DISTANCES[3], DISTANCES[1]], abs=1e-7
    )


def keys(found: tuple[Similar, ...]) -> set[str]:
    return {each.case.key for each in found}


def test_one_wild_feature_is_as_far_away_as_eight_spreads() -> None:
    found = {each.case.key: each.distance for each in similar(QUERY, PAST, 9)}

    assert found["c2"] == pytest.approx(6.4726096, abs=1e-7)


def test_a_case_counts_only_once_its_outcome_was_known() -> None:
    late = case(9, (6.2, 0.2, 1, 10), 500)

    assert "c9" not in keys(similar(QUERY, [*PAST, late], 9))
    assert "c9" in keys(similar(case(501, (6.2, 0.2, 1, 10), None), [*PAST, late], 9))


def test_cases_of_another_kind_or_still_open_do_not_compare() -> None:
    others = [case(8, (6, 0.2, 1, 10), 9, "cycle"), case(9, (6, 0.2, 1, 10), None)]

    assert keys(similar(QUERY, [*PAST, *others], 9)) == {"c0", "c1", "c2", "c3"}


def test_a_scale_stays_until_there_are_twice_as_many() -> None:
    more = [case(10 + n, (1000.0 * n, 0.2, 1, 10), 200 + n) for n in range(3)]
    before = {each.case.key: each.distance for each in similar(QUERY, PAST, 9)}

    after = similar(QUERY, [*PAST, *more], 9)

    assert {each.version for each in after} == {"cross-4"}
    assert {each.case.key: each.distance for each in after if each.case.key in before} == before


def test_a_feature_that_never_varies_is_left_out() -> None:
    rows = [{"a": 1.0, "b": 1.0}, {"a": 1.0, "b": 2.0}, {"a": 1.0, "b": 3.0}, {"a": 9.0, "b": 4.0}]

    assert set(scale_of(rows, "v").spread) == {"b"}


def test_nothing_resembles_without_a_past() -> None:
    assert similar(QUERY, PAST[:3], 9) == ()
