"""Whatever a venue says, in whatever order and however often, an order adds up."""

from hypothesis import given
from hypothesis import strategies as st

from graphwiz_trader.domain.errors import IllegalTransition
from graphwiz_trader.domain.order import TERMINAL, Applied
from graphwiz_trader.domain.orders import ExecType, ExecutionReport, OrdStatus
from graphwiz_trader.testing import make

BTC = make.instrument()
QTY = 10


@st.composite
def reports(draw: st.DrawFn) -> ExecutionReport:
    """A report of any kind; few ids, so that many are duplicates, and sometimes too much."""
    exec_type = draw(st.sampled_from(ExecType))
    filled = exec_type is ExecType.TRADE
    return make.report(
        BTC,
        "00000000001",
        exec_type,
        qty=str(BTC.qty(draw(st.integers(1, QTY)))) if filled else "0",
        price="100" if filled else "0",
        exec_id=draw(st.sampled_from([*(f"t{i}" for i in range(12)), ""])),
        status=draw(st.sampled_from(OrdStatus)),
        cum=draw(st.integers(-1, QTY)),
    )


SAID = st.lists(st.one_of(reports(), st.just(None)), max_size=25)
"""What is said of an order; None is the silence after a request."""


@given(SAID)
def test_what_is_filled_and_what_is_left_add_up_while_it_lives(
    said: list[ExecutionReport | None],
) -> None:
    order = make.order(BTC, qty=str(BTC.qty(QTY)))
    seen: dict[str, None] = {}
    filled = 0

    for report in said:
        before = (order.ord_status, order.cum_qty, order.leaves_qty)
        if report is None:
            order.lose_sight("timeout")
            continue
        try:
            applied = order.apply(report)
        except IllegalTransition:
            assert (order.ord_status, order.cum_qty, order.leaves_qty) == before
            continue
        if applied is Applied.FILLED:
            assert report.exec_id not in seen or not report.exec_id
            filled += report.last_qty
        if applied is not Applied.ABSORBED:
            seen[report.exec_id] = None
        assert order.cum_qty == filled <= order.order_qty
        assert order.leaves_qty == (QTY - filled if order.is_live else 0)
        if before[0] in TERMINAL:
            assert order.ord_status in (before[0], OrdStatus.FILLED)


@given(SAID)
def test_what_has_ended_never_lives_again(said: list[ExecutionReport | None]) -> None:
    order = make.order(BTC, qty=str(BTC.qty(QTY)))
    has_ended = False

    for report in said:
        if report is None:
            order.lose_sight("timeout")
        else:
            try:
                order.apply(report)
            except IllegalTransition:
                continue
        has_ended |= not order.is_live
        assert order.is_live is not has_ended


@given(SAID, st.randoms(use_true_random=False))
def test_the_same_fills_in_another_order_fill_the_same(
    said: list[ExecutionReport | None], chance
) -> None:
    """Fills that are told twice, late or the wrong way round count once."""
    fills = {r.exec_id: r for r in said if r and r.exec_type is ExecType.TRADE and r.exec_id}
    fitting, total = [], 0
    for report in fills.values():
        if total + report.last_qty <= QTY:
            fitting.append(report)
            total += report.last_qty
    told = [*fitting, *fitting]
    chance.shuffle(told)
    order = make.order(BTC, qty=str(BTC.qty(QTY)))

    for report in told:
        order.apply(report)

    assert order.cum_qty == total
    assert (order.ord_status is OrdStatus.FILLED) is (total == QTY)
