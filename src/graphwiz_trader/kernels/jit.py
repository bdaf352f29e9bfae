"""
Jit: `kernel(signature)`, the one module that names numba, and the folder compiled code lives in.

numba's own disk cache looks at the file of the compiled function alone: after an edit of a callee
in another file it returns the old machine code.
Here the folder's name is a digest of everything that can change the result, so that stale code is
never looked at: every file of this package, every kernel and constant the function reaches in
other files, the versions of numba, numpy and Python, and the CPU.
"""

import ctypes
import fcntl
import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import TypeVar, cast

import numpy as np

F = TypeVar("F", bound=Callable[..., object])

OPTIONS: dict[str, bool | str] = {"_nrt": False, "error_model": "numpy"}
"""No allocation, hence no reference counting (28 → 5.5 ns a level); no test for division by 0."""

HIDDEN = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Of what kernels alone call: no way in from Python, which would be half of the compiler's work."""

IN8 = 'Array(int8, 1, "C", True)'
"""A contiguous int8 array that is only read; spell state that is written `int8[::1]`."""

IN64 = 'Array(int64, 1, "C", True)'
"""A contiguous int64 array that is only read."""

INF64 = 'Array(float64, 1, "C", True)'
"""A contiguous float64 array that is only read."""

HERE = Path(__file__).parent
KEPT_VERSIONS = 4
KEPT_SETS = 64


def kernel(*signatures: str, is_blocking: bool = False) -> Callable[[F], F]:
    """
    Return a decorator that compiles a function of numbers and arrays, now, for *signatures*.

    A kernel may call kernels, `inline` and `outline` functions, and may not allocate.
    Compiled code is kept on disk, outside the repository, and shared by processes.
    Under `NUMBA_DISABLE_JIT=1` the function stays plain Python.

    Args:
        signatures: In numba's notation, `"int64(int64[::1], float64)"`.
        is_blocking: Whether it may take so long that Python's other threads must run meanwhile.

    >>> @kernel("int64(int64, int64)")
    ... def add(a, b):
    ...     return a + b
    >>> add(2, 3)
    5
    """

    def compiled(function: F) -> F:
        if _is_disabled():
            return function
        with _cached_in(_folder(cast("FunctionType", function))) as is_writable:
            is_kept = is_writable and _can_be_found_again(cast("FunctionType", function))
            made = _njit()(list(signatures), cache=is_kept, nogil=is_blocking, **OPTIONS)
            return cast("F", made(function))

    return compiled


def libc(name: str, result: str, *arguments: str) -> Callable[..., int]:
    """
    Return the C library's function *name* for kernels to call.

    The types are numba's, `int32`; a pointer is an `int64`.
    """
    if _is_disabled():
        found = getattr(ctypes.CDLL(None), name)
        found.restype = getattr(ctypes, f"c_{result}")
        found.argtypes = [getattr(ctypes, f"c_{kind}") for kind in arguments]
        return cast("Callable[..., int]", found)
    from numba import types

    kinds = [getattr(types, kind) for kind in arguments]
    return cast("Callable[..., int]", types.ExternalFunction(name, getattr(types, result)(*kinds)))


def inline(function: F) -> F:
    """
    Make *function* callable from kernels, whose code absorbs it; a call costs nothing.

    It is compiled with each caller, for the types it is called with; called by Python, it is
    Python.
    """
    return function if _is_disabled() else _inner(function, forceinline=True)


def outline(function: F) -> F:
    """
    Make *function* callable from kernels, by a call: for what is long and seldom happens.

    It is compiled and kept with each caller, so that a program does not load it by itself; called
    by Python, it is Python.
    """
    return function if _is_disabled() else _inner(function)


def entry(function: F) -> F:
    """
    Return the machine code of a kernel, for Python to call without a choice among signatures.

    The choice costs 90 to 200 ns a call, more than many a kernel. Without it the number of
    arguments and that arrays are arrays is still checked; an array of another item of that size,
    or with gaps, is misread: it is for callers whose arrays are their own, or were checked.

    Raises:
        ValueError: the kernel has more than one signature.
    """
    overloads = getattr(function, "overloads", None)
    if overloads is None:
        return function
    (only,) = overloads.values()
    return cast("F", only.entry_point)


def cache_root() -> Path:
    """Return the folder that holds compiled code: `$XDG_CACHE_HOME`, or `~/.cache`, and below."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "graphwiz" / "kernels"


def _is_disabled() -> bool:
    return os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")


def _can_be_found_again(function: FunctionType) -> bool:
    """Whether *function* has a file, and a module by whose name compiled code can find it."""
    return function.__module__ in sys.modules and Path(function.__code__.co_filename).is_file()


def _njit() -> Callable[..., Callable[[Callable[..., object]], object]]:
    import numba

    return cast("Callable[..., Callable[[Callable[..., object]], object]]", numba.njit)


def _inner(function: F, **options: bool) -> F:
    """Return *function* as kernels call it, without a way in from Python to its machine code."""
    found = _njit()(**options, **OPTIONS, **HIDDEN)(function)
    # There is no machine code that Python could call: its own way of calling would crash.
    object.__setattr__(found, "__class__", _inner_kind())
    return cast("F", found)


@cache
def _inner_kind() -> type:
    from numba.core.registry import CPUDispatcher

    class Inner(CPUDispatcher):
        """What kernels alone call compiled."""

        def __call__(self, *args: object) -> object:
            return self.py_func(*args)

    return Inner


def _folder(function: FunctionType) -> Path:
    """Return where the code of *function* belongs: version of this package, then its sources."""
    return cache_root() / _version() / _sources(function)


@contextmanager
def _cached_in(folder: Path) -> Iterator[bool]:
    """
    Point numba at *folder* and hold its lock; yields False when it cannot be written.

    The lock makes one of several processes with an empty cache compile, and the others wait and
    load what it made.
    """
    from numba.core import config

    try:
        _opened(folder)
        lock = (folder / "lock").open("w")
    except OSError:
        yield False
        return
    settings = vars(config)
    before = settings["CACHE_DIR"]
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        settings["CACHE_DIR"] = str(folder)
        try:
            yield True
        finally:
            settings["CACHE_DIR"] = before


@cache
def _opened(folder: Path) -> None:
    """Create *folder* and mark it as used, once a process."""
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    _pruned(folder.parent)


@cache
def _pruned(version: Path) -> None:
    """Mark *version* as used, and delete the longest unused of its folders and of its kind."""
    os.utime(version)
    for parent, kept in ((version, KEPT_SETS), (version.parent, KEPT_VERSIONS)):
        newest_first = sorted(parent.iterdir(), key=_last_used, reverse=True)
        for old in newest_first[kept:]:
            shutil.rmtree(old, ignore_errors=True)


def _last_used(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:  # another process deleted it
        return 0.0


@cache
def _version() -> str:
    """Return a digest of this package's files, of the compilers and of the CPU."""
    import numba
    from numba.core.registry import cpu_target

    digest = hashlib.sha256()
    cpu = cpu_target.target_context.codegen().magic_tuple()
    for part in (numba.__version__, np.__version__, sys.version, *map(str, cpu)):
        digest.update(part.encode())
    for file in sorted(HERE.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _sources(function: FunctionType) -> str:
    """
    Return a digest of the files and constants *function* reaches outside this package.

    Compiled code looks its modules up by name when it is loaded, so the names belong to it.
    """
    reached: dict[CodeType, str] = {}
    constants: list[bytes] = []
    _reach(function, reached, constants)
    outside = {c.co_filename: m for c, m in reached.items() if Path(c.co_filename).parent != HERE}
    if not outside:
        return "kernels"
    digest = hashlib.sha256()
    for file, module in sorted(outside.items()):
        digest.update(_file_digest(file))
        digest.update(module.encode())
    for constant in constants:
        digest.update(constant)
    return digest.hexdigest()[:16]


@cache
def _file_digest(file: str) -> bytes:
    try:
        return hashlib.sha256(Path(file).read_bytes()).digest()
    except OSError:  # typed at a prompt; numba keeps no cache of it either
        return file.encode()


def _reach(function: FunctionType, reached: dict[CodeType, str], constants: list[bytes]) -> None:
    code = function.__code__
    if code in reached:
        return
    reached[code] = str(function.__module__)
    held = [function.__globals__.get(name) for name in code.co_names]
    held += [cell.cell_contents for cell in function.__closure__ or ()]
    for module in [thing for thing in held if isinstance(thing, ModuleType)]:
        held += [getattr(module, name, None) for name in code.co_names]
    for thing in held:
        callee = getattr(thing, "py_func", None)
        if isinstance(callee, FunctionType):
            _reach(callee, reached, constants)
        elif isinstance(thing, np.ndarray):
            constants.append(thing.tobytes())
        elif isinstance(thing, int | float | str | tuple | np.generic):
            constants.append(repr(thing).encode())
