"""Names of instruments, theirs and ours."""

import pytest

from graphwiz_trader.adapters.files.imports.symbols import is_called, kind_of, unified
from graphwiz_trader.domain.instrument import Kind


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("BTC/USDT", "BTCUSDT"),
        ("BTC/USDT", "btc_usdt"),
        ("BTC/USDT:USDT", "BTC-USDT-SWAP"),
        ("BTC/USD:BTC", "BTCUSD_PERP"),
        ("LINK/USDT", "LINKUSDT.BNC"),
        ("BTC/CHF", "XBT/CHF"),
        ("IBM/USD", "ibm"),
        ("EUR/USD", "eurusd"),
        ("BTC/USD:BTC-220527", "BTC-USD-220527"),
        ("ANY/THING", ""),
    ],
)
def test_a_name_that_fits(ours: str, theirs: str) -> None:
    assert is_called(ours, theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("BTC/USD", "BTCUSDT"),
        ("ETH/USDT", "BTCUSDT"),
        ("BT/CUSDT2", "BTCUSDT"),
        ("BTC/USDT", "BTC-USD-220527"),
        ("BTC/USDT", "BTC-USDT-SWAP"),
        ("BTC/USD", "BTCUSD_PERP"),
        ("BTC/USD:BTC", "BTC-USD-220527"),
        ("BTC/USD:BTC-220624", "BTC-USD-220527"),
    ],
)
def test_a_name_that_does_not_fit(ours: str, theirs: str) -> None:
    assert not is_called(ours, theirs)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("btcusdt", "BTC/USDT"),
        ("XBT/CHF", "BTC/CHF"),
        ("BTCUSD_PERP", "BTC/USD"),
        ("LINKUSDT.BNC", "LINK/USDT"),
        ("AAVE-EUR", "AAVE/EUR"),
        ("ibm", "IBM/USD"),
    ],
)
def test_a_name_of_theirs_becomes_ours(theirs: str, ours: str) -> None:
    assert unified(theirs) == ours


@pytest.mark.parametrize(
    ("symbol", "kind"),
    [("A/B", Kind.SPOT), ("A/B:B", Kind.LINEAR), ("A/B:A", Kind.INVERSE)],
)
def test_a_symbol_says_its_kind(symbol: str, kind: Kind) -> None:
    assert kind_of(symbol) is kind
