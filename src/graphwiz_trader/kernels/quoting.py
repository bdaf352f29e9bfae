"""
Quoting: how far from the fair price to quote, and on which ticks.

Prices, distances and volatilities share one unit of price; an inventory of 1 is one quote's size
unless `delta` says otherwise.
Distances come out as `out[BID]` below and `out[ASK]` above the fair price; they may be negative.
"""

from math import ceil, exp, floor, log, sqrt

from graphwiz_trader.kernels.arrays import Float64s
from graphwiz_trader.kernels.jit import inline, kernel

BID, ASK = 0, 1
"""Of *out*: of the two quotes."""

NAN = float("nan")
EPSILON_TICKS = 1e-9


@inline
def _half(xi: float, k: float, delta: float) -> float:
    """Return `c₁ = ln(1 + ξΔ/k) / (ξΔ)`; 1/k where nothing is feared."""
    fear = xi * delta
    return log(1.0 + fear / k) / fear if fear > 0.0 else 1.0 / k


@inline
def _slope(gamma: float, xi: float, k: float, intensity: float, delta: float) -> float:
    """Return `c₂ = √(γ / (2AΔk) · (1 + ξΔ/k)^(k/(ξΔ) + 1))`."""
    fear = xi * delta
    power = exp((k / fear + 1.0) * log(1.0 + fear / k)) if fear > 0.0 else exp(1.0)
    return sqrt(gamma / (2.0 * intensity * delta * k) * power)


@kernel("void(float64, float64, float64, float64, float64, float64, float64, float64[::1])")
def glft(
    gamma: float,
    xi: float,
    sigma: float,
    k: float,
    intensity: float,
    delta: float,
    inventory: float,
    out: Float64s,
) -> None:
    """
    Write the distances of a market open without end: half-spread `c₁ + Δσc₂/2`, skew `σc₂` a unit.

    With ξ = γ and Δ = 1 this is the closed approximation of Guéant, Lehalle and Fernandez-Tapia.

    Args:
        gamma: Aversion to inventory, per unit of price and of quantity, > 0.
        xi: Aversion to the chance of fills, ≥ 0; 0 is the risk-neutral form.
        sigma: Volatility, price per √second.
        k: Fall of the fill rate with distance: λ(δ) = A·exp(−kδ), > 0.
        intensity: A: fills a second at distance 0, > 0.
        delta: Size of a quote, in the unit of *inventory*, > 0.
        inventory: What is held, signed.
        out: Written, as named above.

    Source: Guéant, Lehalle, Fernandez-Tapia 2013 (Math. Fin. Econ. 7:477); Guéant 2017
    (arXiv 1605.01862), equations 4.6 and 4.7.
    """
    slope = sigma * _slope(gamma, xi, k, intensity, delta)
    half = _half(xi, k, delta) + delta * slope / 2.0
    out[BID] = half + slope * inventory
    out[ASK] = half - slope * inventory


@kernel("void(float64, float64, float64, float64, float64, float64[::1])")
def avellaneda_stoikov(
    gamma: float, sigma: float, k: float, horizon: float, inventory: float, out: Float64s
) -> None:
    """
    Write the distances for *horizon* seconds before the end: `γσ²T/2 + ln(1 + γ/k)/γ ± qγσ²T`.

    The rest is as for `glft`; *inventory* is in quotes.

    Source: Avellaneda and Stoikov 2008 (Quant. Finance 8:217), section 3.2.
    """
    risk = gamma * sigma * sigma * horizon
    half = risk / 2.0 + log(1.0 + gamma / k) / gamma
    out[BID] = half + inventory * risk
    out[ASK] = half - inventory * risk


@kernel("void(float64, float64, float64, int64, int64, float64[::1])")
def place(
    fair: float, floor_bid: float, floor_ask: float, best_bid: int, best_ask: int, out: Float64s
) -> None:
    """
    Turn the distances in *out* into ticks, away from the fair price and behind the other side.

    Args:
        fair: In ticks.
        floor_bid, floor_ask: Least distances: what a fill costs.
        best_bid, best_ask: The touch; a quote stays a tick off the other side, so that it rests.
        out: Distances in ticks; becomes whole ticks.
    """
    bid = floor(fair - max(out[BID], floor_bid) + EPSILON_TICKS)
    ask = ceil(fair + max(out[ASK], floor_ask) - EPSILON_TICKS)
    out[BID] = min(bid, best_ask - 1.0)
    out[ASK] = max(ask, best_bid + 1.0)
