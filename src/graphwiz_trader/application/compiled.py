"""Compiled: a backtest in one compiled loop, with the report that the reference engine gives."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from hashlib import blake2b

from graphwiz_trader.application.funding import reporting_of
from graphwiz_trader.application.recorded_prices import RecordedPrices
from graphwiz_trader.application.report import Listener, ReportBuilder
from graphwiz_trader.application.retelling import Retelling
from graphwiz_trader.application.simulate import Simulated, fill_line
from graphwiz_trader.domain.bounds import Bound, Bounds
from graphwiz_trader.domain.compiled import Compilable, CompiledMarket, CompiledRule
from graphwiz_trader.domain.errors import Stopped
from graphwiz_trader.domain.events import BalanceReport, Event, RunStarted, TimerFired
from graphwiz_trader.domain.facts import Entry, FillBooked, Outcome, SignalRefused
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.position import ZERO, Position
from graphwiz_trader.domain.report import Report
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Reason, Refused, Signal, SignalKind
from graphwiz_trader.domain.strategy import Strategy
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import MILLISECOND, Lots, Nanos, Ticks
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.kernels import run as c
from graphwiz_trader.kernels.gates import REASONS
from graphwiz_trader.kernels.levels import BEST
from graphwiz_trader.ports.runs import RunFolder
from graphwiz_trader.simulation.columns import Columns
from graphwiz_trader.simulation.compiled import CompiledRun, Terms
from graphwiz_trader.simulation.conditions import fees_of
from graphwiz_trader.simulation.queue import FIRST, LAST

COMPILED = "compiled"
"""The mode of a run without a journal of its steps."""


def compiled_run(
    settings: Settings,
    tapes: Sequence[Tape],
    strategy: Strategy,
    balances: Sequence[BalanceReport],
    *,
    queue: str | None = None,
    books: int = 0,
) -> CompiledRun:
    """
    Run *strategy*, which `obstacle` lets pass, over *tapes* to the end.

    Args:
        settings: Limits, fees and latency.
        tapes: Moved to one clock.
        strategy: One that is `Compilable`.
        balances: What venues gave us.
        queue: A queue model in place of the configured one.
        books: 1 or 2; 0 chooses the fewest that are exact.

    Raises:
        Stopped: it came to something that only the reference engine can decide.
    """
    terms = terms_of(settings, strategy, balances, queue or settings.backtest.queue)
    columns = Columns.of(tapes)
    run = CompiledRun.begin(columns, terms, rule_of(settings, strategy, columns.instruments), books)
    run.finish()
    return run


def rule_of(
    settings: Settings, strategy: Strategy, instruments: Sequence[Instrument]
) -> CompiledRule:
    """Return the kernel of *strategy* with its parameters."""
    if not isinstance(strategy, Compilable):
        raise TypeError(f"{strategy.id} has no kernel")
    fees = dict.fromkeys((each.venue for each in instruments), settings.backtest.fee_bps)
    return strategy.compiled(CompiledMarket(tuple(instruments), fees))


def terms_of(
    settings: Settings, strategy: Strategy, balances: Sequence[BalanceReport], queue: str
) -> Terms:
    """Return what venues and risk policy say under *settings*."""
    risk, backtest = settings.hft.risk, settings.backtest
    own = settings.hft.strategies[strategy.id].max_position_size
    one_way = Nanos(int(backtest.latency_ms * MILLISECOND))
    maker, taker = rates_of(settings)
    return Terms(
        risk=risk,
        limit=risk.max_position_size if own is None else own,
        balances={(each.venue, each.asset): each.total for each in balances},
        entry=one_way,
        response=one_way,
        maker=maker,
        taker=taker,
        worst=fees_of(backtest).worst,
        queue=queue,
    )


def rates_of(settings: Settings) -> tuple[Decimal, Decimal]:
    """Return what making and taking costs from the start, as fractions; below 0 is a rebate."""
    first = fees_of(settings.backtest).tier(ZERO)
    return first.maker, first.taker


def told(
    run: CompiledRun,
    settings: Settings,
    tapes: Sequence[Tape],
    strategy: Strategy,
    started: RunStarted,
    balances: Sequence[BalanceReport],
    folder: RunFolder,
) -> Simulated:
    """Return how the finished *run* ended, with its report; its fills go to *folder*."""
    instruments = {each.id: each for each in run.columns.instruments}
    journal = folder.journal()
    # Nothing that reads a run's steps may take this journal, which has none, for one of few.
    begun = evolve(started, mode=COMPILED)
    opening: list[Event] = [begun, *balances]
    for seq, event in enumerate(opening, 1):
        journal.append(Entry(event, Outcome(seq)))
    journal.close()

    def keep(_: Event, outcome: Outcome, __: Nanos) -> None:
        for fact in outcome.facts:
            if isinstance(fact, FillBooked):
                folder.add_fill(fill_line(fact, instruments))

    prices = prices_of(settings, tapes)
    report = retold(run, settings, strategy, begun, balances, prices, (keep,))
    w = run.state.w
    submitted, fills, live = (int(w[count]) for count in (c.SUBMITTED, c.FILLS, c.LIVE))
    return Simulated(digest(run), report, submitted, fills, live, {}, {})


def prices_of(settings: Settings, tapes: Sequence[Tape]) -> RecordedPrices:
    """Return the market of *tapes* before its first message, to tell a run by."""
    instruments = [each for tape in tapes for each in tape.instruments]
    return RecordedPrices(tapes, reporting_of(settings, instruments))


def retold(
    run: CompiledRun,
    settings: Settings,
    strategy: Strategy,
    begun: RunStarted,
    balances: Sequence[BalanceReport],
    prices: RecordedPrices,
    listeners: Sequence[Listener] = (),
) -> Report:
    """Return the report of the finished *run*; *listeners* hear it, with *prices* as of then."""
    builder = ReportBuilder(prices, reporting_of(settings, run.columns.instruments))
    opening: list[Event] = [begun, *balances]
    for seq, entry in enumerate(opening, 1):
        builder.feed(entry, Outcome(seq))
        for listen in listeners:
            listen(entry, Outcome(seq), begun.ts)
    _settle(builder, prices, begun.ts)
    for ts, is_heard, event, outcome in Retelling(run, strategy.id, *rates_of(settings)):
        _settle(builder, prices, ts)
        prices.catch_up(Nanos(ts - 1) if is_heard else ts)
        builder.feed(event, outcome)
        for listen in listeners:
            listen(event, outcome, ts)
    _deny(builder, run, strategy)
    end = Nanos(int(run.columns.rows.ts[-1]))
    _settle(builder, prices, end)
    prices.catch_up(end)
    return builder.report()


def bounds_of(
    settings: Settings,
    tapes: Sequence[Tape],
    strategy: Strategy,
    balances: Sequence[BalanceReport],
) -> Bounds | None:
    """Return what the worst and the best places in queues earn, None where a run stops."""
    try:
        worst, best = (
            compiled_run(settings, tapes, strategy, balances, queue=queue)
            for queue in (LAST, FIRST)
        )
    except Stopped:
        return None
    rates = rates_of(settings)
    return Bounds(bound_of(worst, *rates), bound_of(best, *rates))


def bound_of(run: CompiledRun, maker: Decimal, taker: Decimal) -> Bound:
    """Return what *run* earned at these rates, by its books at the end."""
    held = [Position(instrument) for instrument in run.columns.instruments]
    fills = run.log[run.log[:, c.KIND] == c.HEARD_OF + c.TRADED]
    for row in fills.tolist():
        order = run.orders[row[c.ORDER]]
        position, price, qty = held[order[c.INSTRUMENT]], Ticks(row[c.AT]), Lots(row[c.FOR])
        notional = position.instrument.notional(price, qty)
        rate = maker if row[c.DETAIL] else taker
        position.fill(Side(int(order[c.SIDE])), price, qty, notional * rate)
    net = ZERO
    for position, book in zip(held, run.state.lb, strict=True):
        half_mid = int(book[BEST] - book[BEST + 1])
        net += position.pnl(Decimal(half_mid) / 2) if position.lots else position.pnl(0)
    return Bound(net, len(fills))


def digest(run: CompiledRun) -> str:
    """Return 64 hexadecimal digits of everything *run* decided and heard."""
    whole = blake2b(digest_size=32)
    for part in (run.orders, run.log):
        whole.update(part.tobytes())
    return whole.hexdigest()


def _settle(builder: ReportBuilder, prices: RecordedPrices, now: Nanos) -> None:
    """Let *builder* settle what fell due until *now*, each at the prices of its time."""
    while builder.due and builder.due < now:
        due = builder.due
        prices.catch_up(Nanos(due - 1))
        builder.advance(due)
    prices.catch_up(Nanos(now - 1))
    builder.advance(now)


def _deny(builder: ReportBuilder, run: CompiledRun, strategy: Strategy) -> None:
    """Tell *builder* how many orders were refused for which reason."""
    signal = Signal(strategy.id, SignalKind.QUOTE, (), 0.0, Nanos(0))
    counts: Mapping[str, int] = dict(
        zip(REASONS, run.state.w[c.DENIED : c.DENIED + len(REASONS)].tolist(), strict=True)
    )
    for name, count in counts.items():
        if name and count:
            refused = SignalRefused(signal, Refused(Reason[name]))
            nothing = TimerFired(signal.expires, "", "")
            builder.feed(nothing, Outcome(len(run.log), (), (refused,) * count))
