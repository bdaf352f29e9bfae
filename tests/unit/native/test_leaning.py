"""The short way to primitives, as the compiler is given it."""

import sys
from types import ModuleType

import pytest

from graphwiz_trader import native
from graphwiz_trader.domain.codec import MADE, lean
from graphwiz_trader.domain.commands import SubmitOrder
from graphwiz_trader.domain.facts import Outcome, SignalApproved
from graphwiz_trader.domain.orders import OrdType, TimeInForce
from graphwiz_trader.domain.sides import Side
from graphwiz_trader.domain.signal import Leg, Signal, SignalKind
from graphwiz_trader.domain.units import ClOrdId, InstrumentId, Lots, Nanos, StrategyId, Ticks
from graphwiz_trader.native.leaning import leaning
from graphwiz_trader.native.modules import MADE_OF

BTC = InstrumentId("BTC/USDT@kraken")
LEG = Leg(BTC, Side.BUY, Ticks(5), Lots(2), TimeInForce.GTC)
SIGNAL = Signal(StrategyId("mm"), SignalKind.QUOTE, (LEG,), 1.0, Nanos(9))
SUBMIT = SubmitOrder(
    ClOrdId("1"), StrategyId("mm"), BTC, Side.BUY, OrdType.LIMIT, TimeInForce.GTC, Ticks(5), Lots(2)
)
OUTCOME = Outcome(7, (SUBMIT,), (SignalApproved(SIGNAL, ""),))


@pytest.fixture
def made() -> ModuleType:
    module = ModuleType(MADE)
    exec(leaning(file.read_text() for file in native.sources()), vars(module))
    return module


def test_what_was_made_gives_what_the_codec_does(made: ModuleType) -> None:
    table = {Signal: lean}
    functions = made.begin(table)
    table.update(functions)

    assert functions[Outcome](OUTCOME) == lean(OUTCOME)


def test_only_exact_values_are_taken_directly(made: ModuleType) -> None:
    names = {cls.__name__ for cls in made.begin({})}

    assert {"Outcome", "SubmitOrder", "FillBooked"} <= names
    assert not names & {"Signal", "Leg", "SetTimer"}


def test_the_codec_uses_it_where_it_is_compiled() -> None:
    assert (MADE in sys.modules) is native.is_in_use()


def test_an_edit_of_the_codec_names_another_build(monkeypatch: pytest.MonkeyPatch) -> None:
    before = native.folder()
    monkeypatch.setattr(native, "MADE_OF", "domain/errors.py")

    assert MADE_OF == "domain/codec.py"
    assert native.folder() != before
