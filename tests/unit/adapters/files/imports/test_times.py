"""Times as text, to the nanosecond."""

import pytest

from graphwiz_trader.adapters.files.imports.times import nanos

SECOND = 10**9
NOON = 1_629_417_600 * SECOND  # 2021-08-20 00:00:00 UTC


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("2021-08-20 00:00:00", NOON),
        ("2021-08-20T00:00:00.000000001Z", NOON + 1),
        ("2021-08-20T02:00:00.5+02:00", NOON + SECOND // 2),
        ("1629417600", NOON),
        ("1629417600.25", NOON + SECOND // 4),
        ("1629417600001", NOON + 1_000_000),
        ("1629417600000001", NOON + 1_000),
        ("1629417600000000001", NOON + 1),
    ],
)
def test_nanos_of(text: str, ns: int) -> None:
    assert nanos(text) == ns


@pytest.mark.parametrize("text", ["", "noon", "nan", "1.x", "2021-08-20 00:00:00.", "9" * 21])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        nanos(text)
