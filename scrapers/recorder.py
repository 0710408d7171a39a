"""What a crawl of one site knows from the record, and how it adds to it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime

from warehouse.record.archive import Archive
from warehouse.record.events import (
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
from warehouse.record.log import EventLog

_OF_PAGES = (FetchFinished, DocumentLinked, ArticleJudged)


class Recorder:
    """The record as one crawl sees it: what earlier crawls of the site saw, and what this one appends."""

    def __init__(self, log: EventLog, archive: Archive, site_id: str, run_id: str) -> None:
        self.archive = archive
        self._log = log
        self._site_id = site_id
        self._run_id = run_id
        self._fetched: dict[str, FetchFinished] = {}
        self._said: dict[tuple[str, ...], Payload] = {}
        self.history: list[CrawlFinished] = []
        """The ends of earlier crawls, the oldest first."""
        self.ended = True
        """Whether the last crawl came to an end, rather than being killed."""
        self.last_news_at: datetime | None = None
        """When a document was last stored."""
        types = {payload.type for payload in (*_OF_PAGES, CrawlStarted, CrawlFinished)}
        for event in log.read(types=types, site_id=site_id):
            self._remember(event.payload, event.occurred_at)

    def append(self, payloads: Sequence[Payload]) -> None:
        """Record these together: all or none."""
        events = [Event(payload=payload, run_id=self._run_id, site_id=self._site_id) for payload in payloads]
        self._log.append(events)
        for event in events:
            self._remember(event.payload, event.occurred_at)

    def wants_full_walk(self, every: int) -> bool:
        """Whether listings are due to be walked to their end: each `every` crawls, and after a bad one."""
        if not self.ended or not self.history or self.history[-1].reason != "finished":
            return True
        partial = itertools.takewhile(lambda end: not end.full_walk, reversed(self.history))
        return sum(1 for _ in partial) >= every - 1

    def is_handled(self, url: str) -> bool:
        """Whether an entry of a listing was judged before: its page and links are in the record."""
        return (ArticleJudged.type, url) in self._said

    def known(self, url: str) -> FetchFinished | None:
        """The last good answer from this address, if there ever was one."""
        return self._fetched.get(url)

    def validators(self, url: str) -> dict[str, str]:
        """Headers that ask the server for news only; none where the archive has no copy to fall back on."""
        known = self.known(url)
        if not known or not known.sha256 or known.sha256 not in self.archive:
            return {}
        headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        return {name: value for name, value in headers.items() if value}

    def is_news(self, payload: DocumentLinked | ArticleJudged) -> bool:
        """Whether the record does not already say this in its latest word on the link or article."""
        return self._said.get(_subject(payload)) != payload

    def _remember(self, payload: Payload, occurred_at: datetime) -> None:
        match payload:
            case FetchFinished(outcome=FetchOutcome.STORED | FetchOutcome.UNCHANGED):
                self._fetched[payload.url] = payload
                if payload.kind is PageKind.DOCUMENT and payload.outcome is FetchOutcome.STORED:
                    self.last_news_at = occurred_at
            case CrawlStarted():
                self.ended = False
            case CrawlFinished():
                self.ended = True
                self.history.append(payload)
            case DocumentLinked() | ArticleJudged():
                self._said[_subject(payload)] = payload


def _subject(payload: DocumentLinked | ArticleJudged) -> tuple[str, ...]:
    if isinstance(payload, DocumentLinked):
        return payload.type, payload.page_url, payload.url
    return payload.type, payload.url
