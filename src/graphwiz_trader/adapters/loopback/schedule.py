"""
Schedule: the faults a file asks for, and the built-in storm.

A file is YAML, a list of entries `{kind, at, venue, match, count, seconds, offset_ms, status,
price, headers}`; `at` and `seconds` are in seconds. Only `kind` is required.
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

import yaml

from graphwiz_trader.adapters.loopback.faults import STAGES, Fault, Kind, Stage
from graphwiz_trader.domain.errors import ConfigError, DataError, Problem
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.simulation.chance import Chance

STORM = "storm"
STORM_LASTS_S = 3_600
_STORM_EVERY_S = 0.4
_STORM_BEGINS_S = 0.5
_DIALECTS = (Kind.BAD_CHECKSUM, Kind.ZERO_CHECKSUM, Kind.PARTIAL_BATCH, Kind.STREAM_TERMINATED)
_SPOKEN = {Stage.FRAME, Stage.PING, Stage.TIME}
_ANYWHERE = tuple(k for k in Kind if k in _DIALECTS or not _SPOKEN & set(STAGES[k]))
"""What not every dialect has, and what strikes a request: such a fault waits at all venues."""

_UNFORGIVEN = (Kind.HTTP_403, Kind.NEW_RULES)
"""What lasts: clients stay away for a minute or more, rules remain. No storm, but silence."""

BAD_PRICES = ("NaN", "Infinity", "-1", "0", "1e30", "0.123456789")
"""What a storm puts into books: no number, too large or small, off every grid."""

_NEW_ORDERS = (
    "order.place|POST /api/v3/order"
    "|order|batch-orders|POST /api/v5/trade/order|POST /api/v5/trade/batch-orders"
)
"""A storm strikes no cancels: it is new orders whose outcome must be made unknown."""

_KINDS = {kind.value: kind for kind in Kind}
_TEXTS = ("venue", "match", "price")
_WHOLE = ("count", "status")
_SHIFT = ("offset_ms",)
_NUMBERS = ("at", "seconds")
_LEAST = {_TEXTS: 0, _WHOLE: 1, _SHIFT: -86_400_000, _NUMBERS: 0}
_HEADERS = "headers"
_KEYS = ("kind", *_NUMBERS, *_TEXTS, *_WHOLE, *_SHIFT, _HEADERS)


def schedule(name: str, seed: int, venues: Sequence[str]) -> tuple[Fault, ...]:
    """
    Return the built-in storm on *venues* under *seed*, or the schedule of the file *name*.

    Raises:
        DataError: the file cannot be read.
        ConfigError: entries are wrong; all of them are listed.

    """
    if name == STORM:
        return storm(seed, venues)
    path = Path(name)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from error
    return parsed_schedule(text)


def parsed_schedule(text: str) -> tuple[Fault, ...]:
    """
    Return the faults that YAML *text* asks for.

    >>> [fault.kind.value for fault in parsed_schedule("[{kind: gap, at: 2}]")]
    ['gap']
    """
    try:
        entries = yaml.safe_load(text) or []
    except yaml.YAMLError as error:
        raise ConfigError([Problem("faults", str(error), "YAML")]) from error
    if not isinstance(entries, list):
        raise ConfigError([Problem("faults", type(entries).__name__, "a list of entries")])
    problems = [
        problem for number, entry in enumerate(entries) for problem in _problems(number, entry)
    ]
    if problems:
        raise ConfigError(problems)
    return tuple(_fault(entry) for entry in entries)


def storm(seed: int, venues: Sequence[str]) -> tuple[Fault, ...]:
    """
    Return an hour of faults at random venues and instants, five in two seconds on average.

    Every kind but `http_403` and `new_rules`, which last, comes before any comes again, so that
    half a minute brings them all.
    """
    chance = Chance(seed).split("storm")
    faults: list[Fault] = []
    at = _STORM_BEGINS_S
    left: list[Kind] = []
    while at < STORM_LASTS_S:
        if not left:
            left = [kind for kind in Kind if kind not in _UNFORGIVEN]
            chance.shuffle(left)
        kind, venue = left.pop(), chance.choice(venues)
        where = "*" if kind in _ANYWHERE else venue
        match = _NEW_ORDERS if Stage.ORDER in STAGES[kind] else ""
        price = chance.choice(BAD_PRICES)
        faults.append(Fault(kind, Nanos(int(at * SECOND)), where, match, price=price))
        at += chance.exponential(_STORM_EVERY_S)
    return tuple(faults)


def _problems(number: int, entry: object) -> list[Problem]:
    path = f"faults[{number}]"
    if not isinstance(entry, Mapping):
        return [Problem(path, type(entry).__name__, "an entry {kind, at, match, …}")]
    problems = [
        Problem(f"{path}.{key}", "an unknown key", f"one of {', '.join(_KEYS)}", _near(key, _KEYS))
        for key in entry
        if key not in _KEYS
    ]
    kind = entry.get("kind")
    if kind not in _KINDS:
        found = "nothing" if kind is None else repr(kind)
        near = _near(kind, tuple(_KINDS))
        problems.append(Problem(f"{path}.kind", found, "a kind of fault", near))
    for keys, kinds, expected in (
        (_TEXTS, (str,), "a text"),
        (_WHOLE, (int,), "a whole number, at least 1"),
        (_SHIFT, (int,), "whole milliseconds, at least minus a day's"),
        (_NUMBERS, (int, float), "seconds, at least 0"),
    ):
        problems += [
            Problem(f"{path}.{key}", repr(entry[key]), expected)
            for key in keys
            if key in entry and not _is_good(entry[key], kinds, _LEAST[keys])
        ]
    headers = entry.get(_HEADERS, {})
    if not isinstance(headers, Mapping) or not all(isinstance(t, str) for t in headers.values()):
        problems.append(Problem(f"{path}.headers", repr(headers), "names, and texts for them"))
    return problems


def _is_good(given: object, kinds: tuple[type, ...], least: int) -> bool:
    if isinstance(given, bool) or not isinstance(given, kinds):
        return False
    return not isinstance(given, int | float) or given >= least


def _near(word: object, known: Sequence[str]) -> str | None:
    return next(iter(get_close_matches(str(word), known, 1)), None)


def _fault(entry: Mapping[str, object]) -> Fault:
    keys = (*_TEXTS, *_WHOLE, *_SHIFT, "seconds", _HEADERS)
    given = {key: entry[key] for key in keys if key in entry}
    at = Nanos(int(float(str(entry.get("at", 0))) * SECOND))
    return Fault(_KINDS[str(entry["kind"])], at, **given)  # type: ignore[arg-type] # checked above
