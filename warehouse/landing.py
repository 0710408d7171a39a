"""Landing: what was read of a site's new documents becomes a load, and the log says so.

A load is one site in one run; its raw tables are in `raw/<load_id>`. A folder without its `load.landed` was
left by a kill: it is ignored, swept, and its documents are still pending.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.documents.model import ReadOutcome
from warehouse.files import exclusive, hash_of, hashes_of, sync, sync_tree
from warehouse.home import Home
from warehouse.loads import Load, loads
from warehouse.raw_tables import RawTablesWriter
from warehouse.record.events import DocumentRead, Event, LoadLanded, LoadRestored
from warehouse.record.log import EventLog
from warehouse.record.verify import Problem

if TYPE_CHECKING:
    from warehouse.reading import ReadResult

_LOADS = "loads"


def land(  # noqa: PLR0913 # a load's keys, all by name
    home: Home,
    log: EventLog,
    *,
    load_id: str,
    site_id: str,
    run_id: str,
    reader_version: str,
    results: Iterable[ReadResult],
) -> LoadLanded | None:
    """Write what was read as the raw tables of a load, then record it; None where there are no results.

    The folder is written aside and renamed before its events are appended, all in one batch: a load is in the
    log when, and only when, it is complete on disk.

    Raises:
        ValueError: a load of this id has landed already.
    """
    if any(load.load_id == load_id for load in loads(log, site_id)):
        raise ValueError(f"load {load_id} has landed already")
    landed = None
    with _aside(home, load_id) as folder:
        keys = {"load_id": load_id, "site_id": site_id, "reader_version": reader_version}
        with RawTablesWriter(folder, **keys) as writer:
            reads = [_add(writer, result, reader_version) for result in results]
        if reads:
            files = hashes_of(folder)
            _move(folder, home.raw / load_id)
            landed = LoadLanded(
                load_id=load_id,
                reader_version=reader_version,
                documents=tuple(read.sha256 for read in reads),
                row_counts=writer.row_counts,
                files=files,
            )
            log.append([Event(payload=p, run_id=run_id, site_id=site_id) for p in (*reads, landed)])
    return landed


def restore(  # noqa: PLR0913 - what it is made from, by name
    home: Home,
    log: EventLog,
    load: Load,
    results: Iterable[ReadResult],
    *,
    reader_version: str,
    run_id: str,
    judge: Callable[[Path], object] | None = None,
) -> None:
    """Write the raw tables of a landed load again, and record that they are other files now.

    Args:
        home: The installation.
        log: Its log.
        load: The load, as the log tells of it.
        results: Its documents, read anew.
        reader_version: The reader that read them anew: rows say who made them, not who did once.
        run_id: The run that it is done in.
        judge: Called with the folder before it is in place, so that no rows are there without their verdict.
    """
    with _aside(home, load.load_id) as folder:
        keys = {"load_id": load.load_id, "site_id": load.site_id, "reader_version": reader_version}
        with RawTablesWriter(folder, **keys) as writer:
            for result in results:
                _add(writer, result, reader_version)
        if judge:
            judge(folder)
        files = hashes_of(folder)
        restored = LoadRestored(load_id=load.load_id, reader_version=reader_version, files=files)
        log.append([Event(payload=restored, run_id=run_id, site_id=load.site_id)])
        _move(folder, home.raw / load.load_id)


def damage(home: Home, log: EventLog) -> Iterator[Problem]:
    """Raw tables that are not as they were landed, or restored last.

    A folder that is not there is no damage: the next run makes it again.
    """
    for event in _last_written(log).values():
        folder = home.raw / event.load_id
        for name, sha256 in event.files.items() if folder.is_dir() else ():
            if not (folder / name).is_file() or hash_of(folder / name) != sha256:
                detail = "is not the file that was recorded; `mingzhang rebuild` makes it again"
                yield Problem("changed_raw_table", f"{event.load_id}, {name}", detail)


def _last_written(log: EventLog) -> dict[str, LoadLanded | LoadRestored]:
    """By load the event that says which files it has."""
    written: dict[str, LoadLanded | LoadRestored] = {}
    for event in log.read(types=(LoadLanded.type, LoadRestored.type)):
        if isinstance(event.payload, LoadLanded | LoadRestored):
            written[event.payload.load_id] = event.payload
    return written


def sweep(home: Home, log: EventLog) -> list[Path]:
    """Remove what landings that were killed left behind; a landing that still runs is left alone.

    Returns:
        The folders that were removed.
    """
    leftovers = {path.name for folder in (home.scratch / _LOADS, home.raw) for path in _folders(folder)}
    removed = []
    for load_id in sorted(leftovers):
        with exclusive(_lock_of(home, load_id), wait=False) as held:
            if not held:
                continue
            landed = any(load.load_id == load_id for load in loads(log))
            for folder in (home.scratch / _LOADS / load_id, *(() if landed else (home.raw / load_id,))):
                if folder.exists():
                    shutil.rmtree(folder)
                    removed.append(folder)
            _lock_of(home, load_id).unlink(missing_ok=True)
    return removed


def _add(writer: RawTablesWriter, result: ReadResult, reader_version: str) -> DocumentRead:
    """Take one document in; one whose values do not fit the raw tables counts as one that was not read."""
    try:
        writer.add(result)
    except ValueError as error:
        result = replace(result, outcome=ReadOutcome.CRASHED, reason=str(error), recognition=None)
        writer.add(result)
    recognition = result.recognition
    return DocumentRead(
        sha256=result.sha256,
        reader_version=reader_version,
        outcome=result.outcome,
        reason=result.reason,
        format=result.format,
        tables=len(recognition.tables) if recognition else 0,
        amounts=len(recognition.amounts) if recognition else 0,
        seconds=result.seconds,
    )


@contextmanager
def _aside(home: Home, load_id: str) -> Iterator[Path]:
    """A folder to write a load in, locked against `sweep`; gone at the end unless it was moved."""
    folder, lock = home.scratch / _LOADS / load_id, _lock_of(home, load_id)
    with exclusive(lock):
        shutil.rmtree(folder, ignore_errors=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            lock.unlink()


def _move(aside: Path, folder: Path) -> None:
    """Rename into place; a folder that stands there was left by a kill before its event."""
    sync_tree(aside)
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        shutil.rmtree(folder)
    aside.rename(folder)
    sync(folder.parent)


def _lock_of(home: Home, load_id: str) -> Path:
    return home.scratch / _LOADS / f"{load_id}.lock"


def _folders(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir()] if folder.exists() else []
