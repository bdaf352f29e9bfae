"""
The compiled loop beside hftbacktest: the same market-making rule on the same generated rows.

Quotes of one lot, since hftbacktest without partial fills fills all of an order at once; what is
taken of a level is not gone, and no decrease is credited, as there (strategies.md §6).
"""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from graphwiz_trader.domain.compiled import CompiledMarket
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import Lots, Nanos
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.entrypoints.bench.generate import INSTRUMENT, generated_tape
from graphwiz_trader.entrypoints.bench.loop import (
    FEED,
    ONE_BOOK_RESPONSE,
    PERIOD,
    RESPONSE,
    terms,
)
from graphwiz_trader.entrypoints.bench.making import Making
from graphwiz_trader.entrypoints.bench.peers import save
from graphwiz_trader.kernels import run as c
from graphwiz_trader.simulation.columns import Columns
from graphwiz_trader.simulation.compiled import CompiledRun

pytestmark = pytest.mark.peers

MESSAGES = 50_000
ENDS = {c.TRADED: 3, c.WITHDRAWN: 4, c.REFUSED: 2}
"""How hftbacktest writes the end of an order; it calls a refused post-only order expired."""


@pytest.fixture(scope="module")
def tape() -> Tape:
    return generated_tape(MESSAGES)


@pytest.fixture(scope="module")
def theirs(tape: Tape, tmp_path_factory: pytest.TempPathFactory) -> NDArray[np.int64]:
    python = os.environ.get("GRAPHWIZ_PEERS")
    if not python:
        pytest.skip("GRAPHWIZ_PEERS names no Python with hftbacktest; `make test-peers` does")
    folder = tmp_path_factory.mktemp("making")
    save(tape, folder / "columns.npz")
    wish = {"period": PERIOD, "lots": 1, "out": str(folder / "orders.npy")}
    script = Path(__file__).with_name("making_hft.py")
    subprocess.run(
        [python, script, folder / "columns.npz"],
        input=json.dumps(wish) + "\n",
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return np.asarray(np.load(folder / "orders.npy"), np.int64)


@pytest.mark.parametrize("books", [1, 2])
def test_every_order_is_sent_and_ends_as_in_hftbacktest(
    books: int, tape: Tape, theirs: NDArray[np.int64]
) -> None:
    """Side, price, time of sending, what became of it and when: all equal, not nearly."""
    rule = Making(INSTRUMENT.id, PERIOD, Lots(1)).compiled(CompiledMarket((INSTRUMENT,), {}))
    # The peer counts its steps from the first row after the snapshot.
    rule = evolve(rule, first_timer=Nanos(int(theirs[0, 2] - tape.ts[0])))
    response = ONE_BOOK_RESPONSE if books == 1 else RESPONSE
    comparable = evolve(terms(response), depletes=False, credit_window=Nanos(0))
    run = CompiledRun.begin(Columns.of((tape,), FEED), comparable, rule, books)

    run.finish()

    ours = ends_of(run)
    # It does not look again after its last step: what ended later has no end there.
    seen = theirs[:, 3] != 0
    assert ours.shape == theirs.shape
    assert (ours[:, :3] == theirs[:, :3]).all()
    assert (ours[seen] == theirs[seen]).all()
    assert (seen.sum() >= len(seen) - 2, (theirs[:, 3] == 3).sum() > 1_000) == (True, True)


def ends_of(run: CompiledRun) -> NDArray[np.int64]:
    """Return side, price, when it was sent, how and when it ended, a row an order."""
    found = np.zeros((len(run.orders), 5), np.int64)
    found[:, :3] = run.orders[:, [c.SIDE, c.PRICE, c.DECIDED]]
    for row in run.log.tolist():
        end = ENDS.get(row[c.KIND] - c.HEARD_OF)
        if end is not None:
            found[row[c.ORDER], 3:] = end, row[c.MATCH]
    return found
