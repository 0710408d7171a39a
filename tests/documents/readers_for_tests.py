"""What a worker does with a file in the tests of isolation; found by name in worker processes."""

from __future__ import annotations

import os
import time
from pathlib import Path

from warehouse.documents import read_document
from warehouse.tables.model import DocumentFacts, Recognition, TextLine
from warehouse.workers import share_of_time_used, still_working


def recognition(text: str) -> Recognition:
    facts = DocumentFacts(
        format="html",
        page_count=None,
        fiscal_year=None,
        phase=None,
        scope=None,
        agency_name=None,
        agency_code=None,
    )
    return Recognition(facts=facts, lines=(TextLine(ordinal=1, page=None, sheet=None, bbox=None, text=text),))


def take_steps(count: float, share: float, *, gives_signs: bool) -> int:
    """Steps of a quarter of a second, as many as said or as a share of the longest time allows."""
    steps = 0
    while steps < count and share_of_time_used() < share:
        time.sleep(0.25)
        steps += 1
        if gives_signs:
            still_working()
    return steps


def print_megabytes(count: int) -> int:
    """Print as a library does, and give up where the system refuses to take more."""
    written = 0
    try:
        for _ in range(count):
            written += os.write(2, b"x" * 2**20)
            os.write(1, b"x" * 2**20)
    except OSError:
        pass
    return written


def obey(data: bytes) -> Recognition:
    """Do what the file says."""
    order, _, argument = data.decode().partition(" ")
    if order == "sleep":
        time.sleep(float(argument))
    elif order in {"steps", "silent"}:
        return recognition(f"{take_steps(float(argument), 2.0, gives_signs=order == 'steps')} steps")
    elif order == "until":
        return recognition(f"{take_steps(1000, float(argument), gives_signs=True)} steps")
    elif order in {"exit", "segfault"}:
        os.kill(os.getpid(), 11) if order == "segfault" else os._exit(int(argument))
    elif order == "allocate":
        held = bytearray(int(argument) * 2**20)
        held[::4096] = b"x" * len(held[::4096])
        time.sleep(5)
    elif order == "abort":
        os.write(2, f"memory allocation of {argument} bytes failed\nnote: run with\n".encode())
        os.abort()
    elif order == "die":
        held = bytearray(int(argument) * 2**20)
        held[::4096] = b"x" * len(held[::4096])
        time.sleep(1)
        os.abort()
    elif order == "raise":
        raise KeyError(argument)
    elif order == "note":
        (Path(argument) / str(os.getpid())).touch()
        time.sleep(60)
    elif order == "print":
        return recognition(f"{print_megabytes(int(argument))} bytes written")
    elif order == "pid":
        return recognition(str(os.getpid()))
    return recognition(data.decode())


def obey_or_read(data: bytes) -> Recognition:
    """Do what the file says, if it is short; else read it."""
    return obey(data) if len(data) < 100 else read_without_recognising(data)


def read_without_recognising(data: bytes) -> Recognition:
    """The number of blocks that a reader gives."""
    document = read_document(data)
    for table in document.tables:
        table.grid()
    return recognition(str(len(document.blocks)))


def note_pid_and_sleep(data: bytes) -> int:
    """Sleep the given seconds; answer with the process id."""
    time.sleep(float(data) if data.isdigit() else 0)
    return os.getpid()
