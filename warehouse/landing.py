"""Landing: what was read of a site's new documents becomes a load, and the log says so.

A load is one site in one run; its raw tables are in `raw/<load_id>`. A folder without its `load.landed` was
left by a kill: it is ignored, swept, and its documents are still pending.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.documents.model import ReadOutcome
from warehouse.files import exclusive, hash_of, hashes_of, sync, sync_tree
from warehouse.home import Home
from warehouse.raw_tables import RawTablesWriter
from warehouse.record.events import (
    DocumentImported,
    DocumentLinked,
    DocumentRead,
    Event,
    FetchFinished,
    FetchOutcome,
    LoadLanded,
    LoadRestored,
    LoadValidated,
    PageKind,
)
from warehouse.record.log import EventLog
from warehouse.record.verify import Problem

if TYPE_CHECKING:
    from warehouse.reading import ReadResult

_HAS_BODY = {FetchOutcome.STORED, FetchOutcome.UNCHANGED}
_LOADS = "loads"


@dataclass(frozen=True, slots=True)
class Load:
    """One site in one run, as far as the log tells."""

    load_id: str
    site_id: str
    run_id: str
    reader_version: str
    documents: tuple[str, ...]
    row_counts: dict[str, int]
    accepted: bool | None = None
    """What the gate said last; None where it has not judged yet."""
    judged_version: str | None = None
    """The reader whose rows it judged then: another than `reader_version` where they were restored by it."""
    judged_position: int = 0
    """The event in which it did."""


def pending(log: EventLog, reader_version: str, site_id: str) -> list[str]:
    """Documents of a site that this reader version has not read in any landed load, by first observation.

    Documents are what was fetched as such, what a person handed in, and article pages that are themselves
    linked as documents because the tables stand in the page.
    """
    first_seen: dict[str, int] = {}
    articles: dict[tuple[str, str], int] = {}
    linked: set[str] = set()
    read: set[str] = set()
    types = (FetchFinished.type, DocumentImported.type, DocumentLinked.type, LoadLanded.type)
    for event in log.read(site_id=site_id, types=types):
        match event.payload:
            case FetchFinished(outcome=outcome) if outcome not in _HAS_BODY:
                pass
            case FetchFinished(kind=PageKind.DOCUMENT, sha256=str(sha256)) | DocumentImported(sha256=sha256):
                first_seen.setdefault(sha256, event.position)
            case FetchFinished(kind=PageKind.ARTICLE, sha256=str(sha256), url=url, final_url=final_url):
                articles.setdefault((url, sha256), event.position)
                articles.setdefault((final_url or url, sha256), event.position)
            case DocumentLinked(url=url):
                linked.add(url)
            case LoadLanded(documents=documents, reader_version=version) if version == reader_version:
                read.update(documents)
    for (url, sha256), position in articles.items():
        if url in linked:
            first_seen[sha256] = min(position, first_seen.get(sha256, position))
    return sorted(first_seen.keys() - read, key=first_seen.__getitem__)


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


def missing_loads(home: Home, log: EventLog) -> list[Load]:
    """Landed loads whose raw tables are not on disk."""
    return [load for load in loads(log) if not (home.raw / load.load_id).is_dir()]


def loads(log: EventLog, site_id: str | None = None, until: int | None = None) -> list[Load]:
    """All landed loads, in the order in which they landed, as the log told of them at position `until`."""
    landed: dict[str, Load] = {}
    for event in log.read(types=(LoadLanded.type, LoadValidated.type), site_id=site_id, until=until):
        match event.payload:
            case LoadLanded() as payload:
                landed[payload.load_id] = Load(
                    load_id=payload.load_id,
                    site_id=event.site_id or "",
                    run_id=event.run_id,
                    reader_version=payload.reader_version,
                    documents=payload.documents,
                    row_counts=payload.row_counts,
                )
            case LoadValidated(load_id=load_id) as verdict if load_id in landed:
                load = landed[load_id]
                landed[load_id] = replace(
                    load,
                    accepted=verdict.accepted,
                    judged_version=verdict.reader_version or load.reader_version,
                    judged_position=event.position,
                )
    return list(landed.values())


def unvalidated_loads(log: EventLog, site_id: str | None = None) -> list[Load]:
    """Loads that the gate has not judged."""
    return [load for load in loads(log, site_id) if load.accepted is None]


def accepted_loads(log: EventLog, site_id: str | None = None, until: int | None = None) -> list[Load]:
    """Loads that the gate let through: those that are published."""
    return [load for load in loads(log, site_id, until) if load.accepted]


def known_readings(log: EventLog, site_id: str) -> dict[str, DocumentRead]:
    """What each document of a site gave, as recorded when it was read for the newest load ever accepted.

    It is what a newer reading is compared with: also where the verdict was taken back since, and whether or
    not the raw tables of that reading are still there.
    """
    read: dict[tuple[str, str], DocumentRead] = {}
    loads: dict[str, dict[str, DocumentRead]] = {}
    accepted: set[str] = set()
    types = (DocumentRead.type, LoadLanded.type, LoadValidated.type)
    for event in log.read(types=types, site_id=site_id):
        match event.payload:
            case DocumentRead(sha256=sha256) as reading:
                read[event.run_id, sha256] = reading
            case LoadLanded(load_id=load_id, documents=documents):
                keys = ((event.run_id, sha256) for sha256 in documents)
                loads[load_id] = {key[1]: read[key] for key in keys if key in read}
            case LoadValidated(load_id=load_id, accepted=True):
                accepted.add(load_id)
    known: dict[str, DocumentRead] = {}
    for load_id, readings in loads.items():
        if load_id in accepted:
            known |= readings
    return known


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
