"""What the engine's tests share: two funded venues with books, and signals between them."""

from collections.abc import Sequence
from decimal import Decimal

from graphwiz_trader.domain.commands import Command, SubmitOrder
from graphwiz_trader.domain.events import TimerFired
from graphwiz_trader.domain.facts import Fact, Outcome
from graphwiz_trader.domain.orders import ExecType, TimeInForce
from graphwiz_trader.domain.settings import RiskSettings
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.engine.engine import Engine
from graphwiz_trader.testing import make
from graphwiz_trader.testing.strategy import ScriptedStrategy

ALPHA = make.instrument("BTC/USDT@alpha")
BETA = make.instrument("BTC/USDT@beta")
MS = 1_000_000
SECOND = 1_000_000_000


class Floor:
    """An engine on two venues, and a strategy that says what a test tells it to."""

    def __init__(self, fee_bps: str = "0", min_notional: str = "0", **risk: object) -> None:
        limits = {"max_position_size": Decimal(10), **risk}
        self.strategy = ScriptedStrategy([ALPHA.id, BETA.id])
        self.engine: Engine = make.engine(
            [make.instrument(of.id, min_notional=min_notional) for of in (ALPHA, BETA)],
            [self.strategy],
            RiskSettings(**limits),  # type: ignore[arg-type] # a test names its own limits
            fee_bps,
        )
        self.now = make.START
        for venue in ("alpha", "beta"):
            self.engine.step(make.balance(venue, "USDT", "10000"))
            self.engine.step(make.balance(venue, "BTC", "10"))
        self.books()

    def books(
        self,
        alpha: tuple[str, str] = ("100.0", "100.1"),
        beta: tuple[str, str] = ("100.4", "100.5"),
        qty: str = "5",
    ) -> Outcome:
        """Show both books at one instant; return what the last message led to."""
        for of, (bid, ask), more in ((ALPHA, alpha, True), (BETA, beta, False)):
            update = make.book_update(of, [(bid, qty)], [(ask, qty)], self.now, more=more)
            outcome = self.engine.step(update)
        return outcome

    def alpha(self, bid: str, ask: str) -> Outcome:
        """Show alpha's book only."""
        return self.engine.step(make.book_update(ALPHA, [(bid, "5")], [(ask, "5")], self.now))

    def later(self, nanos: int) -> "Floor":
        """Let time pass."""
        self.now += nanos
        return self

    def fire(self, nanos: int, name: str = "group:g1") -> Outcome:
        """Let time pass and a timer fire at its end."""
        self.later(nanos)
        return self.engine.step(TimerFired(Nanos(self.now), name, "hedge"))

    def arbitrage(self, qty: str = "1", buy: str = "100.1", sell: str = "100.4") -> Signal:
        """Return a signal to buy at alpha and sell at beta."""
        legs = (
            Leg(ALPHA.id, Side.BUY, ALPHA.ticks(buy), ALPHA.lots(qty)),
            Leg(BETA.id, Side.SELL, BETA.ticks(sell), BETA.lots(qty)),
        )
        return Signal(
            self.strategy.id, SignalKind.TAKE, legs, 30.0, Nanos(self.now + SECOND), opportunity="o"
        )

    def single(
        self,
        side: Side,
        qty: str,
        price: str,
        kind: SignalKind = SignalKind.TAKE,
        tif: TimeInForce = TimeInForce.IOC,
    ) -> Signal:
        """Return a signal of one leg at alpha."""
        leg = Leg(ALPHA.id, side, ALPHA.ticks(price), ALPHA.lots(qty), tif)
        return Signal(self.strategy.id, kind, (leg,), 1.0, Nanos(self.now + SECOND))

    def say(self, *signals: Signal) -> Outcome:
        """Let the strategy say *signals* at the next instant, whose books are as before."""
        self.strategy.say(*signals)
        return self.books()

    def fill(self, order: SubmitOrder, qty: str, price: str, fee: str = "0") -> Outcome:
        """Report a fill of *order*."""
        of = ALPHA if order.instrument == ALPHA.id else BETA
        return self.engine.step(
            make.report(
                of, order.cl_ord_id, ExecType.TRADE, qty=qty, price=price, fee=fee, ts=self.now
            )
        )

    def end(self, order: SubmitOrder, exec_type: ExecType = ExecType.EXPIRED) -> Outcome:
        """Report the end of *order*."""
        of = ALPHA if order.instrument == ALPHA.id else BETA
        return self.engine.step(make.report(of, order.cl_ord_id, exec_type, ts=self.now))


def submitted(outcome: Outcome) -> list[SubmitOrder]:
    """The orders among an outcome's commands."""
    return [c for c in outcome.commands if isinstance(c, SubmitOrder)]


def only(kind: type, found: Sequence[Command | Fact]) -> list[object]:
    """Those of *found* that are of *kind*."""
    return [item for item in found if isinstance(item, kind)]
