"""Graph cases: what opportunities and trades looked like when they were seen, to be compared."""

import math
from collections import deque
from collections.abc import Sequence

import attrs

from graphwiz_trader.application.earnings import Earnings
from graphwiz_trader.application.graph_draft import GraphDraft
from graphwiz_trader.application.graph_episodes import GraphEpisodes
from graphwiz_trader.application.graph_step import GraphStep, as_json, remember
from graphwiz_trader.application.prices import RebuiltPrices
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.facts import GroupChanged, SignalApproved, TradeClosed
from graphwiz_trader.domain.graph import ArbitrageOpportunity
from graphwiz_trader.domain.graph_watch import Case
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Observation, Signal, SignalKind, Stage
from graphwiz_trader.domain.units import SECOND, InstrumentId, Nanos
from graphwiz_trader.domain.value import evolve

LEVELS = 5
MINUTE = 60
DAY_S = 86_400
LEAST = 1e-9
"""What stands for an edge, spread, depth or move of none, of which there is no logarithm."""


@attrs.define
class _Recent:
    """When an instrument's book was last heard, and how it moved each second of a minute."""

    heard: Nanos = Nanos(0)
    second: int = 0
    mid: float = 0.0
    squares: deque[float] = attrs.field(factory=lambda: deque(maxlen=MINUTE))


class GraphCases:
    """Remembers what is not over yet."""

    def __init__(
        self,
        draft: GraphDraft,
        prices: RebuiltPrices,
        earnings: Earnings,
        episodes: GraphEpisodes,
    ) -> None:
        self._draft = draft
        self._prices = prices
        self._earnings = earnings
        self._episodes = episodes
        self._recent: dict[InstrumentId, _Recent] = {}
        self._cases: dict[str, Case] = {}
        self._trades: dict[tuple[str, str], Case] = {}

    def hear(self, ts: Nanos, update: BookUpdate) -> None:
        """Take in an update that its book has applied."""
        recent = self._recent.get(update.instrument)
        if recent is None:
            recent = self._recent[update.instrument] = _Recent()
        recent.heard = ts
        second = ts // SECOND
        if second == recent.second:
            return
        book = self._prices.books[update.instrument]
        if not book.is_usable:
            return
        mid = book.mid
        if recent.mid > 0.0 and mid > 0.0:
            recent.squares.append(math.log(mid / recent.mid) ** 2)
        recent.second, recent.mid = second, mid

    def feed(self, step: GraphStep) -> None:
        """Take in *step*, after its episodes, orders and trades."""
        for index, fact in enumerate(step.outcome.facts):
            match fact:
                case Observation():
                    self._observe(step, fact)
                case SignalApproved():
                    self._approve(step, index, fact)
                case GroupChanged():
                    self._settle(step, self._episodes.of_group(fact.group))
                case TradeClosed():
                    self._close(step, fact)
                case _:
                    pass

    def _observe(self, step: GraphStep, seen: Observation) -> None:
        node = self._episodes.node(seen.strategy, seen.opportunity)
        if node is None:
            return
        if seen.stage is Stage.SEEN:
            legs = self._legs(seen.route)
            kind = "cross" if legs else "cycle"
            features = self._features(step.ts, seen.gross_bps, legs)
            case = _case(node.key, step, kind, seen.opportunity, features)
            remember(self._cases, node.key, case)
            self._draft.put(case)
        elif seen.stage is Stage.CLOSED:
            self._settle(step, node)

    def _settle(self, step: GraphStep, node: ArbitrageOpportunity | None) -> None:
        """Write how an opportunity ended, once it and all its groups have."""
        if node is None or node.key not in self._cases or not self._episodes.is_over(node):
            return
        outcome = node.outcome or ("REFUSED" if node.refused else "PASSED")
        self._draft.put(
            evolve(
                self._cases.pop(node.key),
                known=step.ts,
                outcome=outcome,
                realised=str(node.realised),
            )
        )

    def _approve(self, step: GraphStep, index: int, fact: SignalApproved) -> None:
        """Note how it looked when a signal that acts on no opportunity opened a trade."""
        signal = fact.signal
        if signal.kind is not SignalKind.TAKE or self._episodes.key_of(signal):
            return
        group = fact.group if len(signal.legs) > 1 else ""
        place = (signal.strategy, group)
        if place in self._trades:
            return
        legs = [(leg.side, leg.instrument) for leg in signal.legs]
        features = self._features(step.ts, signal.edge_bps, legs)
        kind = f"{signal.strategy}:{len(legs)}"
        self._trades[place] = case = _case(self._key(step, index, signal), step, kind, "", features)
        self._draft.put(case)

    @staticmethod
    def _key(step: GraphStep, index: int, signal: Signal) -> str:
        """Return the key of the signal's node: that of the first fact about it."""
        for number, fact in enumerate(step.outcome.facts[: index + 1]):
            if getattr(fact, "signal", None) == signal:
                return step.key(number)
        return step.key(index)

    def _close(self, step: GraphStep, trade: TradeClosed) -> None:
        case = self._trades.pop((trade.strategy, trade.trade), None)
        case = case or self._trades.pop((trade.strategy, ""), None)
        if case is not None:
            realised = trade.pnl * self._earnings.rate(trade.asset)
            self._draft.put(
                evolve(
                    case,
                    known=step.ts,
                    outcome="WON" if trade.pnl > 0 else "LOST",
                    name=trade.trade,
                    realised=str(realised),
                )
            )

    def _legs(self, route: str) -> list[tuple[Side, InstrumentId]]:
        """Return what a route spelt `SYMBOL:venue>venue` buys and sells."""
        symbol, _, venues = route.rpartition(":")
        buy, _, sell = venues.partition(">")
        names = (
            (Side.BUY, InstrumentId(f"{symbol}@{buy}")),
            (Side.SELL, InstrumentId(f"{symbol}@{sell}")),
        )
        return [each for each in names if each[1] in self._prices.instruments]

    def _features(
        self, ts: Nanos, edge_bps: float, legs: Sequence[tuple[Side, InstrumentId]]
    ) -> dict[str, float]:
        hour = 2 * math.pi * (ts / SECOND % DAY_S) / DAY_S
        found = {
            "log_edge": _log(edge_bps),
            "hour_sin": math.sin(hour),
            "hour_cos": math.cos(hour),
        }
        books = [(n, side, name) for n, (side, name) in enumerate(legs)]
        spread = moved = age = 0.0
        depth = math.inf
        for n, side, name in books:
            book, recent = self._prices.books[name], self._recent.get(name, _Recent())
            if not book.is_usable:
                continue
            found[f"imbalance_{n}"] = book.imbalance(LEVELS)
            spread += book.spread_bps
            lots = book.liquidity(Side(-side), LEVELS)
            depth = min(depth, lots * float(self._prices.instruments[name].lot_size) * book.mid)
            age = max(age, (ts - recent.heard) / SECOND)
            if recent.squares:
                moved = max(moved, math.sqrt(sum(recent.squares) / len(recent.squares)))
        if math.isfinite(depth):
            found |= {
                "log_spread": _log(spread),
                "log_sigma": _log(moved),
                "log_depth": _log(depth),
                "age_s": age,
            }
        return {name: each for name, each in found.items() if math.isfinite(each)}


def _log(number: float) -> float:
    return math.log(max(number, LEAST)) if math.isfinite(number) else math.nan


def _case(key: str, step: GraphStep, kind: str, name: str, features: dict[str, float]) -> Case:
    return Case(key, step.run, step.seq, step.ts, kind, name, as_json(features), None, "", "")
