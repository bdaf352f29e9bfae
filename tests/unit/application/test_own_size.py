"""What was ours in the recorded books is taken out, and nothing else."""

from graphwiz_trader.application.own_size import OwnSize
from graphwiz_trader.application.session_columns import SessionColumns
from graphwiz_trader.domain.commands import Command, ReplaceOrder, SubmitOrder
from graphwiz_trader.domain.events import Trade
from graphwiz_trader.domain.facts import Outcome
from graphwiz_trader.domain.orders import ExecType, OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.tape import Tape
from graphwiz_trader.domain.units import ClOrdId, Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.domain.value import evolve
from graphwiz_trader.testing import make

SPOT = make.instrument()
FIRST, SECOND = ClOrdId("00000000001"), ClOrdId("00000000002")


def at(ms: int) -> Nanos:
    return Nanos(make.START + ms * 1_000_000)


def submit(lots: int) -> Command:
    return SubmitOrder(
        FIRST,
        StrategyId("s"),
        SPOT.id,
        Side.BUY,
        OrdType.LIMIT,
        TimeInForce.GTC,
        Ticks(1000),
        Lots(lots),
    )


class Session:
    """What we sent and heard, and the book as the venue showed it."""

    def __init__(self) -> None:
        self.own = OwnSize()
        self.columns = SessionColumns([SPOT])

    def send(self, command: Command) -> "Session":
        self.own.feed(make.book_update(SPOT), Outcome(1, (command,)))
        return self

    def hear(self, name: ClOrdId, kind: ExecType, ms: int, qty: str = "0") -> "Session":
        told = make.report(SPOT, name, kind, qty=qty, ts=at(ms + 50))
        self.own.feed(evolve(told, ts_venue=at(ms)), Outcome(2))
        return self

    def show(self, ms: int, **sides: list[tuple[str, str]]) -> "Session":
        update = make.book_update(SPOT, ts=at(ms), snapshot=False, **sides)
        self.columns.add(update, at(ms))
        return self

    @property
    def left(self) -> list[int]:
        """Return the lots of every row, in order, once ours are taken out."""
        tape: Tape
        (tape,) = self.own.taken_out([self.columns.tape("alpha")])
        return tape.rows.lots.tolist()


def bids(qty: str, price: str = "100.0") -> dict[str, list[tuple[str, str]]]:
    return {"bids": [(price, qty)]}


def test_a_level_shows_what_was_not_ours_while_our_order_stood_there() -> None:
    session = Session().send(submit(300)).hear(FIRST, ExecType.NEW, 10)
    session.show(5, **bids("1")).show(20, **bids("1.3")).show(30, **bids("1.5"))

    session.hear(FIRST, ExecType.CANCELED, 40).show(50, **bids("1.2"))

    assert session.left == [1000, 1000, 1200, 1200]


def test_other_levels_sides_and_trades_stay_as_they_were() -> None:
    session = Session().send(submit(300)).hear(FIRST, ExecType.NEW, 10)
    session.show(20, **bids("1", "99.9")).show(21, asks=[("100.0", "1")])
    session.columns.add(Trade(at(22), at(22), SPOT.id, Side.BUY, Ticks(1000), Lots(400)), at(22))

    session.hear(FIRST, ExecType.CANCELED, 40)

    assert session.left == [1000, 1000, 400]


def test_what_was_filled_no_longer_stands_there() -> None:
    session = Session().send(submit(300)).hear(FIRST, ExecType.NEW, 10)
    session.hear(FIRST, ExecType.TRADE, 20, "0.1").hear(FIRST, ExecType.TRADE, 40, "0.2")

    session.show(15, **bids("1")).show(25, **bids("1")).show(45, **bids("1"))

    assert session.left == [700, 800, 1000]


def test_a_replacement_stands_in_place_of_the_replaced() -> None:
    session = Session().send(submit(300)).hear(FIRST, ExecType.NEW, 10)
    session.send(ReplaceOrder(SECOND, FIRST, SPOT.id, Ticks(999), Lots(500)))
    session.hear(SECOND, ExecType.REPLACED, 20).hear(SECOND, ExecType.CANCELED, 40)

    session.show(15, **bids("1")).show(25, **bids("1")).show(26, **bids("1", "99.9"))

    assert session.left == [700, 1000, 500]


def test_a_level_that_shows_less_than_we_had_shows_nothing() -> None:
    session = Session().send(submit(300)).hear(FIRST, ExecType.NEW, 10).show(20, **bids("0.2"))

    session.hear(FIRST, ExecType.CANCELED, 40)

    assert session.left == [0]


def test_an_order_that_never_stood_takes_nothing_out() -> None:
    session = Session().send(submit(300)).hear(FIRST, ExecType.REJECTED, 10)

    assert session.show(20, **bids("1")).left == [1000]
