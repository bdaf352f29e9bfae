"""Draft: the commands and facts of the step under way."""

from graphwiz_trader.domain.commands import Command, RaiseAlert, Severity
from graphwiz_trader.domain.facts import Fact, Outcome


class Draft:
    """Collects what a step asks for and concludes, in order."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.facts: list[Fact] = []

    def alert(self, severity: Severity, code: str, text: str) -> None:
        """Ask for a person to be told."""
        self.commands.append(RaiseAlert(severity, code, text))

    def finish(self, seq: int) -> Outcome:
        """Return the outcome and begin anew."""
        outcome = Outcome(seq, tuple(self.commands), tuple(self.facts))
        self.commands.clear()
        self.facts.clear()
        return outcome
