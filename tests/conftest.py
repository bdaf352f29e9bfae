"""What the tests share: where the recorded data is, and the runtime guard of values."""

import os
from collections.abc import Iterator
from decimal import getcontext, setcontext
from pathlib import Path

os.environ.setdefault("GRAPHWIZ_GUARD", "1")

import pytest
from hypothesis import settings

# As on CI: chance is seeded, and no example has to be quick.
settings.load_profile("ci")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(autouse=True)
def _decimal_rules() -> Iterator[None]:
    """ccxt changes the rounding of all the thread's decimals; the next test must not round so."""
    before = getcontext().copy()
    yield
    setcontext(before)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of recorded market data, or a skip that says it is missing."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip(f"no recorded data: {folder.relative_to(SHARED.parent)} is missing")
    return folder


@pytest.fixture(scope="session")
def long_factor() -> float:
    """How much of a long proof to run: 1.0 is all of it."""
    return float(os.environ.get("GRAPHWIZ_LONG", "0.05"))
