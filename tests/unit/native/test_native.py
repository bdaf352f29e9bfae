"""Compiled modules are taken only if they were made of the source as it stands."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from graphwiz_trader import native
from graphwiz_trader.native import SUFFIX, NativeFinder

ENGINE = "graphwiz_trader.engine.engine"
TOLD = "import sys, graphwiz_trader.native as n; import graphwiz_trader;print(n.is_in_use())"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("GRAPHWIZ_NATIVE", "1")
    return tmp_path / "graphwiz" / "native"


def is_used_by_a_process() -> bool:
    words = [sys.executable, "-c", TOLD]
    said = subprocess.run(words, check=True, capture_output=True, text=True)
    return said.stdout.strip() == "True"


def test_a_build_of_this_source_is_used(cache: Path) -> None:
    native.folder().mkdir(parents=True)

    assert is_used_by_a_process()


def test_a_build_of_other_source_is_not(cache: Path) -> None:
    (cache / "0123456789abcdef").mkdir(parents=True)

    assert not is_used_by_a_process()


def test_it_can_be_left_aside(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    native.folder().mkdir(parents=True)
    monkeypatch.setenv("GRAPHWIZ_NATIVE", "0")

    assert not is_used_by_a_process()


def test_any_edit_of_a_compiled_module_names_another_folder(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = native.folder()
    first, *others = native.sources()
    edited = tmp_path / first.name
    edited.write_bytes(first.read_bytes() + b"\n")
    monkeypatch.setattr(native, "sources", lambda: [edited, *others])

    assert native.folder() != before


def test_the_finder_knows_only_what_was_compiled(tmp_path: Path) -> None:
    library = tmp_path / f"graphwiz_trader/engine/engine{SUFFIX}"
    library.parent.mkdir(parents=True)
    library.touch()
    finder = NativeFinder(tmp_path)

    found = finder.find_spec(ENGINE)

    assert found is not None
    assert found.origin == str(library)
    assert finder.find_spec("graphwiz_trader.engine.desk") is None
    assert finder.find_spec("graphwiz_trader.engine.intake") is None


@pytest.mark.parametrize("source", native.sources(), ids=lambda path: path.stem)
def test_a_compiled_module_holds_nothing_that_cannot_be(source: Path) -> None:
    text = source.read_text()
    nodes = list(ast.walk(ast.parse(text)))
    names = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    guards = [n for n in nodes if isinstance(n, ast.Try | ast.With | ast.AsyncWith)]

    assert not re.search(r"^@(kernel|inline|outline)\b", text, re.MULTILINE)
    assert not names & {"_signed", "_thread"}
    assert "attrs.field(" not in text
    assert not any(isinstance(n, ast.Await) for guard in guards for n in ast.walk(guard))


def test_what_is_compiled_already_is_not_compiled_again(cache: Path) -> None:
    native.folder().mkdir(parents=True)
    words = [sys.executable, "-m", "graphwiz_trader.native"]

    said = subprocess.run(words, check=False, capture_output=True, text=True)

    assert (said.returncode, said.stdout.split(":")[0]) == (0, "compiled already")


def test_without_a_compiler_it_says_what_is_missing(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    words = [sys.executable, "-m", "graphwiz_trader.native"]

    said = subprocess.run(words, check=False, capture_output=True, text=True)

    assert said.returncode == 2
    assert "a C compiler is missing (apt-get install gcc, or set CC)" in said.stderr
