"""Premises: what all the doors of one venue share."""

import attrs

from graphwiz_trader.adapters.loopback.faults import Faults, Stage
from graphwiz_trader.adapters.loopback.host import Host
from graphwiz_trader.adapters.loopback.hub import Hub
from graphwiz_trader.adapters.loopback.latency import Delays
from graphwiz_trader.adapters.loopback.limits import Limits
from graphwiz_trader.adapters.loopback.pacing import Pacing
from graphwiz_trader.adapters.loopback.record import Record
from graphwiz_trader.adapters.loopback.signing import Credentials
from graphwiz_trader.adapters.loopback.wire.symbol import Symbols
from graphwiz_trader.domain.units import Lots, Nanos
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.simulation.exchange import Terms


@attrs.define
class Premises:
    """One venue: its exchange, its time, its subscribers, what goes wrong and who may trade."""

    host: Host
    pacing: Pacing
    symbols: Symbols
    faults: Faults
    record: Record
    limits: Limits
    credentials: Credentials
    terms: Terms
    delays: Delays
    hub: Hub = attrs.field(factory=Hub)

    def now(self) -> Nanos:
        """Let everything happen that is due; return the exchange's time."""
        now = self.pacing.now()
        self.host.advance(now)
        return now

    def rule(self) -> None:
        """Let new rules come into force that are due: ten times the least quantity, for good."""
        for symbol in tuple(self.symbols.by_id.values()):
            if self.faults.strike(Stage.RULES, symbol.name, self.host.now) is not None:
                least = Lots(symbol.instrument.min_qty * 10)
                self.symbols.put(
                    evolve(symbol, instrument=evolve(symbol.instrument, min_qty=least))
                )

    def clock(self) -> Nanos:
        """Return what the venue's clock on the wall shows, which a fault may have put wrong."""
        return self.faults.skewed(self.pacing.clock.now())
