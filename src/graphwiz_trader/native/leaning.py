"""Leaning: the short way of `domain.codec` to primitives, as a module for the compiler."""

import re
from collections.abc import Iterable

from graphwiz_trader.domain.codec import LEAN_SOURCES
from graphwiz_trader.native.writing import exact_names

_HEAD = """from collections.abc import Callable
from typing import Any

Lean = Callable[[Any], Any]
table: dict[type, Lean] = {}


def begin(others: dict[type, Lean]) -> dict[type, Lean]:
    global table
    table = others
    return FUNCTIONS
"""


def leaning(texts: Iterable[str]) -> str:
    """
    Return a module whose `begin` gives the functions for the exact values in *texts*.

    It is told the table of all functions, for what is no exact value or may be of several kinds.
    """
    exact = {name for text in texts for name in exact_names(text)}
    made = {cls: source for cls, source in LEAN_SOURCES.items() if cls.__name__ in exact}
    others = {name for source in made.values() for name in re.findall(r"lean_(\w+)\(", source)}
    lines = [_HEAD]
    lines += [f"from {cls.__module__} import {cls.__name__}" for cls in made]
    for name in sorted(others - {cls.__name__ for cls in made}):
        lines += [f"def lean_{name}(v: object) -> Any:", "    return table[type(v)](v)"]
    for cls, source in made.items():
        expression = source.replace("lean[", "table[")
        lines += [f"def lean_{cls.__name__}(v: {cls.__name__}) -> Any:", f"    return {expression}"]
    functions = ", ".join(f"{cls.__name__}: lean_{cls.__name__}" for cls in made)
    return "\n".join((*lines, f"FUNCTIONS: dict[type, Lean] = {{{functions}}}", ""))
