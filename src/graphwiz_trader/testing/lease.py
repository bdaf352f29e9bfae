"""Fake leases: in memory, shared by those who share a dictionary."""

from graphwiz_trader.domain.errors import LeaseTaken


class MemoryLeases:
    """One process's `Leases`; *held*, by name, is what all processes have."""

    def __init__(self, held: dict[str, str]) -> None:
        self._held = held
        self._ours: dict[str, None] = {}

    def take(self, name: str, holder: str) -> None:
        """Have *name*."""
        if name in self._held:
            raise LeaseTaken(f"{name} is held by {self._held[name]}")
        self._held[name] = holder
        self._ours[name] = None

    def release(self, name: str) -> None:
        """Have it no longer."""
        if self._ours.pop(name, "") is None:
            del self._held[name]

    def die(self) -> None:
        """Lose everything, as a process that is killed."""
        for name in list(self._ours):
            self.release(name)
