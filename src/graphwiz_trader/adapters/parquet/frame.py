"""Frame: rows as a table of polars."""

from collections.abc import Mapping, Sequence

import polars as pl


def frame(rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """Return *rows* as a frame; a column `ts`, nanoseconds since 1970, becomes instants."""
    found = pl.DataFrame([dict(row) for row in rows], infer_schema_length=None)
    if "ts" in found.columns:
        found = found.with_columns(pl.from_epoch("ts", time_unit="ns"))
    return found
