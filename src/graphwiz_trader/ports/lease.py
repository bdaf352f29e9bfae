"""Lease: what only one process may have at a time: an account, a run."""

from typing import Protocol


class Leases(Protocol):
    """
    Things by name, each had by one process or by none.

    Whoever has one loses it with its process, however that ends, and not before it says so.
    """

    def take(self, name: str, holder: str) -> None:
        """
        Have *name* from now on; *holder* tells others who does.

        Raises:
            LeaseTaken: somebody has it, also if that is us; says who.
            DataError: the place where leases are kept cannot be used.
        """

    def release(self, name: str) -> None:
        """Have *name* no longer; that we have not is no error."""
