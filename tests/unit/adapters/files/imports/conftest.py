"""What tests of importers share: a file written down, read as a recording."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from graphwiz_trader.adapters.files.imports.archive import FileArchive, Wanted
from graphwiz_trader.adapters.files.imports.formats import FORMATS

Read: TypeAlias = Callable[..., FileArchive]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write text or bytes to files of these names and open them as one recording."""

    def reading(
        form: str,
        contents: dict[str, str | bytes],
        symbols: tuple[str, ...] = ("BTC/USDT",),
        instruments: str | None = None,
    ) -> FileArchive:
        paths = []
        for name, content in contents.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            paths.append(path)
        grids = None
        if instruments is not None:
            grids = tmp_path / "grids.yaml"
            grids.write_text(instruments)
        return FileArchive(Wanted(tuple(paths), FORMATS[form], "v", symbols, grids, tops=True))

    return reading
