"""Statistical arbitrage's rule: what a z-score asks for, and under which settings."""

from enum import Enum
from math import inf, sqrt
from typing import Protocol

from attrs.validators import ge, gt, in_, optional

from graphwiz_trader.domain.book import OrderBook
from graphwiz_trader.domain.errors import ConfigError, Problem
from graphwiz_trader.domain.setting import setting
from graphwiz_trader.domain.units import Lots
from graphwiz_trader.domain.value import value


class Thresholds(Protocol):
    """The scores at which something is done, in deviations."""

    @property
    def z_threshold(self) -> float:
        """What opens."""

    @property
    def z_exit(self) -> float:
        """What closes."""

    @property
    def z_stop(self) -> float | None:
        """What stops, if anything does."""


@value
class StatArbConfig:
    """Keys of `statistical_arbitrage`."""

    lookback: int = setting(
        100,
        "observations in the window, the newest among them",
        ge(3),
        aliases=("lookback_period",),
    )
    z_threshold: float = setting(
        2.0, "standard deviations that open a trade", gt(0.0), aliases=("z_score_threshold",)
    )
    z_exit: float = setting(0.5, "standard deviations that close it", ge(0.0))
    z_stop: float | None = setting(
        4.0, "standard deviations that stop it; null: no such stop", optional(gt(0.0))
    )
    stop_bps: float | None = setting(
        None, "loss from the entry price that stops it; null: no such stop", optional(gt(0.0))
    )
    max_hold: int | None = setting(
        None,
        "samples a trade may last; null: the lookback, or three half-lives where that is less",
        optional(gt(0)),
    )
    sample: str = setting(
        "update",
        "what is one observation: every update, or a changed mid",
        in_(("update", "change")),
    )
    grid_ms: int | None = setting(
        None, "sample in time instead, once per so many milliseconds", optional(gt(0))
    )
    include_current: bool = setting(True, "whether the newest observation is in its own window")
    ddof: int = setting(0, "0: population deviation, 1: sample deviation", in_((0, 1)))
    cost_gate: bool = setting(True, "trade only when the expected return pays both fees and spread")
    fee_bps: float = setting(10.0, "taker fee per leg, where the venue's own is not known")
    min_profit_bps: float = setting(0.0, "expected return beyond costs", ge(0.0))
    participation: float = setting(0.1, "share of the touch to take at most", gt(0.0))

    def __attrs_post_init__(self) -> None:
        cap = inf
        if self.include_current:
            cap = (self.lookback - 1) / sqrt(self.lookback - 1 + self.ddof)
        problems = []
        if self.z_threshold > cap:
            most = f"at most {cap:.4f}: no |z| is greater with a lookback of {self.lookback}"
            problems.append(Problem("z_threshold", str(self.z_threshold), most))
        problems += disordered(self)
        if problems:
            raise ConfigError(problems)


class Action(Enum):
    """What a z-score asks for."""

    WAIT = "WAIT"
    BUY = "BUY"
    SELL = "SELL"
    CLOSE = "CLOSE"
    STOP = "STOP"


def disordered(config: Thresholds) -> list[Problem]:
    """Return what is wrong with the order of exit, threshold and stop."""
    problems = []
    if config.z_exit >= config.z_threshold:
        less = f"less than z_threshold, {config.z_threshold}"
        problems.append(Problem("z_exit", str(config.z_exit), less))
    if config.z_stop is not None and config.z_stop <= config.z_threshold:
        more = f"more than z_threshold, {config.z_threshold}"
        problems.append(Problem("z_stop", str(config.z_stop), more))
    return problems


def decide(z: float, held: int, *, armed: bool, stopped: bool, config: Thresholds) -> Action:
    """
    Return what to do at *z*, holding a position of sign *held* (−1, 0, 1).

    A stop is a CLOSE that disarms: nothing opens again until |z| is below `z_exit`.
    Source: strategies reference, §1a.
    """
    if held:
        if stopped or (config.z_stop is not None and -held * z >= config.z_stop):
            return Action.STOP
        if abs(z) <= config.z_exit or z * held > 0:
            return Action.CLOSE
        return Action.WAIT
    if not armed or abs(z) < config.z_threshold:
        return Action.WAIT
    return Action.SELL if z > 0 else Action.BUY


def closable(own: Lots, book: OrderBook) -> Lots:
    """Return *own*, or 0 where the venue would not take so little: that is dust."""
    instrument = book.instrument
    price = book.bid if own > 0 else book.ask
    if abs(own) < instrument.min_qty or price is None:
        return Lots(0)
    return own if instrument.notional(price, abs(own)) >= instrument.min_notional else Lots(0)
