"""The codec: what goes in comes out, in every process, for every class of the vocabulary."""

import os
import subprocess
import sys
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

import attrs
import msgspec
import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from graphwiz_trader.domain.codec import flatten, lean, plain, restore
from graphwiz_trader.domain.commands import Command, SubmitOrder
from graphwiz_trader.domain.errors import DomainError, JournalTorn
from graphwiz_trader.domain.events import BookUpdate, Event, LevelRows, Trade
from graphwiz_trader.domain.facts import Entry, Fact, Outcome
from graphwiz_trader.domain.ids import IdParts
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.settings import GroupSettings, RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Lots, StrategyId, Ticks

CLASSES = [*get_args(Event), *get_args(Command), *get_args(Fact)]

SUBMIT = SubmitOrder(
    ClOrdId("0000000001"),
    StrategyId("mm"),
    InstrumentId("BTC/USDT@kraken"),
    Side.SELL,
    OrdType.LIMIT,
    TimeInForce.IOC,
    Ticks(1000),
    Lots(7),
)

LEG = Leg(InstrumentId("BTC/USDT@kraken"), Side.SELL, Ticks(1000), Lots(7))


def instruments() -> st.SearchStrategy[Instrument]:
    positive = st.decimals("0.00000001", 1000, allow_nan=False)
    return st.builds(
        Instrument,
        id=st.just(InstrumentId("BTC/USDT@kraken")),
        tick_size=positive,
        lot_size=positive,
        multiplier=positive,
    )


def limits() -> st.SearchStrategy[RiskSettings]:
    """Limits that their own rules allow: any amounts above zero, and some that are not set."""
    amounts = st.decimals("0.00000001", 1000, allow_nan=False)
    return st.builds(
        RiskSettings,
        max_exposure=amounts,
        max_order_notional=st.none() | amounts,
        max_open_orders=st.integers(1, 2**31),
        max_consecutive_losses=st.none() | st.integers(1, 2**31),
        group=st.builds(GroupSettings, band_bps=amounts, hedge_debt_notional=st.none() | amounts),
    )


to_bytes = msgspec.msgpack.Encoder(enc_hook=plain).encode


@st.composite
def book_updates(draw: st.DrawFn) -> BookUpdate:
    """An update of a part of somebody's columns."""
    size = draw(st.integers(0, 8))
    first = draw(st.integers(0, size))
    numbers = st.lists(st.integers(0, 2**62), min_size=size, max_size=size)
    rows = LevelRows(
        np.where(np.arange(size) % 2, -1, 1).astype(np.int8),
        np.array(draw(numbers), dtype=np.int64),
        np.array(draw(numbers), dtype=np.int64),
    )
    rest = {
        name: draw(values_of(hint))
        for name, hint in get_type_hints(BookUpdate).items()
        if name not in {"rows", "first", "last"}
    }
    last = draw(st.integers(first, size))
    return BookUpdate(rows=rows, first=first, last=last, **rest)


@st.composite
def built(draw: st.DrawFn, kind: type, fields: dict[str, st.SearchStrategy[Any]]) -> Any:
    """A value of *kind*, where its own rules allow one."""
    chosen = {name: draw(values) for name, values in fields.items()}
    try:
        return kind(**chosen)
    except DomainError:
        return reject()


@cache
def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Anything a field of type *hint* may hold."""
    plain = {
        bool: st.booleans(),
        int: st.integers(-(2**63), 2**63 - 1),
        float: st.floats(),
        str: st.text(),
        Decimal: st.decimals(allow_nan=False),
        NoneType: st.none(),
        Instrument: instruments(),
        BookUpdate: book_updates(),
        RiskSettings: limits(),
    }
    if isinstance(hint, NewType):
        return values_of(hint.__supertype__)
    if hint in plain:
        return plain[hint]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    if isinstance(hint, type):
        hints = get_type_hints(hint)
        fields = [field.name for field in attrs.fields(hint) if field.init]
        return built(hint, {name: values_of(hints[name]) for name in fields})
    if get_origin(hint) is tuple:
        return st.lists(values_of(get_args(hint)[0]), max_size=3).map(tuple)
    if get_origin(hint) in {Union, UnionType}:
        return st.one_of(*map(values_of, get_args(hint)))
    raise TypeError(hint)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
@settings(max_examples=25)
@given(data=st.data())
def test_every_class_comes_back_as_it_went(kind: type, data: st.DataObject) -> None:
    value = data.draw(values_of(kind))

    back = restore(flatten(value))

    assert type(back) is kind
    assert repr(flatten(back)) == repr(flatten(value))


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
@settings(max_examples=25)
@given(data=st.data())
def test_the_lean_form_has_the_bytes_of_the_flat_one(kind: type, data: st.DataObject) -> None:
    value = data.draw(values_of(kind))

    assert to_bytes(lean(value)) == to_bytes(flatten(value))


def test_numpy_scalars_have_the_bytes_of_pythons() -> None:
    noisy = attrs.evolve(LEG, price=np.int64(5), qty=np.int32(6))

    assert to_bytes(lean(noisy)) == to_bytes(flatten(noisy))


def test_what_has_no_plain_form_is_refused() -> None:
    strange = attrs.evolve(LEG, price=object())

    with pytest.raises(TypeError, match="no primitive form"):
        to_bytes(lean(strange))


@given(values_of(Entry).filter(lambda entry: not isinstance(entry.event, BookUpdate)))
def test_entries_come_back_equal(entry: Entry) -> None:
    # NaN is equal to nothing, itself included, so that values are compared by their repr.
    assert repr(restore(flatten(entry))) == repr(entry)


@given(book_updates())
def test_a_book_update_keeps_its_own_rows_only(update: BookUpdate) -> None:
    part = slice(update.first, update.last)

    back = restore(flatten(update))

    assert isinstance(back, BookUpdate)
    assert (back.first, back.last) == (0, update.last - update.first)
    assert np.array_equal(back.rows.ticks, update.rows.ticks[part])
    assert np.array_equal(back.rows.lots, update.rows.lots[part])
    assert np.array_equal(back.rows.side, update.rows.side[part])


def test_flat_values_hold_primitives_only() -> None:
    noisy = attrs.evolve(LEG, price=np.int64(5), qty=np.int32(6))

    flat = flatten(noisy)

    assert flat == ("Leg", "BTC/USDT@kraken", -1, 5, 6, "IOC", False)
    assert {type(field) for field in flat} == {str, int, bool}


def test_different_values_have_different_bytes() -> None:
    other = attrs.evolve(SUBMIT, side=Side.BUY)

    assert to_bytes(lean(other)) != to_bytes(lean(SUBMIT))


def test_bytes_are_the_same_under_any_hash_seed() -> None:
    program = (
        "from graphwiz_trader.domain.codec import SCHEMA, flatten\n"
        "from graphwiz_trader.domain.facts import Entry, Outcome, StateChanged, TradingState\n"
        "from graphwiz_trader.domain.events import FeedDown\n"
        "fact = StateChanged('', TradingState.HALTED, 'because', 'me')\n"
        "print(SCHEMA, flatten(Entry(FeedDown(1, 'kraken', 'x'), Outcome(1, (), (fact,)))))"
    )

    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "42")
    }

    assert len(said) == 1


@pytest.mark.parametrize(
    "torn",
    [
        (),
        ("NoSuchClass", 1),
        (["SubmitOrder"], 1),
        flatten(SUBMIT)[:-1],
        (*flatten(SUBMIT), 1),
        tuple("SIDEWAYS" if field == "IOC" else field for field in flatten(SUBMIT)),
        tuple("many" if field == 7 else field for field in flatten(SUBMIT)),
        ("BookUpdate", b"\x01", b"\x00" * 8, b"", 1, 1, "X@y", False, False, -1, -1, -1, None),
        ("Entry", ("NoSuchClass",), flatten(Outcome(1))),
    ],
)
def test_what_is_no_value_is_refused(torn: tuple[Any, ...]) -> None:
    with pytest.raises(JournalTorn):
        restore(torn)


def test_what_has_no_place_in_a_journal_is_refused() -> None:
    with pytest.raises(DomainError, match="IdParts is not part of a journal"):
        flatten(IdParts("00", 0, 0, 1))


def test_lists_serve_as_tuples() -> None:
    trade = Trade(1, 2, InstrumentId("X@y"), Side.BUY, Ticks(3), Lots(4))  # type: ignore[arg-type]
    entry = Entry(trade, Outcome(1, (SUBMIT,)))

    assert restore(_lists(flatten(entry))) == entry


def _lists(flat: Any) -> Any:
    return [_lists(field) for field in flat] if isinstance(flat, tuple) else flat
