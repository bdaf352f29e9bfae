"""What OKX's refusals mean; one test for each class of row."""

import pytest

from graphwiz_trader.adapters.direct.http_call import HttpAnswer
from graphwiz_trader.adapters.direct.okx_refusals import (
    CODES,
    http_refusal,
    operation_refusal,
    read_refusal,
)
from graphwiz_trader.adapters.direct.okx_words import Answer
from graphwiz_trader.adapters.direct.private_said import Meaning
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.units import SECOND, Nanos

NOW = Nanos(1_700_000_005 * SECOND)


@pytest.mark.parametrize("meaning", list(Meaning))
def test_every_class_of_row_is_read_as_the_table_has_it(meaning: Meaning) -> None:
    codes = [code for code, of in CODES.items() if of is meaning]

    assert codes
    assert {read_refusal(code, "x", 200, NOW).meaning for code in codes} == {meaning}


@pytest.mark.parametrize("code", ["51008", "51020", "51121", "51503", "54000", "59108"])
def test_what_is_said_of_one_order_is_a_definite_no(code: str) -> None:
    refusal = read_refusal(code, "why", 200, NOW)

    assert (refusal.meaning, refusal.text) == (Meaning.DEFINITE, f"{code} why")


@pytest.mark.parametrize("code", ["50999", "63999", "70001", ""])
def test_what_nobody_knows_is_ambiguous(code: str) -> None:
    assert read_refusal(code, "x", 200, NOW).meaning is Meaning.AMBIGUOUS


def test_a_timeout_is_ambiguous_though_its_status_is_400() -> None:
    assert read_refusal("50004", "x", 400, NOW).meaning is Meaning.AMBIGUOUS


def test_a_5xx_is_never_a_no_whatever_it_says() -> None:
    assert read_refusal("51008", "x", 503, NOW).meaning is Meaning.AMBIGUOUS


@pytest.mark.parametrize(
    ("status", "headers", "wait_s"),
    [(429, {"Retry-After": "7"}, 7), (429, {}, 2), (403, {}, 60), (418, {}, 60)],
)
def test_the_venue_is_closed_for_a_while(status: int, headers: dict[str, str], wait_s: int) -> None:
    refusal = http_refusal(HttpAnswer(status, headers, b"{}"), NOW)

    assert refusal is not None
    assert refusal.meaning is Meaning.LIMITED
    assert (refusal.closed_until, refusal.is_ban) == (NOW + wait_s * SECOND, status == 418)


def test_the_operation_says_why_not_its_envelope() -> None:
    refusal = operation_refusal([Answer("", "51008", "balance")], "1", "All failed", NOW)

    assert refusal is not None
    assert refusal.text == "51008 balance"


def test_a_good_operation_is_none() -> None:
    assert operation_refusal([Answer("7", "0", "")], "0", "", NOW) is None


def test_an_unreadable_answer_that_says_it_is_well_is_garbled() -> None:
    with pytest.raises(Garbled):
        http_refusal(HttpAnswer(200, {}, b'{"code":"0"'), NOW)
