"""Drawing: boxes and lines say what the graph knows, and nothing more."""

import json
from decimal import Decimal

from graphwiz_trader.application.explain import explained
from graphwiz_trader.domain.graph import Order, Signal
from graphwiz_trader.domain.graph_answers import Story
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.entrypoints.dashboard.drawing import HEIGHT, TALL, WIDTH, drawing

RUN = "demo-0001"
MAKER = "market_making"


def event(seq: int) -> dict[str, object]:
    return {"run": RUN, "seq": seq, "event": "BookUpdate", "instrument": "BTC/USDT@binance"}


def signal(seq: int, *causes: int) -> Signal:
    caused_by = json.dumps([event(cause) for cause in causes])
    key = f"{RUN}:{seq}:0"
    return Signal(
        key, RUN, seq, Nanos(seq), MAKER, "QUOTE", 1.0, "why", "", "", "[]", caused_by, "approved"
    )


def order(seq: int, name: str, cause: int) -> Order:
    key = f"{RUN}:{seq}:0"
    price, qty = Decimal(100), Decimal(1)
    about = (MAKER, "BTC/USDT@binance", "BUY", "LIMIT", "GTC", price, qty)
    caused_by = json.dumps(event(cause))
    return Order(
        key, RUN, seq, Nanos(seq), name, *about, "", "", "why", caused_by, "FILLED", qty, ""
    )


def edges(story: Story) -> set[tuple[str, str]]:
    found = drawing(explained(story))["edges"]
    assert isinstance(found, list)
    return {(str(edge[0]), str(edge[1])) for edge in found if isinstance(edge, list)}


def test_an_order_hangs_on_the_signal_of_its_step_and_on_no_other() -> None:
    story = Story(
        order(5, "a", 5),
        None,
        (signal(5, 4, 5), signal(9, 9)),
        (order(5, "a", 5), order(9, "b", 9)),
    )

    found = edges(story)

    assert found == {
        (f"event {RUN}:4", f"signal {RUN}:5:0"),
        (f"event {RUN}:5", f"signal {RUN}:5:0"),
        (f"event {RUN}:9", f"signal {RUN}:9:0"),
        (f"signal {RUN}:5:0", f"order {RUN}:5:0"),
        (f"signal {RUN}:9:0", f"order {RUN}:9:0"),
    }


def test_an_order_without_a_signal_hangs_on_what_caused_it() -> None:
    hedge = order(7, "h", 7)

    found = edges(Story(hedge, None, (signal(5, 5),), (order(5, "a", 5), hedge)))

    assert (f"event {RUN}:7", f"order {RUN}:7:0") in found
    assert (f"signal {RUN}:5:0", f"order {RUN}:7:0") not in found


def test_of_many_nodes_the_first_are_drawn_each_in_a_place_of_its_own() -> None:
    orders = tuple(order(seq, f"o{seq}", seq) for seq in range(1, 20))

    drawn = drawing(explained(Story(orders[0], None, (signal(1, 1),), orders)))

    nodes = drawn["nodes"]
    assert isinstance(nodes, list)
    places = {(node["x"], node["y"]) for node in nodes if isinstance(node, dict)}
    assert len(places) == len(nodes) == 2 + TALL
    assert (drawn["width"], drawn["height"]) == (3 * WIDTH, TALL * HEIGHT)
