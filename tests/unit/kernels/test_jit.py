"""The decorators, as a stranger's strategy would use them."""

import doctest
import os
from collections.abc import Callable

import numpy as np
import pytest

import graphwiz_trader.kernels.jit as jit
from graphwiz_trader.kernels.arrays import Float64s
from graphwiz_trader.kernels.jit import INF64, entry, inline, kernel, libc, outline


@inline
def _squared(x: float) -> float:
    return x * x


@outline
def _negative(x: float) -> float:
    return -x


@kernel(f"float64({INF64})")
def sum_of_squares(xs: Float64s) -> float:
    total = 0.0
    for i in range(xs.shape[0]):
        total += _squared(xs[i])
    return total


_abs = libc("labs", "int64", "int64")


@kernel("int64(int64)", is_blocking=True)
def distance(x: int) -> int:
    return _abs(x)


@kernel("float64(float64)", "int64(int64)")
def opposite(x: float) -> float:
    return _negative(x)


def test_a_kernel_calls_inline_and_outline_functions() -> None:
    assert sum_of_squares(np.array([1.0, 2.0, 3.0])) == 14
    assert opposite(2.5) == -2.5


def test_what_kernels_call_is_plain_python_when_python_calls_it() -> None:
    """There is no way in to its machine code; numba's own way of calling would crash."""
    assert (_squared(3.0), _negative(2.5)) == (9.0, -2.5)


def test_a_kernel_calls_the_c_library(monkeypatch: pytest.MonkeyPatch) -> None:
    assert distance(-(1 << 40)) == 1 << 40
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    assert libc("labs", "int64", "int64")(-(1 << 40)) == 1 << 40


def test_a_kernel_may_have_several_signatures() -> None:
    answer = opposite(3)

    assert (answer, type(answer)) == (-3, int)


def test_a_read_only_array_is_taken_where_it_is_only_read() -> None:
    xs = np.array([1.0, 2.0])
    xs.flags.writeable = False

    assert sum_of_squares(xs) == 5


@pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="plain Python takes every type"
)
def test_other_types_are_refused_instead_of_compiled() -> None:
    """Compiling on the first trade would cost seconds."""
    with pytest.raises(TypeError):
        sum_of_squares(np.array([1, 2]))


def test_an_entry_answers_as_its_kernel_does() -> None:
    xs = np.array([1.0, 2.0, 3.0])

    assert entry(sum_of_squares)(xs) == sum_of_squares(xs)


@pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="plain Python has no machine code"
)
def test_an_entry_refuses_what_is_no_array_and_a_choice_of_signatures() -> None:
    with pytest.raises(TypeError):
        entry(sum_of_squares)([1.0, 2.0])  # type: ignore[arg-type] # what is tested
    with pytest.raises(ValueError, match="unpack"):
        entry(opposite)


def test_a_kernel_may_be_typed_at_a_prompt() -> None:
    typed: dict[str, Callable[[int], int]] = {}
    lines = """
from graphwiz_trader.kernels.jit import kernel

@kernel("int64(int64)")
def doubled(x):
    return 2 * x
"""

    exec(lines, typed)

    assert typed["doubled"](21) == 42


def test_the_documented_example_holds() -> None:
    assert doctest.testmod(jit).failed == 0
