"""One backtest by both engines, and what each decided and heard, in the same words."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from random import Random

import numpy as np

from graphwiz_trader.application.backtest import Backtested, instruments_of
from graphwiz_trader.application.compiled import compiled_run
from graphwiz_trader.application.funding import endowment
from graphwiz_trader.application.obstacle import obstacle
from graphwiz_trader.bootstrap.assembly import strategies_of
from graphwiz_trader.domain.commands import CancelOrder, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import CancelReject, LevelRows
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, Liquidity
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.entrypoints.bench.generate import generate, generated_tape
from graphwiz_trader.kernels import run as c
from graphwiz_trader.simulation.compiled import CompiledRun
from graphwiz_trader.testing import make
from tests.stories.wiring import Desk, settings_of

MS = 1_000_000
SPOT = make.instrument("BTC/USDT@alpha", "0.1", "0.001")
OTHER = make.instrument("BTC/USDT@beta", "0.1", "0.01")

SAID = {
    ExecType.NEW: c.ACCEPTED,
    ExecType.REPLACED: c.REPLACED_IT,
    ExecType.TRADE: c.TRADED,
    ExecType.CANCELED: c.WITHDRAWN,
    ExecType.EXPIRED: c.LAPSED,
    ExecType.REJECTED: c.REFUSED,
}


def market(seed: int, instrument: Instrument, diffs: int = 400) -> Tape:
    """Return a generated book and trades of *instrument*, received with delays of their own."""
    chance = Random(seed)
    columns = generate(diffs, seed)
    least = chance.choice([0, 2 * MS])
    jitter = chance.choice([0, 0, 3 * MS])
    count = len(columns.ts)
    delays = np.array([least + int(chance.random() * jitter) for _ in range(count)])
    ts = np.maximum.accumulate(columns.ts + delays)
    if chance.random() < 0.3:
        ts -= ts % (20 * MS)  # many messages in one instant
    model = generated_tape(1).header
    return Tape(
        f"{instrument.venue}.tape",
        (instrument,),
        LevelRows(columns.side, columns.ticks, columns.lots),
        ts,
        columns.ts,
        columns.first_row,
        columns.instrument,
        columns.flags,
        model,
    )


def are_the_same(tapes: Sequence[Tape], assignments: Sequence[str]) -> Backtested:
    """Assert that both engines decide, hear and earn the same; return the reference's run."""
    desk = Desk()
    for tape in tapes:
        desk.keep(tape)
    names = [tape.name for tape in tapes]
    kept = [desk.tapes.open(name) for name in names]

    reference = desk.backtest(names, *assignments)
    compiled = desk.backtest(names, *assignments, "backtest.engine=compiled")
    run = by_kernel(settings_of(*assignments), kept)

    journal = list(told_by_journal(desk.entries(reference.run), kept))
    assert told_by_kernel(run) == journal
    assert (reference.engine, compiled.engine) == ("reference", "compiled")
    folders = desk.runs.folders
    assert list(folders[compiled.run].fills) == list(folders[reference.run].fills)
    theirs, ours = (done.simulated.report for done in (reference, compiled))
    for name in ("net", "gross", "fees"):
        assert abs(getattr(theirs.pnl, name) - getattr(ours.pnl, name)) <= Decimal("1e-9")
    assert ours.quality == theirs.quality
    assert ours.denials == theirs.denials
    assert ours.trades == theirs.trades
    assert compiled.simulated.orders == reference.simulated.orders
    return reference


def by_kernel(settings: Settings, tapes: Sequence[Tape], books: int = 0) -> CompiledRun:
    """Return the compiled run of *settings* over *tapes*."""
    instruments = instruments_of(tapes)
    strategies = strategies_of(settings, instruments)
    assert obstacle(settings, tapes, strategies) is None
    first = Nanos(min(int(tape.ts[0]) for tape in tapes))
    balances = endowment(settings, instruments, first)
    return compiled_run(settings, tapes, strategies[0], balances, books=books)


def told_by_kernel(run: CompiledRun) -> list[tuple[int, ...]]:
    """Return everything *run* decided and heard."""
    found = []
    for row in run.log.tolist():
        kind, ts, order, match, price, qty, detail, _ = row
        if kind == c.HEARD_OF + c.KEPT:
            found.append((kind, ts, order))
        elif kind == c.HEARD_OF + c.TRADED:
            found.append((kind, ts, order, match, price, qty, detail))
        elif kind > c.HEARD_OF:
            found.append((kind, ts, order, match))
        else:
            found.append((kind, ts, order, price, qty))
    return found


def told_by_journal(entries: Sequence[Entry], tapes: Sequence[Tape]) -> Iterator[tuple[int, ...]]:
    """Yield everything a reference run decided and heard, orders numbered as they were made."""
    numbers: dict[str, int] = {}
    for entry in entries:
        event = entry.event
        ts = event.ts if hasattr(event, "ts") else int(tapes[event.tape].ts[event.message])
        if isinstance(event, ExecutionReport):
            heard = (c.HEARD_OF + SAID[event.exec_type], ts, numbers[event.cl_ord_id])
            yield (*heard, event.ts_venue, *_fill(event))
        elif isinstance(event, CancelReject):
            yield (c.HEARD_OF + c.KEPT, ts, numbers[event.cl_ord_id])
        for command in entry.outcome.commands:
            if isinstance(command, SubmitOrder | ReplaceOrder):
                number = numbers[command.cl_ord_id] = len(numbers)
                is_new = isinstance(command, SubmitOrder)
                kind = c.DECIDED_SUBMIT if is_new else c.DECIDED_REPLACE
                yield (kind, ts, number, command.price, command.order_qty)
            elif isinstance(command, CancelOrder):
                yield (c.DECIDED_CANCEL, ts, numbers[command.cl_ord_id], 0, 0)


def _fill(report: ExecutionReport) -> tuple[int, ...]:
    if report.exec_type is not ExecType.TRADE:
        return ()
    return report.last_px, report.last_qty, int(report.liquidity is Liquidity.MAKER)
