"""Measured: how long one stage took by the clock of the process that traded."""

from graphwiz_trader.domain.value import value


@value
class Measured:
    """
    Durations of one stage.

    `stage` is `data` (from the venue's clock to our receipt), `strategy`, `decision`, `send`,
    `tick_to_order`, `ack` or `first_fill`. Percentiles are None where only `buckets` were kept:
    how many took at most so many microseconds, cumulated, the widest last.
    """

    stage: str
    count: int
    mean_us: float
    p50_us: float | None
    p99_us: float | None
    p99_9_us: float | None
    buckets: tuple[tuple[float, int], ...]
