"""What a z-score asks for; the reference's scores and its honest loss, on the recorded hour."""

from math import sqrt
from pathlib import Path
from statistics import fmean

import pytest

from graphwiz_trader.bootstrap.settings import load
from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.errors import ConfigError
from graphwiz_trader.domain.moments import Moments
from graphwiz_trader.strategies.stat_arb_rule import Action, StatArbConfig, decide
from tests.link import BINANCE, updates

DEFAULT = StatArbConfig()
LONG, FLAT, SHORT = 1, 0, -1


@pytest.mark.parametrize(
    ("z", "held", "action"),
    [
        (1.9999, FLAT, Action.WAIT),
        (2.0, FLAT, Action.SELL),
        (-2.0, FLAT, Action.BUY),
        (9.0, FLAT, Action.SELL),
        (-0.5001, LONG, Action.WAIT),
        (-0.5, LONG, Action.CLOSE),
        (0.6, LONG, Action.CLOSE),
        (3.0, LONG, Action.CLOSE),
        (-3.9999, LONG, Action.WAIT),
        (-4.0, LONG, Action.STOP),
        (0.5001, SHORT, Action.WAIT),
        (0.5, SHORT, Action.CLOSE),
        (-0.6, SHORT, Action.CLOSE),
        (4.0, SHORT, Action.STOP),
    ],
)
def test_the_default_rule(z: float, held: int, action: Action) -> None:
    assert decide(z, held, armed=True, stopped=False, config=DEFAULT) is action


def test_nothing_opens_while_disarmed_and_everything_closes() -> None:
    assert decide(3.0, FLAT, armed=False, stopped=False, config=DEFAULT) is Action.WAIT
    assert decide(0.1, SHORT, armed=False, stopped=False, config=DEFAULT) is Action.CLOSE


def test_a_trade_that_is_stopped_for_another_reason_stops_wherever_z_is() -> None:
    assert decide(-1.0, LONG, armed=True, stopped=True, config=DEFAULT) is Action.STOP


def test_without_a_stop_the_score_alone_never_stops() -> None:
    config = StatArbConfig(z_stop=None)

    assert decide(-9.0, LONG, armed=True, stopped=False, config=config) is Action.WAIT


@pytest.mark.parametrize(
    ("more", "most"),
    [
        ({}, sqrt(99)),
        ({"ddof": 1}, 9.9),
        ({"lookback": 5}, 2.0),
        ({"lookback": 5, "ddof": 1}, 4 / sqrt(5)),
    ],
)
def test_a_threshold_no_score_can_reach_is_refused_at_its_path(more: dict, most: float) -> None:
    """The newest observation is in its own window, which bounds its score."""
    rest = {"z_exit": 0.1, "z_stop": None, **more}

    StatArbConfig(z_threshold=most, **rest)
    with pytest.raises(ConfigError) as raised:
        StatArbConfig(z_threshold=most + 1e-9, **rest)

    (problem,) = raised.value.problems
    assert problem.path == "z_threshold"
    assert problem.expected.startswith(f"at most {most:.4f}")


def test_a_score_against_the_window_before_has_no_bound() -> None:
    StatArbConfig(z_threshold=50.0, z_stop=None, include_current=False)


def test_an_exit_beyond_the_entry_and_a_stop_inside_it_are_refused_together() -> None:
    with pytest.raises(ConfigError) as raised:
        StatArbConfig(z_threshold=2.0, z_exit=2.0, z_stop=2.0)

    assert [problem.path for problem in raised.value.problems] == ["z_exit", "z_stop"]


@pytest.fixture(scope="module")
def hour(shared_data: Path) -> list[tuple[int, int]]:
    """Best bid and ask of Binance's LINK at each second, in ticks."""
    book = OrderBook(BINANCE)
    touches = []
    for update in updates(shared_data, BINANCE):
        book.apply(update)
        touches.append(book.touch)
    return touches


def test_the_scores_of_the_recorded_hour(hour: list[tuple[int, int]]) -> None:
    moments, scores = Moments(100), []
    for bid, ask in hour:
        moments.push(bid + ask, 0)
        scores.append(moments.z)

    at = [scores[i] for i in (99, 100, 3599)]
    beyond = [z for z in scores if z is not None and abs(z) >= 2.0]
    assert scores[98] is None
    assert at == pytest.approx(
        [-1.7594296813350734, -1.8706594703227455, 1.3417892007862777], rel=1e-9
    )
    assert len(beyond) == 458


def test_the_scores_of_the_recorded_hour_against_the_window_before(
    hour: list[tuple[int, int]],
) -> None:
    moments, scores = Moments(100), []
    for bid, ask in hour:
        moments.push_after(bid + ask, 1)
        scores.append(moments.z)

    beyond = [z for z in scores if z is not None and abs(z) >= 2.0]
    assert scores[99] is None
    assert scores[100] == pytest.approx(-1.9160024031088345, rel=1e-9)
    assert scores[3599] == pytest.approx(1.3566698869, rel=1e-9)
    assert len(beyond) == 488


def test_the_honest_result_of_the_recorded_hour(hour: list[tuple[int, int]]) -> None:
    """
    The default rule earns at the mid, loses the spread, and loses twice the fee beside it.

    Enter at 2, leave at 0.5, on a change of sign or after 100 seconds; no stop, no cost gate. A
    backtest that shows a profit here has free fills.
    """
    config = StatArbConfig(z_stop=None)
    moments = Moments(config.lookback)
    held, entry, trades = 0, 0, []
    for second, (bid, ask) in enumerate(hour):
        moments.push(bid + ask, config.ddof)
        if moments.z is None:
            continue
        old = held != 0 and second - entry >= 100
        action = decide(moments.z, held, armed=True, stopped=old, config=config)
        if action in (Action.CLOSE, Action.STOP):
            trades.append((held, entry, second))
            held = 0
        elif action is not Action.WAIT:
            held, entry = (1 if action is Action.BUY else -1), second

    mids = [_bps(side, sum(hour[i]), sum(hour[j])) for side, i, j in trades]
    touches = [_bps(side, hour[i][side == 1], hour[j][side == -1]) for side, i, j in trades]
    assert (len(trades), held) == (41, -1)
    assert fmean(mids) == pytest.approx(1.2489, abs=5e-5)
    assert fmean(touches) == pytest.approx(-0.5565, abs=5e-5)
    assert fmean(touches) - 2 * 10 == pytest.approx(-20.5565, abs=5e-5)


def _bps(side: int, entered: int, left: int) -> float:
    return side * (left - entered) / entered * 1e4


def test_a_configuration_that_never_fires_names_the_key() -> None:
    assignment = "hft.strategies.statistical_arbitrage.z_threshold=9.95"

    with pytest.raises(ConfigError) as raised:
        load([], {}, [assignment, "hft.strategies.statistical_arbitrage.z_stop=null"])

    (problem,) = raised.value.problems
    assert str(problem) == (
        "hft.strategies.statistical_arbitrage.z_threshold: found 9.95, expected at most 9.9499:"
        " no |z| is greater with a lookback of 100"
    )
