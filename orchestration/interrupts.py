"""Ctrl-C that no library can swallow.

While Dagster runs a job it puts handlers of its own in the place of Python's: between two steps they only
take a note, which is thrown away when the job ends. So the signal is noted below all handlers too, and every
step of a run asks for it before it begins.
"""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_noted: list[socket.socket] = []


@contextmanager
def heeded() -> Iterator[None]:
    """Note interruptions while the block runs; nothing is noted in a thread other than the main one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reading, writing = socket.socketpair()
    with reading, writing:
        reading.setblocking(False)  # noqa: FBT003 - the library's signature
        writing.setblocking(False)  # noqa: FBT003 - the same
        before = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        _noted.append(reading)
        try:
            yield
        finally:
            _noted.remove(reading)
            signal.set_wakeup_fd(before)


def stop_if_interrupted() -> None:
    """End here where Ctrl-C was pressed since `heeded` began, whatever became of it.

    Raises:
        KeyboardInterrupt: it was pressed.
    """
    for reading in _noted:
        try:
            signals = reading.recv(4096)
        except BlockingIOError:
            continue
        if signal.SIGINT in signals:
            raise KeyboardInterrupt
