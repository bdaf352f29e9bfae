"""The ways to a person keep their promises; addresses, which are secrets, are in no error."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path

import pytest
from typing_extensions import override

from graphwiz_trader.adapters.apprise.alerts import AppriseAlerts
from graphwiz_trader.adapters.desktop.alerts import BELL, TerminalAlerts
from graphwiz_trader.adapters.files.alerts import ALERTS, MOST_BYTES, FileAlerts
from graphwiz_trader.adapters.loguru.alerts import LogAlerts
from graphwiz_trader.adapters.webhook.alerts import WebhookAlerts
from graphwiz_trader.domain.alerting import News
from graphwiz_trader.domain.errors import AccessDenied, Disconnected, PortError, Rejected
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.entrypoints.cli import main
from graphwiz_trader.testing.alerts import RememberedAlerts
from tests.contracts.alerts import ALERT, AlertsContract, Told

TOKEN = "t0ken-of-nobody"


class Hook(HTTPServer):
    """A server on loopback that keeps what was posted, and answers `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: list[str] = []
        self.status = 200

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}/{TOKEN}"


class _Handler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.bodies.append(self.rfile.read(length).decode())
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    @override
    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def out() -> StringIO:
    return StringIO()


class TestRememberedAlerts(AlertsContract):
    @pytest.fixture
    def sink(self) -> RememberedAlerts:
        return RememberedAlerts()

    @pytest.fixture
    def told(self, sink: RememberedAlerts) -> Told:
        return lambda: str(sink.told)


class TestFileAlerts(AlertsContract):
    @pytest.fixture
    def sink(self, tmp_path: Path) -> FileAlerts:
        return FileAlerts(tmp_path / "home")

    @pytest.fixture
    def told(self, sink: FileAlerts) -> Told:
        return lambda: str(sink.latest(10))

    def test_the_latest_come_back_as_they_were_sent(self, sink: FileAlerts) -> None:
        for number in range(5):
            asyncio.run(sink.send(evolve(ALERT, ts=Nanos(number))))

        assert sink.latest(2) == (evolve(ALERT, ts=Nanos(3)), evolve(ALERT, ts=Nanos(4)))

    def test_a_line_that_is_half_written_is_passed_over(
        self, sink: FileAlerts, tmp_path: Path
    ) -> None:
        asyncio.run(sink.send(ALERT))
        with (tmp_path / "home" / ALERTS).open("a") as file:
            file.write('{"ts": 5, "news"')

        assert sink.latest(10) == (ALERT,)

    def test_the_file_stays_short(self, sink: FileAlerts, tmp_path: Path) -> None:
        path = tmp_path / "home" / ALERTS
        path.parent.mkdir()
        path.write_text("{}\n" * (MOST_BYTES // 3))

        asyncio.run(sink.send(ALERT))

        assert path.stat().st_size <= MOST_BYTES // 2 + 1_000
        assert sink.latest(10) == (ALERT,)


class TestLogAlerts(AlertsContract):
    @pytest.fixture
    def sink(self, out: StringIO) -> LogAlerts:
        return LogAlerts(out)

    @pytest.fixture
    def told(self, out: StringIO) -> Told:
        return out.getvalue


class TestTerminalAlerts(AlertsContract):
    @pytest.fixture
    def sink(self, out: StringIO) -> TerminalAlerts:
        return TerminalAlerts(out)

    @pytest.fixture
    def told(self, out: StringIO) -> Told:
        return out.getvalue

    def test_the_bell_rings_until_it_has_cleared(self, sink: TerminalAlerts, told: Told) -> None:
        asyncio.run(sink.send(ALERT))
        asyncio.run(sink.send(evolve(ALERT, news=News.CLEARED)))

        assert told().count(BELL) == 1


@pytest.mark.contract
class TestWebhookAlerts(AlertsContract):
    @pytest.fixture
    def sink(self, hook: Hook) -> WebhookAlerts:
        return WebhookAlerts(f"http://{hook.address}")

    @pytest.fixture
    def told(self, hook: Hook) -> Told:
        return lambda: "\n".join(f"{json.loads(body)['message']}" for body in hook.bodies)

    @pytest.mark.parametrize(("status", "error"), [(500, Disconnected), (404, Rejected)])
    def test_a_refusal_is_told_without_the_address(
        self, sink: WebhookAlerts, hook: Hook, status: int, error: type[PortError]
    ) -> None:
        hook.status = status

        with pytest.raises(error) as refused:
            asyncio.run(sink.send(ALERT))

        assert TOKEN not in str(refused.value)

    @pytest.mark.parametrize("url", [f"http://127.0.0.1:9/{TOKEN}", f"no url {TOKEN}"])
    def test_an_address_that_leads_nowhere_is_not_repeated(self, url: str) -> None:
        with pytest.raises(Disconnected) as lost:
            asyncio.run(WebhookAlerts(url).send(ALERT))

        assert TOKEN not in str(lost.value)


@pytest.mark.contract
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # one of apprise's hundred services
class TestAppriseAlerts(AlertsContract):
    @pytest.fixture
    def sink(self, hook: Hook) -> AppriseAlerts:
        return AppriseAlerts(f"json://{hook.address}")

    @pytest.fixture
    def told(self, hook: Hook) -> Told:
        return lambda: "\n".join(hook.bodies)

    def test_an_unknown_service_is_refused(self) -> None:
        with pytest.raises(AccessDenied):
            asyncio.run(AppriseAlerts(f"nothing://{TOKEN}").send(ALERT))


@pytest.mark.contract
def test_the_test_command_reaches_every_sink_and_is_evidence(
    hook: Hook, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    home = str(tmp_path_factory.mktemp("home"))
    monkeypatch.setenv("HOOK", f"http://{hook.address}")
    words = ["--home", home, "--json", "--set", "alerts.sinks.hook={use: webhook, url: '${HOOK}'}"]

    before = main(["doctor", "--deploy", *words])
    failing = json.loads(capsys.readouterr().out)["findings"]
    sent = main(["alerts", "test", *words])
    said = json.loads(capsys.readouterr().out)
    main(["doctor", "--deploy", *words])
    passing = json.loads(capsys.readouterr().out)["findings"]

    assert (before, sent, said) == (1, 0, {"delivered": ["hook"], "failed": {}})
    verdicts = [
        next(one["verdict"] for one in findings if one["name"] == "alerts")
        for findings in (failing, passing)
    ]
    assert verdicts == ["FAIL", "PASS"]
    assert len(hook.bodies) == 1
