"""What a report is on: the events of one run, or of every run since the last publication.

A publication shows what all runs since the one before collected, so its report covers them all: sites may be
crawled and read one by one, each in a run of its own, before one more run publishes. Only that much of the
log is read, and of the history before it no more than what gives the files their names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from warehouse.record.events import (
    CorrectionMade,
    CorrectionRevoked,
    DocumentImported,
    DocumentLinked,
    DocumentRead,
    FetchFinished,
    Payload,
    RecordedEvent,
)
from warehouse.record.log import EventLog

P = TypeVar("P", bound=Payload)

Names = Mapping[str, tuple[str, str]]
"""SHA-256 of a file → the name that people know it by, and its address."""

_NAMING = (DocumentLinked.type, FetchFinished.type, DocumentImported.type)
_DECISIONS = (DocumentImported.type, CorrectionMade.type, CorrectionRevoked.type)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person handed in or decided, or took back."""

    kind: str
    """`handed in`, `corrected` or `revoked`."""
    decided_at: datetime
    document_sha256: str | None
    """None where a correction is revoked that is not among the known events."""
    name: str
    url: str
    what: str
    author: str
    reason: str


@dataclass(frozen=True, slots=True)
class Covered:
    """The events that a report is on, the decisions of people, and the names of the files in both."""

    events: Sequence[RecordedEvent] = ()
    decisions: Sequence[Decision] = ()
    names: Names = field(default_factory=dict)


def covered(log: EventLog, *, published_until: int, run_id: str | None = None, after: int = 0) -> Covered:
    """Gather what a report is on.

    Args:
        log: The log.
        published_until: The last event that the publication before takes into account; 0 before the first.
        run_id: The one run to cover; by default all since the publication before.
        after: A position before the first event of that run.
    """
    begin = published_until if run_id is None else after
    events = list(log.read(after=begin, run_id=run_id))
    # The link of a file that is only read anew was recorded long ago.
    names = {sha256: name for sha256, name in document_names(events).items() if not _is_of_address(*name)}
    read = {(site_id, reading.sha256) for site_id, reading in payloads_of(events, DocumentRead)}
    decided = list(log.read(types=_DECISIONS))
    unnamed = {site_id for site_id, sha256 in read if sha256 not in names}
    unnamed |= {event.site_id or "" for event in decided if event.position > published_until}
    for site_id in sorted(unnamed):
        names = document_names(log.read(types=_NAMING, site_id=site_id)) | names
    return Covered(events, decisions_after(decided, published_until, names), names)


def payloads_of(events: Iterable[RecordedEvent], payload_type: type[P]) -> list[tuple[str, P]]:
    """The payloads of one type, each with its site."""
    return [
        (event.site_id or "", event.payload) for event in events if isinstance(event.payload, payload_type)
    ]


def document_names(events: Iterable[RecordedEvent]) -> dict[str, tuple[str, str]]:
    """The name and address of each archived file: as it was downloaded or linked, or handed in."""
    link_texts: dict[str, str] = {}
    fetches: list[FetchFinished] = []
    handed_in: list[DocumentImported] = []
    for event in events:
        match event.payload:
            case DocumentLinked(url=url, link_text=text):
                link_texts[url] = text
            case FetchFinished(sha256=str()) as fetch:
                fetches.append(fetch)
            case DocumentImported() as handed:
                handed_in.append(handed)
    names: dict[str, tuple[str, str]] = {}
    for fetch in fetches:
        name = fetch.file_name or link_texts.get(fetch.url)
        if name or fetch.sha256 not in names:
            names[str(fetch.sha256)] = (name or _end_of(fetch.url), fetch.url)
    return names | {handed.sha256: (handed.file_name, handed.url) for handed in handed_in}


def _end_of(url: str) -> str:
    return url.rsplit("/", 1)[-1]


def _is_of_address(name: str, url: str) -> bool:
    return name == _end_of(url)


def decisions_after(
    decided: Iterable[RecordedEvent], published_until: int, names: Names
) -> tuple[Decision, ...]:
    """What people decided since a publication; `decided` begins with their first decision of all."""
    corrections: dict[str, CorrectionMade] = {}
    decisions = []
    for event in decided:
        if isinstance(event.payload, CorrectionMade):
            corrections[str(event.event_id)] = event.payload
        decision = _decision(event, corrections, names)
        if decision and event.position > published_until:
            decisions.append(decision)
    return tuple(decisions)


def _decision(
    event: RecordedEvent, corrections: Mapping[str, CorrectionMade], names: Names
) -> Decision | None:
    sha256: str | None
    match event.payload:
        case DocumentImported(sha256=sha256, title=what, imported_by=author):
            kind, reason = "handed in", ""
        case CorrectionMade(sha256=sha256, author=author, reason=reason) as made:
            kind, what = "corrected", _corrected(made)
        case CorrectionRevoked(correction_id=correction_id, author=author, reason=reason):
            revoked = corrections.get(correction_id)
            kind, what = "revoked", _corrected(revoked) if revoked else correction_id
            sha256 = revoked.sha256 if revoked else None
        case _:
            return None
    name, url = names.get(sha256 or "", (sha256 or "", ""))
    return Decision(kind, event.occurred_at, sha256, name, url, what, author, reason)


def _corrected(made: CorrectionMade) -> str:
    table = f" of table {made.table_ordinal}" if made.table_ordinal is not None else ""
    return f"{made.what}{table} is {made.value}"
