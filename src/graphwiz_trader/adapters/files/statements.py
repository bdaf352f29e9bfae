"""Statements: what people stated about an installation, and what was proven of it, kept in home."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from graphwiz_trader.domain.deployment import Statement
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.plain import Plain
from graphwiz_trader.domain.units import Nanos

STATEMENTS = "statements.jsonl"
BENCH = "bench.json"


class FileStatements:
    """The statements of *home*, one a line, never changed."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def add(self, statement: Statement) -> None:
        """Append *statement*."""
        self._home.mkdir(parents=True, exist_ok=True)
        line = {
            "name": statement.name,
            "who": statement.who,
            "reason": statement.reason,
            "ts": statement.ts,
        }
        with (self._home / STATEMENTS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def all(self) -> tuple[Statement, ...]:
        """
        Return every statement, oldest first.

        Raises:
            DataError: a line is not one of ours.
        """
        path = self._home / STATEMENTS
        if not path.is_file():
            return ()
        try:
            lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
            return tuple(
                Statement(line["name"], line["who"], line["reason"], Nanos(line["ts"]))
                for line in lines
            )
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path} holds something else than statements: {error}") from error

    def keep_bench(self, file: Path) -> None:
        """
        Keep the result of `graphwiz bench --json` in *file*.

        Raises:
            DataError: it is something else.
        """
        rows = _rows(file)
        self._home.mkdir(parents=True, exist_ok=True)
        (self._home / BENCH).write_text(json.dumps({"rows": rows}) + "\n", encoding="utf-8")

    def bench(self) -> tuple[Sequence[Mapping[str, Plain]], Nanos | None]:
        """Return the rows of the benchmark that is kept, and since when; none if there is none."""
        path = self._home / BENCH
        if not path.is_file():
            return (), None
        return _rows(path), Nanos(path.stat().st_mtime_ns)


def _rows(file: Path) -> list[Mapping[str, Plain]]:
    try:
        rows = json.loads(file.read_text("utf-8"))["rows"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{file} is not what `graphwiz bench --json` writes: {error}") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DataError(f"{file}: found rows of another kind, expected those of the benchmark")
    return rows
