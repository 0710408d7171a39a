"""Archived files → recognitions, each read in a worker process with limits of time and memory.

A hostile or broken file becomes a `ReadResult` with its outcome and reason, never a dead run.
"""

from __future__ import annotations

import hashlib
import os
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from warehouse.documents import read_document
from warehouse.documents.model import ReadOutcome, UnreadableDocumentError
from warehouse.record.archive import Archive
from warehouse.record.errors import CorruptArchiveError
from warehouse.tables.model import Recognition
from warehouse.workers import Ending, Finished, Limits, run_isolated

Read = Callable[[bytes], Recognition]

LIMITS = Limits(silence_seconds=300, longest_seconds=3600, memory_mb=1024)
"""For one file. Reading gives a sign of life after each page of a PDF. Optical recognition takes 2 to 9 s a
page and ends before the longest time with the pages that it has; all else is read in seconds."""


@dataclass(frozen=True, slots=True)
class ReadResult:
    """How reading one file ended, and what it gave."""

    sha256: str
    outcome: ReadOutcome
    reason: str | None
    """Why there is no (or no full) recognition, for people."""
    recognition: Recognition | None
    """None unless `READ`, or `NO_TABLES` with text."""
    format: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class _Attempt:
    outcome: ReadOutcome
    reason: str | None = None
    recognition: Recognition | None = None


def read_recognition(data: bytes) -> Recognition:
    """The recognition of one file.

    Raises:
        UnreadableDocumentError: for a file that gives no document.
    """
    # The recogniser loads its vocabularies on import: only workers and `read_one` need them.
    from warehouse.tables import recognise  # noqa: PLC0415 see above

    recognition: Recognition = recognise(read_document(data))
    return recognition


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def read_files(
    files: Iterable[tuple[str, bytes]],
    *,
    workers: int | None = None,
    limits: Limits = LIMITS,
    read: Read = read_recognition,
) -> Iterator[ReadResult]:
    """Read files (SHA-256 and bytes) in worker processes; results come as they finish.

    Files are pulled one per free worker, so that memory stays flat however many there are. Closing the
    iterator ends the workers.

    Args:
        files: The archive's hash of each file and its bytes.
        workers: Processes at a time; by default one per usable core.
        limits: For one file. A worker that exceeds one is killed; the outcome is `TIMEOUT` or
            `OUT_OF_MEMORY`.
        read: What a worker does with the bytes; importable by name.
    """
    finished = run_isolated(
        partial(attempt, read),
        files,
        workers=workers or usable_cores(),
        limits=limits,
    )
    for end in finished:
        yield _result(end.key, _of_ending(end), end.seconds)


def read_archived(
    archive: Archive, hashes: Iterable[str], *, read: Read = read_recognition
) -> Iterator[ReadResult]:
    """Read archived files; one that is missing or damaged is a result that names it, and the others are read.

    Raises:
        RecordUnavailableError: the archive cannot be read at all.
    """
    damaged: list[ReadResult] = []

    def files() -> Iterator[tuple[str, bytes]]:
        for sha256 in hashes:
            try:
                yield sha256, archive.get(sha256)
            except CorruptArchiveError as error:
                damaged.append(_result(sha256, _Attempt(ReadOutcome.CORRUPT, f"archived file {error}"), 0.0))

    yield from read_files(files(), read=read)
    yield from damaged


def read_one(data: bytes, *, read: Read = read_recognition) -> ReadResult:
    """Read one file in this process, without limits: for a file that a person asks for, and to debug."""
    started = time.monotonic()
    return _result(hashlib.sha256(data).hexdigest(), attempt(read, data), time.monotonic() - started)


def attempt(read: Read, data: bytes) -> _Attempt:
    """Read, and turn every way that it can fail into an outcome."""
    try:
        recognition = read(data)
    except UnreadableDocumentError as error:
        return _Attempt(error.outcome, error.reason)
    except MemoryError:
        return _Attempt(ReadOutcome.OUT_OF_MEMORY, "more memory needed than allowed")
    except Exception as error:  # noqa: BLE001 the boundary: whatever a reader does wrong is that file's outcome
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(where.filename).name}:{where.lineno}"
        return _Attempt(ReadOutcome.CRASHED, f"{type(error).__name__} in {place}: {error}")
    if recognition.tables or recognition.cells:
        return _Attempt(ReadOutcome.READ, None, recognition)
    if any(line.text.strip() for line in recognition.lines):
        return _Attempt(ReadOutcome.NO_TABLES, _without_tables(recognition), recognition)
    return _Attempt(ReadOutcome.NO_TEXT, "neither text nor tables")


def _without_tables(recognition: Recognition) -> str:
    """Why there may be no table: what the reader saw and could not read."""
    seen = [notice.detail for notice in recognition.notices if notice.kind in _MAY_BE_TABLES]
    return "; ".join(["text, but no table", *seen[:3]])


_MAY_BE_TABLES = {"picture", "frame", "script", "embedded_part"}
"""Kinds of notices about parts of a document that were not read."""
_OUTCOMES = {
    Ending.TIMEOUT: ReadOutcome.TIMEOUT,
    Ending.OUT_OF_MEMORY: ReadOutcome.OUT_OF_MEMORY,
    Ending.CRASHED: ReadOutcome.CRASHED,
}


def _of_ending(end: Finished[_Attempt]) -> _Attempt:
    return end.value if end.value is not None else _Attempt(_OUTCOMES[end.ending], end.detail)


def _result(sha256: str, done: _Attempt, seconds: float) -> ReadResult:
    file_format = None if done.recognition is None else done.recognition.facts.format
    return ReadResult(sha256, done.outcome, done.reason, done.recognition, file_format, seconds)
