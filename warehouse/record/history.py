"""A document's story, told from the log: when it was seen, replaced, read, published, corrected."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from warehouse.record.events import (
    WITH_CONTENT,
    CorrectionMade,
    CorrectionRevoked,
    DocumentImported,
    DocumentLinked,
    DocumentRead,
    FetchFinished,
    FetchOutcome,
    LoadLanded,
    LoadValidated,
    Payload,
    PublicationMade,
    RecordedEvent,
)

TOLD = (
    FetchFinished.type,
    DocumentLinked.type,
    DocumentImported.type,
    DocumentRead.type,
    LoadLanded.type,
    LoadValidated.type,
    PublicationMade.type,
    CorrectionMade.type,
    CorrectionRevoked.type,
)
"""The types of event that a story is told from."""

_HASH_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a story."""

    at: datetime
    position: int
    what: str
    detail: str
    times: int = 1
    """How many such events there were before anything else happened; `at` is that of the first."""


def history(events: Iterable[RecordedEvent], names: frozenset[str]) -> list[Moment]:
    """The story of documents, in the order in which it was recorded.

    What was met again unchanged, or failed again, is one line with how often, until something else happens.

    Args:
        events: The events of the types `TOLD`, from the first one on.
        names: Whose story, as `names_of` gives it.
    """
    told: list[Moment] = []
    repeated: dict[tuple[str, str], int] = {}
    story = _Story(names)
    for event in events:
        for what, detail in story.of(event):
            if (again := repeated.get((what, detail))) is not None:
                told[again] = replace(told[again], times=told[again].times + 1)
                continue
            if not _is_routine(what):
                repeated.clear()
            repeated[what, detail] = len(told)
            told.append(Moment(event.recorded_at, event.position, what, detail))
    return told


def names_of(events: Iterable[RecordedEvent], subjects: Collection[str]) -> frozenset[str]:
    """The subjects, the files that stood at their addresses, and the addresses where their files stood.

    Args:
        events: The events of the types `TOLD`, from the first one on.
        subjects: Addresses and SHA-256 hashes of documents, in any mixture.
    """
    asked, names = set(subjects), set(subjects)
    for event in events:
        match event.payload:
            case FetchFinished(url=url, sha256=str(sha256)) | DocumentImported(url=url, sha256=sha256):
                if url in asked or sha256 in asked:
                    names |= {url, sha256}
    return frozenset(names)


def _is_routine(what: str) -> bool:
    return what == "unchanged" or what.startswith("not fetched")


class _Story:
    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._standing: dict[str, str] = {}
        self._links: dict[tuple[str, str], Payload] = {}
        self._loads: set[str] = set()
        self._to_publish: set[str] = set()
        self._corrections: dict[str, CorrectionMade] = {}

    def of(self, event: RecordedEvent) -> Iterator[tuple[str, str]]:
        """What an event adds to the story: (what, detail), or nothing."""
        match event.payload:
            case FetchFinished(url=url) as fetch if url in self._names:
                yield self._fetched(fetch)
            case DocumentLinked(url=url) as link if url in self._names:
                yield from self._linked(link)
            case DocumentImported(sha256=sha256) as imported if sha256 in self._names:
                yield "handed in", f"{_short(sha256)} {imported.file_name}, by {imported.imported_by}"
            case DocumentRead(sha256=sha256) as read if sha256 in self._names:
                result = f"{read.tables} tables, {read.amounts} amounts" if read.outcome == "read" else ""
                why = f" ({read.reason})" if read.reason else ""
                yield read.outcome, f"{_short(sha256)} by reader {read.reader_version} {result}{why}".strip()
            case LoadLanded(load_id=load_id, documents=documents) if self._names.intersection(documents):
                self._loads.add(load_id)
            case LoadValidated(load_id=load_id) as verdict if load_id in self._loads:
                (self._to_publish.add if verdict.accepted else self._to_publish.discard)(load_id)
                yield "accepted" if verdict.accepted else "quarantined", f"load {load_id}"
            case PublicationMade(loads=loads) as made if self._to_publish.intersection(loads):
                self._to_publish.clear()
                yield "published", f"in publication {made.publication_id}"
            case CorrectionMade(sha256=sha256) as made if sha256 in self._names:
                self._corrections[str(event.event_id)] = made
                yield "corrected", f"{_decision(made)}, by {made.author}: {made.reason}"
            case CorrectionRevoked(correction_id=correction_id) as back if correction_id in self._corrections:
                decision = _decision(self._corrections[correction_id])
                yield "correction revoked", f"{decision}, by {back.author}: {back.reason}"

    def _fetched(self, fetch: FetchFinished) -> tuple[str, str]:
        before = self._standing.get(fetch.url)
        if fetch.outcome is FetchOutcome.STORED and fetch.sha256 and fetch.sha256 != before:
            self._standing[fetch.url] = fetch.sha256
            what = "replaced" if before else "found"
            return what, f"{_short(fetch.sha256)}, {fetch.byte_count or 0:,} bytes, at {fetch.url}"
        if fetch.outcome in WITH_CONTENT:
            return "unchanged", f"at {fetch.url}"
        detail = f" ({fetch.detail or fetch.http_status})" if fetch.detail or fetch.http_status else ""
        return f"not fetched: {fetch.outcome}", f"at {fetch.url}{detail}"

    def _linked(self, link: DocumentLinked) -> Iterator[tuple[str, str]]:
        key = (link.url, link.page_url)
        if self._links.get(key) != link:
            what = "linked" if key not in self._links else "linked otherwise"
            self._links[key] = link
            yield what, f"“{link.link_text}” on {link.page_url} “{link.page_title}”"


def _decision(made: CorrectionMade) -> str:
    table = f" of table {made.table_ordinal}" if made.table_ordinal is not None else ""
    return f"{made.what}{table} of {_short(made.sha256)} is {made.value}"


def _short(sha256: str) -> str:
    return sha256[:_HASH_SHOWN]
