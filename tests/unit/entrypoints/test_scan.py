"""`scan` and `data align`, as a user types them."""

import json
from pathlib import Path

import numpy as np
import pytest

from graphwiz_trader.adapters.files.tape import FileTapes
from graphwiz_trader.domain.units import SECOND
from graphwiz_trader.entrypoints.cli import main
from graphwiz_trader.ports.tape import Findings
from graphwiz_trader.testing.make import book_update, instrument

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tapes of one price at three venues: b is an hour slow, c has the same clock as a."""
    folder = tmp_path_factory.mktemp("tapes")
    random = np.random.default_rng(1)
    seconds = np.cumsum(random.exponential(1, 600))
    mids = 5_000 + np.cumsum(random.integers(-3, 4, 600))
    for venue, late in (("a", 0), ("b", 3_600), ("c", 0)):
        of = instrument(f"BTC/USDT@{venue}", tick="0.1")
        with FileTapes().writer(str(folder / f"{venue}.tape"), (of,)) as writer:
            for second, mid in zip(seconds.tolist(), mids.tolist(), strict=True):
                bid, ask = f"{(mid - 1) / 10:.1f}", f"{(mid + 1) / 10:.1f}"
                ts = int((second + 7_200 - late) * SECOND)
                writer.append(book_update(of, [(bid, "1")], [(ask, "1")], ts=ts))
            writer.seal(Findings(format="made"))
    return folder


def run(captured: Captured, *words: object) -> tuple[int, dict[str, object]]:
    code = main([*map(str, words), "--json"])
    return code, json.loads(captured.readouterr().out)


def test_a_scan_tells_states_routes_and_seconds(folder: Path, capsys: Captured) -> None:
    tapes = (folder / "a.tape", folder / "c.tape")

    code, told = run(capsys, "scan", *tapes, "--kind", "cross", "--fee-bps", 0)

    assert code == 0
    assert told["states"] == 600
    assert told["by_route"] == {"a>c": 0, "c>a": 0}
    assert told["seconds_profitable"] == 0


def test_a_scan_over_clocks_that_disagree_is_refused(folder: Path, capsys: Captured) -> None:
    tapes = (folder / "a.tape", folder / "b.tape")

    code, told = run(capsys, "scan", *tapes, "--kind", "cross")

    error = told["error"]
    assert isinstance(error, dict)
    assert (code, error["code"]) == (4, "clocks_disagree")
    assert error["offset_s"] == pytest.approx(3_600, abs=0.1)


def test_a_declared_offset_lets_it_pass(folder: Path, capsys: Captured) -> None:
    tapes = (folder / "a.tape", folder / "b.tape")

    code, told = run(capsys, "scan", *tapes, "--kind", "cross", "--offset", "b=3600")

    assert (code, told["states"]) == (0, 600)


def test_align_tells_what_to_add_to_the_second_clock(folder: Path, capsys: Captured) -> None:
    code, told = run(capsys, "data", "align", folder / "a.tape", folder / "b.tape")

    assert code == 0
    assert told["offset_s"] == pytest.approx(3_600, abs=0.1)
    assert told["peak"] == pytest.approx(1, abs=0.01)


def test_align_says_in_words_what_to_declare(folder: Path, capsys: Captured) -> None:
    main(["data", "align", str(folder / "a.tape"), str(folder / "b.tape"), "-q"])

    assert "declare it with --offset b=3600.00" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--kind", "spread"], 2, "'cross', 'triangular'"),
        (["--kind", "cross"], 4, "one symbol at two venues"),
        (["--kind", "triangular"], 4, "three books of one venue"),
        (["--kind", "cross", "--offset", "zzz=1"], 2, "one of a"),
        (["--kind", "cross", "--fee-bps", "-1"], 2, "--fee-bps"),
        (["--kind", "cross", "--max-age-s", "nan"], 2, "--max-age-s"),
    ],
)
def test_what_cannot_be_scanned_is_said(
    folder: Path, capsys: Captured, words: list[str], code: int, said: str
) -> None:
    ended, told = run(capsys, "scan", folder / "a.tape", *words)

    assert ended == code
    assert said in json.dumps(told)


def test_a_range_of_no_hours_is_refused(folder: Path, capsys: Captured) -> None:
    tape = folder / "a.tape"

    code, told = run(capsys, "data", "align", tape, tape, "--max-offset-h", 0)

    assert (code, "--max-offset-h" in json.dumps(told)) == (2, True)
