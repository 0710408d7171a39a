"""What a crawl of one site knows from the record, and how it adds to it."""

from __future__ import annotations

import hashlib
import itertools
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from scrapers.journal import Journal
from warehouse.record.archive import Archive
from warehouse.record.envelope import canonical_json
from warehouse.record.events import (
    CRAWL_NOT_STARTED,
    ArticleJudged,
    CrawlFinished,
    CrawlStarted,
    DocumentLinked,
    Event,
    FetchFinished,
    FetchOutcome,
    PageKind,
    Payload,
)

STOPPED = "stopped: "
"""How the reason of a crawl begins that something else ended: a signal, the clock, the site's wish."""
DIED = "the crawl's process ended"
FAILED = "the crawl could not go on"
"""How the reasons of a crawl begin that could not record its end itself."""

_OF_PAGES = (FetchFinished, DocumentLinked, ArticleJudged)
_RESUMED_FOR = timedelta(days=3)
"""What an interrupted crawl fetched is asked for again after that time."""


@dataclass(frozen=True, slots=True)
class Copy:
    """The last good answer from an address."""

    sha256: str
    byte_count: int | None
    content_type: str | None
    etag: str | None
    last_modified: str | None
    file_name: str | None
    final_url: str | None
    fetched_at: datetime

    @property
    def facts(self) -> dict[str, str | int | None]:
        """What an event says again of an answer that did not change."""
        kept = ("sha256", "byte_count", "content_type", "etag", "last_modified", "file_name")
        return {name: getattr(self, name) for name in kept}


class Recorder:
    """The record as one crawl sees it: what earlier crawls of the site saw, and what this one appends.

    Of what pages said only digests are kept: many crawls share the memory of one process.
    """

    def __init__(self, journal: Journal, site_id: str, run_id: str) -> None:
        self._journal = journal
        self._site_id = site_id
        self._run_id = run_id
        self._copies: dict[str, Copy] = {}
        self._said: dict[bytes, bytes] = {}
        self._handled: set[str] = set()
        self.history: list[CrawlFinished] = []
        """The ends of earlier crawls, the oldest first."""
        self.ended = True
        """Whether the last crawl came to an end, rather than being killed."""
        self.last_news_at: datetime | None = None
        """When a document was last stored."""
        self._resumes_from: datetime | None = None
        types = {payload.type for payload in (*_OF_PAGES, CrawlStarted, CrawlFinished)}
        for event in journal.log.read(types=types, site_id=site_id):
            self._remember(event.payload, event.occurred_at)
        self._began_at = datetime.now(UTC)

    @property
    def archive(self) -> Archive:
        """Where bodies are."""
        return self._journal.archive

    async def append(self, payloads: Sequence[Payload], bodies: Sequence[bytes] = ()) -> None:
        """Record these together, after the bodies that they name: all or none."""
        events = [Event(payload=payload, run_id=self._run_id, site_id=self._site_id) for payload in payloads]
        await self._journal.record(events, bodies)
        for event in events:
            if isinstance(event.payload, FetchFinished) and event.payload.kind is not PageKind.LISTING:
                # A crawl asks for it once: what it remembers would only grow.
                self._note_news(event.payload, event.occurred_at)
            else:
                self._remember(event.payload, event.occurred_at)

    def wants_full_walk(self, every: int) -> bool:
        """Whether listings are due to be walked to their end: each `every` crawls, and after a bad one."""
        if not self.ended or not self.history or self.history[-1].reason != "finished":
            return True
        partial = itertools.takewhile(lambda end: not end.full_walk, reversed(self.history))
        return sum(1 for _ in partial) >= every - 1

    def is_handled(self, url: str) -> bool:
        """Whether an entry of a listing was judged before: its page and links are in the record."""
        return url in self._handled

    def known(self, url: str) -> Copy | None:
        """The last good answer from this address, if there ever was one."""
        return self._copies.get(url)

    def fetched_already(self, url: str) -> Copy | None:
        """The answer that an interrupted crawl, which this one goes on with, had from this address."""
        copy = self.known(url)
        since = self._resumes_from and max(self._resumes_from, self._began_at - _RESUMED_FOR)
        if not copy or not since or not since <= copy.fetched_at < self._began_at:
            return None
        return copy if copy.sha256 in self.archive else None

    def validators(self, url: str) -> dict[str, str]:
        """Headers that ask the server for news only; none where the archive has no copy to fall back on."""
        known = self.known(url)
        if not known or known.sha256 not in self.archive:
            return {}
        # The page that points elsewhere has a date of its own, which says nothing of where it points.
        points_elsewhere = known.final_url and urlsplit(known.final_url).path != urlsplit(url).path
        modified = None if points_elsewhere else known.last_modified
        headers = {"If-None-Match": known.etag, "If-Modified-Since": modified}
        return {name: value for name, value in headers.items() if value}

    def is_news(self, payload: DocumentLinked | ArticleJudged) -> bool:
        """Whether the record does not already say this in its latest word on the link or article."""
        return self._said.get(_subject(payload)) != _digest(payload)

    def _remember(self, payload: Payload, occurred_at: datetime) -> None:
        match payload:
            case FetchFinished(outcome=FetchOutcome.STORED | FetchOutcome.UNCHANGED, sha256=str()):
                self._copies[payload.url] = _copy(payload, occurred_at)
                self._note_news(payload, occurred_at)
            case CrawlStarted():
                self.ended = False
                self._resumes_from = self._resumes_from or occurred_at
            case CrawlFinished():
                self.ended = True
                self.history.append(payload)
                if not payload.reason.startswith((STOPPED, DIED, FAILED, CRAWL_NOT_STARTED)):
                    self._resumes_from = None
            case DocumentLinked() | ArticleJudged():
                self._said[_subject(payload)] = _digest(payload)
                if isinstance(payload, ArticleJudged):
                    self._handled.add(payload.url)

    def _note_news(self, fetch: FetchFinished, occurred_at: datetime) -> None:
        if fetch.kind is PageKind.DOCUMENT and fetch.outcome is FetchOutcome.STORED:
            self.last_news_at = occurred_at


def _copy(fetch: FetchFinished, fetched_at: datetime) -> Copy:
    return Copy(
        sha256=fetch.sha256 or "",
        byte_count=fetch.byte_count,
        content_type=fetch.content_type and sys.intern(fetch.content_type),
        etag=fetch.etag,
        last_modified=fetch.last_modified,
        file_name=fetch.file_name,
        final_url=fetch.final_url,
        fetched_at=fetched_at,
    )


def _subject(payload: DocumentLinked | ArticleJudged) -> bytes:
    page_url = payload.page_url if isinstance(payload, DocumentLinked) else ""
    return _digest((payload.type, page_url, payload.url))


def _digest(value: object) -> bytes:
    return hashlib.blake2b(canonical_json(value), digest_size=16).digest()
