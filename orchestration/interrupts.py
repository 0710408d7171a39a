"""Ctrl-C that no library can swallow.

While Dagster runs a job it puts handlers of its own in the place of Python's. Between two steps they only
take a note, which is thrown away when the job ends: so the signal is noted below all handlers too, and every
step of a run asks for it before it begins. Within a step they raise, which Python ignores where a finaliser
happens to run: then the signal is sent once more.
"""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_MOMENT_SECONDS = 0.05
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
        hook, sys.unraisablehook = sys.unraisablehook, _again(sys.unraisablehook)
        before = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        _noted.append(reading)
        try:
            yield
        finally:
            _noted.remove(reading)
            signal.set_wakeup_fd(before)
            sys.unraisablehook = hook


def _again(usual: Callable[[UnraisableHookArgs], object]) -> Callable[[UnraisableHookArgs], None]:
    """Sends an interruption that could not be raised again, a moment later, and prints no traceback of it."""

    def hook(unraisable: UnraisableHookArgs) -> None:
        main = threading.main_thread().ident
        if issubclass(unraisable.exc_type, Exception) or main is None:
            usual(unraisable)
        else:
            threading.Timer(_MOMENT_SECONDS, signal.pthread_kill, (main, signal.SIGINT)).start()

    return hook


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
