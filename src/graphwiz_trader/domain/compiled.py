"""CompiledRule: a strategy's decision as a kernel, for runs in one compiled loop."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Protocol, runtime_checkable

from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.units import Float64s, InstrumentId, Int64s, Nanos, Venue
from graphwiz_trader.domain.value import value
from graphwiz_trader.kernels.run import Decide


@value
class CompiledRule:
    """
    A kernel made by `graphwiz_trader.kernel`, and what it is called with.

    `params` never change, `memory` and `numbers` are the kernel's to write; `listens` names the
    instruments at whose instants it is asked; `first_timer` is how long after the first message
    a timer of the first instrument fires, None for never.
    """

    decide: Decide
    params: Float64s
    memory: Float64s
    numbers: Int64s
    listens: tuple[InstrumentId, ...]
    first_timer: Nanos | None = None


@value
class CompiledMarket:
    """
    What a rule is made for.

    `instruments` are all of the run, in the order in which kernels number them; `taker_bps` what
    each venue charges for taking.
    """

    instruments: tuple[Instrument, ...]
    taker_bps: Mapping[Venue, Decimal | None]


@runtime_checkable
class Compilable(Protocol):
    """A strategy that decides by a kernel, too."""

    def compiled(self, market: CompiledMarket) -> CompiledRule:
        """Return the decision that `on_event` makes, as a kernel."""
