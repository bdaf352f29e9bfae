"""Recordings: tapes opened, proven to fit together, and moved to one clock."""

from collections.abc import Mapping, Sequence

from graphwiz_trader.application.clocks import check_clocks
from graphwiz_trader.application.touches import touches_of
from graphwiz_trader.domain.errors import DataError
from graphwiz_trader.domain.events import TapeRef
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import InstrumentId, Nanos
from graphwiz_trader.ports.tape import TapeStore


def opened(store: TapeStore, names: Sequence[str]) -> tuple[Tape, ...]:
    """
    Open *names*, which together must hold something and agree on every instrument.

    Raises:
        DataError: a tape is missing, torn or empty, or two describe an instrument differently.
    """
    tapes = tuple(store.open(name) for name in names)
    known: dict[InstrumentId, tuple[Instrument, str]] = {}
    for tape in tapes:
        if not len(tape):
            raise DataError(f"{tape.name} holds no messages")
        for instrument in tape.instruments:
            first, where = known.setdefault(instrument.id, (instrument, tape.name))
            if first != instrument:
                raise DataError(
                    f"{instrument.id} is {first} in {where} and {instrument} in {tape.name};"
                    " import both files into one tape, or both with one --instruments file"
                )
    return tapes


def proven(tapes: Sequence[Tape], offsets: Mapping[str, float]) -> None:
    """Refuse tapes of one market whose clocks are seconds apart, unless *offsets* say so."""
    if len({i.venue for tape in tapes for i in tape.instruments}) > 1:
        check_clocks([touch for tape in tapes for touch in touches_of(tape)], offsets)


def recalled(store: TapeStore, refs: Sequence[TapeRef]) -> tuple[Tape, ...]:
    """
    Open the tapes a run read, on the clock it read them by.

    Raises:
        DataError: a tape is gone, or no longer what the run read.
    """
    return tuple(_recalled(store, ref) for ref in refs)


def _recalled(store: TapeStore, ref: TapeRef) -> Tape:
    tape = store.open(ref.name)
    if tape.hash != ref.content:
        raise DataError(
            f"{ref.name} is not the tape the run read: found content {tape.hash},"
            f" expected {ref.content}"
        )
    return moved(tape, ref.offset_ns)


def moved(tape: Tape, by: Nanos) -> Tape:
    """Return *tape* with *by* added to both of its clocks."""
    if not by:
        return tape
    return Tape(
        tape.name,
        tape.instruments,
        tape.rows,
        tape.ts + by,
        tape.ts_venue + by,
        tape.first_row,
        tape.instrument,
        tape.flags,
        tape.header,
        tape.orders,
    )
