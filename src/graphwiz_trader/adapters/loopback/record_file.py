"""RecordFile: a simulated exchange's true record, read back from its file."""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.truth import TrueAccount, TrueFill, TrueOrder, Truth
from graphwiz_trader.domain.units import Asset, ClOrdId, InstrumentId, Nanos, Venue


def read_truth(path: Path, accounts: Sequence[TrueAccount]) -> Truth:
    """
    Return what the file *path* and the exchange's last word on *accounts* say.

    A last line that was cut off by the exchange's end is left out.

    Raises:
        DataError: the file cannot be read, or a line is not of a record.
    """
    orders: list[TrueOrder] = []
    fills: list[TrueFill] = []
    faults: dict[str, int] = {}
    for number, entry in _entries(path):
        try:
            match entry["what"]:
                case "accepted":
                    orders.append(_order(entry))
                case "fill":
                    fills.append(_fill(entry))
                case "fault":
                    faults[entry["kind"]] = faults.get(entry["kind"], 0) + 1
                case what:
                    raise DataError(f"{path}:{number}: found {what!r}, expected a kind of entry")
        except (KeyError, TypeError, ValueError, InvalidOperation) as error:
            raise DataError(f"{path}:{number} is not of a record: {error!r}") from error
    return Truth(tuple(orders), tuple(fills), tuple(accounts), faults)


def _entries(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from error
    for number, line in enumerate(lines, 1):
        if not line.endswith("\n"):
            return
        try:
            yield number, json.loads(line)
        except ValueError as error:
            raise DataError(f"{path}:{number} is not JSON: {error}") from error


def _order(entry: Mapping[str, str]) -> TrueOrder:
    return TrueOrder(
        Nanos(int(entry["ts"])),
        Venue(entry["venue"]),
        ClOrdId(entry["cl_ord_id"]),
        InstrumentId(entry["instrument"]),
        Side[entry["side"]],
        Decimal(entry["qty"]),
        Decimal(entry["price"]) if entry["price"] else None,
    )


def _fill(entry: Mapping[str, str]) -> TrueFill:
    return TrueFill(
        Nanos(int(entry["ts"])),
        Venue(entry["venue"]),
        ClOrdId(entry["cl_ord_id"]),
        entry["exec_id"],
        InstrumentId(entry["instrument"]),
        Side[entry["side"]],
        Decimal(entry["qty"]),
        Decimal(entry["price"]),
        Decimal(entry["fee"]),
        Asset(entry["fee_asset"]),
    )
