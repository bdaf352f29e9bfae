"""What the service decides before an engine runs."""

import pytest

from graphwiz_trader.domain.settings import EngineSettings
from graphwiz_trader.entrypoints.service import keeps_awake


@pytest.mark.parametrize(
    ("said", "mode", "awake"),
    [
        (None, "trade", True),
        (None, "demo", True),
        (None, "paper", False),
        (True, "paper", True),
        (False, "trade", False),
    ],
)
def test_who_trades_at_venues_keeps_processors_awake_unless_told_otherwise(
    said: bool | None, mode: str, *, awake: bool
) -> None:
    assert keeps_awake(EngineSettings(shallow_idle=said), mode) is awake
