"""What a strategy waits for has a few steps; and who was refused and still may not is busy."""

import pytest

from graphwiz_trader.domain.errors import DomainError
from graphwiz_trader.domain.lookout import Lookout, Steps, is_busy
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.units import SECOND, StrategyId
from graphwiz_trader.testing import make

ALPHA = make.instrument("BTC/USDT@alpha")
STEP = (ALPHA.id, Side.BUY)
ME = StrategyId("me")


@pytest.mark.parametrize("count", [0, 5])
def test_a_lookout_of_no_step_or_of_five_is_refused(count: int) -> None:
    with pytest.raises(DomainError, match=f"1 to 4 steps, not {count}"):
        Lookout((STEP,) * count, SECOND, 0.0, 1.0, 0.0)


@pytest.mark.parametrize(
    ("cash", "is_asked", "busy"),
    [("0", True, True), ("0", False, False), ("100", True, False), ("100", False, False)],
)
def test_only_who_asked_in_vain_and_may_nothing_still_is_busy(
    cash: str,
    is_asked: bool,
    busy: bool,  # columns
) -> None:
    engine = make.engine([ALPHA], [])
    engine.step(make.balance("alpha", "USDT", cash))
    steps: Steps = (STEP,)

    assert is_busy(ME, steps, engine.state, is_asked=is_asked) is busy
