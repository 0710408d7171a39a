"""A function applied to many inputs in worker processes that may be killed: one bad input costs one result.

`concurrent.futures` cannot stop a task, and a worker that dies breaks its whole pool; hence this small pool.
Workers are started as fresh interpreters (they inherit no locks, threads or open files), are reused, and are
replaced when killed. They end with their parent: by an end of file on their pipe when idle, by their own
alarm when busy.
"""

from __future__ import annotations

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
from typing import IO, Any, Generic, TypeVar

T = TypeVar("T")

JOBS_PER_WORKER = 200
"""A worker is replaced after so many jobs: libraries leak, and a fresh one starts in 0.2 seconds."""
WATCH_SECONDS = 0.2
"""How often the memory of busy workers is looked at."""
GRACE_SECONDS = 5.0
"""How long after its time limit a worker ends itself where no parent is left to do it."""
SLACK_MB = 512
"""What a worker may map beyond its limit of resident memory, before allocation fails at once."""
_ALLOCATION_FAILED = ("memory allocation of", "bad_alloc")
"""Last words of Rust and C++ libraries that abort where memory is refused."""


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
    timeout_seconds: float,
    memory_mb: int,
) -> Iterator[Finished[T]]:
    """Apply `function` to each job's bytes and hand over the results as they come.

    Jobs are pulled one for each free worker. Closing the iterator (or Ctrl-C) kills the workers.

    Args:
        function: Importable by name, or a `functools.partial` of such a function. An exception that it raises
            counts as a crash: let it return what it wants to report.
        jobs: A key of your choice and the input.
        workers: Processes at a time.
        timeout_seconds: For one job, from hand-over to result.
        memory_mb: Resident memory of one worker.
    """
    pool = [_Worker(function, timeout_seconds, memory_mb) for _ in range(max(1, workers))]
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

    def __init__(self, function: Callable[[bytes], T], timeout_seconds: float, memory_mb: int) -> None:
        self.function = function
        self.timeout_seconds = timeout_seconds
        self.memory_mb = memory_mb
        self.alive = False
        self.jobs_done = 0
        self.key: str | None = None
        self.started = self.deadline = 0.0

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
        self.deadline = self.started + self.timeout_seconds
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
        limits = (theirs.fileno(), self.timeout_seconds + GRACE_SECONDS, self.memory_mb + SLACK_MB)
        self.process = subprocess.Popen(  # noqa: S603 our own interpreter and module
            [sys.executable, "-P", "-c", f"from warehouse.workers import serve; serve(*{limits!r})"],
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
        if self.pipe.poll():
            try:
                value = self.pipe.recv()
            except (EOFError, OSError, pickle.UnpicklingError):
                self.process.wait()
                how = self._death()
                starved = any(words in how for words in _ALLOCATION_FAILED)
                return self._finish(Ending.OUT_OF_MEMORY if starved else Ending.CRASHED, None, how)
            self.jobs_done += 1
            if resident_mb(self.process.pid) > self.memory_mb / 2:
                # What this job left behind must not count against the next.
                self.jobs_done = JOBS_PER_WORKER
            return self._finish(Ending.RETURNED, value, None)
        if time.monotonic() >= self.deadline:
            self.kill()
            return self._finish(Ending.TIMEOUT, None, f"not finished after {self.timeout_seconds:g} seconds")
        if resident_mb(self.process.pid) > self.memory_mb:
            self.kill()
            return self._finish(Ending.OUT_OF_MEMORY, None, f"took more than {self.memory_mb} MB of memory")
        return None

    def _finish(self, ending: Ending, value: T | None, detail: str | None) -> Finished[T]:
        key, self.key = self.key or "", None
        if ending != Ending.RETURNED:
            self.kill()
        return Finished(key, ending, value, detail, time.monotonic() - self.started)

    def _death(self) -> str:
        code = self.process.returncode
        how = f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        self.errors.seek(0)
        said = self.errors.read()[-2000:].decode("utf-8", "replace").strip().splitlines()
        telling = [line for line in said if not line.startswith("note: ")]
        return f"{how}: {telling[-1]}" if telling else how

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


def serve(descriptor: int, alarm_seconds: float, memory_mb: int) -> None:
    """A worker's whole life: receive the function, then inputs, answer each, end with the parent."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (limit if hard < 0 else min(limit, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with Connection(descriptor) as pipe:
        function: Callable[[bytes], object] = pickle.loads(pipe.recv_bytes())  # noqa: S301 from our parent
        while True:
            try:
                data = pipe.recv_bytes()
            except EOFError:
                return
            signal.setitimer(signal.ITIMER_REAL, alarm_seconds)
            pipe.send(function(data))
            signal.setitimer(signal.ITIMER_REAL, 0)
