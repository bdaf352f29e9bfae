import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from graphwiz_trader.simulation.chance import Chance, splitmix64, units

SRC = Path(__file__).resolve().parents[3] / "src"


def test_xoshiro_gives_the_published_numbers() -> None:
    """Of the reference implementation, begun at 1, 2, 3, 4; also in the rand_xoshiro crate."""
    stream = Chance.of_state(1, 2, 3, 4)

    drawn = [stream.bits() for _ in range(10)]

    assert drawn == [
        11520,
        0,
        1509978240,
        1215971899390074240,
        1216172134540287360,
        607988272756665600,
        16172922978634559625,
        8476171486693032832,
        10595114339597558777,
        2904607092377533576,
    ]


def test_splitmix_gives_the_published_numbers() -> None:
    """Of the reference implementation, begun at 1234567; also on Rosetta Code."""
    assert splitmix64(1234567, 5) == (
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    )


def test_seed_fills_the_state_from_splitmix() -> None:
    drawn = Chance(1234567).bits()

    assert drawn == Chance.of_state(*splitmix64(1234567, 4)).bits()


def test_split_stream_does_not_depend_on_draws_or_other_splits() -> None:
    quiet, busy = Chance(7), Chance(7)
    for _ in range(5):
        busy.bits()
    busy.split("another").bits()

    same = [quiet.split("flow").bits(), busy.split("flow").bits()]

    assert same[0] == same[1]
    assert quiet.split("flow").bits() != quiet.split("flows").bits()
    assert quiet.split("flow").bits() != Chance(8).split("flow").bits()


def test_unit_is_even_on_the_half_open_interval() -> None:
    stream = Chance(1)

    drawn = [stream.unit() for _ in range(20_000)]

    assert min(drawn) >= 0.0
    assert max(drawn) < 1.0
    assert sum(drawn) / 20_000 == pytest.approx(0.5, abs=0.01)
    assert sum(u * u for u in drawn) / 20_000 == pytest.approx(1 / 3, abs=0.01)


def test_below_is_even() -> None:
    stream = Chance(2)

    seen = Counter(stream.below(3) for _ in range(30_000))

    assert sorted(seen) == [0, 1, 2]
    assert all(abs(count - 10_000) < 300 for count in seen.values())


def test_below_redraws_where_the_range_does_not_divide() -> None:
    """With n = 3·2⁶², plain scaling would give every third number twice as often."""
    stream = Chance(3)

    thirds = Counter(stream.below(3 << 62) % 3 for _ in range(9_000))

    assert all(abs(count - 3_000) < 250 for count in thirds.values())


def test_below_one_is_zero() -> None:
    assert Chance(4).below(1) == 0


def test_exponential_has_the_mean_and_the_memoryless_spread() -> None:
    stream = Chance(5)

    drawn = [stream.exponential(3.0) for _ in range(20_000)]

    assert min(drawn) >= 0.0
    assert sum(drawn) / 20_000 == pytest.approx(3.0, rel=0.03)
    assert sum(x > 3.0 for x in drawn) / 20_000 == pytest.approx(0.3679, abs=0.012)


def test_normal_has_the_moments_of_the_bell() -> None:
    stream = Chance(6)

    drawn = [stream.normal() for _ in range(20_000)]

    assert sum(drawn) / 20_000 == pytest.approx(0.0, abs=0.025)
    assert sum(x * x for x in drawn) / 20_000 == pytest.approx(1.0, abs=0.04)
    assert sum(x**4 for x in drawn) / 20_000 == pytest.approx(3.0, abs=0.25)


def test_choice_takes_every_option() -> None:
    stream = Chance(7)

    assert {stream.choice("abc") for _ in range(50)} == {"a", "b", "c"}


def test_shuffle_reaches_every_order_as_often() -> None:
    stream = Chance(8)
    seen: Counter[str] = Counter()

    for _ in range(6_000):
        items = list("abc")
        stream.shuffle(items)
        seen["".join(items)] += 1

    assert len(seen) == 6
    assert all(abs(count - 1_000) < 130 for count in seen.values())


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_draws_do_not_depend_on_the_process(hash_seed: str) -> None:
    script = (
        "from graphwiz_trader.simulation.chance import Chance;"
        "s = Chance(9).split('a'); print(s.bits(), s.unit(), s.normal(), s.exponential(1.0))"
    )
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(SRC)}

    told = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )

    stream = Chance(9).split("a")
    here = (stream.bits(), stream.unit(), stream.normal(), stream.exponential(1.0))
    assert told.stdout.split() == [str(x) for x in here]


@pytest.mark.parametrize("seed", [0, 7, 2**64 - 1])
def test_many_draws_at_once_are_the_same_draws(seed: int) -> None:
    assert units(seed, 50).tolist() == [(z >> 11) / (1 << 53) for z in splitmix64(seed, 50)]
