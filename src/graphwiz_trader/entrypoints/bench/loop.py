"""Loop: market making in the compiled loop, on generated rows."""

from decimal import Decimal
from time import process_time

import attrs

from graphwiz_trader.domain.compiled import CompiledMarket
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.units import MILLISECOND, Nanos
from graphwiz_trader.entrypoints.bench.generate import INSTRUMENT, generated_tape
from graphwiz_trader.entrypoints.bench.making import Making
from graphwiz_trader.entrypoints.bench.row import Row
from graphwiz_trader.simulation.columns import Columns
from graphwiz_trader.simulation.compiled import CompiledRun, Terms

REPEATS = 3
PERIOD = Nanos(100 * MILLISECOND)
FEED, ENTRY, RESPONSE = (Nanos(2 * MILLISECOND) for _ in range(3))
ONE_BOOK_RESPONSE = Nanos(RESPONSE + 1)
"""One book is exact where answers come after the feed, not with it."""

BOUNDLESS = RiskSettings(
    max_position_size=Decimal(1_000_000),
    max_exposure=Decimal(10) ** 12,
    max_orders_per_second=4_000,
    max_cancels_per_second=4_000,
    max_identical_orders_per_second=4_000,
    max_order_to_trade=10**9,
    max_open_orders=200,
    max_drawdown_pct=Decimal(100),
    circuit_breaker_threshold=Decimal(-1),
)
"""The gates are asked, as always; none of them binds, since peers have none."""


def terms(response: Nanos) -> Terms:
    """Return what the peers charge and take, as our venues would."""
    return Terms(
        risk=BOUNDLESS,
        limit=BOUNDLESS.max_position_size,
        balances={(INSTRUMENT.venue, INSTRUMENT.quote): Decimal(10) ** 12},
        entry=ENTRY,
        response=response,
        maker=Decimal("0.0002"),
        taker=Decimal("0.0007"),
        queue="risk_averse",
    )


@attrs.define
class Ours:
    """
    The compiled loop on one tape.

    A run writes into memory that was there before, as it is for the peer after its first run: what
    a new page costs is the host's affair, and took from 0 to 11 ns a row.
    """

    columns: Columns
    _orders: int = 0
    _logged: int = 0

    def seconds(self, books: int) -> float:
        """Return the processor time of one run with *books* books, 1 or 2, better not the first."""
        rule = Making(INSTRUMENT.id, PERIOD).compiled(CompiledMarket((INSTRUMENT,), {}))
        response = ONE_BOOK_RESPONSE if books == 1 else RESPONSE
        run = CompiledRun.begin(self.columns, terms(response), rule, books)
        for part, rows in ((run.state.o, self._orders), (run.state.p, self._orders)):
            part[:rows] = 0
        run.state.g[: self._logged] = 0
        began = process_time()
        run.finish()
        seconds = process_time() - began
        self._orders, self._logged = len(run.orders), len(run.log)
        return seconds

    def bytes_a_row(self) -> float:
        """Return what the columns of a run take in memory, for each level change and trade."""
        rows = self.columns.rows
        return sum(column.nbytes for column in rows) / len(rows.side)


def loop_rows(messages: int) -> list[Row]:
    """Return the compiled backtest's rate over *messages* generated book messages and trades."""
    tape = generated_tape(messages)
    ours = Ours(Columns.of((tape,), FEED))
    name, rows = "compiled backtest, quoting each 100 ms", len(tape.rows.side)
    best = {books: min(ours.seconds(books) for _ in range(REPEATS)) for books in (1, 2)}
    return [
        Row(f"{name}, one book", rows / best[1] / 1e6, "M rows/s", None, "higher"),
        Row(f"{name}, two books", rows / best[2] / 1e6, "M rows/s", None, "higher"),
        Row("columns of a compiled backtest", ours.bytes_a_row(), "B/row", 24.0, "lower"),
    ]
