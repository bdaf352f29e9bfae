"""What the tests of settings share: a file writer, and a stranger's strategy."""

from collections.abc import Callable
from pathlib import Path

import pytest

STRATEGY = '''
"""A stranger's strategy."""
import attrs
from attrs.validators import gt


class Own:
    @attrs.frozen
    class Config:
        lookback: int = attrs.field(
            default=20, validator=gt(0), metadata={"aliases": ("lookback_period",)}
        )
        z: float = attrs.field(default=2.0, validator=gt(0.0))

        def __attrs_post_init__(self) -> None:
            if self.z > self.lookback:
                raise ValueError("z is never reached by so short a lookback")


class Plain:
    pass
'''


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """A function that writes a YAML text beside a strategy file, `own.py`, and returns its path."""
    (tmp_path / "own.py").write_text(STRATEGY)
    count = iter(range(99))

    def writing(text: str) -> Path:
        path = tmp_path / f"{next(count)}.yaml"
        path.write_text(text)
        return path

    return writing
