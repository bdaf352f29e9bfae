"""A venue with the books of the strategies' reference, section 3, and rounds sent through it."""

from decimal import Decimal

from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.events import TimerFired
from graphwiz_trader.domain.facts import GroupChanged, Outcome
from graphwiz_trader.domain.instrument import Instrument
from graphwiz_trader.domain.money import Money
from graphwiz_trader.domain.orders import ExecType
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.units import InstrumentId, Nanos
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing import make
from graphwiz_trader.testing.strategy import ScriptedStrategy
from tests.unit.engine.engine_floor import only

BTC = make.instrument("BTC/USDT@alpha", tick="1", lot="0.00001", min_notional="5")
MID = make.instrument("ETH/BTC@alpha", tick="0.00001", lot="0.0001")
ETH = make.instrument("ETH/USDT@alpha", tick="1", lot="0.0001", min_notional="5")
SOL_ETH = make.instrument("SOL/ETH@alpha", tick="0.0001", lot="0.001")
SOL = make.instrument("SOL/USDT@alpha", tick="0.01", lot="0.001", min_notional="5")
SECOND = 1_000_000_000
FEE = Decimal("0.00075")
Levels = list[tuple[str, str]]
SHOWN: dict[InstrumentId, tuple[Levels, Levels]] = {
    BTC.id: ([("59990", "1")], [("60000", "0.05"), ("60010", "0.2"), ("60030", "1")]),
    MID.id: ([("0.04990", "9")], [("0.05000", "2"), ("0.05003", "3"), ("0.05010", "20")]),
    ETH.id: ([("3012", "1.5"), ("3011", "2"), ("3008", "10")], [("3020", "9")]),
    SOL_ETH.id: ([("0.0499", "90")], [("0.0500", "90")]),
    SOL.id: ([("151.00", "90")], [("151.10", "90")]),
}
TRIANGLE = (
    Leg(BTC.id, Side.BUY, BTC.ticks("60010"), BTC.lots("0.1735")),
    Leg(MID.id, Side.BUY, MID.ticks("0.05003"), MID.lots("3.4653")),
    Leg(ETH.id, Side.SELL, ETH.ticks("3011"), ETH.lots("3.4653")),
)
SQUARE = (
    *TRIANGLE[:2],
    Leg(SOL_ETH.id, Side.BUY, SOL_ETH.ticks("0.0500"), SOL_ETH.lots("69")),
    Leg(SOL.id, Side.SELL, SOL.ticks("151"), SOL.lots("69")),
)


class Round:
    """An engine with USDT alone, unless told otherwise, and one sequential group in it."""

    def __init__(
        self,
        legs: tuple[Leg, ...] = TRIANGLE,
        instruments: tuple[Instrument, ...] = (BTC, MID, ETH),
        fee_bps: str = "7.5",
        **risk: object,
    ) -> None:
        self.instruments = {of.id: of for of in instruments}
        self.strategy = ScriptedStrategy(list(self.instruments))
        limits = RiskSettings(
            **{  # type: ignore[arg-type] # a test names its own limits
                "max_position_size": Decimal(100),
                "max_exposure": Decimal(10**7),
                "price_collar_bps": Decimal(500),
                **risk,
            }
        )
        self.engine = make.engine(instruments, [self.strategy], limits, fee_bps)
        self.now = make.START
        self.engine.step(make.balance("alpha", "USDT", "20000"))
        self.signal = Signal(
            self.strategy.id,
            SignalKind.TAKE,
            legs,
            11.0,
            Nanos(self.now + SECOND),
            opportunity="o",
            sequential=True,
        )

    def show(self, changed: dict[InstrumentId, tuple[Levels, Levels]] | None = None) -> Outcome:
        """Show all books in one instant."""
        shown = {**SHOWN, **(changed or {})}
        *before, last = self.instruments.values()
        for of in before:
            self.engine.step(make.book_update(of, *shown[of.id], self.now, more=True))
        return self.engine.step(make.book_update(last, *shown[last.id], self.now))

    def begin(self) -> Outcome:
        """Let the strategy ask for the round."""
        self.strategy.say(self.signal)
        return self.show()

    def fill(
        self,
        order: SubmitOrder,
        *parts: tuple[str, str],
        taken: Money | None = None,
        rate: Decimal = FEE,
    ) -> Outcome:
        """Report fills of (quantity, price), fees at *rate* of the quote asset, or *taken*."""
        of = self.instruments[order.instrument]
        for qty, price in parts:
            fee = Decimal(qty) * Decimal(price) * rate
            report = make.report(
                of, order.cl_ord_id, ExecType.TRADE, qty=qty, price=price, ts=self.now
            )
            outcome = self.engine.step(evolve(report, commission=taken or Money(fee, of.quote)))
        return outcome

    def end(self, order: SubmitOrder, exec_type: ExecType = ExecType.EXPIRED) -> Outcome:
        """Report that nothing more comes of *order*."""
        of = self.instruments[order.instrument]
        return self.engine.step(make.report(of, order.cl_ord_id, exec_type, ts=self.now))

    def fire(self, nanos: int) -> Outcome:
        """Let time pass and the group's timer fire at its end."""
        self.now = Nanos(self.now + nanos)
        return self.engine.step(TimerFired(self.now, "group:g1", "hedge"))

    def free(self, asset: str) -> Decimal:
        """Return what others may use of *asset*."""
        return self.engine.state.accounts["alpha"].free(asset)


def states(outcome: Outcome) -> list[object]:
    """The states of groups that *outcome* tells."""
    return [fact.state for fact in only(GroupChanged, outcome.facts)]
