"""RiskPolicy: the two gates every order passes, with no way round them."""

from decimal import Decimal
from math import ceil
from typing import Final

from graphwiz_trader.domain import rules
from graphwiz_trader.domain.grid import common_lot
from graphwiz_trader.domain.group import money_of, owed_assets
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.intent import (
    SEAL,
    Admitted,
    Approved,
    Bounds,
    Case,
    Intent,
    RiskView,
    Rule,
)
from graphwiz_trader.domain.route import Step, is_round
from graphwiz_trader.domain.rules import RULES
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import (
    Leg,
    Reason,
    Refused,
    Signal,
    SignalKind,
)
from graphwiz_trader.domain.units import InstrumentId, Lots, StrategyId
from graphwiz_trader.domain.value import evolve

CLEARED: Final = frozenset(
    {
        rules.trading_state,
        rules.venue_rules,
        rules.duplicate_intent,
        rules.identical_orders,
        rules.order_size,
        rules.price_collar,
        rules.book_usable,
        rules.balance,
        rules.position,
        rules.exposure,
        rules.open_orders,
        rules.order_rate,
        rules.order_to_trade,
        rules.daily_loss,
        rules.drawdown,
        rules.consecutive_losses,
        rules.self_match,
        rules.size_cap,
        rules.decision_ttl,
    }
)
"""What a view may vouch for at one look, `RiskView.is_clear`; any other rule is always asked."""

_INVERSE: Final = Kind.INVERSE
_TAKE: Final = SignalKind.TAKE


class RiskPolicy:
    """
    The rules, in the order they are asked, and their limits.

    Of an order that a view vouches for only those are asked that are not among `CLEARED`.
    """

    def __init__(self, limits: RiskSettings, rules: tuple[Rule, ...] = RULES) -> None:
        self.limits = limits
        self.rules = rules
        self.bounds = Bounds.of(limits)
        self._always_asked = tuple(rule for rule in rules if rule not in CLEARED)

    def review(self, signal: Signal, view: RiskView) -> Approved | Refused:
        """
        Size a signal: what is approved fits positions and balances as they are now.

        The legs of a TAKE shrink together, so that the smaller one decides.
        """
        if view.now > signal.expires:
            return Refused(Reason.EXPIRED, None, str(view.now - signal.expires), "0 ns late")
        flaw = _flaw_of(signal, view)
        if flaw is not None:
            return flaw
        if signal.kind is not _TAKE:
            return Approved(signal, SEAL)
        legs = self._sized(signal, view)
        if min(leg.qty for leg in legs) <= 0:
            return self._why_no_room(signal, view)
        sized = evolve(signal, legs=legs)
        return (self._foreseen(sized, view) if signal.sequential else None) or Approved(sized, SEAL)

    def admit(self, intent: Intent, view: RiskView) -> Admitted | Refused:
        """Pass *intent* through every rule; the first no is the answer."""
        is_clear = view.is_clear(intent)
        if not is_clear or self._always_asked:
            flaw = _flaw(intent.instrument, intent.price, view)
            if flaw is not None:
                return flaw
            case = Case.of(intent, view)
            for rule in self._always_asked if is_clear else self.rules:
                refused = rule(case, self.bounds)
                if refused is not None:
                    return refused
        return Admitted(intent, SEAL)

    def room(
        self, strategy: StrategyId, name: InstrumentId, side: Side, price: int, view: RiskView
    ) -> Lots:
        """Return the most lots that positions, balances and order size leave for one order."""
        most = self.headroom(strategy, name, side, price, view)
        instrument = view.instruments[name]
        account = view.accounts[instrument.venue]
        one = account.need(instrument, side, price, 1)
        affordable = int(account.free(one.asset) / one.amount) if one.amount > 0 else 0
        return Lots(max(0, min(most, affordable)))

    def headroom(
        self, strategy: StrategyId, name: InstrumentId, side: Side, price: int, view: RiskView
    ) -> Lots:
        """Return the most lots that positions and order size leave, whatever the balance."""
        instrument = view.instruments[name]
        limit = view.position_limit(strategy)
        held = instrument.units(view.position(name) * side + view.open_lots(name, side), price)
        most = min(limit - held, limit - view.asset_worst(instrument.base, side))
        if self.limits.max_order_qty is not None:
            most = min(most, self.limits.max_order_qty)
        return instrument.lots_worth(max(most, Decimal(0)), price)

    def _sized(self, signal: Signal, view: RiskView) -> tuple[Leg, ...]:
        # What later legs of a sequence are paid with is there only once the first has filled.
        rooms = [self.headroom if signal.sequential else self.room for _ in signal.legs]
        rooms[0] = self.room
        shares = [
            (room(signal.strategy, leg.instrument, leg.side, leg.price, view), leg.qty)
            for room, leg in zip(rooms, signal.legs, strict=True)
        ]
        if all(room >= qty for room, qty in shares):
            return signal.legs
        room, qty = min(shares, key=lambda share: share[0] / share[1])
        grids = [view.instruments[leg.instrument] for leg in signal.legs]
        return scaled(signal.legs, grids, room, qty)

    def _why_no_room(self, signal: Signal, view: RiskView) -> Refused:
        """Find which limit left nothing, by asking the rules about the least of each leg."""
        least = tuple(
            evolve(leg, qty=_least(view.instruments[leg.instrument], leg.price))
            for leg in signal.legs
        )
        for leg in least[:1] if signal.sequential else least:
            refused = self.admit(Intent.of_leg(signal, leg), view)
            if isinstance(refused, Refused):
                return refused
        no = self._foreseen(evolve(signal, legs=least), view) if signal.sequential else None
        return no or Refused(Reason.BELOW_MIN, signal.legs[0].instrument, "0", "1")

    def _foreseen(self, signal: Signal, view: RiskView) -> Refused | None:
        """Return what would refuse a later leg today, but for the balance that others bring."""
        for leg in signal.legs[1:]:
            case = Case.of(Intent.of_leg(signal, leg), view)
            for rule in self.rules:
                refused = None if rule is rules.balance else rule(case, self.bounds)
                if refused is not None:
                    return refused
        return None


def _flaw_of(signal: Signal, view: RiskView) -> Refused | None:
    if not signal.legs:
        return Refused(Reason.UNKNOWN_INSTRUMENT)
    instruments = view.instruments
    for leg in signal.legs:
        instrument = instruments.get(leg.instrument)
        if instrument is None or instrument.kind is _INVERSE:
            flaw = _flaw(leg.instrument, leg.price, view)
            if flaw is not None:
                return flaw
        if leg.qty <= 0 and signal.kind is _TAKE:
            return Refused(Reason.BELOW_MIN, leg.instrument, str(leg.qty), "1")
    if signal.sequential and not _is_sequence(signal, view):
        names = " > ".join(leg.instrument for leg in signal.legs)
        return Refused(Reason.NO_ROUND, signal.legs[0].instrument, names, "a round of spot trades")
    return None


def _is_sequence(signal: Signal, view: RiskView) -> bool:
    """Whether each leg is paid with what the one before brings, and all but money can be owed."""
    steps = [Step(view.instruments[leg.instrument], leg.side) for leg in signal.legs]
    instruments = [step.instrument for step in steps]
    passed = {step.received for step in steps[:-1]}
    return (
        signal.kind is _TAKE
        and is_round(steps)
        and money_of(instruments) == steps[0].given
        and set(owed_assets(instruments)) == passed
    )


def _flaw(name: InstrumentId, price: int, view: RiskView) -> Refused | None:
    """Refuse what no rule could be asked about."""
    instrument = view.instruments.get(name)
    if instrument is None:
        return Refused(Reason.UNKNOWN_INSTRUMENT, name)
    if instrument.kind is _INVERSE and price <= 0:
        return Refused(Reason.OFF_GRID, name, f"price {price}", "a price above 0")
    return None


def _least(instrument: Instrument, price: int) -> Lots:
    """Return the fewest lots the venue takes at *price*."""
    one = instrument.notional(price, 1)
    worth = ceil(instrument.min_notional / one) if one > 0 else 1
    return Lots(max(1, instrument.min_qty, worth))


def scaled(legs: tuple[Leg, ...], grids: list[Instrument], room: int, qty: int) -> tuple[Leg, ...]:
    """
    Shrink *legs* by room/qty, rounding down; legs of one base asset stay equal in base units.

    The common quantity is a whole number of every leg's lots.
    """
    if len({grid.base for grid in grids}) > 1:
        return tuple(evolve(leg, qty=Lots(leg.qty * room // qty)) for leg in legs)
    sizes = [grid.lot_size * grid.multiplier for grid in grids]
    shares = [leg.qty * room // qty * size for leg, size in zip(legs, sizes, strict=True)]
    least = min(shares)
    least -= least % common_lot(sizes)
    return tuple(
        evolve(leg, qty=Lots(int(least / size))) for leg, size in zip(legs, sizes, strict=True)
    )
