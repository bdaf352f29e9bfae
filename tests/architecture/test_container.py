"""Every use case can be built in every run mode; provider graphs are only checked at run time."""

from collections.abc import Callable
from pathlib import Path

import pytest

from graphwiz_trader.application.ask import Ask
from graphwiz_trader.application.backtest import Backtest
from graphwiz_trader.application.parity import Parity
from graphwiz_trader.application.project import Project
from graphwiz_trader.application.replicas import Replicas
from graphwiz_trader.application.rerun import Rerun
from graphwiz_trader.application.run_report import RunReport
from graphwiz_trader.application.run_tail import RunTails
from graphwiz_trader.application.start import Starter
from graphwiz_trader.bootstrap.container import App, backtest_app, live_app
from graphwiz_trader.domain.settings import Settings

USE_CASES = {
    "ask": Ask,
    "backtest": Backtest,
    "project": Project,
    "replicas": Replicas,
    "parity": Parity,
    "rerun": Rerun,
    "report": RunReport,
    "tails": RunTails,
    "starter": Starter,
}


@pytest.mark.parametrize("mode", [backtest_app, live_app])
@pytest.mark.parametrize("name", sorted(USE_CASES))
def test_every_use_case_is_built_in_every_mode(
    mode: Callable[[Settings, Path], App], name: str, tmp_path: Path
) -> None:
    app = mode(Settings(), tmp_path)

    app.check_dependencies()
    made = app.providers[name]()

    assert isinstance(made, USE_CASES[name])


def test_every_use_case_of_the_container_is_known_here() -> None:
    ports = {"settings", "gateways", "text", "keep"}

    assert set(App.providers) - ports == set(USE_CASES)
