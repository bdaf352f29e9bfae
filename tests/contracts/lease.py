"""What all leases promise."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

import pytest

from graphwiz_trader.domain.errors import LeaseTaken
from graphwiz_trader.ports.lease import Leases


class Process(Protocol):
    """A process that may have leases."""

    @property
    def leases(self) -> Leases:
        """Its leases."""

    def die(self) -> None:
        """End without a word."""


Spawn: TypeAlias = Callable[[], Process]


class LeasesContract:
    """Subclasses offer `spawn`, which makes processes that share what can be had."""

    @pytest.fixture
    def spawn(self) -> Spawn:
        raise NotImplementedError

    def test_a_second_process_is_refused_and_told_who_has_it(self, spawn: Spawn) -> None:
        first, second = spawn(), spawn()

        first.leases.take("binance-1a2b", "trade-0001 in /home")

        with pytest.raises(LeaseTaken, match=r"binance-1a2b is held by .*trade-0001 in /home"):
            second.leases.take("binance-1a2b", "trade-0002")

    def test_the_same_process_is_refused_too(self, spawn: Spawn) -> None:
        only = spawn()
        only.leases.take("a", "one")

        with pytest.raises(LeaseTaken, match="one"):
            only.leases.take("a", "two")

    def test_other_names_are_free(self, spawn: Spawn) -> None:
        first, second = spawn(), spawn()

        first.leases.take("a", "one")
        second.leases.take("b", "two")

        with pytest.raises(LeaseTaken, match="two"):
            first.leases.take("b", "one")

    def test_what_is_released_can_be_had(self, spawn: Spawn) -> None:
        first, second = spawn(), spawn()
        first.leases.take("a", "one")

        first.leases.release("a")
        second.leases.take("a", "two")

        with pytest.raises(LeaseTaken, match="two"):
            first.leases.take("a", "one")

    def test_death_releases(self, spawn: Spawn) -> None:
        first, second = spawn(), spawn()
        first.leases.take("a", "one")

        first.die()

        second.leases.take("a", "two")
        with pytest.raises(LeaseTaken, match="two"):
            spawn().leases.take("a", "three")

    def test_nobody_can_release_what_another_has(self, spawn: Spawn) -> None:
        first, second = spawn(), spawn()
        first.leases.take("a", "one")

        second.leases.release("a")

        with pytest.raises(LeaseTaken, match="one"):
            second.leases.take("a", "two")
