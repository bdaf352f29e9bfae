"""Run: a run's fills, orders, equity and every fact and command, as Parquet files."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs
import polars as pl

from graphwiz_trader.adapters.files.export import storage
from graphwiz_trader.domain.facts import Entry
from graphwiz_trader.domain.plain import plain
from graphwiz_trader.domain.report import Report
from graphwiz_trader.domain.run_detail import RunDetail

_STRETCH = 200_000


def write_run(
    folder: Path, report: Report, detail: RunDetail, entries: Iterable[Entry]
) -> Mapping[str, int]:
    """
    Write `fills`, `groups`, `equity` and `events` as Parquet into *folder*.

    `events` holds every entry that concluded or asked for something: seq, instant, kind (a fact's
    or command's name), and its fields as JSON, amounts as decimal text.

    Returns:
        Rows by file.

    Raises:
        DataError: *folder* cannot be written.
    """
    with storage(folder):
        folder.mkdir(parents=True, exist_ok=True)
        equity = [{"ts": point.ts, "profit": float(point.profit)} for point in report.equity]
        return {
            "fills": _write(folder / "fills.parquet", _plain(detail.fills)),
            "groups": _write(folder / "groups.parquet", _plain(detail.groups)),
            "equity": _write(folder / "equity.parquet", equity),
            "events": _write_events(folder / "events.parquet", entries),
        }


def _plain(values: Sequence[object]) -> list[dict[str, object]]:
    return [attrs.asdict(item) for item in values]  # type: ignore[arg-type] # values are attrs


def _write(path: Path, rows: Sequence[Mapping[str, object]]) -> int:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    if "ts" in frame.columns:
        frame = frame.with_columns(pl.from_epoch("ts", time_unit="ns"))
    frame.write_parquet(path)
    return len(frame)


def _write_events(path: Path, entries: Iterable[Entry]) -> int:
    """Write stretch by stretch, so that a long journal needs no more memory than a short one."""
    parts: list[Path] = []
    stretch: list[dict[str, object]] = []
    total = 0
    for row in _rows(entries):
        stretch.append(row)
        if len(stretch) == _STRETCH:
            total += _part(path, parts, stretch)
    total += _part(path, parts, stretch)
    pl.concat([pl.scan_parquet(part) for part in parts]).sink_parquet(path)
    for part in parts:
        part.unlink()
    return total


def _part(path: Path, parts: list[Path], stretch: list[dict[str, object]]) -> int:
    part = path.with_suffix(f".{len(parts)}.part")
    schema = {"seq": pl.Int64, "ts": pl.Int64, "kind": pl.String, "body": pl.String}
    pl.DataFrame(stretch, schema=schema).with_columns(
        pl.from_epoch("ts", time_unit="ns")
    ).write_parquet(part)
    parts.append(part)
    count = len(stretch)
    stretch.clear()
    return count


def _rows(entries: Iterable[Entry]) -> Iterator[dict[str, object]]:
    for entry in entries:
        outcome = entry.outcome
        ts = getattr(entry.event, "ts", None)
        for item in (*outcome.facts, *outcome.commands):
            body = json.dumps(plain(item), ensure_ascii=False)
            yield {"seq": outcome.seq, "ts": ts, "kind": type(item).__name__, "body": body}
