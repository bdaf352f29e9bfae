"""What Binance's refusals mean; one test for each class of row."""

import pytest

from graphwiz_trader.adapters.direct.binance_refusals import (
    CODES,
    Error,
    http_refusal,
    read_refusal,
)
from graphwiz_trader.adapters.direct.http_call import HttpAnswer
from graphwiz_trader.adapters.direct.private_said import Meaning
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.units import SECOND, Nanos

NOW = Nanos(1_700_000_005 * SECOND)


@pytest.mark.parametrize("code", [c for c, m in CODES.items() if m is Meaning.AMBIGUOUS])
def test_what_may_have_been_done_is_ambiguous_under_any_status(code: int) -> None:
    found = [read_refusal(status, Error(code, "x"), NOW).meaning for status in (200, 400, 503)]

    assert found == [Meaning.AMBIGUOUS] * 3


@pytest.mark.parametrize("code", [c for c, m in CODES.items() if m is Meaning.DENIED])
def test_a_refused_key_is_denied(code: int) -> None:
    assert read_refusal(401, Error(code, "x"), NOW).meaning is Meaning.DENIED


@pytest.mark.parametrize("code", [c for c, m in CODES.items() if m is Meaning.LIMITED])
def test_too_much_is_limited(code: int) -> None:
    assert read_refusal(400, Error(code, "x"), NOW).meaning is Meaning.LIMITED


@pytest.mark.parametrize("code", [-1013, -2010, -2011, -2021, -2022, -1102, -9999])
def test_any_other_4xx_is_a_definite_no(code: int) -> None:
    refusal = read_refusal(400, Error(code, "Filter failure"), NOW)

    assert (refusal.meaning, refusal.text) == (Meaning.DEFINITE, f"{code} Filter failure")


def test_a_wrong_clock_and_an_absent_order_are_told_apart() -> None:
    codes = (-1021, -2013)

    found = [read_refusal(400, Error(code, "x"), NOW).meaning for code in codes]

    assert found == [Meaning.CLOCK, Meaning.ABSENT]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_5xx_is_never_a_no_whatever_it_says(status: int) -> None:
    assert read_refusal(status, Error(-2010, "x"), NOW).meaning is Meaning.AMBIGUOUS


@pytest.mark.parametrize(
    ("status", "headers", "error", "until_s", "is_ban"),
    [
        (429, {"Retry-After": "7"}, {}, 1_700_000_012, False),
        (418, {"Retry-After": "120"}, {}, 1_700_000_125, True),
        (429, {}, {"data": {"retryAfter": 1_700_000_030_000}}, 1_700_000_030, False),
        (418, {}, {"msg": "IP banned until 1700000090000."}, 1_700_000_090, True),
        (429, {}, {}, 1_700_000_040, False),
        (403, {}, {}, 1_700_000_065, False),
    ],
)
def test_the_venue_says_how_long_it_is_closed(
    status: int, headers: dict[str, str], error: dict[str, object], until_s: int, *, is_ban: bool
) -> None:
    import msgspec

    body = msgspec.json.encode({"code": -1003, "msg": "", **error})
    refusal = http_refusal(HttpAnswer(status, headers, body), NOW)

    assert refusal is not None
    assert refusal.meaning is Meaning.LIMITED
    assert (refusal.closed_until, refusal.is_ban) == (until_s * SECOND, is_ban)


def test_too_many_orders_do_not_close_the_venue_for_cancels() -> None:
    assert read_refusal(429, Error(-1015, "x"), NOW).closed_until == 0


def test_a_page_of_a_proxy_is_told_by_its_status() -> None:
    refusal = http_refusal(HttpAnswer(502, {}, b"<html>"), NOW)

    assert refusal is not None
    assert (refusal.meaning, refusal.text) == (Meaning.AMBIGUOUS, "HTTP 502")


def test_a_redirection_is_no_answer() -> None:
    with pytest.raises(Garbled):
        http_refusal(HttpAnswer(302, {}, b"<html>"), NOW)
