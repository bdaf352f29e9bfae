"""
The compiled loop beside hftbacktest on the recorded file: the same requests end the same.

What is comparable, and set apart, is as in `test_hftbacktest`.
"""

from decimal import Decimal

import numpy as np
import pytest

from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.entrypoints.bench.generate import generated_tape
from graphwiz_trader.entrypoints.bench.loop import terms
from graphwiz_trader.kernels import run as c
from graphwiz_trader.simulation.columns import Columns as TapeColumns
from graphwiz_trader.simulation.compiled import CompiledRun
from tests.peers.schedule import scheduled
from tests.peers.test_hftbacktest import (
    INSTRUMENT,
    LATENCY,
    PEER_STATUS,
    Columns,
    recording_of,
)

pytestmark = pytest.mark.peers

ENDS = {
    c.TRADED: PEER_STATUS["FILLED"],
    c.WITHDRAWN: PEER_STATUS["CANCELED"],
    c.REFUSED: PEER_STATUS["EXPIRED"],
}


@pytest.mark.parametrize("books", [1, 2])
def test_every_recorded_order_ends_as_it_does_in_hftbacktest(books: int, theirs: Columns) -> None:
    """Order, what became of it, exchange nanosecond and price: all equal, not nearly."""
    tape = tape_of(theirs)
    requests = theirs["requests"].tolist()
    market = evolve(
        terms(LATENCY),
        entry=LATENCY,
        balances={(INSTRUMENT.venue, INSTRUMENT.quote): Decimal(10) ** 12},
        depletes=False,
        credit_window=Nanos(0),
    )
    rule = scheduled(requests, int(tape.ts[0]))
    run = CompiledRun.begin(TapeColumns.of((tape,)), market, rule, books)

    run.finish()

    sent = [(now, order, side, tick) for now, order, side, tick in requests if side]
    ours = run.orders[:, [c.DECIDED, c.SIDE, c.PRICE]].tolist()
    assert ours == [[now, side, tick] for now, _, side, tick in sent]
    names = [order for _, order, _, _ in sent]
    found = [
        (names[row[c.ORDER]], ENDS[what], row[c.MATCH], run.orders[row[c.ORDER], c.PRICE])
        for row in run.log.tolist()
        if (what := row[c.KIND] - c.HEARD_OF) in ENDS
    ]
    assert sorted(found) == sorted(tuple(row) for row in theirs["outcomes"].tolist())
    assert sum(status == PEER_STATUS["FILLED"] for _, status, _, _ in found) == 324


def tape_of(theirs: Columns) -> Tape:
    """Return the peer's rows as a tape that is received when it happens."""
    market = recording_of(theirs)
    first = market.first
    return Tape(
        "peer.tape",
        (INSTRUMENT,),
        market.rows,
        market.ts,
        market.ts,
        first,
        np.zeros(len(first), np.int16),
        market.flags,
        generated_tape(1).header,
    )
