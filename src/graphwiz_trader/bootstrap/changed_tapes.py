"""ChangedTapes: the tapes of a store, each made another as it is opened."""

from collections.abc import Callable

import attrs

from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.ports.tape import TapeStore, TapeWriter


@attrs.define
class ChangedTapes:
    """Opens what *inner* does, as *change* makes it; writing is left as it is."""

    inner: TapeStore
    change: Callable[[Tape], Tape]

    def open(self, name: str) -> Tape:
        """Open a tape, changed."""
        return self.change(self.inner.open(name))

    def writer(self, name: str, instruments: tuple[Instrument, ...]) -> TapeWriter:
        """Make a new tape, as it is."""
        return self.inner.writer(name, instruments)
