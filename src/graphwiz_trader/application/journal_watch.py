"""JournalWatch: nothing new is risked while the disk does not keep up with the journal."""

from collections.abc import Callable

from graphwiz_trader.domain.commands import RaiseAlert, Severity
from graphwiz_trader.domain.events import Event, OperatorAction, OperatorOrder
from graphwiz_trader.domain.units import MILLISECOND, Nanos
from graphwiz_trader.ports.clock import Clock
from graphwiz_trader.ports.journal import Journal

MIB = 1 << 20
MOST = 64 * MIB
"""How many bytes may wait to survive a loss of power."""

EVERY = Nanos(50 * MILLISECOND)
JOURNAL_LATE = "JOURNAL_LATE"
WHO = "the journal's watch"


class JournalWatch:
    """
    Halts everything once more than `MOST` bytes of *journal* wait for the disk.

    It enters as an order like a person's, so that it is journaled, and so that only a person
    resumes; *alert* tells one, each time anew.
    """

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        deliver: Callable[[Event], None],
        alert: Callable[[RaiseAlert], None],
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._deliver = deliver
        self._alert = alert
        self._is_late = False

    async def run(self) -> None:
        """Look twenty times a second, until canceled."""
        while True:
            await self._clock.sleep_until(Nanos(self._clock.now() + EVERY))
            self.look()

    def look(self) -> None:
        """Look now."""
        waiting = self._journal.unsynced
        if waiting > MOST and not self._is_late:
            text = f"{waiting / MIB:.0f} MiB of the journal wait for the disk, {MOST // MIB} may"
            self._alert(RaiseAlert(Severity.CRITICAL, JOURNAL_LATE, text))
            now = self._clock.now()
            self._deliver(OperatorOrder(now, OperatorAction.HALT, "", text, WHO))
        self._is_late = waiting > MOST
