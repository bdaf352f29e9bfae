"""The home folder: identity, incarnations and runs, across processes and restarts."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from graphwiz_trader.adapters.files.home import Home
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.ids import ClOrdIds
from graphwiz_trader.domain.units import RunId


def test_an_installation_keeps_its_name(tmp_path: Path) -> None:
    name = Home(tmp_path / "home").installation()

    assert Home(tmp_path / "home").installation() == name
    assert name != "00"
    assert ClOrdIds(name, 0).prefix == name


def test_every_start_is_a_new_incarnation(tmp_path: Path) -> None:
    assert [Home(tmp_path).next_incarnation() for _ in range(4)] == [1, 2, 3, 4]


def test_starts_at_the_same_time_are_different_incarnations(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda _: Home(tmp_path).next_incarnation(), range(40)))

    assert sorted(drawn) == list(range(1, 41))


def test_a_start_killed_before_it_counted_loses_nothing(tmp_path: Path) -> None:
    Home(tmp_path).next_incarnation()
    (tmp_path / "incarnation.new").write_text("")

    assert Home(tmp_path).next_incarnation() == 2


@pytest.mark.parametrize("text", ["", "seven", "-1"])
def test_a_damaged_counter_is_never_begun_again(tmp_path: Path, text: str) -> None:
    (tmp_path / "incarnation").write_text(text)

    with pytest.raises(DataError, match="incarnation"):
        Home(tmp_path).next_incarnation()


def test_runs_are_numbered_by_kind(tmp_path: Path) -> None:
    home = Home(tmp_path)

    made = [home.new_run(kind) for kind in ("bt", "bt", "demo", "bt")]

    assert made == ["bt-0001", "bt-0002", "demo-0001", "bt-0003"]
    assert home.journal(made[3]) == tmp_path / "runs" / "bt-0003" / "journal"


def test_runs_named_at_the_same_time_are_different(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: Home(tmp_path).new_run("bt"), range(40)))

    assert len(set(made)) == 40


def test_an_unknown_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no run bt-0009"):
        Home(tmp_path).run(RunId("bt-0009"))
