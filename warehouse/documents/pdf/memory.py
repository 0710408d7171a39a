"""How much memory the process has, and how it gives back what it no longer needs."""

from __future__ import annotations

import ctypes
import os

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TRIM = getattr(ctypes.CDLL(None), "malloc_trim", None)


def resident_bytes() -> int:
    """Memory of this process; 0 where the system does not tell, so that nothing seems to grow."""
    try:
        statm = os.open("/proc/self/statm", os.O_RDONLY)  # half the time of a file object
    except OSError:
        return 0
    try:
        return int(os.read(statm, 100).split()[1]) * _PAGE
    finally:
        os.close(statm)


def give_back() -> None:
    """Let the system have the memory that was freed; the C library of Linux keeps it otherwise."""
    if _TRIM is not None:
        _TRIM(0)
