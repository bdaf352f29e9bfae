"""
Compiled code is never older than the source of anything it was made from.

numba's own cache returns the old result after an edit of a callee in another file.
"""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

import numba
import pytest
from numba.core import config

import graphwiz_trader.kernels.jit as jit

CALLEE = """
from graphwiz_trader.kernels.jit import inline, kernel

FACTOR = 10

@{decorator}
def scaled(x):
    return {factor} * x
"""

CALLER = """
from graphwiz_trader.kernels.jit import kernel
from callee import scaled

@kernel("int64(int64)")
def answer(x):
    return scaled(x) + 1
"""

ASK = "from caller import answer; print(answer(4))"


class Workshop:
    """A copy of the decorator, kernels beside it, and a cache of their own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.cache = root / "cache" / "graphwiz" / "kernels"
        package = root / "graphwiz_trader" / "kernels"
        package.mkdir(parents=True)
        for file in (package.parent / "__init__.py", package / "__init__.py"):
            file.touch()
        (package / "jit.py").write_bytes(Path(jit.__file__).read_bytes())

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text)

    def run(self, copies: int = 1, program: str = ASK) -> list[str]:
        """Live through *program* in new processes, all at once; return what each printed."""
        outs = [self.root / f"out{i}" for i in range(copies)]
        fork = multiprocessing.get_context("fork")
        started = [fork.Process(target=self._live, args=(program, out)) for out in outs]
        for process in started:
            process.start()
        for process in started:
            process.join(timeout=120)
            assert process.exitcode == 0
        return [out.read_text() for out in outs]

    def _live(self, program: str, out: Path) -> None:
        """Be a process that has imported numba and nothing of ours: that alone takes a second."""
        os.environ["XDG_CACHE_HOME"] = str(self.root / "cache")
        config.DEBUG_CACHE = 1
        sys.dont_write_bytecode = True
        sys.path.insert(0, str(self.root))
        os.chdir(self.root)
        for name in [n for n in sys.modules if n.partition(".")[0] == "graphwiz_trader"]:
            del sys.modules[name]
        with out.open("w") as file, redirect_stdout(file):
            exec(program, {})


@pytest.fixture(scope="module", autouse=True)
def _numba_is_warm() -> None:
    """Compile something, so that forked processes need not warm the compiler up."""
    numba.njit("int64(int64)")(abs_of)


def abs_of(x: int) -> int:
    return abs(x)


def answer(out: str) -> int:
    return int(out.rsplit(maxsplit=1)[-1])


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    made = Workshop(tmp_path)
    made.write("callee.py", CALLEE.format(decorator="inline", factor="10"))
    made.write("caller.py", CALLER)
    return made


def edit_kernel(workshop: Workshop) -> None:
    workshop.write("callee.py", CALLEE.format(decorator='kernel("int64(int64)")', factor="20"))


def edit_inline(workshop: Workshop) -> None:
    workshop.write("callee.py", CALLEE.format(decorator="inline", factor="20"))


def edit_below_the_callee(workshop: Workshop) -> None:
    workshop.write("deeper.py", CALLEE.format(decorator="inline", factor="20"))
    workshop.write("callee.py", "from deeper import scaled\n")


@pytest.mark.parametrize("edit", [edit_kernel, edit_inline, edit_below_the_callee])
def test_an_edited_callee_changes_its_caller(
    workshop: Workshop, edit: Callable[[Workshop], None]
) -> None:
    before = answer(workshop.run()[0])
    edit(workshop)

    assert (before, answer(workshop.run()[0])) == (41, 81)


def test_an_edit_two_files_away_changes_the_caller(workshop: Workshop) -> None:
    edit_below_the_callee(workshop)
    before = answer(workshop.run()[0])
    workshop.write("deeper.py", CALLEE.format(decorator="inline", factor="30"))

    assert (before, answer(workshop.run()[0])) == (81, 121)


def test_a_changed_constant_of_another_file_changes_the_kernel(workshop: Workshop) -> None:
    caller = CALLER.replace("import scaled", "import FACTOR")
    workshop.write("caller.py", caller.replace("scaled(x) + 1", "FACTOR * x"))
    before = answer(workshop.run()[0])
    callee = CALLEE.replace("FACTOR = 10", "FACTOR = 30")
    workshop.write("callee.py", callee.format(decorator="inline", factor="10"))

    assert (before, answer(workshop.run()[0])) == (40, 120)


def test_a_callee_reached_through_its_module_is_seen(workshop: Workshop) -> None:
    caller = CALLER.replace("from callee import scaled", "import callee")
    workshop.write("caller.py", caller.replace("scaled(x)", "callee.scaled(x)"))
    before = answer(workshop.run()[0])
    edit_inline(workshop)

    assert (before, answer(workshop.run()[0])) == (41, 81)


def test_an_unchanged_kernel_is_loaded_and_not_compiled(workshop: Workshop) -> None:
    (first,), (second,) = workshop.run(), workshop.run()

    assert "data saved" in first
    assert "data saved" not in second
    assert "data loaded" in second


def test_a_file_may_be_imported_under_another_name(workshop: Workshop) -> None:
    """Compiled code names its module, which may not be there the next time."""
    before = answer(workshop.run()[0])
    (workshop.root / "caller.py").rename(workshop.root / "strategy.py")

    after = workshop.run(program="from strategy import answer; print(answer(4))")

    assert (before, answer(after[0])) == (41, 41)


LOAD = (
    "import sys; from importlib import util;"
    "spec = util.spec_from_file_location('{name}', 'caller.py');"
    "module = util.module_from_spec(spec); {register};"
    "spec.loader.exec_module(module); print(module.answer(4))"
)


def test_a_file_may_be_loaded_by_its_path(workshop: Workshop) -> None:
    register = "sys.modules[spec.name] = module"
    names = ("first", "first", "second")

    outs = [workshop.run(program=LOAD.format(name=n, register=register))[0] for n in names]

    assert [answer(out) for out in outs] == [41, 41, 41]
    assert ["data saved" in out for out in outs] == [True, False, True]


def test_a_module_nobody_can_find_again_is_not_kept(workshop: Workshop) -> None:
    load = LOAD.format(name="nowhere", register="pass")

    outs = [workshop.run(program=load)[0] for _ in range(2)]

    assert outs == ["41\n", "41\n"]


def test_processes_with_an_empty_cache_compile_once_between_them(workshop: Workshop) -> None:
    outs = workshop.run(copies=6)

    assert [answer(out) for out in outs] == [41] * 6
    assert sum("data saved" in out for out in outs) == 1


def test_nothing_is_written_beside_the_sources(workshop: Workshop) -> None:
    workshop.run()

    assert not list(workshop.root.rglob("__pycache__"))


def test_only_the_latest_versions_of_the_cache_are_kept(workshop: Workshop) -> None:
    workshop.run()
    for i in range(jit.KEPT_VERSIONS + 3):
        old = workshop.cache / f"old{i}"
        old.mkdir()
        os.utime(old, (i, i))
    (used,) = [v for v in workshop.cache.iterdir() if not v.name.startswith("old")]
    os.utime(used, (0, 0))

    workshop.run()

    kept = {v.name for v in workshop.cache.iterdir()}
    assert used.name in kept
    assert len(kept) == jit.KEPT_VERSIONS


def test_a_cache_that_cannot_be_written_costs_time_only(workshop: Workshop) -> None:
    (workshop.root / "cache").write_text("a file where a folder should be")

    assert answer(workshop.run()[0]) == 41


def test_kernels_are_plain_python_when_compiling_is_disabled(workshop: Workshop) -> None:
    program = f"{ASK}; import sys; print('numba' in sys.modules, type(answer).__name__)"

    out = subprocess.run(
        [sys.executable, "-c", program],
        cwd=workshop.root,
        env={**os.environ, "PYTHONPATH": str(workshop.root), "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert out.split() == ["41", "False", "function"]
