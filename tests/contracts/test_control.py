"""Every way to a running engine, against the same promises; and who may open the socket."""

import asyncio
import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from graphwiz_trader.adapters.unix import control
from graphwiz_trader.adapters.unix.control import LONGEST, SocketCaller, SocketDoor
from graphwiz_trader.domain.control import Answer, Request
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.ports.control import ControlCaller, ControlDoor
from graphwiz_trader.testing.control import MemoryControl
from tests.contracts.control import RUN, ControlContract, echo


class TestMemoryControl(ControlContract):
    @pytest.fixture
    def door(self) -> ControlDoor:
        return MemoryControl(RUN)

    @pytest.fixture
    def caller(self, door: MemoryControl) -> ControlCaller:
        return door


class TestSocketControl(ControlContract):
    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        return tmp_path / ("a home whose name is longer than an address may be " * 3)

    @pytest.fixture
    def door(self, home: Path) -> ControlDoor:
        return SocketDoor(home, RUN)

    @pytest.fixture
    def caller(self, home: Path) -> ControlCaller:
        return SocketCaller(home)


def play(home: Path, scene: Callable[[Path], None], owner: int | None = None) -> None:
    """Run *scene*, in a thread, while a door is open in *home*."""

    async def played() -> None:
        serving = asyncio.create_task(SocketDoor(home, RUN, owner).serve(echo))
        await asyncio.sleep(0.05)
        try:
            await asyncio.to_thread(scene, home / "control" / f"{RUN}.sock")
        finally:
            serving.cancel()
            await asyncio.wait([serving])

    asyncio.run(played())


def said(path: Path, *pieces: bytes) -> bytes:
    """Return all that comes back for *pieces*."""
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(60)
        peer.connect(str(path))
        for piece in pieces:
            peer.sendall(piece)
        peer.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := peer.recv(65_536):
            answer += piece
        return answer


def test_only_the_user_may_open_it(tmp_path: Path) -> None:
    modes: list[int] = []

    def scene(path: Path) -> None:
        modes.extend(stat.S_IMODE(each.stat().st_mode) for each in (path.parent, path))

    play(tmp_path, scene)

    assert [oct(mode) for mode in modes] == ["0o700", "0o600"]


def test_a_folder_that_was_open_is_closed(tmp_path: Path) -> None:
    (tmp_path / "control").mkdir(mode=0o777)
    modes: list[int] = []

    play(tmp_path, lambda path: modes.append(stat.S_IMODE(path.parent.stat().st_mode)))

    assert modes == [0o700]


def test_a_process_of_somebody_else_gets_no_answer(tmp_path: Path) -> None:
    answers: list[bytes] = []
    line = json.dumps({"v": 1, "what": "halt"}).encode() + b"\n"

    def scene(path: Path) -> None:
        try:
            answers.append(said(path, line))
        except ConnectionError:
            answers.append(b"")

    play(tmp_path, scene, owner=os.geteuid() + 1)

    assert answers == [b""]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as somebody else; CI does")
def test_somebody_else_cannot_even_connect(tmp_path: Path) -> None:
    for each in (tmp_path, *tmp_path.parents):
        if each.stat().st_uid == os.geteuid() and len(each.parts) > 2:
            each.chmod(0o755)
    outcomes: list[str] = []
    program = (
        "import os, socket, sys\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "try: socket.socket(socket.AF_UNIX).connect(sys.argv[1])\n"
        "except OSError as error: print(type(error).__name__)\n"
    )

    def scene(path: Path) -> None:
        words = [sys.executable, "-c", program, str(path)]
        outcomes.append(
            subprocess.run(words, check=False, capture_output=True, text=True).stdout.strip()
        )

    play(tmp_path, scene)

    assert outcomes == ["PermissionError"]


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\xff\n",
        b"[]\n",
        b'{"what": "halt"}\n',
        b'{"v": 2, "what": "halt"}\n',
        b'{"v": 1, "what": 7}\n',
        b'{"v": 1, "what": "halt", "words": {"scope": 1}}\n',
        b'{"v": 1, "what": "halt", "words": []}\n',
        b"[" * 20_000 + b"\n",
    ],
)
def test_garbage_is_answered_and_disturbs_nobody(garbage: bytes, tmp_path: Path) -> None:
    answers: list[bytes] = []
    line = json.dumps({"v": 1, "what": "status"}).encode() + b"\n"

    play(tmp_path, lambda path: answers.append(said(path, garbage, line)))

    first, second = answers[0].splitlines()
    assert json.loads(first)["error"]["code"] == "misunderstood"
    assert json.loads(second)["result"]["what"] == "status"


def test_a_line_without_end_is_cut_short(tmp_path: Path) -> None:
    answers: list[bytes] = []

    def scene(path: Path) -> None:
        try:
            answers.append(said(path, b"x" * (2 * LONGEST)))
        except ConnectionError:
            answers.append(b"")
        answers.append(said(path, b'{"v": 1, "what": "status"}\n'))

    play(tmp_path, scene)

    assert b"longer than" in answers[0] or not answers[0]
    assert b"result" in answers[1]


def test_clients_that_say_nothing_keep_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "LINGER_S", 60.0)
    answers: list[bytes] = []
    idle: list[socket.socket] = []

    def scene(path: Path) -> None:
        for _ in range(3):
            idle.append(socket.socket(socket.AF_UNIX))
            idle[-1].connect(str(path))
            idle[-1].sendall(b'{"v": 1, "wh')
        answers.append(said(path, b'{"v": 1, "what": "status"}\n'))

    play(tmp_path, scene)
    for each in idle:
        each.close()

    assert b"result" in answers[0]


def test_no_more_clients_than_there_are_places(tmp_path: Path) -> None:
    answers: list[bytes] = []

    def scene(path: Path) -> None:
        crowd = [socket.socket(socket.AF_UNIX) for _ in range(control.CLIENTS)]
        for each in crowd:
            each.connect(str(path))
        try:
            answers.append(said(path, b'{"v": 1, "what": "status"}\n'))
        except ConnectionError:
            answers.append(b"")
        for each in crowd:
            each.close()

    play(tmp_path, scene)

    assert answers == [b""]


def test_an_answer_under_way_is_told_though_the_engine_ends(tmp_path: Path) -> None:
    async def scene() -> Answer:
        asked = asyncio.Event()

        async def slow(request: Request, who: str) -> Answer:
            asked.set()
            await asyncio.sleep(0.2)
            return await echo(request, who)

        serving = asyncio.create_task(SocketDoor(tmp_path, RUN).serve(slow))
        await asyncio.sleep(0.05)
        caller = SocketCaller(tmp_path)
        asking = asyncio.to_thread(caller.ask, RUN, Request("stop", {}), 60.0)
        answer = asyncio.create_task(asking)
        await asked.wait()
        serving.cancel()
        await asyncio.wait([serving])
        return await answer

    assert asyncio.run(scene()).result["what"] == "stop"


def test_the_socket_of_the_dead_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "control").mkdir()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "control" / f"{RUN}.sock"))
    seen = [SocketCaller(tmp_path).runs()]

    play(tmp_path, lambda path: seen.append(SocketCaller(tmp_path).runs()))

    assert seen == [(), (RUN,)]


def test_a_file_in_the_way_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "control").mkdir()
    (tmp_path / "control" / f"{RUN}.sock").write_text("precious")

    with pytest.raises(DataError, match="in the way"):
        asyncio.run(SocketDoor(tmp_path, RUN).serve(echo))
