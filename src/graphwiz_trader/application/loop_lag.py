"""LoopLag: how late the event loop wakes who sleeps; so late is everything else."""

from collections.abc import Callable

from graphwiz_trader.domain.commands import RaiseAlert, Severity
from graphwiz_trader.domain.units import MILLISECOND, SECOND, Nanos
from graphwiz_trader.ports.clock import Clock

CODE = "LOOP_LAG"


class LoopLag:
    """
    Sleeps a little, again and again, and looks how late it wakes.

    A lag above *limit* raises an alert at once, by *alert*, and not again before *rest* has
    passed. Every *window* the largest of it goes to *report*.
    """

    def __init__(
        self,
        clock: Clock,
        limit: Nanos,
        alert: Callable[[RaiseAlert], None],
        report: Callable[[Nanos], None],
        every: Nanos = Nanos(20 * MILLISECOND),  # noqa: B008 # a number
        window: Nanos = Nanos(5 * SECOND),  # noqa: B008 # likewise
        rest: Nanos = Nanos(60 * SECOND),  # noqa: B008 # likewise
    ) -> None:
        self._clock = clock
        self._limit = limit
        self._alert = alert
        self._report = report
        self._every = every
        self._window = window
        self._rest = rest

    async def run(self) -> None:
        """Measure until canceled."""
        clock = self._clock
        worst, ends, silent_until = 0, clock.now() + self._window, 0
        while True:
            due = Nanos(clock.now() + self._every)
            await clock.sleep_until(due)
            now = clock.now()
            lag = now - due
            worst = max(worst, lag)
            if lag > self._limit and now >= silent_until:
                silent_until = now + self._rest
                text = (
                    f"the event loop was {lag / MILLISECOND:.0f} ms late, the limit is "
                    f"{self._limit / MILLISECOND:.0f} ms: prices were read as late"
                )
                self._alert(RaiseAlert(Severity.WARNING, CODE, text))
            if now >= ends:
                self._report(Nanos(worst))
                worst, ends = 0, now + self._window
