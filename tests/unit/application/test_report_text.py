"""How amounts and instants read."""

from decimal import Decimal

import pytest

from graphwiz_trader.application.report_text import instant, money


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("-1234.5"), "-1,234.50"),
        (Decimal("1E-8"), "0.00000001"),
        (Decimal("0.123456789012"), "0.123456789"),
        (Decimal(0), "0.00"),
        (Decimal("1E+3"), "1,000.00"),
        (None, "–"),
    ],
)
def test_money_keeps_what_matters(amount: Decimal | None, text: str) -> None:
    assert money(amount) == text


def test_instants_are_utc() -> None:
    assert instant(1_714_521_599_999_999_999) == "2024-04-30 23:59:59"
