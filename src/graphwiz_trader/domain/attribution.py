"""Attribution: why a group earned something else than planned, as an identity in exact money."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from graphwiz_trader.domain.facts import FillBooked
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.position import ZERO, flow
from graphwiz_trader.domain.signal import Leg
from graphwiz_trader.domain.units import InstrumentId
from graphwiz_trader.domain.value import value


@value
class Attribution:
    """
    `expected` + `price` + `quantity` + `fees` + `unwind` = `realised`, without a residual.

    `price`: filled at other prices than planned. `quantity`: less or more traded than planned.
    `fees`: charged less than modelled. `unwind`: cash of trades that undid a leg, before fees.
    """

    expected: Decimal = ZERO
    price: Decimal = ZERO
    quantity: Decimal = ZERO
    fees: Decimal = ZERO
    unwind: Decimal = ZERO
    realised: Decimal = ZERO

    def __add__(self, other: "Attribution") -> "Attribution":
        return Attribution(
            self.expected + other.expected,
            self.price + other.price,
            self.quantity + other.quantity,
            self.fees + other.fees,
            self.unwind + other.unwind,
            self.realised + other.realised,
        )

    def less(self, other: "Attribution") -> "Attribution":
        """Return it without *other*."""
        return self + other.times(Decimal(-1))

    def times(self, rate: Decimal) -> "Attribution":
        """Return it in another currency."""
        return Attribution(
            self.expected * rate,
            self.price * rate,
            self.quantity * rate,
            self.fees * rate,
            self.unwind * rate,
            self.realised * rate,
        )


def attribution(
    legs: Sequence[Leg],
    fills: Sequence[FillBooked],
    instruments: Mapping[InstrumentId, Instrument],
    expected: Decimal,
) -> Attribution:
    """
    Return what became of the *expected* profit of *legs*, all settled in one asset.

    A fill on a leg's instrument and side is that leg's, whichever order it came from; any other
    undid something.

    Args:
        legs: As planned, at most one an instrument; without those that pass an asset on.
        fills: All fills of the group on their instruments.
        instruments: Of the legs.
        expected: Cash of the legs at their planned prices, less the fees modelled.
    """
    plans = {(leg.instrument, leg.side): leg for leg in legs}
    planned = sum((_cash(leg, leg.price, leg.qty, instruments) for leg in legs), ZERO)
    at_plan = at_fill = unwind = charged = ZERO
    for fill in fills:
        charged += fill.fee
        instrument = instruments[fill.instrument]
        moved = flow(instrument, fill.side, fill.price, fill.qty)
        leg = plans.get((fill.instrument, fill.side))
        if leg is None:
            unwind += moved
        else:
            at_plan += _cash(leg, leg.price, fill.qty, instruments)
            at_fill += moved
    return Attribution(
        expected=expected,
        price=at_fill - at_plan,
        quantity=at_plan - planned,
        fees=(planned - expected) - charged,
        unwind=unwind,
        realised=at_fill + unwind - charged,
    )


def _cash(
    leg: Leg, price: int, qty: int, instruments: Mapping[InstrumentId, Instrument]
) -> Decimal:
    return flow(instruments[leg.instrument], leg.side, price, qty)
