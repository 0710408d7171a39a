"""What a crawl of one site knows from the record, and how it adds to it."""

from __future__ import annotations

from collections.abc import Sequence

from warehouse.record.archive import Archive
from warehouse.record.events import (
    ArticleJudged,
    DocumentLinked,
    Event,
    FetchFinished,
    FetchOutcome,
    Payload,
)
from warehouse.record.log import EventLog


class Recorder:
    """The record as one crawl sees it: what earlier crawls of the site saw, and what this one appends."""

    def __init__(self, log: EventLog, archive: Archive, site_id: str, run_id: str) -> None:
        self.archive = archive
        self._log = log
        self._site_id = site_id
        self._run_id = run_id
        self._fetched: dict[str, FetchFinished] = {}
        self._said: dict[tuple[str, ...], Payload] = {}
        types = {FetchFinished.type, DocumentLinked.type, ArticleJudged.type}
        for event in log.read(types=types, site_id=site_id):
            self._remember(event.payload)

    def append(self, payloads: Sequence[Payload]) -> None:
        """Record these together: all or none."""
        self._log.append(
            [Event(payload=payload, run_id=self._run_id, site_id=self._site_id) for payload in payloads]
        )
        for payload in payloads:
            self._remember(payload)

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

    def _remember(self, payload: Payload) -> None:
        match payload:
            case FetchFinished(outcome=FetchOutcome.STORED | FetchOutcome.UNCHANGED):
                self._fetched[payload.url] = payload
            case DocumentLinked() | ArticleJudged():
                self._said[_subject(payload)] = payload


def _subject(payload: DocumentLinked | ArticleJudged) -> tuple[str, ...]:
    if isinstance(payload, DocumentLinked):
        return payload.type, payload.page_url, payload.url
    return payload.type, payload.url
