"""
Every session, file and script of the documentation, run as a reader would.

Each page is one session in a folder of its own, with an installation of its own. Venues are the
simulated ones: the environment puts their addresses in the place of the real ones, which is all
that a page about live markets cannot know.
"""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs
import pytest

from tests.docs.pages import PAGES, ROOT, Block, blocks, name
from tests.ports import unclaimed

pytestmark = pytest.mark.docs

BESIDE = "until interrupted"
"""Said of a command that runs beside the rest of its page."""
SECONDS = 240.0

_LINK = "linkusdt_binance_huobi_1s_l10"
_RAW = "binance_raw_ws"
_TAPE = "graphwiz data import {data}/" + _LINK + "/binance_h00.csv.gz --format book-csv"
_TAPE += " --venue binance --symbol LINK/USDT --out binance.tape -q"
_RUN = "graphwiz backtest --strategy statistical_arbitrage --tape binance.tape -q"
_DEMO = "graphwiz demo --seconds 25 --no-dashboard -q"
GIVEN: Mapping[str, tuple[str, ...]] = {
    "README.md": ("ln -s {data}/" + _LINK + "/*.csv.gz .",),
    "docs/evidence/recorded-markets.md": (
        "ln -s {data}/" + _LINK + "/*.csv.gz .",
        "ln -s {data}/" + _RAW + "/spot {data}/" + _RAW + "/usdm .",
    ),
    "docs/how-to/data.md": (
        "ln -s {data}/" + _RAW + "/spot/btcusdt_20240808.gz spot.gz",
        "ln -s {data}/" + _RAW + "/usdm/btcusdt_20240808.gz usdm.gz",
    ),
    "docs/how-to/own-kernel.md": (_TAPE,),
    "docs/how-to/own-strategy.md": (_TAPE,),
    "docs/how-to/search.md": (_TAPE,),
    "docs/reference/report.md": (_TAPE, _RUN),
}
"""What a page takes for granted, by the commands that make it."""
NAMED = re.compile(r"graphwiz graph (?P<ask>explain|why-not) (?P<name>\S+)$")
NAMES = {"explain": "trades", "why-not": "opportunities"}
"""A page shows one of those that its reader's own demo, which no two are alike, has made."""

LIVE = {"docs/how-to/paper-and-live.md", "docs/how-to/record.md"}
"""Pages whose venues are simulated ones here."""


@attrs.define
class Session:
    """One reader at one page."""

    folder: Path
    env: dict[str, str]
    beside: list[tuple[str, subprocess.Popen[str]]] = attrs.field(factory=list)

    def follow(self, block: Block) -> None:
        """Do what *block* says."""
        if block.file is not None:
            (self.folder / block.file).write_text(block.text, encoding="utf-8")
        match block.language:
            case "sh":
                self._type(block)
            case "python":
                (self.folder / "page.py").write_text(block.text, encoding="utf-8")
                self.run(f"{sys.executable} page.py")
            case "yaml" if block.text.startswith(("hft:", "alerts:", "graph:", "# live.yaml")):
                (self.folder / "page.yaml").write_text(block.text, encoding="utf-8")
                self.run("graphwiz config check --config page.yaml")

    def run(self, command: str) -> str:
        """Run one *command* to its end; return what it said, and fail with that if it failed."""
        said = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.env,
            text=True,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        assert said.returncode == 0, f"{command}\n{said.stdout}\n{said.stderr}"
        return said.stdout

    def named(self, command: str) -> str:
        """Return *command* about what this reader has, if it is about what others may not have."""
        asked = NAMED.match(command)
        if asked is None:
            return command
        kind = NAMES[asked["ask"]]
        told = json.loads(self.run(f"graphwiz graph {kind} --most 1000 --json"))
        known = [shlex.quote(each["name"]) for each in told[kind]]
        return command if asked["name"] in known else f"graphwiz graph {asked['ask']} {known[0]}"

    def start(self, command: str) -> None:
        """Start a *command* beside the others, and wait until it says that it is there."""
        log = self.folder / f"beside-{len(self.beside)}.log"
        with log.open("w", encoding="utf-8") as file:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {command}"],
                cwd=self.folder,
                env=self.env,
                text=True,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        self.beside.append((command, process))
        deadline = time.monotonic() + SECONDS
        while not any(word in log.read_text() for word in ("ready", "http://", "observing")):
            assert process.poll() is None, f"{command}\n{log.read_text()}"
            assert time.monotonic() < deadline, f"{command} is not there\n{log.read_text()}"
            if command.startswith("graphwiz books"):
                break  # it draws, and says nothing else
            time.sleep(0.1)

    def leave(self) -> None:
        """Interrupt what still runs, newest first; it must end as an interrupt lets it."""
        for command, process in reversed(self.beside):
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            code = process.wait(SECONDS)
            assert code in (0, 130), f"{command} ended with {code}"

    def _type(self, block: Block) -> None:
        for line in block.commands:
            command, _, comment = line.partition(" #")
            if command.startswith("cd "):
                self.folder = self.folder / command.removeprefix("cd ").strip()
            elif BESIDE in comment:
                self.start(command.strip())
            else:
                self.run(self.named(command.strip()))


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    folder = tmp_path / "page"
    folder.mkdir()
    for shown in ("config", "examples"):
        (folder / shown).symlink_to(ROOT / shown)
    kept = ("LANG", "NUMBA_CACHE_DIR", "PYTHONPYCACHEPREFIX")
    env = {key: os.environ[key] for key in kept if key in os.environ}
    env |= {"HOME": str(tmp_path), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    env |= {"XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))}
    env |= {"ALERT_URL": "http://127.0.0.1:9/", "APPRISE_URL": "json://127.0.0.1:9"}
    env |= {"NEO4J_PASSWORD": "unused", "NO_COLOR": "1", "COLUMNS": "200"}
    reader = Session(folder, env)
    yield reader
    reader.leave()


@pytest.fixture
def venues(session: Session) -> None:
    """Put a simulated Binance and OKX in the place of the real ones."""
    port = unclaimed(2)
    session.start(f"graphwiz exchange --port {port}")
    for number, venue in enumerate(("BINANCE", "OKX")):
        key = f"GRAPHWIZ__HFT__MARKET_DATA__EXCHANGES__{venue}__URL"
        session.env[key] = f"http://127.0.0.1:{port + number}"


def _followed(page: Path) -> list[Block]:
    return [block for block in blocks(page) if block.excuse is None]


@pytest.mark.parametrize("page", [page for page in PAGES if _followed(page)], ids=name)
def test_what_a_page_says_works(
    page: Path, session: Session, request: pytest.FixtureRequest
) -> None:
    given = GIVEN.get(name(page), ())
    data = request.getfixturevalue("shared_data") if given else None
    for command in given:
        session.run(command.format(data=data))
    if name(page) in LIVE:
        request.getfixturevalue("venues")
    for block in _followed(page):
        session.follow(block)
