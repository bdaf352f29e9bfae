"""Every store of tapes, against the same promises; and what only files can do wrong."""

import json
from pathlib import Path

import numpy as np
import pytest

from graphwiz_trader.adapters.files.tape import FileTapes
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import BookUpdate, LevelRows
from graphwiz_trader.domain.tape import computed_hash
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.ports.tape import TapeStore
from graphwiz_trader.testing.tape import MemoryTapes, make_tape
from tests.contracts.tape import BTC, ETH, TapeStoreContract, events


class TestMemoryTapes(TapeStoreContract):
    @pytest.fixture
    def store(self) -> TapeStore:
        return MemoryTapes()

    @pytest.fixture
    def name(self) -> str:
        return "x"


class TestFileTapes(TapeStoreContract):
    @pytest.fixture
    def store(self) -> TapeStore:
        return FileTapes()

    @pytest.fixture
    def name(self, tmp_path: Path) -> str:
        return str(tmp_path / "x.tape")

    def test_the_same_events_hash_alike_in_every_store(self, store: TapeStore, name: str) -> None:
        self.write(store, name, *events())

        assert store.open(name).hash == make_tape("m", (BTC, ETH), events()).hash

    def test_columns_are_mapped_not_read(self, store: TapeStore, name: str) -> None:
        self.write(store, name, *events())

        tape = store.open(name)

        assert not any(column.flags.owndata for column in tape.columns().values())
        assert not any(column.flags.writeable for column in tape.columns().values())

    def test_any_npy_reader_reads_the_columns(self, store: TapeStore, name: str) -> None:
        self.write(store, name, *events())

        assert np.load(Path(name) / "lots.npy").tolist() == [1000, 2000, 3000, 7]

    def test_nothing_is_left_beside_the_tape(self, store: TapeStore, name: str) -> None:
        self.write(store, name, *events())
        self.write(store, name, *events())

        assert [path.name for path in Path(name).parent.iterdir()] == ["x.tape"]

    def test_a_file_is_no_tape(self, store: TapeStore, name: str) -> None:
        Path(name).write_bytes(b"\x00\xff" * 99)

        with pytest.raises(DataError, match=r"x\.tape: found a file, expected a tape of version 1"):
            store.open(name)

    def test_something_else_is_not_replaced(self, store: TapeStore, name: str) -> None:
        Path(name).write_text("precious")

        with pytest.raises(DataError, match="found something else"):
            store.writer(name, (BTC,))

    def test_another_version_is_named(self, store: TapeStore, name: str) -> None:
        self.write(store, name, *events())
        header = Path(name) / "header.json"
        content = json.loads(header.read_text())
        content["header"]["version"] = 2
        header.write_text(json.dumps(content))

        with pytest.raises(DataError, match=r"found a tape of version 2, expected .* version 1"):
            store.open(name)

    @pytest.mark.parametrize("text", ["", "{}", "[1]", '{"header": {"version": 1}}', "\xff"])
    def test_a_torn_header_is_named(self, store: TapeStore, name: str, text: str) -> None:
        self.write(store, name, *events())
        (Path(name) / "header.json").write_text(text)

        with pytest.raises(DataError, match=r"header\.json: found"):
            store.open(name)

    @pytest.mark.parametrize("kept", [0, 100, 130])
    def test_a_cut_column_is_named(self, store: TapeStore, name: str, kept: int) -> None:
        self.write(store, name, *events())
        column = Path(name) / "ticks.npy"
        column.write_bytes(column.read_bytes()[:kept])

        with pytest.raises(DataError, match=rf"ticks\.npy: found {kept} bytes .* expected 4 "):
            store.open(name)

    def test_a_missing_column_is_named(self, store: TapeStore, name: str) -> None:
        self.write(store, name, *events())
        (Path(name) / "flags.npy").unlink()

        with pytest.raises(DataError, match=r"flags\.npy: found no such file"):
            store.open(name)

    def test_a_column_of_another_length_is_named(self, store: TapeStore, name: str) -> None:
        self.write(store, name, *events())
        np.save(Path(name) / "lots.npy", np.arange(3))

        with pytest.raises(DataError, match=r"lots\.npy: found 3 numbers .* expected 4 numbers"):
            store.open(name)

    def test_messages_outside_of_the_rows_are_refused(self, store: TapeStore, name: str) -> None:
        self.write(store, name, *events())
        np.save(Path(name) / "first_row.npy", np.array([0, 2, 3, 77]))

        with pytest.raises(DataError, match="found messages from row 0 to 77, expected 0 to at"):
            store.open(name)

    def test_instruments_the_tape_has_not_are_refused(self, store: TapeStore, name: str) -> None:
        self.write(store, name, *events())
        np.save(Path(name) / "instrument.npy", np.array([0, 2, 0, 0], np.int16))

        with pytest.raises(DataError, match="found instruments 0 to 2, expected 0 to 1"):
            store.open(name)

    def test_an_altered_number_shows_in_the_hash(self, store: TapeStore, name: str) -> None:
        self.write(store, name, *events())
        lots = np.load(Path(name) / "lots.npy")
        lots[0] += 1
        np.save(Path(name) / "lots.npy", lots)

        tape = store.open(name)

        assert computed_hash(tape) != tape.hash

    def test_a_message_larger_than_the_buffer_fits(self, store: TapeStore, name: str) -> None:
        many = 1 << 17
        rows = LevelRows(np.ones(many, np.int8), np.arange(many), np.arange(many))
        update = BookUpdate(Nanos(20), Nanos(20), BTC.id, rows, 0, many, snapshot=True)

        self.write(store, name, *events(), update)

        assert store.open(name).rows.ticks[4:].tolist() == rows.ticks.tolist()
