"""Machine: what this computer offers, looked at for `graphwiz doctor`."""

import os
import resource
import shutil
import socket
from collections.abc import Iterator
from http.client import HTTPException
from importlib import metadata
from pathlib import Path
from urllib.request import urlopen

from graphwiz_trader.domain import checkup
from graphwiz_trader.domain.checkup import Finding
from graphwiz_trader.domain.settings import Settings
from graphwiz_trader.kernels.jit import cache_root
from graphwiz_trader.native import folder, is_in_use

GOVERNORS = Path("/sys/devices/system/cpu")
DISTRIBUTIONS = ("aiohttp", "apprise", "attrs", "ccxt", "click", "dependency-injector", "loguru",
                 "msgspec", "numba", "numpy", "picows", "polars", "prometheus-client", "psutil",
                 "rich")  # fmt: skip
"""What a live run and its observer import."""

_PATIENCE_S = 2.0


def machine(settings: Settings, home: Path) -> Iterator[Finding]:
    """Yield a finding for everything of this computer that a run depends on."""
    yield from _home(settings, home)
    yield checkup.files(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    yield checkup.cores(len(os.sched_getaffinity(0)), busy_spin=settings.engine.busy_spin)
    yield checkup.governor(_governors())
    port = settings.monitoring.prometheus_port
    if port is not None:
        yield checkup.port("prometheus", port, is_free=is_free(port), is_ours=serves_metrics(port))
    yield _dependencies()
    yield _compiled()
    yield checkup.native(str(folder()) if is_in_use() else None)


def is_free(port: int) -> bool:
    """Whether nobody listens at *port* on loopback."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def serves_metrics(port: int) -> bool:
    """Whether an observer of ours answers at *port*."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=_PATIENCE_S) as answer:
            return b"graphwiz_" in answer.read()
    except (OSError, ValueError, HTTPException):
        return False


def _home(settings: Settings, home: Path) -> Iterator[Finding]:
    """Look at the folder, or at what there is above it: a first run makes it."""
    there = next(path for path in (home, *home.absolute().parents) if path.exists())
    can_write = os.access(there, os.W_OK)
    problem = None if can_write else f"{there} cannot be written"
    yield checkup.present("home", problem, str(home), "choose another --home")
    yield checkup.disk(shutil.disk_usage(there).free, float(settings.monitoring.disk_free_gb))


def _governors() -> list[str]:
    files = GOVERNORS.glob("cpu[0-9]*/cpufreq/scaling_governor")
    return [file.read_text(encoding="ascii").strip() for file in files]


def _dependencies() -> Finding:
    missing, found = [], 0
    for name in DISTRIBUTIONS:
        try:
            metadata.version(name)
            found += 1
        except metadata.PackageNotFoundError:
            missing.append(name)
    problem = f"not installed: {', '.join(missing)}" if missing else None
    return checkup.present("dependencies", problem, f"{found} installed", "run `make setup`")


def _compiled() -> Finding:
    root = cache_root()
    there = next(path for path in (root, *root.parents) if path.exists())
    problem = None if os.access(there, os.W_OK) else f"{there} cannot be written"
    kept = sum(1 for _ in root.rglob("*.nbi"))
    found = f"{kept} kernels in {root}" if kept else f"empty: the first start fills {root}"
    advice = "set XDG_CACHE_HOME to a folder of yours: every start compiles for a minute else"
    return checkup.present("compile cache", problem, found, advice)
