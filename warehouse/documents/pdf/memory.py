"""How much memory the process uses."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache


class _Mallinfo2(ctypes.Structure):
    """What the C library of Linux tells of its heap (mallinfo(3)), in bytes."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        )
    ]


def used_bytes() -> int:
    """Memory that is in use, without what was freed and waits to be used again.

    0 where the system does not tell, so that nothing seems to grow.
    """
    mallinfo2 = _mallinfo2()
    if mallinfo2 is None:
        return 0
    told = mallinfo2()
    return int(told.uordblks + told.hblkhd)


def give_back() -> None:
    """Give memory that was freed back to the system, where that is possible.

    What the C library keeps of it is not for Python's own objects, which are had from the system anew.
    """
    malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if malloc_trim is not None:
        malloc_trim(0)


@cache
def _mallinfo2() -> Callable[[], _Mallinfo2] | None:
    function = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if function is not None:
        function.restype = _Mallinfo2
    return function
