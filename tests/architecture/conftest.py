"""What the tests of the architecture share: the package, and places to plant violations in."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "graphwiz_trader"


@pytest.fixture
def package() -> Path:
    """The package as it stands."""
    return PACKAGE


@pytest.fixture
def plant(tmp_path: Path) -> Callable[[str, str], Path]:
    """A function that writes a module of an empty package and returns the package."""

    def planting(module: str, text: str) -> Path:
        path = tmp_path / module
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'"""A new module."""\n\n{text}\n')
        return tmp_path

    return planting


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the whole package, under a copy of pyproject.toml."""
    copy = tmp_path / "src" / "graphwiz_trader"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return copy
