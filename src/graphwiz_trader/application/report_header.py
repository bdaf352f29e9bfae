"""The header of a report: where its figures come from."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256

from graphwiz_trader.domain.events import RunStarted
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.report import Header
from graphwiz_trader.domain.units import Asset, InstrumentId, Nanos

_BACKTEST = ("latency_ms", "queue", "fee_bps")
_MODELS = {
    "backtest": _BACKTEST,
    "compiled": _BACKTEST,
    "demo": ("latency_ms", "fee_bps"),
}


def header(
    run: RunStarted,
    instruments: Mapping[InstrumentId, Instrument],
    reporting: Asset,
    *,
    period: tuple[Nanos, Nanos],
    entries: int,
    gaps: Mapping[str, int],
    notes: Sequence[str],
) -> Header:
    """Return the header of *run*, whose *period* is its first and last instant."""
    settings = json.loads(run.settings)
    return Header(
        run=run.run,
        mode=run.mode,
        version=run.version,
        seed=run.seed,
        settings_sha256=sha256(run.settings.encode()).hexdigest(),
        reporting=reporting,
        started=period[0],
        ended=period[1],
        entries=entries,
        venues=tuple(dict.fromkeys(i.venue for i in instruments.values())),
        instruments=tuple(instruments),
        strategies=_strategies(settings),
        tapes=run.tapes,
        models=_models(settings, run.mode),
        gaps=dict(gaps),
        notes=tuple(notes),
    )


def _strategies(settings: object) -> tuple[str, ...]:
    chosen = _section(_section(settings, "hft"), "strategies")
    return tuple(str(name) for name, it in chosen.items() if _section(it, "").get("enabled", True))


def _models(settings: object, mode: str) -> dict[str, str]:
    backtest = _section(settings, "backtest")
    return {name: str(backtest[name]) for name in _MODELS.get(mode, ()) if name in backtest}


def _section(settings: object, name: str) -> Mapping[str, object]:
    """Return the mapping under *name* (or *settings* itself for ""), empty where there is none."""
    found = settings.get(name) if name and isinstance(settings, Mapping) else settings
    return found if isinstance(found, Mapping) else {}
