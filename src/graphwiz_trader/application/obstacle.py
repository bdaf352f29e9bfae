"""Obstacle: what of a backtest the compiled loop does not know."""

from collections.abc import Sequence

from graphwiz_trader.application.funding import reporting_of
from graphwiz_trader.domain.compiled import Compilable
from graphwiz_trader.domain.instrument import Instrument, Kind
from graphwiz_trader.domain.order_rows import L3_FIFO
from graphwiz_trader.domain.settings import CONSTANT, RiskSettings, Settings
from graphwiz_trader.domain.strategy import Strategy
from graphwiz_trader.domain.tape import SNAPSHOT, TRADE, Tape
from graphwiz_trader.domain.units import DAY
from graphwiz_trader.kernels.asking import MOST_LEGS
from graphwiz_trader.simulation.recording import venue_times


def obstacle(
    settings: Settings, tapes: Sequence[Tape], strategies: Sequence[Strategy]
) -> str | None:
    """Return why this backtest cannot be compiled, None if it can."""
    latency = settings.backtest.latency_model
    if latency != CONSTANT:
        return f"backtest.latency_model is {latency}; compiled runs have constant"
    if settings.backtest.queue == L3_FIFO:
        return f"backtest.queue is {L3_FIFO}; compiled runs know levels, not orders"
    instruments = [each for tape in tapes for each in tape.instruments]
    if len({each.id for each in instruments}) < len(instruments):
        return "an instrument is in several tapes"
    if len(strategies) != 1:
        found = f"{len(strategies)} strategies are enabled"
        return f"{found}; a compiled run has one, or only such as wait for prices"
    if not isinstance(strategies[0], Compilable):
        return f"strategy {strategies[0].id} has no kernel"
    return (
        _odd_fees(settings, tapes)
        or _odd_limit(settings.hft.risk)
        or _odd_market(instruments, reporting_of(settings, instruments))
        or _odd_tape(tapes)
    )


def _odd_fees(settings: Settings, tapes: Sequence[Tape]) -> str | None:
    """Tiers are assigned at the beginning of a day: within one, the first one stays."""
    first = min(int(venue_times(tape.ts, tape.ts_venue)[0]) for tape in tapes)
    last = max(int(tape.ts[-1]) for tape in tapes)
    if settings.backtest.fee_tiers and first // DAY != last // DAY:
        return "backtest.fee_tiers are set and the tapes go on over 00:00 UTC, when tiers change"
    return None


def _odd_limit(risk: RiskSettings) -> str | None:
    for name in ("max_venue_exposure", "max_net_exposure", "max_consecutive_losses"):
        if getattr(risk, name) is not None:
            return f"hft.risk.{name} is set, which a compiled run does not know"
    return None


def _odd_market(instruments: Sequence[Instrument], reporting: str) -> str | None:
    if len(instruments) > MOST_LEGS // 2:
        return f"{len(instruments)} instruments; a compiled run has at most {MOST_LEGS // 2}"
    for each in instruments:
        if each.kind is Kind.INVERSE:
            return f"{each.id} is an inverse contract"
        if each.quote != reporting:
            return f"{each.id} is not quoted in the reporting currency {reporting}"
    owners = [(i.venue, i.base) for i in instruments if i.kind is Kind.SPOT]
    if len(set(owners)) < len(owners):
        return "two spot instruments of a venue share their base asset"
    return None


def _odd_tape(tapes: Sequence[Tape]) -> str | None:
    for tape in tapes:
        for place, instrument in enumerate(tape.instruments):
            told = (tape.flags != TRADE) & (tape.instrument == place)
            first = int(told.argmax())
            if not told.any() or tape.flags[first] != SNAPSHOT:
                return f"the book of {instrument.id} does not begin with a snapshot"
    return None
