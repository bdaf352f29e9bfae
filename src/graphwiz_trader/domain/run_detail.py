"""RunDetail: the single fills, groups and books behind a report's figures, as plots want them."""

from collections.abc import Mapping

from graphwiz_trader.domain.units import ClOrdId, Float64s, InstrumentId, Int64s, Nanos
from graphwiz_trader.domain.value import value


@value
class FillDot:
    """
    One fill.

    `position` is what all fills of the instrument so far add up to, in base units; `slippage_bps`
    is against the mid at the decision, positive when worse, None where there was no mid.
    """

    ts: Nanos
    cl_ord_id: ClOrdId
    strategy: str
    instrument: InstrumentId
    side: int
    price: float
    qty: float
    position: float
    slippage_bps: float | None


@value
class GroupDot:
    """A closed group: what it was expected to earn and what it did, in its quote asset."""

    ts: Nanos
    group: str
    state: str
    expected: float
    realised: float


@value
class HeatMap:
    """
    A book around one fill.

    `size[t, p]` is what stood at `ts[t]` for `price[p]`: positive bid, negative ask, base units.
    """

    fill: FillDot
    ts: Int64s
    price: Float64s
    size: Float64s


@value
class RunDetail:
    """Everything single; `latencies_us` by stage, from the decision."""

    fills: tuple[FillDot, ...]
    groups: tuple[GroupDot, ...]
    latencies_us: Mapping[str, tuple[float, ...]]
