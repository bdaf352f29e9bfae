"""Asked: filters as the parameters of SQL."""

from graphwiz_trader.domain.graph_answers import OpportunityFilter, TradeFilter, WatchFilter

Asked = dict[str, object]


def of_trades(only: TradeFilter, most: int) -> Asked:
    """Return which trades are meant."""
    asked: Asked = {
        "run": only.run,
        "symbol": only.symbol,
        "venue": only.venue,
        "since": only.window.since,
        "until": only.window.until,
        "most": most,
    }
    return {**asked, "strategy": only.strategy} if only.strategy else asked


def of_opportunities(only: OpportunityFilter, most: int) -> Asked:
    """Return which opportunities are meant."""
    return {
        "run": only.run,
        "strategy": only.strategy,
        "outcome": only.outcome,
        "reason": only.reason,
        "since": only.window.since,
        "until": only.window.until,
        "most": most,
    }


def of_watched(only: WatchFilter, most: int) -> Asked:
    """Return what of what was watched is meant."""
    return {
        "key": only.key,
        "run": only.run,
        "kind": only.kind,
        "symbol": only.symbol,
        "since": only.window.since,
        "until": only.window.until,
        "most": most,
    }
