"""
Control: a Unix socket in home that only the same user can open, with lines of JSON.

`control/RUN.sock` has mode 0600 in a folder of mode 0700, and the kernel tells whose process is
at the other end. A request is `{"v": 1, "what": …, "words": {…}}`, an answer
`{"v": 1, "result": {…}}` or `{"v": 1, "error": {"code": …, "message": …}}`, each one line.
"""

import asyncio
import json
import os
import pwd
import socket
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from graphwiz_trader.domain.control import VERSION, Answer, Misunderstood, Request
from graphwiz_trader.domain.errors import DataError, NotRunning, TraderError
from graphwiz_trader.domain.plain import plain
from graphwiz_trader.domain.units import RunId
from graphwiz_trader.ports.control import Answering

FOLDER = "control"
SUFFIX = ".sock"
LONGEST = 64 * 1024
"""Bytes of a request."""

CLIENTS = 32
IDLE_S = 30.0
"""How long a client may keep its place without a whole request."""

LINGER_S = 2.0
"""How long an answer that is being given may still take when the engine ends."""

_ANSWER = 16 * 1024 * 1024
_CREDENTIALS = struct.Struct("3i")


class SocketDoor:
    """Answers at `control/RUN.sock` in *home*; *owner* is whose processes are let in."""

    def __init__(self, home: Path, run: RunId, owner: int | None = None) -> None:
        self._folder = home / FOLDER
        self._name = f"{run}{SUFFIX}"
        self._owner = os.geteuid() if owner is None else owner
        self._clients = 0
        self._idle: dict[asyncio.Task[None], None] = {}
        self._busy: dict[asyncio.Task[None], None] = {}

    async def serve(self, answering: Answering) -> None:
        """Answer until canceled; the socket is gone afterwards."""
        with _listening(self._folder, self._name) as listener:

            async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await self._greet(reader, writer, answering)

            server = await asyncio.start_unix_server(greet, sock=listener, limit=LONGEST)
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                server.close()
                await self._let_go()

    async def _greet(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answering: Answering,
    ) -> None:
        self._clients += 1
        try:
            who = self._caller(writer)
            if who is None or self._clients > CLIENTS:
                return
            with suppress(ConnectionError, TimeoutError, asyncio.CancelledError):
                while (request := await self._next(reader, writer)) is not None:
                    await self._answer(request, writer, answering, who)
        finally:
            self._clients -= 1
            writer.close()

    async def _next(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bytes | None:
        """Return the next line, None if there will be none."""
        with _noted(self._idle):
            try:
                line = await asyncio.wait_for(reader.readline(), IDLE_S)
            except ValueError:
                wrong = f"a line is longer than {LONGEST} bytes"
                await _write(writer, Answer({}, "misunderstood", wrong))
                return None
        return line if line.endswith(b"\n") else None

    async def _answer(
        self, line: bytes, writer: asyncio.StreamWriter, answering: Answering, who: str
    ) -> None:
        with _noted(self._busy):
            try:
                answer = await answering(_read_request(line), who)
            except TraderError as error:
                code = "misunderstood" if isinstance(error, Misunderstood) else "refused"
                answer = Answer({}, code, str(error))
            await _write(writer, answer)

    def _caller(self, writer: asyncio.StreamWriter) -> str | None:
        """Return the name of the user at the other end, None if it is not ours."""
        peer = writer.get_extra_info("socket")
        packed = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        _, uid, _ = _CREDENTIALS.unpack(packed)
        return _user(uid) if uid == self._owner else None

    async def _let_go(self) -> None:
        """Let answers that are being given be told, for a moment; wait for nobody else."""
        for task in list(self._idle):
            task.cancel()
        if self._busy:
            _, late = await asyncio.wait(list(self._busy), timeout=LINGER_S)
            for task in late:
                task.cancel()


class SocketCaller:
    """Asks the engines whose sockets are in *home*."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def runs(self) -> tuple[RunId, ...]:
        """Return the runs whose sockets are listened to; those of the dead are passed over."""
        found = []
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            with suppress(OSError), _connected(self._folder, path.name, 1.0):
                found.append(RunId(path.name.removesuffix(SUFFIX)))
        return tuple(found)

    def ask(self, run: RunId, request: Request, timeout_s: float) -> Answer:
        """Send one line, and read one."""
        said = {"v": VERSION, "what": request.what, "words": dict(request.words)}
        try:
            with _connected(self._folder, f"{run}{SUFFIX}", timeout_s) as peer:
                peer.sendall(json.dumps(said).encode() + b"\n")
                with peer.makefile("rb") as answers:
                    line = answers.readline(_ANSWER)
        except OSError as error:
            raise NotRunning(f"the engine of {run} does not answer: {error}") from error
        if not line.endswith(b"\n"):
            raise NotRunning(f"the engine of {run} hung up")
        return _read_answer(line)


@contextmanager
def _noted(tasks: dict[asyncio.Task[None], None]) -> Iterator[None]:
    """Keep the running task among *tasks* for as long as the block takes."""
    task = asyncio.current_task()
    if task is not None:
        tasks[task] = None
    try:
        yield
    finally:
        if task is not None:
            tasks.pop(task, None)


async def _write(writer: asyncio.StreamWriter, answer: Answer) -> None:
    said: dict[str, object] = {"v": VERSION}
    if answer.is_error:
        said["error"] = {"code": answer.code, "message": answer.message}
    else:
        said["result"] = plain(answer.result)
    writer.write(json.dumps(said, allow_nan=False).encode() + b"\n")
    await asyncio.wait_for(writer.drain(), IDLE_S)


def _read_request(line: bytes) -> Request:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Misunderstood(f"a request is one line of JSON: {error}") from error
    if not isinstance(said, dict) or said.get("v") != VERSION:
        raise Misunderstood(f"a request is an object with v {VERSION}")
    what, words = said.get("what"), said.get("words", {})
    if not isinstance(what, str) or not isinstance(words, dict):
        raise Misunderstood("a request has what, a text, and words, an object")
    if not all(isinstance(word, str) for word in words.values()):
        raise Misunderstood("every word of a request is a text")
    return Request(what, words)


def _read_answer(line: bytes) -> Answer:
    try:
        said = json.loads(line)
    except ValueError as error:
        raise NotRunning(f"what answers is no engine: {error}") from error
    if not isinstance(said, dict) or said.get("v") != VERSION:
        raise NotRunning(f"what answers is no engine of version {VERSION}")
    wrong = said.get("error")
    if isinstance(wrong, dict):
        return Answer({}, str(wrong.get("code")), str(wrong.get("message")))
    return Answer(said.get("result") or {})


@contextmanager
def _listening(folder: Path, name: str) -> Iterator[socket.socket]:
    """Yield a socket that only we can reach, and remove it at the end."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    path = folder / name
    with _directory(folder) as near, socket.socket(socket.AF_UNIX) as listener:
        with suppress(FileNotFoundError):
            if not stat.S_ISSOCK(path.lstat().st_mode):
                raise DataError(f"{path} is in the way of the control socket")
            path.unlink()
        listener.bind(f"{near}/{name}")
        path.chmod(0o600)
        listener.listen()
        listener.setblocking(False)
        try:
            yield listener
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def _connected(folder: Path, name: str, timeout_s: float) -> Iterator[socket.socket]:
    with _directory(folder) as near, socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(timeout_s)
        peer.connect(f"{near}/{name}")
        yield peer


@contextmanager
def _directory(folder: Path) -> Iterator[str]:
    """Yield a short name of *folder*: a socket's address holds 107 bytes, and homes are longer."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
