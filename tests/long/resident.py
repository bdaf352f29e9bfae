"""Resident: how much memory this process holds."""

import re
from pathlib import Path


def resident_kb() -> int:
    """Return what this process holds now; a peak would hide growth below an earlier one."""
    found = re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1])
