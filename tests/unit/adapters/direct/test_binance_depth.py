"""Binance depth frames: what is read is what JSON and decimals say, or nothing is."""

import gzip
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from graphwiz_trader.adapters.direct.binance_depth import DepthParser
from graphwiz_trader.domain.errors import Garbled
from graphwiz_trader.domain.events import BookUpdate
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import MAX_TICKS, Asset, InstrumentId, Nanos

FRAME = (
    b'{"e":"depthUpdate","E":1723161256299,"T":1723161256298,"s":"BTCUSDT","U":5,"u":7,"pu":4,'
    b'"b":[["61496.50","0.010"],["61510.9","0.00000"]],"a":[["61800","3.330"]]}'
)
SPOT = (
    b'{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723161255308,"s":"BTCUSDT",'
    b'"U":50093239203,"u":50093239207,"b":[["55653.80000000","0.00000000"]],'
    b'"a":[["61838.00000000","0.32300000"],["61844.30000000","0.40100000"]]}}'
)
COIN = (
    b'{"stream":"x","data":{"ps":"BTCUSD","e":"depthUpdate","E":1,"T":0,"s":"BTCUSDT","x":-1.5e+3,'
    b'"U":1,"u":2,"pu":0,"y":true,"b":[],"z":null,"a":[]}}'
)
FILES = {
    "spot/btcusdt": ("0.01", "0.00001"),
    "spot/ethusdt": ("0.01", "0.0001"),
    "usdm/btcusdt": ("0.10", "0.001"),
    "usdm/ethusdt": ("0.01", "0.001"),
    "cm/btcusd_perp": ("0.1", "1"),
    "cm/ethusd_perp": ("0.01", "1"),
}


def parser(tick: str = "0.1", lot: str = "0.001", symbol: str = "BTCUSDT") -> DepthParser:
    perpetual = Instrument(
        InstrumentId("BTC/USDT:USDT@binance"),
        Asset("BTC"),
        Asset("USDT"),
        Decimal(tick),
        Decimal(lot),
    )
    return DepthParser(perpetual, symbol)


def rows(update: BookUpdate) -> list[tuple[int, int, int]]:
    part = slice(update.first, update.last)
    columns = update.rows.side[part], update.rows.ticks[part], update.rows.lots[part]
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_levels_come_as_ticks_and_lots() -> None:
    update = parser().parse(FRAME, Nanos(9))

    assert rows(update) == [(1, 614965, 10), (1, 615109, 0), (-1, 618000, 3330)]
    assert (update.ts, update.ts_venue) == (9, 1723161256298_000_000)
    assert (update.first_seq, update.last_seq, update.prev_seq) == (5, 7, 4)
    assert not update.snapshot


def test_spot_frames_have_no_match_time_and_no_previous_seq() -> None:
    update = parser().parse(SPOT, Nanos(9))

    assert rows(update) == [(1, 556538, 0), (-1, 618380, 323), (-1, 618443, 401)]
    assert update.ts_venue == 1723161255308_000_000
    assert (update.first_seq, update.last_seq, update.prev_seq) == (50093239203, 50093239207, -1)


def test_unknown_keys_are_passed_over() -> None:
    nested = FRAME.replace(b'"b":', b'"new":{"p":[1,{"q":"]}"}],"r":false},"b":')

    assert rows(parser().parse(nested, Nanos(9))) == rows(parser().parse(FRAME, Nanos(9)))


def test_steps_need_not_be_powers_of_ten() -> None:
    frame = FRAME.replace(b"61496.50", b"61496.25").replace(b"61510.9", b"61511.00")

    update = parser(tick="0.25", lot="0.005").parse(frame, Nanos(9))

    assert rows(update) == [(1, 245985, 2), (1, 246044, 0), (-1, 247200, 666)]


def test_quantities_finer_than_a_lot_are_rounded_down_and_counted() -> None:
    """As Binance sent on 2024-08-08: 244.56630400 BTC, where the lot is 0.00001."""
    reading = parser(lot="0.00001")

    update = reading.parse(FRAME.replace(b"3.330", b"244.56630400"), Nanos(9))

    assert rows(update)[-1] == (-1, 618000, 24456630)
    assert reading.rounded == 1


def test_a_frame_longer_than_the_buffer_is_taken() -> None:
    levels = b",".join(b'["%d.5","1"]' % (price + 1) for price in range(9000))
    frame = FRAME.replace(b'["61800","3.330"]', levels)

    update = parser().parse(frame, Nanos(9))

    assert rows(update)[-1] == (-1, 90005, 1000)
    assert update.last == 9002


def test_symbols_need_not_be_letters() -> None:
    frame = FRAME.replace(b"BTCUSDT", "币安USDT".encode())

    assert parser(symbol="币安USDT").parse(frame, Nanos(9)).last == 3


@pytest.mark.parametrize(
    ("change", "to", "why"),
    [
        (b'"depthUpdate"', b'"trade"', "not a depthUpdate at byte 5"),
        (b'"BTCUSDT"', b'"BTCUSDC"', "another symbol at byte 59"),
        (b'"BTCUSDT"', b'"BTCUSDT1"', "another symbol at byte 59"),
        (b"61496.50", b"61496.55", "off the grid"),
        (b"61496.50", b"0.00", "out of range"),
        (b"61496.50", b"1759218604441.7", "out of range"),
        (b"61496.50", b"9" * 30, "out of range"),
        (b"1723161256298", b"9" * 18, "out of range"),
        (b'"pu":4', b'"pu":' + b"4" * 19, "out of range"),
        (b"61496.50", b"-1.0", "malformed"),
        (b"61496.50", b"NaN", "malformed"),
        (b"61496.50", b"1e5", "malformed"),
        (b"61496.50", b"", "malformed"),
        (b"61496.50", b".5", "malformed"),
        (b"61496.50", b"5.", "malformed"),
        (b'"u":7,', b"", "malformed"),
        (b'"u":7', b'"U":7', "malformed"),
        (b'"u":7', b'"u":07', "malformed"),
        (b'"u":7', b'"u":"7"', "malformed"),
        (b'"u":7', b'"\\u0075":7', "malformed"),
        (b',"0.010"', b"", "malformed"),
        (b',"0.010"', b',"0.010","1"', "malformed"),
        (b"}", b"}}", "malformed"),
        (b"}", b"} ", "malformed"),
        (b"}", b"", "malformed"),
        (b'"pu":4', b'"x":[}', "malformed"),
        (b'"pu":4', b'"x":' + b"[" * 99 + b"]" * 99, "malformed"),
    ],
)
def test_what_is_not_documented_is_refused(change: bytes, to: bytes, why: str) -> None:
    frame = FRAME.replace(change, to)

    with pytest.raises(Garbled, match=why):
        parser().parse(frame, Nanos(9))


@pytest.mark.parametrize("frame", [FRAME, SPOT, COIN])
def test_a_truncated_frame_is_refused_wherever_it_ends(frame: bytes) -> None:
    parse = parser().parse
    parse(frame, Nanos(9))

    for size in range(len(frame)):
        with pytest.raises(Garbled, match="malformed"):
            parse(frame[:size], Nanos(9))


def test_mutated_frames_are_read_as_json_reads_them_or_refused() -> None:
    chance = random.Random(1)
    parse = parser().parse
    accepted = 0

    for frame in mutations(chance, 20_000):
        expected = said_by_json(frame)
        try:
            update: BookUpdate | None = parse(frame, Nanos(9))
        except Garbled:
            update = None
        found = None if update is None else (update.first_seq, update.last_seq, rows(update))
        assert found == expected, frame
        accepted += found is not None

    assert accepted > 1000


def test_no_byte_outside_the_frame_is_touched() -> None:
    """Plain Python checks every index, which compiled code does not."""
    program = (
        "from tests.unit.adapters.direct.test_binance_depth import touch_nothing_outside\n"
        "touch_nothing_outside()"
    )
    root = Path(__file__).resolve().parents[4]

    subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": f"{root}/src:{root}"},
        check=True,
    )


@pytest.mark.long
@pytest.mark.parametrize("name", FILES)
def test_recorded_frames_are_read_as_json_reads_them(
    name: str, shared_data: Path, long_factor: float
) -> None:
    """Every frame of the six files when `long_factor` is 1, else every twentieth."""
    tick, lot = FILES[name]
    symbol = name.rpartition("/")[2].upper()
    parse = parser(tick, lot, symbol).parse
    stride = 1 if long_factor >= 1 else 20
    decode = msgspec.json.Decoder().decode
    count = 0

    for frame in list(recorded(shared_data, name))[::stride]:
        said = decode(frame)["data"]
        update = parse(frame, Nanos(9))
        levels = [*said["b"], *said["a"]]
        assert update.last == len(levels)
        assert update.rows.side[: update.last].sum() == len(said["b"]) - len(said["a"])
        assert (update.first_seq, update.last_seq) == (said["U"], said["u"])
        assert update.prev_seq == said.get("pu", -1)
        assert update.ts_venue == said.get("T", said["E"]) * 1_000_000
        exact = np.array(levels, np.float64) / (float(tick), float(lot))
        assert np.array_equal(update.rows.ticks[: update.last], np.rint(exact[:, 0]))
        assert np.array_equal(update.rows.lots[: update.last], np.floor(exact[:, 1] + 1e-6))
        count += 1

    assert count > 100


def recorded(shared_data: Path, name: str) -> Iterator[bytes]:
    """The depth frames of a recorded file."""
    with gzip.open(shared_data / "binance_raw_ws" / f"{name}_20240808.gz") as lines:
        for line in lines:
            if b'"depthUpdate"' in line:
                yield line.rstrip().partition(b" ")[2]


def mutations(chance: random.Random, count: int) -> Iterator[bytes]:
    """Frames with up to three small changes."""
    tokens = [b'"', b",", b"0", b"5", b".", b"[", b"]", b"{", b"}", b":", b" ", b"\\", b"\x00"]
    tokens += [b"-", b"e", b"1.5", b'["1.0","2"],', b'"k":1,', b'"b":[],', b"null", b"\xff"]
    for _ in range(count):
        frame = chance.choice((FRAME, SPOT, COIN))
        for _ in range(chance.randrange(4)):
            at = chance.randrange(len(frame))
            until = at + chance.choice((0, 0, 1, 1, 1, 2, 5))
            frame = frame[:at] + chance.choice((b"", *tokens)) + frame[until:]
        yield frame


class Number(str):
    """A number's text."""

    __slots__ = ()


def said_by_json(frame: bytes) -> tuple[int, int, list[tuple[int, int, int]]] | None:
    """What the standard library makes of a frame, or None if it is not as documented."""
    text = frame.decode("latin-1")
    outside = re.sub(r'"[^"]*"', "", text)
    if "\\" in text or re.search(r"[ \t\r\n]", outside):
        return None
    try:
        whole = json.loads(
            text,
            object_pairs_hook=once,
            parse_int=Number,
            parse_float=Number,
            parse_constant=float,
        )
        return said_by_object(whole)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, unless it says one of our keys twice."""
    ours = [key for key, _ in pairs if key in {"e", "E", "T", "s", "U", "u", "pu", "b", "a"}]
    if len(ours) != len(set(ours)) or float in [type(value) for _, value in pairs]:
        raise ValueError
    return dict(pairs)


def said_by_object(said: dict[str, Any]) -> tuple[int, int, list[tuple[int, int, int]]] | None:
    first = next(iter(said))
    if first.startswith("s") and first != "s":
        if list(said) != ["stream", "data"] or type(said["stream"]) is not str:
            return None
        said = said["data"]
    names = {"e": "depthUpdate", "s": "BTCUSDT"}
    if any(type(said[key]) is not str or said[key] != name for key, name in names.items()):
        return None
    numbers = [said[key] for key in ("E", "U", "u", *({"T", "pu"} & said.keys()))]
    if not all(isinstance(n, Number) and re.fullmatch("[0-9]{1,18}", n) for n in numbers):
        return None
    if max(int(said["E"]), int(said.get("T", 0))) > 9e12:
        return None
    sides = sorted(("b", "a"), key=list(said).index)
    levels = [level for key in sides for level in said_levels(key, said[key])]
    return int(said["U"]), int(said["u"]), levels


def said_levels(key: str, said: list[tuple[str, str]]) -> Iterator[tuple[int, int, int]]:
    for price, qty in said:
        ticks, lots = steps(price, "0.1", 17), steps(qty, "0.001", 15)
        if ticks != int(ticks) or not 0 < ticks <= MAX_TICKS:
            raise ValueError(price)
        yield 1 if key == "b" else -1, int(ticks), int(lots)


def steps(text: Any, step: str, digits: int) -> Decimal:
    """A decimal text in steps."""
    if isinstance(text, Number) or not re.fullmatch(f"[0-9]{{1,{digits}}}(\\.[0-9]+)?", text):
        raise ValueError(text)
    return Decimal(text) / Decimal(step)


def touch_nothing_outside() -> None:
    """Parse frames in arrays that end with the sentinel, and in columns of few rows."""
    from graphwiz_trader.adapters.direct.binance_proof import LATEST, PROOF_SIZE, prove_depth
    from graphwiz_trader.adapters.direct.json_scan import SENTINEL
    from graphwiz_trader.kernels.book import new_book

    kept = parser()._state
    chance = random.Random(2)
    for frame in (*mutations(chance, 300), *(FRAME[:size] for size in range(len(FRAME)))):
        buffer = np.zeros(len(frame) + SENTINEL, np.uint8)
        buffer[: len(frame)] = list(frame)
        state = np.zeros(PROOF_SIZE, np.int64)
        state[:] = kept
        state[LATEST] = 6
        columns = [np.zeros(2, kind) for kind in (np.int8, np.int64, np.int64)]
        prove_depth(buffer, len(frame), state, *columns, new_book(256, 1))
