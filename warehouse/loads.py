"""What the log tells of documents that are read and of loads: which are pending, landed, judged, accepted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from warehouse.home import Home
from warehouse.record.events import (
    WITH_CONTENT,
    DocumentImported,
    DocumentLinked,
    DocumentRead,
    FetchFinished,
    LoadLanded,
    LoadValidated,
    PageKind,
)
from warehouse.record.log import EventLog


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
            case FetchFinished(outcome=outcome) if outcome not in WITH_CONTENT:
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
