"""What came of a request: the event that records it, with the page and the bytes that it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scrapy.http import Response

from scrapers.forms import sending
from scrapers.outcomes import Answer, file_name, is_file, outcome_of
from scrapers.pages import Page, page_of
from scrapers.recorder import Copy
from warehouse.record.archive import Archive, sha256_of
from warehouse.record.events import FetchFinished, FetchOutcome, PageKind, Payload

_TELLING = frozenset({FetchOutcome.BLOCKED, FetchOutcome.SOFT_404, FetchOutcome.WRONG_TYPE})
"""Outcomes whose body is kept: it shows why the answer was not taken."""
_EVIDENCE_BYTES = 65536


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: the address as the record knows it, what is expected there, who pointed at it."""

    url: str
    kind: PageKind
    referer: str | None = None

    def failed(self, outcome: FetchOutcome, detail: str) -> Fetched:
        """No answer came, or none was asked for."""
        event = FetchFinished(
            url=self.url, kind=self.kind, outcome=outcome, referer=self.referer, detail=detail
        )
        return Fetched(event, None, [event])


@dataclass(frozen=True, slots=True)
class Fetched:
    """What follows are drawn from: the event, the page where there is one, and events to append together."""

    event: FetchFinished
    page: Page | None
    events: list[Payload]
    bodies: tuple[bytes, ...] = ()
    """To be archived before the events."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What answers of a site are read with."""

    archive: Archive
    encoding: str | None
    """Where the site's pages need it, see `Site.encoding`."""

    def sent(self, response: Response, asked: Asked, known: Copy | None, home: Page | None) -> Fetched:
        """What the server sent, and how it is to be taken.

        Args:
            response: Any answer but 304.
            asked: The request.
            known: The last good answer from there.
            home: The site's home page, which soft 404s are told by.
        """
        header, body = _headers(response), response.body
        content_type = header("Content-Type")
        answer = Answer(response.url, asked.kind, response.status, body, content_type, header("Location"))
        outcome, detail = outcome_of(answer, home, self.encoding)
        sha256 = sha256_of(body) if outcome is FetchOutcome.STORED else None
        if sha256 and known and known.sha256 == sha256:
            outcome = FetchOutcome.UNCHANGED
        evidence = sha256_of(body) if outcome in _TELLING and 0 < len(body) <= _EVIDENCE_BYTES else None
        event = FetchFinished(
            **_facts(response, asked),
            outcome=outcome,
            sha256=sha256,
            byte_count=len(body),
            content_type=content_type or None,
            etag=header("ETag") or None,
            last_modified=header("Last-Modified") or None,
            file_name=file_name(response.headers.get("Content-Disposition") or b""),
            detail="; ".join(filter(None, (response.meta.get("fallback"), detail))) or None,
            evidence_sha256=evidence,
        )
        page = self._page_of(event, body if sha256 else None)
        return Fetched(event, page, [event], (body,) if sha256 or evidence else ())

    def not_modified(self, response: Response, asked: Asked, known: Copy) -> Fetched:
        """What the record has, as the server has nothing newer."""
        event = FetchFinished(**_facts(response, asked), outcome=FetchOutcome.UNCHANGED, **known.facts)
        return Fetched(event, self._archived(event), [event])

    def recorded(self, asked: Asked, copy: Copy) -> Fetched:
        """What an interrupted crawl fetched and recorded: no event says so again."""
        event = FetchFinished(
            url=asked.url,
            kind=asked.kind,
            outcome=FetchOutcome.UNCHANGED,
            final_url=copy.final_url,
            **copy.facts,
        )
        return Fetched(event, self._archived(event), [])

    def _archived(self, event: FetchFinished) -> Page | None:
        if event.kind is PageKind.DOCUMENT or not event.sha256:
            return None
        return self._page_of(event, self.archive.get(event.sha256))

    def _page_of(self, event: FetchFinished, body: bytes | None) -> Page | None:
        """The page of a good answer; None where it is a file or there is no body."""
        if not body or event.kind is PageKind.DOCUMENT or is_file(body):
            return None
        return page_of(event.final_url or event.url, body, event.content_type or "", self.encoding)


def _facts(response: Response, asked: Asked) -> dict[str, Any]:
    return {
        "url": asked.url,
        "kind": asked.kind,
        "referer": asked.referer,
        "final_url": response.url if response.url != sending(asked.url).url else None,
        "http_status": response.status,
    }


def _headers(response: Response) -> Callable[[str], str]:
    return lambda name: (response.headers.get(name) or b"").decode("latin-1").strip()
