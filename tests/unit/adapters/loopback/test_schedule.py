from pathlib import Path

import pytest

from graphwiz_trader.adapters.loopback.faults import STAGES, Calendar, Fault, Faults, Kind, Stage
from graphwiz_trader.adapters.loopback.record import Record
from graphwiz_trader.adapters.loopback.schedule import (
    BAD_PRICES,
    parsed_schedule,
    schedule,
    storm,
)
from graphwiz_trader.domain.errors import ConfigError, DataError
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos, Venue

BEGAN = Nanos(1_000 * SECOND)
VENUE = Venue("binance")


def faults(*entries: Fault) -> tuple[Faults, Record]:
    """The faults of a venue that began at `BEGAN`, and where they are recorded."""
    record = Record()
    return Faults(VENUE, entries, BEGAN, record), record


def test_a_file_says_when_what_and_how_often(tmp_path: Path) -> None:
    file = tmp_path / "faults.yaml"
    file.write_text("- {kind: gap, at: 1.5, venue: bin*, match: '*@depth*', count: 2}\n")

    (fault,) = schedule(str(file), 7, ("binance",))

    assert fault == Fault(Kind.GAP, Nanos(1_500 * MILLISECOND), "bin*", "*@depth*", 2)


def test_every_problem_of_a_file_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        parsed_schedule("[{kind: gapp}, {kind: gap, att: 1, count: 0, seconds: -1}, 5]")

    told = str(refused.value)
    assert "faults[0].kind: found 'gapp', expected a kind of fault; did you mean gap?" in told
    assert "faults[1].att" in told
    assert "faults[1].count" in told
    assert "faults[1].seconds" in told
    assert "faults[2]" in told


def test_headers_are_texts_by_name() -> None:
    (fault,) = parsed_schedule("[{kind: http_5xx, headers: {Retry-After: '30'}}]")

    assert fault.headers == {"Retry-After": "30"}
    with pytest.raises(ConfigError, match="headers"):
        parsed_schedule("[{kind: http_5xx, headers: {Retry-After: 30}}]")


@pytest.mark.parametrize("text", ["a: [", "kind: gap"])
def test_a_file_that_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parsed_schedule(text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.yaml"):
        schedule(str(tmp_path / "nowhere.yaml"), 7, ("binance",))


def test_a_storm_is_the_same_for_the_same_seed_and_brings_every_kind() -> None:
    first = storm(7, ("binance", "okx"))

    assert first == storm(7, ("binance", "okx"))
    assert first != storm(8, ("binance", "okx"))
    assert {fault.kind for fault in first} == set(Kind) - {Kind.HTTP_403, Kind.NEW_RULES}
    bad = {fault.price for fault in first if fault.kind is Kind.BAD_PRICE}
    assert bad == set(BAD_PRICES)
    assert {fault.venue for fault in first} == {"binance", "okx", "*"}
    early = {fault.kind for fault in first if fault.at < 30 * SECOND}
    assert early == {fault.kind for fault in first}


def test_times_count_from_the_first_order_if_asked() -> None:
    calendar = Calendar(from_first_order=True)
    struck = Faults(VENUE, [Fault(Kind.GAP, SECOND)], BEGAN, Record(), calendar)
    ordered = Nanos(BEGAN + 60 * SECOND)

    before = struck.strike(Stage.FRAME, "btcusdt@depth", Nanos(BEGAN + 59 * SECOND))
    struck.strike(Stage.ORDER, "order.place", ordered)
    early = struck.strike(Stage.FRAME, "btcusdt@depth", Nanos(ordered + SECOND - 1))
    due = struck.strike(Stage.FRAME, "btcusdt@depth", Nanos(ordered + SECOND))

    assert (before, early) == (None, None)
    assert due is not None


def test_nothing_strikes_once_it_is_calm() -> None:
    calendar = Calendar(calm_after=Nanos(2 * SECOND))
    struck = Faults(VENUE, [Fault(Kind.GAP, count=9)], BEGAN, Record(), calendar)

    found = [
        struck.strike(Stage.FRAME, "btcusdt@depth", Nanos(BEGAN + ms * MILLISECOND)) is not None
        for ms in (0, 1_999, 2_000, 60_000)
    ]

    assert found == [True, True, False, False]


def test_a_pattern_may_name_several_things() -> None:
    struck, _ = faults(Fault(Kind.CROSSED, count=2))

    found = [
        struck.strike(Stage.FRAME, what, BEGAN) is not None
        for what in ("btcusdt@trade", "books:BTC-USDT", "btcusdt@depth@100ms")
    ]

    assert found == [False, True, True]


def test_every_kind_strikes_somewhere() -> None:
    assert set(STAGES) == set(Kind)


def test_a_fault_strikes_from_its_time_on_what_matches_as_often_as_it_says() -> None:
    struck, record = faults(Fault(Kind.GAP, SECOND, match="btc*", count=2))
    late = Nanos(BEGAN + SECOND)

    found = [
        struck.strike(Stage.FRAME, what, now) is not None
        for what, now in (
            ("btcusdt@depth", BEGAN),
            ("ethusdt@depth", late),
            ("btcusdt@depth", late),
            ("btcusdt@trade", late),
            ("btcusdt@trade", late),
        )
    ]

    assert found == [False, False, True, True, False]
    assert [entry["kind"] for entry in record.entries] == ["gap", "gap"]


def test_a_fault_of_another_venue_or_stage_does_not_strike() -> None:
    struck, record = faults(Fault(Kind.GAP, venue="okx*"), Fault(Kind.HTTP_5XX))

    assert struck.strike(Stage.FRAME, "btcusdt@depth", BEGAN) is None
    assert record.entries == []


def test_a_kind_of_two_stages_strikes_once() -> None:
    struck, _ = faults(Fault(Kind.DELAY))

    assert struck.strike(Stage.REST, "GET /api/v3/depth", BEGAN) is not None
    assert struck.strike(Stage.FRAME, "btcusdt@depth", BEGAN) is None


def test_a_checksum_is_only_damaged_where_there_is_one() -> None:
    struck, _ = faults(Fault(Kind.BAD_CHECKSUM))

    assert struck.strike(Stage.FRAME, "trades:BTC-USDT", BEGAN) is None
    assert struck.strike(Stage.FRAME, "books:BTC-USDT", BEGAN) is not None


def test_a_skewed_clock_comes_back() -> None:
    struck, _ = faults(Fault(Kind.SKEW, seconds=2.0, offset_ms=-1_500))
    ahead = Nanos(-1_500 * MILLISECOND)

    shown = [struck.skewed(Nanos(BEGAN + s * SECOND)) - BEGAN - s * SECOND for s in (0, 1, 2)]

    assert shown == [ahead, ahead, 0]
