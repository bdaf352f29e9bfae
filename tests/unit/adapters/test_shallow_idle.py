"""The kernel is asked to keep processors awake, for as long as it matters."""

import os
from pathlib import Path

import pytest

from graphwiz_trader.adapters.shallow_idle import shallow_idle


def held(device: Path) -> int:
    """How often this process has *device* open."""
    opened = Path("/proc/self/fd").iterdir()
    return sum(link.is_symlink() and os.path.realpath(link) == str(device) for link in opened)


def test_the_wish_holds_inside_the_context_only(tmp_path: Path) -> None:
    device = tmp_path / "cpu_dma_latency"
    device.touch()
    said: list[str] = []

    with shallow_idle(said.append, device):
        inside = held(device)

    assert (inside, held(device)) == (1, 0)
    assert device.read_bytes() == bytes(4)
    assert said == []


def test_the_wish_ends_with_a_failure_too(tmp_path: Path) -> None:
    device = tmp_path / "cpu_dma_latency"
    device.touch()

    with pytest.raises(ZeroDivisionError), shallow_idle(print, device):
        1 / 0  # noqa: B018 # what fails inside

    assert held(device) == 0


def test_where_it_cannot_be_had_it_is_said_and_all_goes_on(tmp_path: Path) -> None:
    said: list[str] = []
    went_on = False

    with shallow_idle(said.append, tmp_path / "none"):
        went_on = True

    assert went_on
    assert len(said) == 1
    assert "No such file" in said[0]


def test_a_device_that_refuses_the_wish_is_let_go(tmp_path: Path) -> None:
    said: list[str] = []

    with shallow_idle(said.append, Path("/dev/full")):
        pass

    assert "No space left" in said[0]
    assert held(Path("/dev/full")) == 0
