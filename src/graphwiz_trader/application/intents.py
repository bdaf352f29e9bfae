"""Intents: every order that journals say we wanted, and every fill they say we booked."""

from decimal import Decimal

import attrs

from graphwiz_trader.domain.commands import Command, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import Event, InstrumentUpdated, RunStarted, TapeMessage
from graphwiz_trader.domain.facts import Entry, FillBooked, OrderChanged
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import OrdStatus, OrdType
from graphwiz_trader.domain.position import ZERO
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Asset, ClOrdId, InstrumentId, Nanos, Venue
from graphwiz_trader.domain.value import value
from graphwiz_trader.engine.holdings import settlement


@attrs.define
class Intent:
    """One order as it was decided, and what has become of it; `price` None is a market order."""

    ts: Nanos
    instrument: InstrumentId
    side: Side
    qty: Decimal
    price: Decimal | None
    ord_status: OrdStatus = OrdStatus.PENDING_NEW
    cum_qty: Decimal = ZERO


@value
class Booked:
    """One fill as it was booked."""

    cl_ord_id: ClOrdId
    side: Side
    qty: Decimal
    price: Decimal


class Intents:
    """
    Grows by `feed`, over any number of journals, oldest first.

    `booked` is by instrument and exec id, `moved` what booked fills and their fees did to each
    venue's balances, `impossible` what journals must never hold, in words.
    """

    def __init__(self) -> None:
        self.intents: dict[ClOrdId, Intent] = {}
        self.booked: dict[tuple[InstrumentId, str], Booked] = {}
        self.moved: dict[Venue, dict[Asset, Decimal]] = {}
        self.impossible: list[str] = []
        self._grid: dict[InstrumentId, Instrument] = {}
        self._incarnation = -1

    def feed(self, entry: Entry) -> None:
        """Take in one step."""
        event, outcome = entry.event, entry.outcome
        if isinstance(event, RunStarted):
            self._start(event)
        elif isinstance(event, InstrumentUpdated):
            self._grid[event.instrument.id] = event.instrument
        for command in outcome.commands:
            self._intend(command, event)
        for fact in outcome.facts:
            if isinstance(fact, FillBooked):
                self._book(fact)
            elif isinstance(fact, OrderChanged):
                self._change(fact)

    def _start(self, started: RunStarted) -> None:
        if started.incarnation <= self._incarnation:
            before, now = self._incarnation, started.incarnation
            self.impossible.append(f"incarnation {now} after {before} in {started.run}")
        self._incarnation = started.incarnation
        self._grid |= {instrument.id: instrument for instrument in started.instruments}

    def _intend(self, command: Command, event: Event) -> None:
        if not isinstance(command, SubmitOrder | ReplaceOrder) or isinstance(event, TapeMessage):
            return
        name = command.cl_ord_id
        if name in self.intents:
            self.impossible.append(f"{name} was intended twice")
        instrument = self._grid[command.instrument]
        side, is_market = Side.BUY, False
        if isinstance(command, SubmitOrder):
            side, is_market = command.side, command.ord_type is OrdType.MARKET
        elif command.orig_cl_ord_id in self.intents:
            side = self.intents[command.orig_cl_ord_id].side
        else:
            self.impossible.append(f"{name} replaces {command.orig_cl_ord_id}, which is not ours")
        price = None if is_market else instrument.price(command.price)
        qty = instrument.qty(command.order_qty)
        self.intents[name] = Intent(event.ts, command.instrument, side, qty, price)

    def _change(self, change: OrderChanged) -> None:
        intent = self.intents.get(change.cl_ord_id)
        if intent is not None:
            replaced = change.ord_status is OrdStatus.REPLACED
            intent.ord_status = OrdStatus.CANCELED if replaced else change.ord_status
            intent.cum_qty = self._grid[intent.instrument].qty(change.cum_qty)

    def _book(self, fill: FillBooked) -> None:
        instrument = self._grid[fill.instrument]
        key = (fill.instrument, fill.exec_id)
        if key in self.booked:
            self.impossible.append(f"{fill.cl_ord_id}: fill {fill.exec_id} was booked twice")
        qty, price = instrument.qty(fill.qty), instrument.price(fill.price)
        self.booked[key] = Booked(fill.cl_ord_id, fill.side, qty, price)
        moved = self.moved.setdefault(instrument.venue, {})
        for asset, amount in (
            (instrument.base, fill.side * qty),
            (instrument.quote, -fill.side * instrument.notional(fill.price, fill.qty)),
            (settlement(instrument), -fill.fee),
        ):
            moved[asset] = moved.get(asset, ZERO) + amount
