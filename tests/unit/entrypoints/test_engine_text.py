"""What a running engine answered, as a person reads it."""

from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.entrypoints.engine_text import status_tables

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
