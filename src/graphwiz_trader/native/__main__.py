"""
`python -m graphwiz_trader.native`: compile the hot modules, unless it was done.

It needs mypy and a C compiler; some three minutes, and 5 MB of disk.
"""

import gc
import os
import shutil
import sys
from contextlib import chdir, redirect_stdout
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from graphwiz_trader.domain.codec import MADE
from graphwiz_trader.native import PACKAGE, folder, root, sources
from graphwiz_trader.native.leaning import leaning
from graphwiz_trader.native.writing import written_out

KEPT = 8
"""Builds that stay; a branch comes back."""

MYPY = ("--ignore-missing-imports", "--no-warn-no-return", "--hide-error-context")


def main() -> int:
    """Compile; return 2 where something that it needs is missing."""
    target = folder()
    if target.is_dir():
        os.utime(target)
        sys.stdout.write(f"compiled already: {target}\n")
        return 0
    if shutil.which(os.environ.get("CC", "cc")) is None:
        return _missing("a C compiler", "apt-get install gcc, or set CC")
    if find_spec("mypyc") is None:
        return _missing("mypy", "pip install mypy")
    sys.stdout.write(f"compiling {len(sources())} modules (once, some three minutes)\n")
    sys.stdout.flush()
    root().mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=root()) as work:
        built = _built(Path(work))
        if not target.is_dir():  # another process may have been as quick
            built.rename(target)
    _prune()
    sys.stdout.write(f"compiled: {target}\n")
    return 0


def _built(work: Path) -> Path:
    """Compile in *work*; return the folder of the libraries."""
    from mypyc.build import mypycify
    from setuptools import Distribution

    # The compiler makes millions of objects and lets go of none: collecting is half its time.
    gc.disable()
    options = [*MYPY, "--cache-dir", str(work / "cache")]
    files = _written(work / "source")
    said = StringIO()
    with chdir(work / "source"), redirect_stdout(said):
        try:
            extensions = mypycify(
                [*options, *files],
                opt_level="1",
                debug_level="0",
                target_dir=str(work / "c"),
                strict_dunder_typing=False,
            )
        except SystemExit:
            sys.stderr.write(said.getvalue())
            raise
        command = Distribution({"ext_modules": extensions}).get_command_obj("build_ext")
        command.build_lib, command.build_temp = str(work / "lib"), str(work / "o")
        command.parallel = os.cpu_count()
        command.ensure_finalized()
        command.run()
    return work / "lib"


def _written(target: Path) -> list[str]:
    """Write what is compiled to *target*, beside what it imports; return its files."""
    shutil.copytree(PACKAGE, target / PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__"))
    files = [file.relative_to(PACKAGE.parent) for file in sources()]
    texts = [file.read_text() for file in sources()]
    for file, text in zip(files, texts, strict=True):
        (target / file).write_text(written_out(text))
    made = Path(*MADE.split(".")).with_suffix(".py")
    (target / made).write_text(leaning(texts))
    return [*map(str, files), str(made)]


def _prune() -> None:
    """Delete the longest unused builds, and what a killed compiler left."""
    newest_first = sorted(root().iterdir(), key=_last_used, reverse=True)
    for old in newest_first[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _last_used(build: Path) -> float:
    try:
        return build.stat().st_mtime
    except FileNotFoundError:  # another process deleted it
        return 0.0


def _missing(what: str, how: str) -> int:
    sys.stderr.write(
        f"cannot compile: {what} is missing ({how}); everything works interpreted, but slower\n"
    )
    return 2


if __name__ == "__main__":
    sys.exit(main())
