"""Graph orders: signals with their causes, the orders they led to, and how those went."""

from collections.abc import Sequence
from typing import TypeAlias

from graphwiz_trader.application.graph_causes import GraphCauses
from graphwiz_trader.application.graph_draft import GraphDraft
from graphwiz_trader.application.graph_episodes import GraphEpisodes
from graphwiz_trader.application.graph_step import Amid, GraphStep, as_json, finite, remember
from graphwiz_trader.application.prices import Prices
from graphwiz_trader.domain import graph
from graphwiz_trader.domain.commands import ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import OperatorOrder, Shutdown, TimerFired
from graphwiz_trader.domain.facts import OrderChanged, OrderRefused, SignalApproved, SignalRefused
from graphwiz_trader.domain.graph import Relation
from graphwiz_trader.domain.orders import ExecutionReport
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.units import ClOrdId, InstrumentId
from graphwiz_trader.domain.value import evolve, value
from graphwiz_trader.engine.groups import OWNER as GROUP_OWNER

OWN = "OWN"
"""The kind of a signal that no strategy gave."""

OWN_WHY = "the engine's own: a hedge, an unwind or a flattening"

_Said: TypeAlias = tuple[str, str, str, str]
"""What a command says of an order: its strategy, side, type and time in force."""


@value
class Origin:
    """Where an order comes from; empty where it is the engine's or a person's own."""

    signal: str = ""
    strategy: str = ""
    opportunity: str = ""
    group: str = ""
    why: str = ""


@value
class _Wish:
    """A leg that was approved in this step and has no order yet."""

    leg: Leg
    origin: Origin


class GraphOrders:
    """Remembers the last orders and groups of a run."""

    def __init__(
        self,
        draft: GraphDraft,
        prices: Prices,
        causes: GraphCauses,
        episodes: GraphEpisodes,
        amid: Amid,
    ) -> None:
        """*amid* names the patterns in course."""
        self._draft = draft
        self._prices = prices
        self._causes = causes
        self._episodes = episodes
        self._amid = amid
        self._orders: dict[ClOrdId, tuple[graph.Order, Origin]] = {}
        self._groups: dict[str, Origin] = {}

    def order(self, cl_ord_id: ClOrdId) -> graph.Order | None:
        """Return an order as it is known now."""
        known = self._orders.get(cl_ord_id)
        return known[0] if known else None

    def feed(self, step: GraphStep) -> None:
        """Take in the signals of *step*, then its orders, then what became of earlier ones."""
        wishes = self._signals(step)
        for index, command in enumerate(step.outcome.commands):
            if isinstance(command, SubmitOrder):
                self._submit(step, index, command, wishes)
            elif isinstance(command, ReplaceOrder):
                self._replace(step, index, command)
        for index, fact in enumerate(step.outcome.facts):
            if isinstance(fact, OrderChanged):
                self._change(fact)
            elif isinstance(fact, OrderRefused):
                self._refuse(step, index, fact)

    def _signals(self, step: GraphStep) -> list[_Wish]:
        wishes: list[_Wish] = []
        told: list[tuple[Signal, graph.Signal]] = []
        for index, fact in enumerate(step.outcome.facts):
            if not isinstance(fact, SignalApproved | SignalRefused):
                continue
            signal = fact.signal
            place = _place(signal, told)
            if place == len(told):
                told.append((signal, self._signal(step, index, signal)))
            node = _judged(told[place][1], fact)
            told[place] = (signal, node)
            if isinstance(fact, SignalApproved):
                origin = Origin(node.key, signal.strategy, node.opportunity, fact.group, node.why)
                self._surround(step, node.key, signal)
                if fact.group:
                    remember(self._groups, fact.group, origin)
                if not _wished(wishes, node.key):
                    wishes.extend(_Wish(leg, origin) for leg in signal.legs)
                self._episodes.approve(fact)
            else:
                self._episodes.refuse(step, fact)
        for _, node in told:
            self._draft.put(node)
        return wishes

    def _signal(self, step: GraphStep, index: int, signal: Signal) -> graph.Signal:
        key = step.key(index)
        opportunity = self._episodes.key_of(signal)
        self._draft.put(graph.Strategy(signal.strategy))
        self._draft.link(signal.strategy, Relation.EMITTED, key)
        if opportunity:
            self._draft.link(key, Relation.ACTS_ON, opportunity)
        causes = self._causes.of_signal(step, (leg.instrument for leg in signal.legs))
        return graph.Signal(
            key=key,
            run=step.run,
            seq=step.seq,
            ts=step.ts,
            strategy=signal.strategy,
            kind=signal.kind.value,
            edge_bps=finite(signal.edge_bps),
            why=signal.reason,
            opportunity=opportunity,
            trade_group="",
            legs=as_json([self._leg(leg) for leg in signal.legs]),
            caused_by=as_json(causes),
            verdict="",
        )

    def _surround(self, step: GraphStep, key: str, signal: Signal) -> None:
        """Write what was going on in the symbols of *signal* when it was approved."""
        for symbol in dict.fromkeys(leg.instrument.rpartition("@")[0] for leg in signal.legs):
            for pattern in self._amid(symbol, step.ts):
                self._draft.link(key, Relation.AMID, pattern)

    def _leg(self, leg: Leg) -> dict[str, object]:
        instrument = self._prices.instruments.get(leg.instrument)
        return {
            "instrument": leg.instrument,
            "side": leg.side.name,
            "price": instrument.price(leg.price) if instrument else None,
            "qty": instrument.qty(leg.qty) if instrument else None,
        }

    def _submit(
        self, step: GraphStep, index: int, command: SubmitOrder, wishes: list[_Wish]
    ) -> None:
        wish = next((wish for wish in wishes if _is_for(wish, command)), None)
        if wish is None:
            origin = self._own(step)
        else:
            wishes.remove(wish)
            origin = wish.origin
        ord_type, time_in_force = command.ord_type.value, command.time_in_force.value
        said = (command.strategy, command.side.name, ord_type, time_in_force)
        self._keep(self._placed(step, index, command, origin, said), origin)

    def _replace(self, step: GraphStep, index: int, command: ReplaceOrder) -> None:
        before, origin = self._orders.get(command.orig_cl_ord_id, (None, Origin()))
        said = ("", "", "", "")
        if before is not None:
            said = (before.strategy, before.side, before.ord_type, before.time_in_force)
        placed = self._placed(step, index, command, origin, said, command.orig_cl_ord_id)
        self._keep(placed, origin)

    def _placed(
        self,
        step: GraphStep,
        index: int,
        command: SubmitOrder | ReplaceOrder,
        origin: Origin,
        said: _Said,
        replaces: str = "",
    ) -> graph.Order:
        strategy, side, ord_type, time_in_force = said
        instrument = self._prices.instruments[command.instrument]
        return graph.Order(
            key=step.key(index),
            run=step.run,
            seq=step.seq,
            ts=step.ts,
            cl_ord_id=command.cl_ord_id,
            strategy=strategy,
            instrument=command.instrument,
            side=side,
            ord_type=ord_type,
            time_in_force=time_in_force,
            price=instrument.price(command.price),
            qty=instrument.qty(command.order_qty),
            trade_group=origin.group,
            replaces=replaces,
            why=origin.why,
            caused_by=as_json(self._causes.of_step(step)),
            ord_status="PENDING_NEW",
            cum_qty=instrument.qty(0),
            text="",
        )

    def _keep(self, node: graph.Order, origin: Origin) -> None:
        remember(self._orders, ClOrdId(node.cl_ord_id), (node, origin))
        self._draft.put(node)
        if origin.signal:
            self._draft.link(origin.signal, Relation.TRIGGERED, node.key)
        if origin.opportunity:
            self._draft.link(node.key, Relation.EXPLOITS, origin.opportunity)

    def _refuse(self, step: GraphStep, index: int, fact: OrderRefused) -> None:
        """Write an order that the engine itself wanted as a signal that was refused."""
        origin = self._groups.get(fact.group, Origin())
        key, refused = step.key(index), fact.refused
        self._draft.put(
            graph.Signal(
                key=key,
                run=step.run,
                seq=step.seq,
                ts=step.ts,
                strategy=fact.strategy,
                kind=OWN,
                edge_bps=None,
                why=OWN_WHY,
                opportunity=origin.opportunity,
                trade_group=fact.group,
                legs="[]",
                caused_by=as_json(self._causes.of_step(step)),
                verdict="refused",
                refused=refused.reason.value,
                refused_on=refused.instrument or "",
                found=refused.found,
                allowed=refused.limit,
            )
        )
        if origin.opportunity:
            self._draft.link(key, Relation.ACTS_ON, origin.opportunity)

    def _own(self, step: GraphStep) -> Origin:
        """Tell where an order comes from that no signal of this step asked for."""
        event, group = step.event, ""
        if isinstance(event, ExecutionReport) and (known := self.order(event.cl_ord_id)):
            group = known.trade_group
        elif isinstance(event, TimerFired) and event.owner.startswith(GROUP_OWNER):
            group = event.owner.removeprefix(GROUP_OWNER)
        elif isinstance(event, OperatorOrder):
            return Origin(why=f"{event.who}: {event.action.value}, {event.reason}")
        elif isinstance(event, Shutdown):
            return Origin(why=f"shut down: {event.reason}")
        if group in self._groups:
            return evolve(self._groups[group], why=f"to complete or unwind group {group}")
        return Origin(group=group, why=OWN_WHY)

    def _change(self, change: OrderChanged) -> None:
        known = self._orders.get(change.cl_ord_id)
        if known is None:
            return
        node, origin = known
        cum = self._prices.instruments[InstrumentId(node.instrument)].qty(change.cum_qty)
        node = evolve(node, ord_status=change.ord_status.value, cum_qty=cum, text=change.text)
        remember(self._orders, change.cl_ord_id, (node, origin))
        self._draft.put(node)


def _place(signal: Signal, told: Sequence[tuple[Signal, graph.Signal]]) -> int:
    """Return where *signal* was told; a quote is told once for each leg, a TAKE only once."""
    if signal.kind is SignalKind.TAKE:
        return len(told)
    return next((n for n, (other, _) in enumerate(told) if other == signal), len(told))


def _judged(node: graph.Signal, fact: SignalApproved | SignalRefused) -> graph.Signal:
    """Return *node* with one more gate's word; a signal of which a leg passed is approved."""
    if isinstance(fact, SignalApproved):
        return evolve(node, verdict="approved", trade_group=fact.group)
    refused = fact.refused
    return evolve(
        node,
        verdict=node.verdict or "refused",
        refused=refused.reason.value,
        refused_on=refused.instrument or "",
        found=refused.found,
        allowed=refused.limit,
    )


def _wished(wishes: Sequence[_Wish], signal: str) -> bool:
    return any(wish.origin.signal == signal for wish in wishes)


def _is_for(wish: _Wish, command: SubmitOrder) -> bool:
    leg = wish.leg
    return wish.origin.strategy == command.strategy and (
        (leg.instrument, leg.side, leg.price) == (command.instrument, command.side, command.price)
    )
