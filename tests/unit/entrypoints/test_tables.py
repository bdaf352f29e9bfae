"""Tables on a terminal: a number is read whole, or it is another number."""

import re

import pytest

from graphwiz_trader.application.report_text import Table
from graphwiz_trader.entrypoints.tables import rich_text

ROW = (
    "BTC/USDT@binance",
    "60147.14 × 0.06048",
    "60161.62 × 0.09025",
    "2.41",
    "-0.32",
    "12.0",
    "0.0",
    "ok",
)
COLUMNS = ("instrument", "bid", "ask", "spread bps", "imbalance", "msg/s", "age s", "quality")


def test_no_number_is_cut_in_two_on_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    text = rich_text([Table("Books", COLUMNS, (ROW,))])

    for number in ("60147.14", "0.06048", "60161.62", "0.09025", "-0.32"):
        assert number in text
    assert max(map(len, re.sub("\x1b[^m]*m", "", text).splitlines())) <= 80
