"""Meter: what the headers say of our requests, and what is done where there are none."""

from typing import Any, cast

import pytest

from graphwiz_trader.adapters.ccxt.meter import Meter, terms_of
from graphwiz_trader.adapters.ccxt.quirk import Trading, quirks_of
from graphwiz_trader.domain.units import SECOND, Nanos
from graphwiz_trader.domain.venue import Usage
from tests.unit.adapters.ccxt.fake_exchange import FakeExchange

NOW = Nanos(100 * SECOND)
BINANCE = quirks_of("binance").trading


def read(
    status: int, headers: dict[str, str], trading: Trading = BINANCE
) -> tuple[Any, Usage | None]:
    """What ccxt goes on with, and what is known then."""
    exchange = cast("Any", FakeExchange())
    meter = Meter(exchange, trading, lambda: NOW, lambda text: text.replace("s3cr3t", "***"))
    body = exchange.on_rest_response(status, "", "url", "GET", headers, "body s3cr3t", {}, None)
    return body, meter.usage


def test_the_weight_used_is_read_whatever_the_case_of_its_header() -> None:
    _, usage = read(200, {"x-mbx-used-weight-1m": "1234"})

    assert usage == Usage(NOW, 1234)


def test_a_venue_that_says_nothing_is_not_quoted() -> None:
    assert read(200, {"X-MBX-USED-WEIGHT-1M": "1234"}, Trading())[1] is None


@pytest.mark.parametrize(
    ("status", "headers", "waits_s", "is_ban"),
    [
        (429, {"Retry-After": "7"}, 7, False),
        (418, {"Retry-After": "120"}, 120, True),
        (429, {}, 1, False),
        (429, {"Retry-After": "soon"}, 1, False),
    ],
)
def test_too_many_requests_close_the_venue_for_a_while(
    status: int, headers: dict[str, str], waits_s: int, is_ban: bool
) -> None:
    _, usage = read(status, headers)

    assert usage == Usage(NOW, -1, Nanos(NOW + waits_s * SECOND), is_ban)


def test_bodies_lose_what_nobody_may_read_before_ccxt_sees_them() -> None:
    body, _ = read(200, {})

    assert body == "body ***"


def test_a_refusal_over_a_socket_closes_the_venue_for_a_second() -> None:
    meter = Meter(cast("Any", FakeExchange()), BINANCE, lambda: NOW, str)

    meter.closed()

    assert meter.usage == Usage(NOW, -1, Nanos(NOW + SECOND))


def test_terms_are_the_tables_or_what_ccxts_pace_allows() -> None:
    exchange = cast("Any", FakeExchange())

    assert terms_of(exchange, BINANCE) is BINANCE.terms
    plain = terms_of(exchange, Trading())
    assert (plain.capacity, plain.window) == (200, 10 * SECOND)
    assert plain.settle == 10 * SECOND
