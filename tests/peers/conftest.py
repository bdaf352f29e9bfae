"""What hftbacktest makes of the recorded file, once for all tests."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray


@pytest.fixture(scope="session")
def theirs(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, NDArray[np.int64]]:
    """The peer's rows, the requests that were made of it, and how each order ended there."""
    python = os.environ.get("GRAPHWIZ_PEERS")
    if not python:
        pytest.skip("GRAPHWIZ_PEERS names no Python with hftbacktest; `make test-peers` does")
    out = tmp_path_factory.mktemp("peers") / "theirs.npz"
    frames = shared_data / "binance_raw_ws" / "usdm" / "btcusdt_20240808.gz"
    script = Path(__file__).with_name("theirs.py")
    subprocess.run([python, script, frames, out], check=True, stdout=subprocess.DEVNULL)
    with np.load(out) as columns:
        return {name: columns[name] for name in columns.files}
