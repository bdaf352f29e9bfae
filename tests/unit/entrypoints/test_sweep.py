"""`sweep` and `walkforward`, as a user types them."""

import json
from pathlib import Path

import numpy as np
import pytest

import graphwiz_trader as gw
from graphwiz_trader.adapters.files.tape import FileTapes
from graphwiz_trader.domain.units import SECOND
from graphwiz_trader.entrypoints.cli import main
from graphwiz_trader.ports.tape import Findings
from graphwiz_trader.testing import make

Captured = pytest.CaptureFixture[str]
SEARCH = (
    "--strategy", "statistical_arbitrage", "--param", "lookback=20,30",
    "--param", "z_threshold=1.5:2.5:0.5", "--fee-bps", 0, "--workers", 1,
)  # fmt: skip


@pytest.fixture(scope="module")
def tape(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A price that comes back to where it was, once a second for ten minutes."""
    path = tmp_path_factory.mktemp("tape") / "alpha.tape"
    of = make.instrument("BTC/USDT@alpha")
    noise = np.random.default_rng(3).normal(0, 8, 600)
    with FileTapes().writer(str(path), (of,)) as writer:
        for second, move in enumerate(noise.tolist()):
            mid = 10_000 + round(move + 30 * np.sin(second / 20))
            bid, ask = f"{(mid - 1) / 10:.1f}", f"{(mid + 1) / 10:.1f}"
            ts = make.START + second * SECOND
            writer.append(make.book_update(of, [(bid, "9")], [(ask, "9")], ts))
        writer.seal(Findings("made"))
    return path


def run(captured: Captured, *words: object) -> tuple[int, dict[str, object]]:
    code = main([*map(str, words), "--json"])
    return code, json.loads(captured.readouterr().out)


def test_a_sweep_ranks_its_trials_and_doubts_the_best(
    tape: Path, tmp_path: Path, capsys: Captured
) -> None:
    code, told = run(capsys, "sweep", "--tape", tape, "--home", tmp_path, *SEARCH)

    assert code == 0
    assert (told["trials"], told["ran"], told["failed"], told["trials_ever"]) == (6, 6, 0, 6)
    top = told["top"]
    assert isinstance(top, list)
    sharpes = [trial["sharpe"] for trial in top]
    assert sharpes == sorted(sharpes, reverse=True)
    assert top[0]["fills"] > 0
    deflated = told["deflated_sharpe"]
    assert isinstance(deflated, float)
    assert 0 <= deflated <= 1
    assert (tmp_path / "sweeps" / str(told["sweep"]) / "summary.json").is_file()
    assert not (tmp_path / "runs").exists()


def test_a_trial_is_the_backtest_of_its_parameters(
    tape: Path, tmp_path: Path, capsys: Captured
) -> None:
    _, told = run(capsys, "sweep", "--tape", tape, "--home", tmp_path, *SEARCH)
    best = told["best"]
    assert isinstance(best, dict)
    keys = [word for key, text in best["params"].items() for word in ("--set", f"{key}={text}")]

    _, alone = run(
        capsys, "backtest", "--tape", tape, "--home", tmp_path, "--fee-bps", 0,
        "--strategy", "statistical_arbitrage", *keys,
    )  # fmt: skip

    assert best["net"] == alone["pnl"]["net"]  # type: ignore[index] # an object
    assert best["fills"] == alone["fills"]


def test_resuming_runs_only_what_is_missing(tape: Path, tmp_path: Path, capsys: Captured) -> None:
    first = run(capsys, "sweep", "--tape", tape, "--home", tmp_path, *SEARCH)[1]
    file = tmp_path / "sweeps" / "sweep-0001" / "trials.jsonl"
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:4]))

    again = run(
        capsys, "sweep", "--tape", tape, "--home", tmp_path, *SEARCH, "--resume", "sweep-0001"
    )[1]

    assert again["ran"] == 2
    assert again["top"] == first["top"]


def test_a_walk_proves_each_choice_on_what_came_after(
    tape: Path, tmp_path: Path, capsys: Captured
) -> None:
    code, told = run(
        capsys, "walkforward", "--tape", tape, "--home", tmp_path, *SEARCH,
        "--folds", 3, "--embargo-s", 30,
    )  # fmt: skip

    assert code == 0
    folds = told["folds"]
    assert isinstance(folds, list)
    assert [fold["trials"] for fold in folds] == [6, 6, 6]
    for fold in folds:
        assert fold["test"][0] - fold["train"][1] == 30 * SECOND
        assert fold["proven"]["params"] == fold["chosen"]["params"]


@pytest.mark.parametrize(
    ("words", "path"),
    [
        (("--param", "lookback"), "--param"),
        (("--param", "z_threshold=1:2"), "--param"),
        (("--param", "lookbakc=1,2"), "hft.strategies.statistical_arbitrage.lookbakc"),
        (("--param", "lookback=0,2"), "hft.strategies.statistical_arbitrage.lookback"),
        (("--param", "lookback=20,30", "--trials", "3"), "--trials"),
    ],
)
def test_what_cannot_be_searched_is_refused_before_anything_runs(
    tape: Path, tmp_path: Path, capsys: Captured, words: tuple[str, ...], path: str
) -> None:
    code, told = run(
        capsys, "sweep", "--strategy", "statistical_arbitrage", "--tape", tape,
        "--home", tmp_path, *words,
    )  # fmt: skip

    errors = told["errors"]
    assert isinstance(errors, list)
    assert (code, errors[0]["path"]) == (2, path)


def test_the_package_sweeps_too(tape: Path, tmp_path: Path) -> None:
    swept = gw.sweep(
        [tape],
        strategy="statistical_arbitrage",
        params=["lookback=20,30"],
        settings={"backtest.fee_bps": 0},
        workers=1,
        home=tmp_path,
    )

    assert {trial.number for trial in swept.trials} == {0, 1}
