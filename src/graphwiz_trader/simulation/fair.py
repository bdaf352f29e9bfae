"""Fair price: what an asset is worth, which every venue learns of, sooner or later."""

from collections import deque
from math import exp, inf, log, sqrt

from graphwiz_trader.domain.units import MILLISECOND, Nanos
from graphwiz_trader.domain.value import value
from graphwiz_trader.simulation.chance import Chance

STEP = Nanos(25 * MILLISECOND)
_STEP_S = STEP / 1e9
_BPS = 1e-4


@value
class FairSettings:
    """
    How a fair price moves; sizes in basis points of it, times in seconds.

    A random walk of `volatility_bps` a square-root second, plus a transient part that reverts
    to 0: standard deviation `transient_bps`, relaxation time `transient_s`. `jumps_per_s` jumps
    of `jump_bps` in the mean (exponential, either way) hit both: the share `overshoot` of each
    is transient.
    """

    volatility_bps: float = 1.2
    jumps_per_s: float = 0.2
    jump_bps: float = 8.0
    overshoot: float = 0.6
    transient_bps: float = 5.0
    transient_s: float = 2.0


class FairPrice:
    """
    The log of one asset's fair price on a grid of `STEP`, a function of the seed alone.

    It is made as far as anybody asks, and kept for *memory*.
    """

    def __init__(
        self, settings: FairSettings, chance: Chance, start: Nanos, price: float, *, memory: Nanos
    ) -> None:
        self._chance = chance
        self._start = start
        self._walk = log(price)
        self._transient = 0.0
        self._newest = 0
        self._path = deque([self._walk], maxlen=memory // STEP + 2)
        self._diffusion = settings.volatility_bps * _BPS * sqrt(_STEP_S)
        self._jump = settings.jump_bps * _BPS
        self._overshoot = settings.overshoot
        jumps_a_step = settings.jumps_per_s * _STEP_S
        self._steps_a_jump = 1.0 / jumps_a_step if jumps_a_step else inf
        self._next_jump = chance.exponential(self._steps_a_jump)
        self._keep = exp(-_STEP_S / settings.transient_s)
        self._kick = settings.transient_bps * _BPS * sqrt(1.0 - self._keep**2)

    def log_at(self, ts: Nanos) -> float:
        """Return the log price at *ts*, at most *memory* before the latest instant asked for."""
        wanted = max(0, (ts - self._start) // STEP)
        while self._newest < wanted:
            self._advance()
        return self._path[wanted - self._newest - 1]

    def _advance(self) -> None:
        chance = self._chance
        self._walk += self._diffusion * chance.normal()
        self._transient = self._keep * self._transient + self._kick * chance.normal()
        while self._next_jump <= self._newest:
            jump = chance.choice((-1.0, 1.0)) * chance.exponential(self._jump)
            self._walk += jump * (1.0 - self._overshoot)
            self._transient += jump * self._overshoot
            self._next_jump += chance.exponential(self._steps_a_jump)
        self._path.append(self._walk + self._transient)
        self._newest += 1


class Noise:
    """
    An opinion that wanders about 0: an Ornstein-Uhlenbeck process, exact at any instants.

    Source: Doob's transition density; x′ = x·e^(−Δ/τ) + σ·√(1 − e^(−2Δ/τ))·N.
    """

    def __init__(self, chance: Chance, start: Nanos, *, sd_bps: float, relaxation_s: float) -> None:
        self._chance = chance
        self._sd = sd_bps * _BPS
        self._relaxation = relaxation_s * 1e9
        self._at = start
        self._value = self._sd * chance.normal()

    def at(self, ts: Nanos) -> float:
        """Return it at *ts*, as a fraction; *ts* never goes back."""
        keep = exp((self._at - ts) / self._relaxation)
        self._at = ts
        spread = self._sd * sqrt(1.0 - keep * keep)
        self._value = keep * self._value + spread * self._chance.normal()
        return self._value
