from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.simulation.line import Line


def test_constant_latency_is_added() -> None:
    line = Line(Nanos(5))

    assert [line.arrival(Nanos(sent)) for sent in (10, 20)] == [15, 25]


def test_latency_may_depend_on_the_time_of_sending() -> None:
    line = Line(lambda sent: Nanos(sent // 10))

    assert [line.arrival(Nanos(sent)) for sent in (10, 20)] == [11, 22]


def test_later_sent_never_arrives_earlier() -> None:
    line = Line(lambda sent: Nanos(100 if sent == 10 else 0))

    assert [line.arrival(Nanos(sent)) for sent in (10, 20, 200)] == [110, 110, 200]
