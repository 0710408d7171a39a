"""The types of event, their versions and payloads.

An event says what was seen, not what it means: state (present, changed, withdrawn …) is a projection over
these, written in dbt. Type names and versions are read for ever and are independent of module paths: a field
is added with a default, anything else is a new version with an upcaster.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class FetchOutcome(StrEnum):
    """How a request ended: a closed set, so that outcomes can be counted."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    NOT_FOUND = "not_found"
    SOFT_404 = "soft_404"
    BLOCKED = "blocked"
    FORBIDDEN_BY_ROBOTS = "forbidden_by_robots"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"
    EMPTY = "empty"
    SERVER_ERROR = "server_error"
    NETWORK_ERROR = "network_error"


WITH_CONTENT = frozenset({FetchOutcome.STORED, FetchOutcome.UNCHANGED})
"""Outcomes that name archived content: what was asked for is there."""


class PageKind(StrEnum):
    """What was asked for."""

    HOME = "home"
    """The site's home page, which soft 404s are told by."""
    LISTING = "listing"
    ARTICLE = "article"
    DOCUMENT = "document"


class Payload(BaseModel):
    """Base of all payloads: immutable, strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ClassVar[str]
    version: ClassVar[int] = 1


class CrawlStarted(Payload):
    """A crawl of one site began. What the site's YAML said is kept, so that the record explains itself."""

    type: ClassVar[str] = "crawl.started"
    site_name: str
    region_code: str
    platform: str
    start_urls: tuple[str, ...]
    exceptions: tuple[str, ...] = ()
    """What the site's YAML permits beyond the usual (unverified certificates, private addresses)."""


CRAWL_NOT_STARTED = "not started"
"""How the reason of a crawl begins that was not due: the site's hours were closed."""


class CrawlFinished(Payload):
    """A crawl of one site ended: `finished`, or why it stopped."""

    type: ClassVar[str] = "crawl.finished"
    reason: str
    requests: int
    outcomes: dict[str, int]
    listing_entries: int
    documents_linked: int
    documents_stored: int
    full_walk: bool = True
    """Whether listings were walked to their end; else only as far as they were new."""
    years: tuple[int, ...] = ()
    """The years to which documents were limited; none where they were not."""


class MonitorRaised(Payload):
    """Something about a crawl that a person should look at, found as it closed."""

    type: ClassVar[str] = "monitor.raised"
    monitor: str
    """`no_entries`, `few_entries`, `few_documents`, `documents_against_history`, `requests_per_document`,
    `errors` or `days_without_news`."""
    detail: str
    value: float
    limit: float


class FetchFinished(Payload):
    """One request ended. `sha256` names the archived body for `stored` and `unchanged`."""

    type: ClassVar[str] = "fetch.finished"
    url: str
    kind: PageKind
    outcome: FetchOutcome
    referer: str | None = None
    final_url: str | None = None
    http_status: int | None = None
    sha256: str | None = None
    byte_count: int | None = None
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    file_name: str | None = None
    """From Content-Disposition; a label, never a path."""
    detail: str | None = None
    evidence_sha256: str | None = None
    """The archived body that shows why an answer is `blocked`, `soft_404` or `wrong_type`; not a document."""


class ListingEntry(BaseModel):
    """One line of a listing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    title: str
    listed_on: date | None = None


class ListingObserved(Payload):
    """All entries of one column of a site. Absence may be concluded only where `complete`."""

    type: ClassVar[str] = "listing.observed"
    listing_url: str
    column_name: str
    complete: bool
    page_count: int
    entries: tuple[ListingEntry, ...]


class DocumentLinked(Payload):
    """A page links to a document (an attachment, or the page itself where the tables stand in it).

    Year, phase, scope and agency are what the page says (title, column, cell of a matrix), None where it does
    not: the document's own text has precedence for year and phase.
    """

    type: ClassVar[str] = "document.linked"
    url: str
    page_url: str
    link_text: str
    page_title: str
    fiscal_year: int | None = None
    phase: str | None = None
    scope: str | None = None
    agency_name: str | None = None
    published_on: date | None = None
    published_on_source: str | None = None
    """Which date it is: `pub_date` (meta tag), `listing`, `url` or `last_modified`."""
    dates: dict[str, str] = Field(default_factory=dict)
    """Every date that was seen, by source, as printed."""
    meta: dict[str, str] = Field(default_factory=dict)
    """The national meta tags of the page (SiteName, ColumnName, ArticleTitle, PubDate, ContentSource)."""


class ArticleJudged(Payload):
    """A listed article was taken for a budget disclosure, for something else, or could not be decided.

    Only disclosures have their documents fetched; `undecided` ones wait for a person.
    """

    type: ClassVar[str] = "article.judged"
    url: str
    title: str
    verdict: str
    """`disclosure`, `other` or `undecided`."""
    score: int
    reason: str
    """The rules that matched, for people."""


class DocumentImported(Payload):
    """A person handed in a document."""

    type: ClassVar[str] = "document.imported"
    site_name: str
    region_code: str
    url: str
    """The address it is said to come from, else `import:<sha256>`."""
    sha256: str
    byte_count: int
    file_name: str
    title: str
    fiscal_year: int | None = None
    phase: str | None = None
    agency_name: str | None = None
    imported_by: str


class DocumentRead(Payload):
    """A reader went over an archived file. `outcome` is a `warehouse.documents.model.ReadOutcome`."""

    type: ClassVar[str] = "document.read"
    sha256: str
    reader_version: str
    outcome: str
    reason: str | None = None
    format: str | None = None
    tables: int = 0
    amounts: int = 0
    seconds: float = 0


class LoadLanded(Payload):
    """The raw tables of a load are complete on disk."""

    type: ClassVar[str] = "load.landed"
    load_id: str
    reader_version: str
    documents: tuple[str, ...]
    row_counts: dict[str, int]
    files: dict[str, str] = Field(default_factory=dict)
    """SHA-256 of every raw table, by its file's name."""


class LoadRestored(Payload):
    """The raw tables of a load were made again from the archived files."""

    type: ClassVar[str] = "load.restored"
    load_id: str
    reader_version: str
    files: dict[str, str]
    """SHA-256 of every raw table, by its file's name."""


class FailedExpectation(BaseModel):
    """One expectation that did not hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    suite: str
    expectation: str
    column: str | None = None
    severity: str
    observed: str
    note: str = ""
    """Why the rule exists, in the words of its suite."""


class LoadValidated(Payload):
    """The gate judged a load: it is published, or kept in quarantine."""

    type: ClassVar[str] = "load.validated"
    load_id: str
    accepted: bool
    expectations_evaluated: int
    failures: tuple[FailedExpectation, ...] = ()
    reader_version: str | None = None
    """The reader whose rows were judged; None: the one that landed the load."""


CORRECTABLE: dict[str, tuple[str, ...]] = {
    "fiscal_year": (),
    "phase": ("budget", "final_account"),
    "scope": ("department", "unit"),
    "agency_name": (),
    "table_type": (),
}
"""What a person can correct, and the values that it can have where they are few."""


class CorrectionMade(Payload):
    """A person decided what a document or a table is; its id as an event is the id of the correction."""

    type: ClassVar[str] = "correction.made"
    sha256: str
    table_ordinal: int | None = None
    """The table of the document; None where the decision is on the document."""
    what: str
    """One of `CORRECTABLE`."""
    value: str
    author: str
    reason: str


class CorrectionRevoked(Payload):
    """A person took a correction back."""

    type: ClassVar[str] = "correction.revoked"
    correction_id: str
    """The id of the event that made it."""
    author: str
    reason: str


class PublicationMade(Payload):
    """A publication is complete on disk and may become the current one."""

    type: ClassVar[str] = "publication.made"
    publication_id: int
    loads: tuple[str, ...]
    log_position: int
    """The last event that it takes into account."""
    warehouse_sha256: str
    files: dict[str, str] = Field(default_factory=dict)
    """SHA-256 of every file of its folder, by its path there."""


class PublicationCited(Payload):
    """Somebody relies on a publication: its folder is never pruned."""

    type: ClassVar[str] = "publication.cited"
    publication_id: int
    author: str
    reason: str


class PublicationsPruned(Payload):
    """Folders of old publications were removed."""

    type: ClassVar[str] = "publications.pruned"
    publication_ids: tuple[int, ...]
    policy: str
    """What was kept, in words."""


PAYLOADS: dict[str, type[Payload]] = {
    payload.type: payload
    for payload in (
        CrawlStarted,
        CrawlFinished,
        MonitorRaised,
        FetchFinished,
        ListingObserved,
        DocumentLinked,
        ArticleJudged,
        DocumentImported,
        DocumentRead,
        LoadLanded,
        LoadRestored,
        LoadValidated,
        CorrectionMade,
        CorrectionRevoked,
        PublicationMade,
        PublicationCited,
        PublicationsPruned,
    )
}


def new_event_id() -> UUID:
    """A random id that begins with the time (UUID version 7): ids of one time lie together in an index."""
    milliseconds, chance = time.time_ns() // 1_000_000, int.from_bytes(os.urandom(10))
    return UUID(
        int=milliseconds << 80 | 7 << 76 | (chance >> 64 & 0xFFF) << 64 | 2 << 62 | chance & (1 << 62) - 1
    )


class Event(BaseModel):
    """Something observed, as handed to the log."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    payload: Payload
    run_id: str
    site_id: str | None = None
    occurred_at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    event_id: UUID = Field(default_factory=new_event_id)


class RecordedEvent(Event):
    """An event as the log returns it: `position` is its place in the total order, from 1."""

    position: int
    recorded_at: datetime
