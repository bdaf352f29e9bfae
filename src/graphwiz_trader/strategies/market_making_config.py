"""What a person may set of market making."""

from decimal import Decimal

from attrs.validators import ge, gt, in_, le, optional

from graphwiz_trader.domain.setting import setting
from graphwiz_trader.domain.value import value


@value
class MarketMakingConfig:
    """Keys of `market_making`; prices are in bps of the fair price, so that any symbol fits."""

    order_qty: Decimal = setting(Decimal("0.01"), "base units of one quote", gt(0))
    max_quotes: int = setting(5, "inventory, in quotes, at which the adding side is dropped", gt(0))
    model: str = setting(
        "glft",
        "glft: a market without end; avellaneda_stoikov: horizon_s before one",
        in_(("glft", "avellaneda_stoikov")),
    )
    gamma: float = setting(0.01, "aversion to inventory, per bps and quote", gt(0.0))
    fill_decay: float = setting(
        0.5, "k of the fill rate A·exp(−k·distance), per bps: how fast it falls", gt(0.0)
    )
    fill_rate: float = setting(1.0, "A of it: fills a second at no distance", gt(0.0))
    horizon_s: float = setting(60.0, "seconds to the end, where the model has one", gt(0.0))
    fair: str = setting(
        "micro", "mid, or micro: weighted by the opposite sizes", in_(("micro", "mid"))
    )
    flow_bps: float = setting(0.0, "shift of the fair price at an order-flow imbalance of 1", ge(0))
    flow_half_life_s: float = setting(1.0, "memory of the order flow, seconds", gt(0.0))
    sigma_grid_ms: int = setting(1000, "milliseconds between two samples of the mid", gt(0))
    sigma_half_life_s: float = setting(60.0, "memory of the volatility, seconds", gt(0.0))
    warmup: int = setting(10, "samples of volatility before the first quote", gt(0))
    maker_fee_bps: float | None = setting(
        None,
        "fee of a resting order, negative for a rebate; null: what the venue charges for taking",
        optional(ge(-100.0)),
    )
    min_edge_bps: float = setting(0.0, "distance kept beyond the fee", ge(0.0))
    widen: float = setting(
        0.0, "share of what fills of a side lost within a second, kept as distance too", ge(0.0)
    )
    widen_half_life_s: float = setting(300.0, "memory of those losses, seconds", gt(0.0))
    pull_flow: float | None = setting(
        None,
        "order-flow imbalance that withdraws the side it runs over; null: none does",
        optional([gt(0.0), le(1.0)]),
    )
    keep_bps: float = setting(
        0.5, "a quote this near to its target is left alone, and keeps its place", ge(0.0)
    )
    min_interval_ms: int = setting(100, "milliseconds between two changes of one side", ge(0))
    max_age_ms: int = setting(2000, "age above which a book is not quoted on", gt(0))
    fee_bps: float = setting(10.0, "taker fee, where the venue's own is not known")
