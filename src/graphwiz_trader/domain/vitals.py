"""Vitals: an event that tells how the process and its machine fare."""

from graphwiz_trader.domain.units import Nanos
from graphwiz_trader.domain.value import value


@value
class VitalsSampled:
    """
    How the process and its machine fare; nothing is decided on it.

    `cpu_pct` is of one core, `machine_cpu_pct` of all, both since the sample before, as are the
    collector's `gc_count`, `gc_pause`, all together, and `gc_longest`. `sent_bytes` and
    `received_bytes` are the machine's since its start, `loop_lag` is the worst of some seconds,
    `journal_pending` are bytes that wait for the disk, `outbox` commands that wait to be sent.
    """

    ts: Nanos
    cpu_pct: float
    memory_bytes: int
    open_files: int
    machine_cpu_pct: float
    machine_memory_pct: float
    disk_free_bytes: int
    sent_bytes: int
    received_bytes: int
    loop_lag: Nanos
    gc_count: int
    gc_pause: Nanos
    gc_longest: Nanos
    journal_pending: int
    outbox: int


@value
class Pauses:
    """What a collector of garbage took of its process: how often, all together, at worst."""

    count: int = 0
    total: Nanos = Nanos(0)
    longest: Nanos = Nanos(0)
