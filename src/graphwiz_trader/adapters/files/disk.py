"""Disk: how much is free where files go."""

import shutil
from pathlib import Path


def free_bytes(folder: Path) -> int:
    """Return what is free for *folder*, which need not exist yet."""
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free
