from decimal import ROUND_DOWN, Decimal, getcontext, localcontext

from graphwiz_trader.domain.arithmetic import own_arithmetic


def test_inside_digits_are_ours_whatever_the_threads_are() -> None:
    with localcontext() as theirs:
        theirs.prec, theirs.rounding = 5, ROUND_DOWN
        with own_arithmetic():
            inside = Decimal(2) / 3
        outside = Decimal(2) / 3
        still = getcontext()

        assert still is theirs
    assert inside == Decimal("0.6666666666666666666666666667")
    assert outside == Decimal("0.66666")
