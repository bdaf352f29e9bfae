"""Proof: our journals beside a simulated exchange's true record, check by check."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from graphwiz_trader.application.intents import Intents
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.orders import OrdStatus
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.truth import TrueAccount, TrueFill, TrueOrder, Truth
from graphwiz_trader.domain.units import MILLISECOND, Asset, ClOrdId, Nanos, Venue
from graphwiz_trader.domain.value import value

ENDED = frozenset({OrdStatus.FILLED, OrdStatus.CANCELED, OrdStatus.REJECTED, OrdStatus.EXPIRED})
CLOCKS = Nanos(20 * MILLISECOND)
"""How far the clocks of two processes of one machine may be apart."""
ROUNDING = Decimal("1e-8")
"""What a venue's wire may cut off a balance."""

_ZERO = Decimal(0)


@value
class Proven:
    """How much was checked, and everything that did not hold, in words."""

    checks: int
    violations: tuple[str, ...]


def prove(truth: Truth, journals: Sequence[Iterable[Entry]]) -> Proven:
    """
    Check that *journals*, oldest first, and *truth* tell the same story, order by order.

    Every accepted order was intended before, once, as it was accepted; every fill was booked
    once, as it was; every order has ended; every balance moved by the fills and nothing else.
    """
    ours = Intents()
    for journal in journals:
        for entry in journal:
            ours.feed(entry)
    proof = _Proof(ours)
    proof.orders(truth.orders)
    proof.fills(truth.fills)
    proof.ends(truth.fills)
    proof.venues(truth)
    for account in truth.accounts:
        proof.account(account, [fill for fill in truth.fills if fill.venue == account.venue])
    return Proven(proof.checks, tuple(proof.violations))


class _Proof:
    """Counts what it checks, and names what does not hold."""

    def __init__(self, ours: Intents) -> None:
        self.checks = 0
        self.violations: list[str] = []
        self._ours = ours
        for found in ours.impossible:
            self._hold(False, found)

    def orders(self, accepted: Sequence[TrueOrder]) -> None:
        """Every accepted order was intended before, as it was accepted, and once."""
        seen: dict[tuple[Venue, ClOrdId], TrueOrder] = {}
        for order in accepted:
            name = f"{order.venue} {order.cl_ord_id}"
            intent = self._ours.intents.get(order.cl_ord_id)
            self._hold(intent is not None, f"{name} was accepted and never intended")
            key = (order.venue, order.cl_ord_id)
            self._hold(key not in seen, f"{name} was accepted twice")
            seen[key] = order
            if intent is None:
                continue
            ahead = order.ts + CLOCKS - intent.ts
            self._hold(ahead >= 0, f"{name} was accepted {-ahead} ns too early")
            asked = (intent.instrument, intent.side, intent.qty, intent.price)
            told = (order.instrument, order.side, order.qty, order.price)
            self._hold(asked == told, f"{name}: accepted {_words(told)}, intended {_words(asked)}")

    def fills(self, fills: Sequence[TrueFill]) -> None:
        """Every fill was booked once, as it was, and nothing else was."""
        booked = dict(self._ours.booked)
        for fill in fills:
            name = f"{fill.venue} {fill.cl_ord_id} fill {fill.exec_id}"
            ours = booked.pop((fill.instrument, fill.exec_id), None)
            told = (fill.cl_ord_id, fill.side, fill.qty, fill.price)
            said = None if ours is None else (ours.cl_ord_id, ours.side, ours.qty, ours.price)
            self._hold(said == told, f"{name}: {_words(told)}, booked {_words(said)}")
        for (instrument, exec_id), extra in booked.items():
            text = (
                f"{extra.cl_ord_id}: fill {exec_id} of {instrument} was booked and never happened"
            )
            self._hold(False, text)

    def ends(self, fills: Sequence[TrueFill]) -> None:
        """Every order has ended, filled as far as its venue says."""
        filled: dict[ClOrdId, Decimal] = {}
        for fill in fills:
            filled[fill.cl_ord_id] = filled.get(fill.cl_ord_id, _ZERO) + fill.qty
        for name, order in self._ours.intents.items():
            status = order.ord_status
            self._hold(status in ENDED, f"{name} ends {status.value}")
            ours, theirs = order.cum_qty, filled.get(name, _ZERO)
            self._hold(ours == theirs, f"{name}: {ours} filled, in truth {theirs}")

    def venues(self, truth: Truth) -> None:
        """Every venue that traded said at the end what the account owns."""
        known = {account.venue for account in truth.accounts}
        for venue in dict.fromkeys([order.venue for order in truth.orders]):
            self._hold(venue in known, f"nothing is known of the account at {venue}")

    def account(self, account: TrueAccount, fills: Sequence[TrueFill]) -> None:
        """Nothing is open, and every balance moved by the fills, the true and the booked ones."""
        venue = account.venue
        self._hold(not account.open_orders, f"{venue} still lists {', '.join(account.open_orders)}")
        true: dict[Asset, Decimal] = {}
        for fill in fills:
            base, _, quote = fill.instrument.rpartition("@")[0].partition("/")
            _move(true, Asset(base), fill.side * fill.qty)
            _move(true, Asset(quote), -fill.side * fill.qty * fill.price)
            _move(true, fill.fee_asset, -fill.fee)
        booked = self._ours.moved.get(venue, {})
        for asset in sorted({*account.opened, *account.closed, *true, *booked}):
            moved = account.closed.get(asset, _ZERO) - account.opened.get(asset, _ZERO)
            for whose, sums in (("true", true), ("booked", booked)):
                summed = sums.get(asset, _ZERO)
                self._hold(
                    abs(moved - summed) <= ROUNDING,
                    (f"{venue} {asset} moved by {moved}, its {whose} fills by {summed}"),
                )

    def _hold(self, holds: bool, words: str) -> None:  # noqa: FBT001 # a check
        self.checks += 1
        if not holds:
            self.violations.append(words)


def _move(sums: dict[Asset, Decimal], asset: Asset, amount: Decimal) -> None:
    sums[asset] = sums.get(asset, _ZERO) + amount


def _words(parts: Sequence[object] | None) -> str:
    if parts is None:
        return "nothing"
    return " ".join(part.name if isinstance(part, Side) else str(part) for part in parts)
