"""Folder: making the names in a folder survive power loss."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make files created or renamed in *folder* findable after power loss."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
