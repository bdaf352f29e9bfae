"""Supervise: keep a task alive, and say when it is not."""

from collections.abc import Awaitable, Callable

from graphwiz_trader.domain.backoff import Backoff
from graphwiz_trader.domain.errors import Transient
from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.ports.clock import Clock


async def supervise(
    run: Callable[[], Awaitable[None]],
    clock: Clock,
    backoff: Backoff,
    on_down: Callable[[Transient], None],
) -> None:
    """
    Run *run* again whenever it ends with `Transient`, after waits that double.

    `on_down` hears of each failure before the wait. When `run` returns, so does this.

    Raises:
        Transient: it failed more often in a row than the budget allows; the last failure.
        Exception: anything else that `run` raises, at once.
    """
    failures = 0
    while True:
        began = clock.now()
        try:
            await run()
        except Transient as error:
            failures = backoff.failures(failures, Nanos(clock.now() - began))
            on_down(error)
            if backoff.is_spent(failures):
                raise
        else:
            return
        await clock.sleep_until(Nanos(clock.now() + backoff.wait(failures)))


def first_of(failed: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return what ended a group of tasks: the first failure that is not a group itself."""
    first = failed.exceptions[0]
    return first_of(first) if isinstance(first, BaseExceptionGroup) else first
