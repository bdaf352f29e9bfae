"""Routes: every way round, once."""

from math import exp, inf, log
from random import Random

import pytest

from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.route import Route, routes
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import Asset
from graphwiz_trader.testing import make

THREE = tuple(make.instrument(f"{name}@alpha") for name in ("BTC/USDT", "ETH/BTC", "ETH/USDT"))


def test_three_instruments_make_one_triangle_in_both_directions() -> None:
    found = [route.starting_with(Asset("USDT")) for route in routes(THREE, 3)]

    told = {
        route.name: [(s.instrument.symbol, s.side.name) for s in route.steps] for route in found
    }
    assert told == {
        "USDT>BTC>ETH>USDT@alpha": [("BTC/USDT", "BUY"), ("ETH/BTC", "BUY"), ("ETH/USDT", "SELL")],
        "USDT>ETH>BTC>USDT@alpha": [("ETH/USDT", "BUY"), ("ETH/BTC", "SELL"), ("BTC/USDT", "SELL")],
    }


def test_every_step_is_paid_with_what_the_one_before_brought() -> None:
    for route in routes(universe(Random(1), 5), 4):
        assert all(
            before.received == step.given
            for before, step in zip(route.steps, (*route.steps[1:], route.steps[0]), strict=True)
        )


def test_no_route_comes_twice_under_another_beginning() -> None:
    found = routes(universe(Random(2), 5), 4)

    canonical = {
        min(
            tuple((s.instrument.id, s.side) for s in route.starting_with(step.given).steps)
            for step in route.steps
        )
        for route in found
    }
    assert len(canonical) == len(found)


def test_a_complete_graph_of_four_assets_has_fourteen_routes() -> None:
    """4 triangles and 3 squares, both ways round."""
    names = ("A/D", "B/D", "C/D", "A/B", "A/C", "B/C")

    found = routes([make.instrument(f"{name}@alpha") for name in names], 4)

    assert len(found) == 14


def test_contracts_are_on_no_route() -> None:
    contract = make.instrument("ETH/USDT:USDT@alpha", kind=Kind.LINEAR)

    assert routes((*THREE[:2], contract), 4) == ()


@pytest.mark.parametrize("seed", range(200))
def test_some_route_gains_exactly_if_bellman_ford_finds_a_negative_cycle(seed: int) -> None:
    chance = Random(seed)
    instruments = universe(chance, 5)
    rates = {
        (i.id, side): exp(chance.gauss(-0.02 if side is Side.BUY else 0.0, 0.02))
        for i in instruments
        for side in Side
    }
    for i in instruments:  # one instrument alone never gains
        rates[(i.id, Side.SELL)] = min(rates[(i.id, Side.SELL)], 0.999 / rates[(i.id, Side.BUY)])

    gains = any(product(route, rates) > 1 for route in routes(instruments, 5))

    assert gains is has_negative_cycle(instruments, rates)


Rates = dict[tuple[str, Side], float]


def product(route: Route, rates: Rates) -> float:
    total = 1.0
    for step in route.steps:
        total *= rates[(step.instrument.id, step.side)]
    return total


def universe(chance: Random, assets: int) -> list[Instrument]:
    """Instruments between most pairs of assets, some pairs twice, quoted either way."""
    names = [f"A{i}" for i in range(assets)]
    made: list[Instrument] = []
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            for venue in ("alpha", "beta"):
                if chance.random() < 0.5:
                    pair = (one, other) if chance.random() < 0.5 else (other, one)
                    made.append(make.instrument(f"{pair[0]}/{pair[1]}@{venue}"))
    return made


def has_negative_cycle(instruments: list[Instrument], rates: Rates) -> bool:
    """Bellman and Ford, on −ln of the rates."""
    edges = []
    for i in instruments:
        edges.append((i.quote, i.base, -log(rates[(i.id, Side.BUY)])))
        edges.append((i.base, i.quote, -log(rates[(i.id, Side.SELL)])))
    distance = {asset: 0.0 for edge in edges for asset in edge[:2]}
    for _ in distance:
        for tail, head, weight in edges:
            distance[head] = min(distance.get(head, inf), distance[tail] + weight)
    return any(distance[t] + weight < distance[h] - 1e-12 for t, h, weight in edges)
