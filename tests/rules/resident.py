"""How much memory this process holds."""

from __future__ import annotations

import gc
import os
import resource
from pathlib import Path


def resident_memory() -> int:
    """Return the bytes that are resident, once what is garbage has been collected."""
    gc.collect()
    pages = int(Path(f"/proc/{os.getpid()}/statm").read_text().split()[1])
    return pages * resource.getpagesize()
