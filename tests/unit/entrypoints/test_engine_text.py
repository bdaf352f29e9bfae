"""What a running engine answered, as a person reads it."""

from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.entrypoints.engine_text import apart_line, end_flaws, status_tables

STATUS: dict[str, Plain] = {
    "run": "paper-0001",
    "state": "ACTIVE",
    "loop_lag_ms": 1.5,
    "vitals": {"gc_pauses": 3, "gc_longest_ms": 2.5, "outbox": {"binance": 2}},
}


def test_vitals_are_a_table_of_their_own() -> None:
    (found,) = [table for table in status_tables(STATUS) if table.title == "Vitals"]

    assert found.rows == (
        ("loop_lag_ms", "1.50"),
        ("gc_pauses", "3"),
        ("gc_longest_ms", "2.50"),
        ("waiting for binance", "2"),
    )


def test_an_engine_that_tells_none_has_no_such_table() -> None:
    titles = [table.title for table in status_tables({"run": "paper-0001"})]

    assert titles == ["Engine"]


APART: dict[str, Plain] = {"venue": "okx", "for_s": 12.4, "why": "no answer: timed out"}


def test_accounts_that_are_not_ours_are_a_table_with_the_reasons() -> None:
    (_, found) = status_tables({"run": "paper-0001", "unreconciled": [APART]})

    assert (found.title, found.rows) == (
        "Not reconciled",
        (("okx", "for 12 s: no answer: timed out"),),
    )


def test_an_end_says_what_is_left_open_and_whose_account_is_not_ours() -> None:
    apart = [APART, {**APART, "venue": "kraken", "for_s": 0.6}]

    assert end_flaws((("okx", "a70001"),), apart) == (
        "left open or not proven gone: a70001@okx",
        "not reconciled: okx for 12 s: no answer: timed out; kraken for 1 s: no answer: timed out",
    )
    assert end_flaws((), []) == ()
    assert apart_line([]) == ""
