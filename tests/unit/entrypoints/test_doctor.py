"""`graphwiz doctor`, as whoever prepares a machine meets it."""

import json
import socket
from pathlib import Path

import pytest

from graphwiz_trader.adapters.prometheus.metrics import PrometheusMetrics, served
from graphwiz_trader.domain.metrics import readings
from graphwiz_trader.entrypoints.cli import main
from tests.ports import unclaimed
from tests.unit.domain.test_health import HEALTHY

Captured = pytest.CaptureFixture[str]


def asked(capsys: Captured, home: Path, *words: str) -> tuple[int, dict[str, str]]:
    """The exit code, and the verdict of each finding."""
    code = main(["doctor", "--home", str(home), "--json", *words])
    findings = json.loads(capsys.readouterr().out)["findings"]
    return code, {finding["name"]: finding["verdict"] for finding in findings}


def test_everything_of_this_machine_is_looked_at(capsys: Captured, tmp_path: Path) -> None:
    _, found = asked(capsys, tmp_path / "new", "--set", "monitoring.disk_free_gb=0")

    assert set(found) == {
        *("home", "disk", "files", "cores", "governor", "dependencies", "compile cache"),
        *("native code", "venues", "graph"),
    }
    assert (found["disk"], found["dependencies"], found["venues"]) == ("PASS", "PASS", "WARN")
    assert not (tmp_path / "new").exists()


def test_its_exit_code_is_the_health(capsys: Captured, tmp_path: Path) -> None:
    code, found = asked(capsys, tmp_path, "--set", "monitoring.disk_free_gb=1000000000")

    assert (code, found["disk"]) == (1, "FAIL")


def test_a_key_that_is_not_there_fails_by_the_name_of_its_variable(
    capsys: Captured, tmp_path: Path
) -> None:
    keys = "api_key: '${GONE}', api_secret: '${GONE}'"
    exchange = f"{{symbols: [BTC/USDT], url: 'http://127.0.0.1:9', {keys}}}"
    chosen = f"hft.market_data.exchanges.binance={exchange}"

    code = main(["doctor", "--home", str(tmp_path), "--set", chosen])
    said = capsys.readouterr().out

    assert code == 1
    assert "FAIL  key binance" in said
    assert "GONE" in said
    assert "FAIL  venue binance" in said


def test_a_statement_is_kept_with_who_and_why(capsys: Captured, tmp_path: Path) -> None:
    before = asked(capsys, tmp_path, "--deploy")[1]["legal review"]

    words = ["--state", "legal-review", "--who", "A. B.", "--reason", "letter of May"]
    assert main(["doctor", "--home", str(tmp_path), *words]) == 0
    capsys.readouterr()

    code, after = asked(capsys, tmp_path, "--deploy")
    assert (before, after["legal review"]) == ("ASK", "PASS")
    assert code == 1


@pytest.mark.parametrize(
    "words",
    [
        ["--state", "tax-review", "--who", "A", "--reason", "B"],
        ["--state", "legal-review", "--who", "A"],
        ["--state", "legal-review", "--who", " ", "--reason", "B"],
    ],
)
def test_a_statement_without_person_or_ground_is_refused(words: list[str], tmp_path: Path) -> None:
    assert main(["doctor", "--home", str(tmp_path), *words]) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_benchmark_is_kept_as_evidence(capsys: Captured, tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    file.write_text(json.dumps({"rows": [{"name": "book", "holds": True}]}))
    home = tmp_path / "home"

    kept = asked(capsys, home, "--deploy", "--bench", str(file))[1]["latency benchmarks"]
    later = asked(capsys, home, "--deploy")[1]["latency benchmarks"]

    assert (kept, later) == ("PASS", "PASS")


def test_a_port_where_an_observer_of_ours_is_already_is_fine(
    capsys: Captured, tmp_path: Path
) -> None:
    port, metrics = unclaimed(), PrometheusMetrics()
    metrics.show(readings(HEALTHY))

    with served(metrics, port):
        _, found = asked(capsys, tmp_path, "--set", f"monitoring.prometheus_port={port}")

    assert found["port prometheus"] == "PASS"


def test_a_port_where_somebody_else_is_is_told(capsys: Captured, tmp_path: Path) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        port = stranger.getsockname()[1]
        _, found = asked(capsys, tmp_path, "--set", f"monitoring.prometheus_port={port}")

    assert found["port prometheus"] == "WARN"
