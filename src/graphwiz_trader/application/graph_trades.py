"""Graph trades: fills, and the trades they close."""

from graphwiz_trader.application.earnings import Earnings
from graphwiz_trader.application.graph_draft import GraphDraft
from graphwiz_trader.application.graph_orders import GraphOrders
from graphwiz_trader.application.graph_step import GraphStep, remember
from graphwiz_trader.application.prices import Prices
from graphwiz_trader.domain import graph
from graphwiz_trader.domain.facts import FillBooked, SignalApproved, TradeClosed
from graphwiz_trader.domain.graph import Relation
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import Asset, InstrumentId, StrategyId
from graphwiz_trader.engine.holdings import settlement

Place = tuple[str, str]
"""What fills are closed together: a group of several legs, or a strategy in an instrument."""


class GraphTrades:
    """Follows fills until a trade closes them."""

    def __init__(
        self,
        draft: GraphDraft,
        prices: Prices,
        earnings: Earnings,
        orders: GraphOrders,
        account: str,
        reporting: Asset,
    ) -> None:
        """*account* is whose fills these are; a venue's trade ids are unique within one."""
        self._draft = draft
        self._prices = prices
        self._earnings = earnings
        self._orders = orders
        self._account = account
        self._reporting = reporting
        self._groups: dict[str, None] = {}
        self._open: dict[Place, list[graph.Fill]] = {}
        self._held: dict[tuple[StrategyId, InstrumentId], int] = {}

    def feed(self, step: GraphStep) -> None:
        """Take in the groups, fills and closed trades of *step*."""
        place: Place = ("", "")
        for index, fact in enumerate(step.outcome.facts):
            match fact:
                case SignalApproved() if fact.group and len(fact.signal.legs) > 1:
                    remember(self._groups, fact.group, None)
                case FillBooked():
                    place = self._fill(step, index, fact)
                case TradeClosed():
                    self._close(step, index, fact, place)
                case _:
                    pass

    def _fill(self, step: GraphStep, index: int, fill: FillBooked) -> Place:
        instrument = self._prices.instruments[fill.instrument]
        node = self._node(step, index, fill, instrument)
        self._draft.put(node)
        order = self._orders.order(fill.cl_ord_id)
        if order is not None:
            self._draft.link(order.key, Relation.FILLED_BY, node.key)
        if fill.group in self._groups:
            place = (fill.group, "")
        else:
            place = (fill.strategy, fill.instrument)
            held = self._held.get((fill.strategy, fill.instrument), 0)
            self._held[fill.strategy, fill.instrument] = held + fill.side * fill.qty
        self._open.setdefault(place, []).append(node)
        return place

    def _node(
        self, step: GraphStep, index: int, fill: FillBooked, instrument: Instrument
    ) -> graph.Fill:
        name = fill.exec_id or step.key(index)
        return graph.Fill(
            key=f"fill:{instrument.venue}:{self._account}:{instrument.symbol}:{name}",
            run=step.run,
            seq=step.seq,
            ts=step.ts,
            ts_venue=fill.ts_venue,
            cl_ord_id=fill.cl_ord_id,
            exec_id=fill.exec_id,
            strategy=fill.strategy,
            instrument=fill.instrument,
            side=fill.side.name,
            price=instrument.price(fill.price),
            qty=instrument.qty(fill.qty),
            fee=fill.fee,
            pnl=fill.pnl,
            asset=settlement(instrument),
            liquidity=fill.liquidity.value,
        )

    def _close(self, step: GraphStep, index: int, trade: TradeClosed, place: Place) -> None:
        """Write a trade of the fills at *place*, where the step's own fill was booked."""
        if trade.trade in self._groups:
            place = (trade.trade, "")
        fills = self._open.pop(place, [])
        if fills and self._held.get((trade.strategy, InstrumentId(place[1]))):
            # The fill went through zero: it closes this trade and opens the next.
            self._open[place] = [fills[-1]]
        instruments = [self._prices.instruments[InstrumentId(f.instrument)] for f in fills]
        symbols = dict.fromkeys(instrument.symbol for instrument in instruments)
        venues = dict.fromkeys(instrument.venue for instrument in instruments)
        rate = self._earnings.rate(trade.asset)
        key = step.key(index)
        self._draft.put(
            graph.Trade(
                key=key,
                run=step.run,
                seq=step.seq,
                name=trade.trade,
                strategy=trade.strategy,
                opened=trade.opened,
                closed=trade.closed,
                asset=trade.asset,
                pnl=trade.pnl,
                fees=trade.fees,
                reporting=self._reporting,
                net=trade.pnl * rate,
                charged=trade.fees * rate,
                symbols=", ".join(sorted(symbols)),
                venues=", ".join(sorted(venues)),
            )
        )
        self._draft.link(key, Relation.EXECUTED_BY, trade.strategy)
        for fill in fills:
            self._draft.link(fill.key, Relation.PART_OF, key)
        for symbol in symbols:
            self._draft.link(key, Relation.OF_SYMBOL, symbol)
        for venue in venues:
            self._draft.link(key, Relation.ON_EXCHANGE, venue)
