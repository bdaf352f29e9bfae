"""Pairing: two instruments traded against each other, and how much of one belongs to the other."""

from collections.abc import Sequence

from graphwiz_trader.domain.errors import ConfigError, Problem
from graphwiz_trader.domain.grid import common_lot
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.units import Lots, Ticks
from graphwiz_trader.domain.value import value


@value
class Pairing:
    """Leg *a*, whose price is explained by that of leg *b*."""

    a: Instrument
    b: Instrument

    @property
    def name(self) -> str:
        """Both, in order."""
        return f"{self.a.id}~{self.b.id}"

    @property
    def is_same_asset(self) -> bool:
        """Whether both are of one asset, so that a unit of one is hedged by a unit of the other."""
        return self.a.base == self.b.base and self.a.quote == self.b.quote

    @property
    def obstacle(self) -> str | None:
        """What two instruments must be that these are not, None where they can be a pair."""
        if Kind.INVERSE in (self.a.kind, self.b.kind):
            return "no inverse contract: its hedge changes with the price"
        if self.a.quote != self.b.quote:
            return f"one quote asset, not {self.a.quote} and {self.b.quote}"
        return None

    def ratio(self, beta: float, price_a: Ticks, price_b: Ticks) -> float:
        """
        Return how many lots of b hedge one lot of a.

        The notional of b is β times that of a; of one asset, the amounts are the same.
        """
        if self.is_same_asset:
            return float(
                self.a.lot_size * self.a.multiplier / (self.b.lot_size * self.b.multiplier)
            )
        return beta * float(self.a.notional(price_a, 1) / self.b.notional(price_b, 1))

    def sized(self, most_a: int, most_b: int, ratio: float) -> tuple[Lots, Lots]:
        """
        Return the most lots of both that hedge each other within *most_a* and *most_b*.

        The leg with the larger lot is cut down to whole lots first, the other is rounded to it.
        """
        if self.is_same_asset:
            return self._even(most_a, most_b)
        if ratio >= 1.0:
            lots_a = int(min(most_a, most_b / ratio))
            return Lots(lots_a), Lots(min(round(lots_a * ratio), most_b))
        lots_b = int(min(most_b, most_a * ratio))
        return Lots(min(round(lots_b / ratio), most_a)), Lots(lots_b)

    def _even(self, most_a: int, most_b: int) -> tuple[Lots, Lots]:
        ones = [leg.lot_size * leg.multiplier for leg in (self.a, self.b)]
        step = common_lot(ones)
        steps = int(min(most_a * ones[0], most_b * ones[1]) / step)
        lots_a, lots_b = (int(steps * step / one) for one in ones)
        return Lots(lots_a), Lots(lots_b)


def pairings(instruments: Sequence[Instrument]) -> tuple[Pairing, ...]:
    """
    Return the first with the second, the third with the fourth, and so on.

    Raises:
        ConfigError: one is left over, or two cannot be a pair.
    """
    if len(instruments) % 2:
        found = ", ".join(instrument.id for instrument in instruments)
        raise ConfigError([Problem("instruments", found, "an even number: each with the next")])
    pairs = tuple(Pairing(*two) for two in zip(instruments[::2], instruments[1::2], strict=True))
    problems = [Problem("instruments", each.name, each.obstacle) for each in pairs if each.obstacle]
    if problems:
        raise ConfigError(problems)
    return pairs
