"""
Native: machine code of the hot modules, which mypyc makes of their own typed source.

The source is what is read, edited and tested; `make native` compiles it as it stands, into a
folder outside the repository that is named by a digest of it. `import graphwiz_trader` takes the
modules listed here from that folder where there is one, else from the source: it runs interpreted
after any edit, and stale code is never looked at. `GRAPHWIZ_NATIVE=0` leaves it aside.
"""

import hashlib
import os
import sys
from collections.abc import Sequence
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Final

from graphwiz_trader.native.modules import MADE_OF, MODULES

PACKAGE: Final = Path(__file__).parent.parent
SUFFIX: Final = EXTENSION_SUFFIXES[0]
SHARED: Final = "__mypyc"
"""How the name of the library ends that all compiled modules share."""


class NativeFinder:
    """Finds compiled modules in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 # as Python asks
        target: ModuleType | None = None,  # noqa: ARG002 # as Python asks
    ) -> ModuleSpec | None:
        """Return where the compiled module is, None if it is none."""
        if not fullname.startswith(PACKAGE.name) and not fullname.endswith(SHARED):
            return None
        file = self._folder.joinpath(*fullname.split(".")).with_suffix(SUFFIX)
        if not file.is_file():
            return None
        return spec_from_file_location(
            fullname, file, loader=ExtensionFileLoader(fullname, str(file))
        )


def root() -> Path:
    """Return the folder of all compiled sources: in `$XDG_CACHE_HOME`, or `~/.cache`."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "graphwiz" / "native"


def sources() -> list[Path]:
    """Return the files that are compiled."""
    below = (name.split(".")[1:] for name in sorted(MODULES))
    return [PACKAGE.joinpath(*names).with_suffix(".py") for names in below]


def folder() -> Path:
    """Return where the code of the source as it stands belongs."""
    digest = hashlib.sha256(f"{sys.version} {SUFFIX}".encode())
    for file in (*sources(), PACKAGE / MADE_OF, *sorted(Path(__file__).parent.glob("*.py"))):
        digest.update(file.read_bytes())
    return root() / digest.hexdigest()[:16]


def is_in_use() -> bool:
    """Whether this process runs compiled modules."""
    return any(isinstance(finder, NativeFinder) for finder in sys.meta_path)


def install() -> None:
    """Let this process import compiled modules, if there are any of the source as it stands."""
    if os.environ.get("GRAPHWIZ_NATIVE") == "0" or is_in_use() or not root().is_dir():
        return
    found = folder()
    if found.is_dir():
        sys.meta_path.insert(0, NativeFinder(found))
