"""Likeness: which earlier cases a case resembles, by features on a scale that only the past set."""

import json
from collections.abc import Mapping, Sequence
from math import isnan
from statistics import median

import numpy as np

from graphwiz_trader.domain.graph_watch import Case
from graphwiz_trader.domain.units import Float64s
from graphwiz_trader.domain.value import value

CLIP = 8.0
"""Spreads beyond which a feature is as far away as can be."""

FEWEST = 4
"""Cases a scale is made of, at least."""


@value
class Scale:
    """The middle and the spread of each feature; those that never vary are left out."""

    version: str
    middle: Mapping[str, float]
    spread: Mapping[str, float]

    def scaled(self, features: Mapping[str, float]) -> Float64s:
        """Return *features* in spreads from the middle, NaN where one is missing."""
        found = [
            (features[name] - self.middle[name]) / spread if name in features else np.nan
            for name, spread in self.spread.items()
        ]
        return np.array(found, np.float64)


@value
class Similar:
    """A case that resembled another, at `distance` on the scale of `version`."""

    case: Case
    distance: float
    version: str


def scale_of(rows: Sequence[Mapping[str, float]], version: str) -> Scale:
    """Return the scale of *rows*: medians, and 1.4826 times the median deviations from them."""
    names = sorted(set().union(*rows))
    middle: dict[str, float] = {}
    spread: dict[str, float] = {}
    for name in names:
        found = [row[name] for row in rows if name in row]
        middle[name] = median(found)
        deviation = 1.4826 * median(abs(each - middle[name]) for each in found)
        if deviation > 0.0:
            spread[name] = deviation
    return Scale(version, middle, spread)


def distances(query: Float64s, rows: Float64s) -> Float64s:
    """
    Return how far each of *rows* is from *query*: the root mean square over what both have.

    Args:
        query: Scaled features, shape (m,), NaN where one is missing.
        rows: The same of n cases, shape (n, m).

    Returns:
        Distances, shape (n,); NaN where the two have nothing in common.
    """
    away = rows - query
    both = ~np.isnan(away)
    counts = both.sum(axis=1)
    squares = (np.where(both, away, 0.0) ** 2).sum(axis=1)
    found: Float64s = np.where(counts > 0, np.sqrt(squares / np.maximum(counts, 1)), np.nan)
    return found


def similar(query: Case, cases: Sequence[Case], most: int) -> tuple[Similar, ...]:
    """
    Return at most *most* of *cases* that resemble *query*, the nearest first.

    Only those of its kind whose outcome was known before it was seen. The scale is made of the
    first 2ⁿ of them to be known, for the greatest n there is, so that it stays the same until
    there are twice as many, and `version` names it.
    """
    known = sorted(
        (case.known, case.key, case)
        for case in cases
        if case.kind == query.kind and case.known is not None and case.known < query.ts
    )
    if len(known) < FEWEST:
        return ()
    found = [case for _, _, case in known]
    rows: list[dict[str, float]] = [json.loads(case.features) for case in found]
    frozen = 1 << (len(rows).bit_length() - 1)
    scale = scale_of(rows[:frozen], f"{query.kind}-{frozen}")
    if not scale.spread:
        return ()
    # One wild feature, an edge in an empty book say, must not outweigh all others.
    near_by = np.clip([scale.scaled(row) for row in rows], -CLIP, CLIP)
    asked = np.clip(scale.scaled(json.loads(query.features)), -CLIP, CLIP)
    away = distances(asked, near_by)
    near = [(float(d), case.key, case) for d, case in zip(away, found, strict=True) if not isnan(d)]
    near.sort(key=lambda each: each[:2])
    return tuple(Similar(case, d, scale.version) for d, _, case in near[:most])
