"""OrderLog: how our orders fared: how many, how fast, at what price."""

from collections.abc import Sequence
from decimal import Decimal
from math import ceil

import attrs

from graphwiz_trader.application.markouts import weighted_mean
from graphwiz_trader.application.prices import Prices
from graphwiz_trader.domain.commands import (
    CancelAll,
    CancelOrder,
    Command,
    ReplaceOrder,
    SubmitOrder,
)
from graphwiz_trader.domain.events import Event
from graphwiz_trader.domain.facts import FillBooked, OrderChanged
from graphwiz_trader.domain.order import TERMINAL
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdStatus
from graphwiz_trader.domain.report import FillLine, LatencyLine, Markout, TradingQuality
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Nanos


@attrs.define
class _Track:
    """An order under way; `mid`, in ticks, is as of the decision, where there was one."""

    decided: Nanos
    mid: float | None
    acknowledged: bool = False
    filled: bool = False


class OrderLog:
    """Follows every order from the decision to its end."""

    def __init__(self, prices: Prices) -> None:
        self._prices = prices
        self._tracks: dict[ClOrdId, _Track] = {}
        self._counts = dict.fromkeys(("orders", "replacements", "cancels", "rejected"), 0)
        self._unknown: dict[ClOrdId, None] = {}
        self._with_fill = 0
        self._slippage: list[tuple[float, float]] = []
        self._latencies: dict[str, list[int]] = {"ack": [], "first_fill": []}

    def ask(self, command: Command, now: Nanos) -> None:
        """Note a command decided *now*."""
        match command:
            case SubmitOrder():
                self._counts["orders"] += 1
                self._track(command.cl_ord_id, command.instrument, now)
            case ReplaceOrder():
                self._counts["replacements"] += 1
                self._track(command.cl_ord_id, command.instrument, now)
            case CancelOrder() | CancelAll():
                self._counts["cancels"] += 1
            case _:
                pass

    def hear(self, event: Event, now: Nanos) -> None:
        """Note a venue's report, received *now*."""
        if not isinstance(event, ExecutionReport):
            return
        track = self._tracks.get(event.cl_ord_id)
        if track is None:
            return
        if not track.acknowledged:
            track.acknowledged = True
            self._took("ack", track, now)
        if event.exec_type is ExecType.TRADE and not track.filled:
            track.filled = True
            self._with_fill += 1
            self._took("first_fill", track, now)

    def fill(self, fill: FillBooked, notional: float) -> None:
        """Note a fill, weighing *notional* in the mean slippage."""
        track = self._tracks.get(fill.cl_ord_id)
        if track is not None and track.mid:
            worse = fill.side * (fill.price - track.mid) / track.mid * 1e4
            self._slippage.append((worse, notional))

    def change(self, change: OrderChanged) -> None:
        """Note a new status, after the fills of the same step."""
        if change.ord_status is OrdStatus.UNKNOWN:
            self._unknown[change.cl_ord_id] = None
        elif change.ord_status in TERMINAL:
            self._counts["rejected"] += change.ord_status is OrdStatus.REJECTED
            self._tracks.pop(change.cl_ord_id, None)

    def quality(self, total: FillLine, markouts: tuple[Markout, ...]) -> TradingQuality:
        """Return the figures so far; *total* is the line of all fills."""
        counts = self._counts
        sent = counts["orders"] + counts["replacements"]
        return TradingQuality(
            orders=counts["orders"],
            replacements=counts["replacements"],
            cancels=counts["cancels"],
            rejected=counts["rejected"],
            was_unknown=len(self._unknown),
            fills=total.fills,
            turnover=total.turnover,
            maker_share=_ratio(total.maker_turnover, total.turnover),
            fill_ratio=self._with_fill / sent if sent else None,
            order_to_trade=(sent + counts["cancels"]) / total.fills if total.fills else None,
            slippage_bps=weighted_mean(self._slippage),
            markouts=markouts,
            latencies=tuple(
                latency_line(stage, spans) for stage, spans in self._latencies.items() if spans
            ),
        )

    def _track(self, cl_ord_id: ClOrdId, instrument: InstrumentId, now: Nanos) -> None:
        book = self._prices.books[instrument]
        self._tracks[cl_ord_id] = _Track(now, book.mid if book.is_two_sided else None)

    def _took(self, stage: str, track: _Track, now: Nanos) -> None:
        self._latencies[stage].append(now - track.decided)


def latency_line(stage: str, spans: Sequence[int]) -> LatencyLine:
    """
    Return the percentiles of *spans*, in ns, at least one.

    Source: nearest rank, the smallest span that a share p of all does not exceed.
    """
    ranked = sorted(spans)

    def rank(per_mille: int) -> float:
        return ranked[ceil(len(ranked) * per_mille / 1000) - 1] / 1000

    return LatencyLine(
        stage, len(ranked), rank(500), rank(950), rank(990), rank(999), ranked[-1] / 1000
    )


def _ratio(part: Decimal, whole: Decimal) -> float | None:
    return float(part / whole) if whole else None
