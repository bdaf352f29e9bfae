# ruff: noqa: T201 # it talks to whoever started it
"""
A real Neo4j on loopback, without containers: for tests, and for trying (`make neo4j`).

The server is an artifact of Maven's central repository; it is fetched once into the cache folder
of the user, where every checkout finds it. Java 17 and Maven fetch and run it.
"""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tests.ports import unclaimed

VERSION = "5.26.30"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
ENTRY = "org.neo4j.server.CommunityEntryPoint"
ADMIN = "org.neo4j.server.startup.Neo4jAdminCommand"
PATIENCE_S = 120.0
SHARED, PORT, REASON = "GRAPHWIZ_NEO4J", "port", "why-not"
PROGRAMS = ("java", "mvn")
PACKAGES = ("openjdk-17-jdk-headless", "maven")

POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>graphwiz</groupId><artifactId>server</artifactId><version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>{VERSION}</version>
    </dependency>
  </dependencies>
</project>
"""

OPTIONS = (
    "-Xms256m",
    "-Xmx1g",
    "-XX:+UseSerialGC",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "-Dio.netty.tryReflectionSetAccessible=true",
)

QUICK_START = ("-XX:TieredStopAtLevel=1",)
"""For tests: half the start-up, and half the speed from then on."""


class NoServer(Exception):  # what is missing, not what is wrong
    """This machine cannot have one; says why."""


class Neo4jServer:
    """One server over the folder *home*, which keeps its data from one life to the next."""

    def __init__(
        self,
        home: Path,
        port: int = 0,
        password: str = "",
        options: tuple[str, ...] = QUICK_START,
    ) -> None:
        """*port* 0 takes a free one; without *password* nobody is asked for any."""
        self._options = options
        self.home = home
        self.port = port or unclaimed()
        self.password = password
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def uri(self) -> str:
        """Where drivers find it."""
        return f"bolt://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The number of its process."""
        if self._process is None:
            raise NoServer("it was not started")
        return self._process.pid

    def begin(self) -> None:
        """Start it; raise `NoServer` if it cannot be had."""
        library = fetched()
        configured(self.home, self.port, self.password)
        if self.password and not (self.home / "data").exists():
            said = ["dbms", "set-initial-password", self.password]
            where = {"NEO4J_HOME": str(self.home), "NEO4J_CONF": str(self.home / "conf")}
            run([*java(library, self._options), ADMIN, *said], where)
        log = self.home / "server.log"
        place = (f"--home-dir={self.home}", f"--config-dir={self.home / 'conf'}")
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                [*java(library, self._options), ENTRY, *place],
                stdout=file,
                stderr=file,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Return once it takes connections; raise `NoServer` with its log if it does not."""
        until = time.monotonic() + PATIENCE_S
        while not is_open(self.port):
            process = self._process
            if process is None or process.poll() is not None or time.monotonic() > until:
                log = (self.home / "server.log").read_text(errors="replace")
                raise NoServer(f"the server did not start:\n{log[-2000:]}")
            time.sleep(0.1)

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        self.begin()
        self.wait()

    def kill(self) -> None:
        """End it with SIGKILL."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as one should."""
        self._end(signal.SIGTERM)

    def pause(self) -> None:
        """Let it hang: connections stay, answers do not come."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _end(self, number: int) -> None:
        self._signal(number)
        if self._process is not None:
            self._process.wait()
        self._process = None

    def _signal(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)


def cache() -> Path:
    """Return the folder where the server's libraries are kept, outside any checkout."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "graphwiz" / f"neo4j-{VERSION}"


def fetched() -> Path:
    """Return the folder of the server's libraries, fetched if they are not there yet."""
    library = cache() / "lib"
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not library.is_dir():
            fetch(library)
        elif shutil.which("java") is None:
            raise NoServer("java is not installed")
    return library


def fetch(library: Path) -> None:
    """Fetch the server's libraries, all of them or none."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        raise NoServer(f"{' and '.join(missing)} not installed; Debian has {', '.join(PACKAGES)}")
    with tempfile.TemporaryDirectory(dir=library.parent) as folder:
        (Path(folder) / "pom.xml").write_text(POM)
        new = Path(folder) / "lib"
        words = ["mvn", "-B", "-q", "-ntp", "-f", f"{folder}/pom.xml"]
        run([*words, "-DincludeScope=runtime", f"-DoutputDirectory={new}", PLUGIN])
        new.rename(library)


def install() -> None:
    """Install Java and Maven where apt-get can and they are missing."""
    if all(map(shutil.which, PROGRAMS)) or shutil.which("apt-get") is None or os.geteuid() != 0:
        return
    print("installing Java and Maven", file=sys.stderr)
    run(["apt-get", "update", "-qq"])
    run(["apt-get", "install", "-qq", "-y", "--no-install-recommends", *PACKAGES])


def run(words: list[str], more: Mapping[str, str] | None = None) -> None:
    """Run a program to its end; raise `NoServer` with what it said if it fails."""
    said = subprocess.run(
        words, check=False, capture_output=True, text=True, env={**os.environ, **(more or {})}
    )
    if said.returncode:
        raise NoServer(f"{words[0]} failed: {(said.stdout + said.stderr)[-2000:]}")


def java(library: Path, more: tuple[str, ...]) -> list[str]:
    """Return the words that run a class of the server."""
    return ["java", *OPTIONS, *more, "-cp", f"{library}/*"]


def configured(home: Path, port: int, password: str) -> None:
    """Write the server's configuration into *home*."""
    (home / "conf").mkdir(parents=True, exist_ok=True)
    keys = {
        "server.default_listen_address": "127.0.0.1",
        "server.bolt.enabled": "true",
        "server.bolt.listen_address": f"127.0.0.1:{port}",
        "server.bolt.advertised_address": f"127.0.0.1:{port}",
        "server.bolt.tls_level": "DISABLED",
        "server.http.enabled": "false",
        "server.https.enabled": "false",
        "dbms.security.auth_enabled": str(bool(password)).lower(),
        "dbms.usage_report.enabled": "false",
        "server.memory.pagecache.size": "256m",
        "server.memory.heap.initial_size": "256m",
        "server.memory.heap.max_size": "1g",
        "db.tx_log.preallocate": "false",
        "db.tx_log.rotation.size": "64m",
        "db.tx_log.rotation.retention_policy": "keep_none",
    }
    lines = "".join(f"{key}={text}\n" for key, text in keys.items())
    (home / "conf" / "neo4j.conf").write_text(lines)


def is_open(port: int) -> bool:
    """Whether somebody listens on *port*."""
    try:
        socket.create_connection(("127.0.0.1", port), 1.0).close()
    except OSError:
        return False
    return True


@contextmanager
def running(options: tuple[str, ...] = QUICK_START) -> Iterator[Neo4jServer]:
    """Yield a server over a throw-away folder; it ends with the block."""
    with tempfile.TemporaryDirectory(prefix="graphwiz-neo4j-") as folder:
        server = Neo4jServer(Path(folder), options=options)
        try:
            server.start()
            yield server
        finally:
            server.kill()


def beside(words: list[str]) -> int:
    """
    Run a program with a server beside it, and return its exit code.

    The program finds the server's folder in `GRAPHWIZ_NEO4J` and waits itself: what takes long
    (fetching, starting) happens while it does other things.
    """
    with tempfile.TemporaryDirectory(prefix="graphwiz-neo4j-") as folder:
        server = Neo4jServer(Path(folder))
        (server.home / PORT).write_text(str(server.port))
        starting = threading.Thread(target=begun, args=(server,))
        starting.start()
        try:
            ended = subprocess.run(words, check=False, env={**os.environ, SHARED: str(server.home)})
        finally:
            starting.join()
            server.kill()
    return ended.returncode


def begun(server: Neo4jServer) -> None:
    """Start *server*; leave the reason in its folder if it cannot be had."""
    try:
        if os.environ.get("CI"):
            install()
        server.begin()
    except NoServer as why:
        (server.home / REASON).write_text(str(why))


def awaited(home: Path) -> str:
    """Return where the server over *home*, started by `beside`, takes connections."""
    port = int((home / PORT).read_text())
    until = time.monotonic() + 5 * PATIENCE_S
    while not is_open(port):
        if (home / REASON).exists():
            raise NoServer((home / REASON).read_text())
        if time.monotonic() > until:
            raise NoServer("the server beside did not start")
        time.sleep(0.2)
    return f"bolt://127.0.0.1:{port}"


def main() -> int:
    """Run a server in the foreground, with its data kept in the user's data folder."""
    if sys.argv[1:2] == ["beside"]:
        return beside(sys.argv[2:])
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    port = int(os.environ.get("PORT", "7687"))
    server = Neo4jServer(Path(base) / "graphwiz" / "neo4j", port, options=())
    if is_open(server.port):
        print(f"port {server.port} is taken; choose another: make neo4j PORT=7688", file=sys.stderr)
        return 1
    try:
        install()
        if not (cache() / "lib").is_dir():
            print(f"fetching Neo4j {VERSION} (once, a minute or two)", file=sys.stderr)
        server.start()
    except NoServer as why:
        print(f"there is no Neo4j to be had here: {why}", file=sys.stderr)
        return 1
    print(
        f"Neo4j {VERSION} at {server.uri}, database neo4j, no password; data in {server.home}\n"
        f"move the graph there:  graphwiz graph rebuild --to neo4j --set graph.uri={server.uri}\n"
        f"ask it:                graphwiz graph stats --set graph.store=neo4j"
        f" --set graph.uri={server.uri}\n"
        "stop it:               Ctrl-C here",
        flush=True,
    )
    signal.signal(signal.SIGTERM, stopping)
    try:
        signal.pause()
    except KeyboardInterrupt:
        print("stopping", file=sys.stderr)
    finally:
        server.stop()
    return 0


def stopping(_number: int, _frame: FrameType | None) -> None:
    """End as Ctrl-C does."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
