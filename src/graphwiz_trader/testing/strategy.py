"""Fake strategies: one that says what it was told to, and one that raises."""

from collections.abc import Sequence

from graphwiz_trader.domain.strategy import Opinion, View, Wakeup
from graphwiz_trader.domain.units import InstrumentId, StrategyId


class ScriptedStrategy:
    """Remembers what it was asked, and answers from *script*, one item a question."""

    def __init__(
        self,
        instruments: Sequence[InstrumentId],
        script: Sequence[Sequence[Opinion]] = (),
        name: str = "scripted",
    ) -> None:
        self.id = StrategyId(name)
        self.instruments = tuple(instruments)
        self.asked: list[Wakeup] = []
        self._script = list(script)

    def say(self, *opinions: Opinion) -> None:
        """Answer *opinions* to the next question that has no answer yet."""
        self._script.append(opinions)

    def answer(self, nonsense: Sequence[Opinion]) -> None:
        """Answer *nonsense*, whatever it is, to the next question that has no answer yet."""
        self._script.append(nonsense)

    def on_event(self, event: Wakeup, view: View) -> Sequence[Opinion]:  # noqa: ARG002 # the script decides
        """Answer the next item of the script, then nothing."""
        self.asked.append(event)
        return self._script.pop(0) if self._script else ()


class RaisingStrategy:
    """Raises whenever it is asked."""

    def __init__(self, instruments: Sequence[InstrumentId], name: str = "raising") -> None:
        self.id = StrategyId(name)
        self.instruments = tuple(instruments)

    def on_event(self, event: Wakeup, view: View) -> Sequence[Opinion]:
        """Raise."""
        raise ZeroDivisionError(f"{type(event).__name__} at {view.now}")
