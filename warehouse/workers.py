"""A function applied to many inputs in worker processes that may be killed: one bad input costs one result.

`concurrent.futures` cannot stop a task, and a worker that dies breaks its whole pool; hence this small pool.
Workers are started as fresh interpreters (they inherit no locks, threads or open files), are reused, and are
replaced when killed. They end with their parent, whatever ends it: Linux kills them, elsewhere they see the
end of file on their pipe when idle, and their own alarm ends them when busy.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import IO, Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")

PULSE_SECONDS = 0.2
"""A job that goes on says so no more often than this."""

JOBS_PER_WORKER = 200
"""A worker is replaced after so many jobs: libraries leak, and a fresh one starts in 0.2 seconds."""
STARTING_SECONDS = 60.0
"""For a worker to begin its first job: a busy machine is not that file's fault."""
WATCH_SECONDS = 0.2
"""How often the memory of busy workers is looked at."""
GRACE_SECONDS = 5.0
"""How long after its time limit a worker ends itself where no parent is left to do it."""
SLACK_MB = 512
"""What a worker may map beyond its limit of resident memory, before allocation fails at once."""
STACK_BYTES = 120 * 2**20
"""For libraries that follow nested structures by calling themselves. The system leaves room for 128 MB."""
MOST_WRITTEN_BYTES = 64 * 2**20
"""To one file: a library that complains of every object would fill the disk."""
_PR_SET_PDEATHSIG = 1
"""Of prctl(2)."""
_ALLOCATION_FAILED = ("memory allocation of", "bad_alloc")
"""Last words of Rust and C++ libraries that abort where memory is refused."""
_MUCH = 0.5
"""Of the limit of memory. A library that dies without a word while it holds so much was refused more: what it
grows is copied to twice its size, and both together pass the limit."""


class Limits(NamedTuple):
    """What one job may take."""

    silence_seconds: float
    """Without a sign of life, which the result is too."""
    longest_seconds: float
    """Whatever signs of life there are."""
    memory_mb: int
    """Resident."""


class Ending(StrEnum):
    """How a job ended."""

    RETURNED = "returned"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Finished(Generic[T]):
    """One job's end: `value` where the function returned, else `detail` for people."""

    key: str
    ending: Ending
    value: T | None
    detail: str | None
    seconds: float


def run_isolated(
    function: Callable[[bytes], T],
    jobs: Iterable[tuple[str, bytes]],
    *,
    workers: int,
    limits: Limits,
) -> Iterator[Finished[T]]:
    """Apply `function` to each job's bytes and hand over the results as they come.

    Jobs are pulled one for each free worker. Closing the iterator (or Ctrl-C) kills the workers.

    A job of many like parts may call `still_working` after each of them, and ask `share_of_time_used` in
    order to end with what it has.

    Args:
        function: Importable by name, or a `functools.partial` of such a function. An exception that it raises
            counts as a crash: let it return what it wants to report.
        jobs: A key of your choice and the input.
        workers: Processes at a time.
        limits: Of time and memory; a worker that exceeds one is killed.
    """
    pool = [_Worker(function, limits) for _ in range(max(1, workers))]
    waiting = iter(jobs)
    try:
        for worker in pool:
            worker.take(next(waiting, None))
        while busy := [worker for worker in pool if worker.key is not None]:
            wait([worker.pipe for worker in busy], _patience(busy))
            for worker in busy:
                finished = worker.poll()
                if finished is not None:
                    # Hand over the next job before the caller spends time on this result.
                    worker.take(next(waiting, None))
                    yield finished
    finally:
        for worker in pool:
            worker.kill()


def _patience(busy: list[_Worker[Any]]) -> float:
    return max(0.0, min(WATCH_SECONDS, *(worker.deadline - time.monotonic() for worker in busy)))


class _Worker(Generic[T]):
    """The parent's side of one worker process, started with its first job."""

    pipe: Connection[Any, Any]
    process: subprocess.Popen[bytes]
    errors: IO[bytes]

    def __init__(self, function: Callable[[bytes], T], limits: Limits) -> None:
        self.function = function
        self.limits = limits
        self.alive = False
        self.jobs_done = 0
        self.key: str | None = None
        self.started = self.deadline = 0.0
        self.has_begun = False
        self.most_mb = 0.0

    def take(self, job: tuple[str, bytes] | None) -> None:
        """Begin a job; with None, end."""
        if job is None:
            self.kill()
            return
        fresh = not self.alive or self.jobs_done >= JOBS_PER_WORKER
        if fresh:
            self.kill()
            self._start()
        self.key, data = job
        self.started = time.monotonic()
        self.deadline = self.started + self.limits.silence_seconds + (STARTING_SECONDS if fresh else 0.0)
        self.has_begun = False
        self.most_mb = 0.0
        try:
            if fresh:
                self.pipe.send_bytes(pickle.dumps(self.function))
            self.pipe.send_bytes(data)
        except OSError:
            # It died before it could take the job: `poll` sees the broken pipe and says why.
            return

    def _start(self) -> None:
        self.pipe, theirs = Pipe()
        # Closed in `kill`: it lives as long as the worker, not as this call.
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 see above
        given = (theirs.fileno(), *self.limits)
        self.process = subprocess.Popen(  # noqa: S603 our own interpreter and module
            [sys.executable, "-P", "-c", f"from warehouse.workers import serve; serve(*{given!r})"],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self.errors,
            # A backtrace of a Rust library costs seconds and says nothing about the file.
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "RUST_BACKTRACE": "0"},
            # Ctrl-C goes to the parent alone, which then ends its workers in order.
            start_new_session=True,
        )
        theirs.close()
        self.alive, self.jobs_done = True, 0

    def poll(self) -> Finished[T] | None:
        """The job's end, if it has come; a worker over its limits is killed."""
        while self.pipe.poll():
            try:
                message = self.pipe.recv_bytes()
                if not message:
                    self._live_on()
                    continue
                value = pickle.loads(message)  # noqa: S301 from our own worker
            except (EOFError, OSError, pickle.UnpicklingError):
                return self._finish(*self._death())
            self.jobs_done += 1
            if resident_mb(self.process.pid) > self.limits.memory_mb / 2:
                # What this job left behind must not count against the next.
                self.jobs_done = JOBS_PER_WORKER
            return self._finish(Ending.RETURNED, value, None)
        if time.monotonic() >= self.deadline:
            self.kill()
            return self._finish(Ending.TIMEOUT, None, self._lateness())
        held = resident_mb(self.process.pid)
        self.most_mb = max(self.most_mb, held)
        if held > self.limits.memory_mb:
            self.kill()
            too_much = f"took more than {self.limits.memory_mb} MB of memory"
            return self._finish(Ending.OUT_OF_MEMORY, None, too_much)
        return None

    def _live_on(self) -> None:
        """A sign of life, the first one when the job begins: silence counts anew."""
        silence, longest, _ = self.limits
        if not self.has_begun:
            self.started, self.has_begun = time.monotonic(), True
        self.deadline = min(time.monotonic() + silence, self.started + longest)

    def _lateness(self) -> str:
        silence, longest, _ = self.limits
        went_on = silence < longest <= time.monotonic() - self.started
        return f"not finished after {longest if went_on else silence:g} seconds"

    def _finish(self, ending: Ending, value: T | None, detail: str | None) -> Finished[T]:
        key, self.key = self.key or "", None
        if ending != Ending.RETURNED:
            self.kill()
        return Finished(key, ending, value, detail, time.monotonic() - self.started)

    def _death(self) -> tuple[Ending, None, str]:
        """How a worker ended that was not killed here, as arguments of `_finish`."""
        _, status, usage = os.wait4(self.process.pid, 0)
        code = self.process.returncode = os.waitstatus_to_exitcode(status)
        how = f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        self.errors.seek(0)
        said = self.errors.read()[-2000:].decode("utf-8", "replace").strip().splitlines()
        telling = [line for line in said if not line.startswith("note: ")]
        if code == -signal.SIGSEGV:
            how += " (structures nested too deeply, or a fault of a library)"
        if telling:
            how += f": {telling[-1]}"
        if any(words in how for words in _ALLOCATION_FAILED):
            return Ending.OUT_OF_MEMORY, None, how
        held = max(self.most_mb, _own_peak_mb(usage))
        if code < 0 and held > _MUCH * self.limits.memory_mb:
            return Ending.OUT_OF_MEMORY, None, f"{how} (it held {held:.0f} MB, and more was refused)"
        return Ending.CRASHED, None, how

    def kill(self) -> None:
        """End the process, whatever it does; harmless where none runs."""
        if not self.alive:
            return
        self.alive = False
        self.process.kill()
        self.process.wait()
        self.pipe.close()
        self.errors.close()


def resident_mb(pid: int) -> float:
    """Memory of a process that is in use now; 0 where the system does not say (or the process is gone)."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0.0
    return int(pages) * resource.getpagesize() / 2**20


def _own_peak_mb(usage: resource.struct_rusage) -> float:
    """The most memory that an ended worker had in use; 0 where that was less than its parent had.

    Linux counts the parent's memory as the child's until it begins a program of its own.
    """
    peak, parents = usage.ru_maxrss, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if peak > parents else 0.0


class _Job:
    """The worker's side of the job that it does: how it tells its parent that it goes on."""

    def __init__(self, pipe: Connection[Any, Any], limits: Limits) -> None:
        self.pipe = pipe
        self.limits = limits
        self.started = self.told = time.monotonic()
        self.pipe.send_bytes(b"")
        self._set_alarm(self.limits.silence_seconds)

    def pulse(self) -> None:
        now = time.monotonic()
        if now - self.told >= PULSE_SECONDS:
            self.told = now
            self.pipe.send_bytes(b"")
            self._set_alarm(
                min(self.limits.silence_seconds, self.started + self.limits.longest_seconds - now)
            )

    def _set_alarm(self, seconds: float) -> None:
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.0) + GRACE_SECONDS)

    def end(self, value: object) -> None:
        self.pipe.send_bytes(pickle.dumps(value))
        signal.setitimer(signal.ITIMER_REAL, 0)


_job: _Job | None = None
"""What this process does, if it is a worker."""


def still_working() -> None:
    """Say that the job in this worker goes on; nothing elsewhere."""
    if _job is not None:
        _job.pulse()


def share_of_time_used() -> float:
    """How much of the longest time for the job of this worker is over, 0 to 1; 0 outside workers."""
    if _job is None:
        return 0.0
    return min((time.monotonic() - _job.started) / _job.limits.longest_seconds, 1.0)


def _allow(kind: int, most: int) -> None:
    """Limit what this process may take, no higher than the system allows."""
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (most if hard < 0 else min(most, hard), hard))


def _die_with_parent() -> None:
    """Let Linux kill this process when the thread that started it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def serve(descriptor: int, silence_seconds: float, longest_seconds: float, memory_mb: int) -> None:
    """A worker's whole life: receive the function, then inputs, answer each, end with the parent."""
    global _job  # noqa: PLW0603 a process does one job at a time
    limits = Limits(silence_seconds, longest_seconds, memory_mb)
    _die_with_parent()
    _allow(resource.RLIMIT_DATA, (memory_mb + SLACK_MB) * 2**20)
    _allow(resource.RLIMIT_STACK, STACK_BYTES)
    _allow(resource.RLIMIT_FSIZE, MOST_WRITTEN_BYTES)
    _allow(resource.RLIMIT_CORE, 0)
    with Connection(descriptor) as pipe:
        function: Callable[[bytes], object] = pickle.loads(pipe.recv_bytes())  # noqa: S301 from our parent
        while True:
            try:
                data = pipe.recv_bytes()
            except EOFError:
                return
            _job = _Job(pipe, limits)
            _job.end(function(data))
