"""Graph episodes: arbitrage opportunities, how far each came, what refused it, what it earned."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

import attrs

from graphwiz_trader.application.earnings import Earnings
from graphwiz_trader.application.graph_draft import GraphDraft
from graphwiz_trader.application.graph_step import GraphStep, as_json, finite, remember
from graphwiz_trader.application.prices import Prices
from graphwiz_trader.domain import graph
from graphwiz_trader.domain.facts import (
    FillBooked,
    GroupChanged,
    GroupState,
    SignalApproved,
    SignalRefused,
)
from graphwiz_trader.domain.graph import Relation
from graphwiz_trader.domain.group import CLOSED, money_of
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.position import ZERO
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Observation, Refused, Signal, Stage
from graphwiz_trader.domain.units import Asset, InstrumentId
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.engine.holdings import settlement

_WORST_FIRST = (
    GroupState.STUCK,
    GroupState.WORKING,
    GroupState.UNWINDING,
    GroupState.UNWOUND,
    GroupState.DONE,
    GroupState.MISSED,
)


@attrs.define
class _Group:
    """A group of an episode; it earns `asset`, its profits are in the reporting currency."""

    asset: Asset
    state: GroupState = GroupState.WORKING
    is_filled: bool = False
    expected: Decimal = ZERO
    realised: Decimal = ZERO


@attrs.define
class _Episode:
    node: graph.ArbitrageOpportunity
    groups: dict[str, _Group] = attrs.field(factory=dict)
    refusals: dict[tuple[str, str], int] = attrs.field(factory=dict)


class GraphEpisodes:
    """Remembers the last episodes of a run."""

    def __init__(self, draft: GraphDraft, prices: Prices, earnings: Earnings) -> None:
        self._draft = draft
        self._prices = prices
        self._earnings = earnings
        self._episodes: dict[tuple[str, str], _Episode] = {}
        self._of_group: dict[str, _Episode] = {}

    def key_of(self, signal: Signal) -> str:
        """Return the key of the opportunity *signal* acts on, empty if it names none known."""
        episode = self._episodes.get((signal.strategy, signal.opportunity))
        return episode.node.key if episode else ""

    def node(self, strategy: str, opportunity: str) -> graph.ArbitrageOpportunity | None:
        """Return an opportunity as it is known now."""
        episode = self._episodes.get((strategy, opportunity))
        return episode.node if episode else None

    def of_group(self, group: str) -> graph.ArbitrageOpportunity | None:
        """Return the opportunity that a group was opened on."""
        episode = self._of_group.get(group)
        return episode.node if episode else None

    def is_over(self, node: graph.ArbitrageOpportunity) -> bool:
        """Whether an opportunity has passed, and every group opened on it was closed."""
        episode = self._episodes.get((node.strategy, node.name))
        groups = episode.groups.values() if episode else ()
        return node.closed is not None and all(group.state in CLOSED for group in groups)

    def observe(self, step: GraphStep, index: int, seen: Observation) -> None:
        """Note how far an opportunity came."""
        key = (seen.strategy, seen.opportunity)
        episode = self._episodes.get(key)
        if episode is None:
            episode = _Episode(_opened(step, index, seen))
            self._ends(episode.node)
        node = episode.node
        if seen.stage is Stage.CLOSED:
            episode.node = evolve(node, closed=step.ts)
        elif seen.stage is Stage.AFTER_FEES:
            net = finite(seen.net_bps)
            episode.node = evolve(node, stage=seen.stage.value, net_bps=net, qty=float(seen.qty))
        elif seen.stage is Stage.SURVIVED:
            episode.node = evolve(node, stage=seen.stage.value, survived=1)
        remember(self._episodes, key, episode)
        self._draft.put(episode.node)

    def approve(self, fact: SignalApproved) -> None:
        """Note that a group was opened on an opportunity."""
        signal = fact.signal
        episode = self._episodes.get((signal.strategy, signal.opportunity))
        if episode is None or not fact.group:
            return
        instruments = [self._prices.instruments[leg.instrument] for leg in signal.legs]
        episode.groups[fact.group] = _Group(_earned(instruments))
        self._legs(episode.node.key, signal)
        remember(self._of_group, fact.group, episode)
        episode.node = evolve(episode.node, admitted=len(episode.groups))
        self._sum(episode)

    def refuse(self, step: GraphStep, fact: SignalRefused) -> None:
        """Note why an opportunity was not taken."""
        signal, refused = fact.signal, fact.refused
        episode = self._episodes.get((signal.strategy, signal.opportunity))
        if episode is None:
            return
        node = episode.node
        episode.node = evolve(node, refused=node.refused + 1, reason=refused.reason.value)
        self._draft.put(episode.node)
        self._legs(node.key, signal)
        place = (refused.reason.value, refused.instrument or "")
        episode.refusals[place] = episode.refusals.get(place, 0) + 1
        detail = _told(refused, episode.refusals[place], step.seq)
        self._draft.link(
            node.key, Relation.REFUSED_BECAUSE, signal.strategy, ":".join(place), as_json(detail)
        )

    def fill(self, fill: FillBooked) -> None:
        """Note that a group traded."""
        episode = self._of_group.get(fill.group)
        if episode is not None:
            episode.groups[fill.group].is_filled = True
            self._sum(episode)

    def change(self, fact: GroupChanged) -> None:
        """Note where a group stands; profits count once it is closed and something traded."""
        episode = self._of_group.get(fact.group)
        if episode is None:
            return
        group = episode.groups[fact.group]
        group.state = fact.state
        if fact.state in CLOSED and fact.state is not GroupState.MISSED:
            rate = self._earnings.rate(group.asset)
            group.expected, group.realised = fact.expected * rate, fact.realised * rate
        self._sum(episode)

    def _sum(self, episode: _Episode) -> None:
        groups = episode.groups.values()
        traded = [group for group in groups if group.is_filled]
        episode.node = evolve(
            episode.node,
            filled=len(traded),
            outcome=_outcome(group.state for group in traded or groups),
            expected=sum((group.expected for group in groups), ZERO),
            realised=sum((group.realised for group in groups), ZERO),
        )
        self._draft.put(episode.node)

    def _legs(self, key: str, signal: Signal) -> None:
        for leg in signal.legs:
            if leg.instrument in self._prices.instruments:
                end = Relation.BUY_ON if leg.side is Side.BUY else Relation.SELL_ON
                self._draft.link(key, end, leg.instrument)

    def _ends(self, node: graph.ArbitrageOpportunity) -> None:
        """Connect the instruments of a route spelt `SYMBOL:venue>venue`."""
        symbol, _, venues = node.route.rpartition(":")
        buy, _, sell = venues.partition(">")
        for relation, venue in ((Relation.BUY_ON, buy), (Relation.SELL_ON, sell)):
            name = InstrumentId(f"{symbol}@{venue}")
            if name in self._prices.instruments:
                self._draft.link(node.key, relation, name)


def _earned(instruments: Sequence[Instrument]) -> Asset:
    """Return the asset that a group's profits are told in."""
    money = money_of(instruments)
    return settlement(next(each for each in instruments if each.quote == money))


def _opened(step: GraphStep, index: int, seen: Observation) -> graph.ArbitrageOpportunity:
    return graph.ArbitrageOpportunity(
        key=step.key(index),
        run=step.run,
        seq=step.seq,
        opened=step.ts,
        closed=None,
        strategy=seen.strategy,
        name=seen.opportunity,
        route=seen.route,
        stage=Stage.SEEN.value,
        survived=0,
        gross_bps=finite(seen.gross_bps),
        net_bps=None,
        qty=0.0,
        admitted=0,
        refused=0,
        reason="",
        filled=0,
        outcome="",
        expected=ZERO,
        realised=ZERO,
    )


def _told(refused: Refused, n: int, seq: int) -> dict[str, object]:
    return {
        "reason": refused.reason.value,
        "instrument": refused.instrument or "",
        "n": n,
        "found": refused.found,
        "allowed": refused.limit,
        "last_seq": seq,
    }


def _outcome(states: Iterable[GroupState]) -> str:
    found = set(states)
    return next((state.value for state in _WORST_FIRST if state in found), "")
