"""What is remembered of orders, and that it is bounded."""

from graphwiz_trader.adapters.direct import told as module
from graphwiz_trader.adapters.direct.told import Told
from graphwiz_trader.domain.units import ClOrdId, InstrumentId

BTC = InstrumentId("BTC/USDT@binance")


def test_the_oldest_that_ended_is_forgotten() -> None:
    told = Told()
    for number in range(module.KEPT + 1):
        line = told.line(ClOrdId(f"a{number}"), BTC)
        told.number(line, str(number))
        told.end(line)

    assert len(told) == module.KEPT
    assert told.find(ClOrdId("a0")) is None
    assert told.named(BTC, "0") is None
    assert told.named(BTC, "1") == "a1"


def test_what_works_is_kept_longer_than_what_ended() -> None:
    told = Told()
    told.line(ClOrdId("working"), BTC)
    for number in range(2 * module.KEPT):
        told.end(told.line(ClOrdId(f"a{number}"), BTC))

    assert [line.cl_ord_id for line in told.working()] == ["working"]


def test_even_what_never_ends_is_bounded() -> None:
    told = Told()
    for number in range(module.MOST + 10):
        told.line(ClOrdId(f"a{number}"), BTC)

    assert len(told) == module.MOST


def test_instruments_have_numbers_of_their_own() -> None:
    told, eth = Told(), InstrumentId("ETH/USDT@binance")
    told.number(told.line(ClOrdId("a1"), BTC), "7")
    told.number(told.line(ClOrdId("a2"), eth), "7")

    assert (told.named(BTC, "7"), told.named(eth, "7")) == ("a1", "a2")
