import pytest

from graphwiz_trader.adapters.loopback.latency import Delays, Routes, Way, routes_of
from graphwiz_trader.domain.errors import ConfigError
from graphwiz_trader.domain.units import MILLISECOND, Nanos, Venue
from graphwiz_trader.simulation.chance import Chance

VENUES = (Venue("binance"), Venue("okx"))
MS = MILLISECOND


def test_a_text_holds_for_what_it_names_and_a_later_one_wins() -> None:
    found = routes_of(["2", "entry=3+1", "okx.market=20.5"], VENUES)

    two, three = Way(Nanos(2 * MS)), Way(Nanos(3 * MS), Nanos(MS))
    assert found[VENUES[0]] == Routes(three, two, two, two)
    assert found[VENUES[1]] == Routes(three, two, two, Way(Nanos(41 * MS // 2)))


def test_without_a_text_nothing_takes_time() -> None:
    assert routes_of([], VENUES) == dict.fromkeys(VENUES, Routes())


def test_every_wrong_text_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        routes_of(["-1", "kraken.entry=1", "okx.exit=1", "entry=1"], VENUES)

    told = str(refused.value)
    assert "'-1'" in told
    assert "kraken" in told
    assert "exit" in told
    assert len(refused.value.problems) == 3


def test_jitter_is_seeded_bounded_and_each_routes_own() -> None:
    way = Way(Nanos(2 * MS), Nanos(MS))
    quiet = Delays(Routes(entry=way, market=way), Chance(7))
    busy = Delays(Routes(entry=way, market=way), Chance(7))

    drawn = []
    for _ in range(50):
        drawn.append(quiet.entry())
        busy.market()
        assert busy.entry() == drawn[-1]

    assert 2 * MS <= min(drawn) < max(drawn) <= 3 * MS
    assert len(set(drawn)) > 40
    assert quiet.response() == 0
