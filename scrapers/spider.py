"""The way through a government site: home page → listings → articles → documents, every request recorded.

Events of one answer are appended together: after a kill, a page that is recorded as fetched has its links
recorded too, and everything else is simply asked for again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from itertools import chain
from urllib.parse import urljoin, urlsplit

import scrapy
from scrapy.exceptions import CloseSpider
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from scrapers.monitors import Walked, monitors
from scrapers.outcomes import Answer, failure_of, file_name, is_file, outcome_of
from scrapers.pages import (
    Link,
    Page,
    attachments,
    date_in_url,
    decode,
    document_suffix,
    has_budget_tables,
    published_on,
)
from scrapers.patience import wait_asked_for
from scrapers.platforms import PLATFORMS
from scrapers.platforms.listing import Found, ListingPage
from scrapers.recorder import Recorder
from scrapers.sites import Column, Site
from scrapers.titles import Facts, Verdict, facts, judge
from warehouse.record.events import (
    CRAWL_NOT_STARTED,
    ArticleJudged,
    CrawlFinished,
    CrawlStarted,
    DocumentLinked,
    FetchFinished,
    FetchOutcome,
    ListingEntry,
    ListingObserved,
    PageKind,
    Payload,
)

_NO_CONNECTION = frozenset({"DownloadConnectionRefusedError", "DownloadFailedError"})
"""Errors (of Scrapy) after which HTTPS is tried instead of HTTP, or the reverse; certificates count too."""
_GOOD = frozenset({FetchOutcome.STORED, FetchOutcome.UNCHANGED})


@dataclass
class _Walk:
    """The walk over one column's listing pages."""

    column: Column
    url: str
    asked: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    """Pages that are known of and not asked for yet."""
    waiting: int = 0
    complete: bool = True
    entries: dict[str, tuple[Found, ...]] = field(default_factory=dict)
    """Listing page → its entries."""
    total: int = 0
    """How many entries the site says there are, where it does."""


@dataclass(frozen=True, slots=True)
class _Fetched:
    """What a handler works with: the event, the page where there is one, and events to append with it."""

    event: FetchFinished
    page: Page | None
    events: list[Payload]


_Handler = Callable[[_Fetched], Iterator[Request]]


class GovernmentSpider(scrapy.Spider):
    """The spider of every site; its platform only says what a listing page holds."""

    name = "government"

    def __init__(self, site: Site, recorder: Recorder) -> None:
        super().__init__(self.name)
        self.site = site
        self.recorder = recorder
        self.read_listing = PLATFORMS[site.platform]
        self.full_walk = recorder.wants_full_walk(site.full_walk_every)
        self.home: Page | None = None
        self.asked: set[str] = set()
        self.outcomes: Counter[str] = Counter()
        self.entries = 0
        self.linked: set[str] = set()
        self.stored = 0

    async def start(self) -> AsyncIterator[Request]:
        """The home page first: soft 404s are told by it."""
        columns = [urljoin(self.site.base_url, column.url) for column in self.site.columns]
        self.recorder.append(
            [
                CrawlStarted(
                    site_name=self.site.name,
                    region_code=self.site.region_code,
                    platform=self.site.platform,
                    start_urls=tuple(columns),
                    exceptions=self.site.exceptions,
                )
            ]
        )
        if not self.site.is_open(datetime.now(UTC)):
            return
        for request in self._ask(self.site.base_url, PageKind.HOME, self._on_home):
            yield request

    def closed(self, reason: str) -> None:
        """Record how the crawl ended. Called by Scrapy."""
        errors = self.crawler.stats.get_value("spider_exceptions/count", 0) if self.crawler.stats else 0
        walked = Walked(self.entries, len(self.linked), dict(sorted(self.outcomes.items())), self.full_walk)
        now, known = datetime.now(UTC), self.recorder
        raised = monitors(self.site, walked, known.history, known.last_news_at, now) if self.outcomes else []
        self.recorder.append(
            [
                *raised,
                CrawlFinished(
                    reason=self._verdict(reason, errors),
                    requests=self.outcomes.total(),
                    outcomes=dict(walked.outcomes),
                    listing_entries=self.entries,
                    documents_linked=len(self.linked),
                    documents_stored=self.stored,
                    full_walk=self.full_walk,
                ),
            ]
        )

    def _verdict(self, reason: str, errors: int) -> str:
        """`finished`, or what was wrong: nothing found is a failure, not a success."""
        linked, expected, full = len(self.linked), self.site.assertions, self.full_walk
        faults = {
            f"{CRAWL_NOT_STARTED}: outside of crawl_between {self.site.crawl_between}": (
                not self.outcomes and not self.site.is_open(datetime.now(UTC))
            ),
            f"stopped: {reason}": reason != "finished",
            f"{errors} pages could not be understood, see the log of the crawl": errors > 0,
            "no entries: the listings gave nothing": not self.entries,
            f"only {self.entries} listing entries, at least {expected.minimum_entries} expected": (
                full and self.entries < expected.minimum_entries
            ),
            f"no documents: none of {self.entries} listing entries led to one": full and not linked,
            f"only {linked} documents linked, at least {expected.minimum_documents} expected": (
                full and linked < expected.minimum_documents
            ),
        }
        return next((fault for fault, holds in faults.items() if holds), "finished")

    # Requests and their ends.

    def _ask(
        self, url: str, kind: PageKind, handler: _Handler, referer: str | None = None
    ) -> Iterator[Request]:
        """One request, conditional where the record has a copy; nothing where this crawl asked before.

        A listing may be shared by two columns: each walk asks for its own pages, once.
        """
        if url in self.asked and kind is not PageKind.LISTING:
            return
        self.asked.add(url)
        if not self.site.allows(urlsplit(url).netloc):
            event = FetchFinished(
                url=url,
                kind=kind,
                outcome=FetchOutcome.BLOCKED,
                referer=referer,
                detail="not an allowed host",
            )
            yield from self._finish(event, None, handler)
            return
        yield Request(
            url,
            headers=self.recorder.validators(url) | ({"Referer": referer} if referer else {}),
            callback=self._answered,
            errback=partial(self._failed, url=url, kind=kind, handler=handler, referer=referer),
            cb_kwargs={"url": url, "kind": kind, "handler": handler, "referer": referer},
            # Depth first: an article's files follow it, so that a killed crawl leaves few loose ends.
            priority={PageKind.LISTING: 0, PageKind.ARTICLE: 1}.get(kind, 2),
        )

    def _answered(
        self, response: Response, url: str, kind: PageKind, handler: _Handler, referer: str | None
    ) -> Iterator[Request]:
        event, body = self._event_of(response, url, kind, referer)
        page = None
        if body and event.outcome in _GOOD and kind is not PageKind.DOCUMENT and not is_file(body):
            page = Page(response.url, decode(body, event.content_type or "", self.site.encoding))
        yield from self._finish(event, page, handler)
        wait = wait_asked_for(response)
        if wait is not None and wait > self.site.maximum_wait_seconds:
            raise CloseSpider(f"the site asks to be left alone for {wait:.0f} s")

    def _failed(
        self, failure: Failure, url: str, kind: PageKind, handler: _Handler, referer: str | None
    ) -> Iterator[Request]:
        outcome, detail = failure_of(failure.value or RuntimeError("no reason given"))
        request: Request = failure.request  # type: ignore[attr-defined] # Scrapy's addition
        before = request.meta.get("fallback")
        if not before and type(failure.value).__name__ in _NO_CONNECTION:
            note = f"{urlsplit(request.url).scheme} failed ({detail})"
            yield request.replace(url=_other_scheme(request.url), meta={"fallback": note})
            return
        detail = "; ".join(filter(None, (before, detail)))
        event = FetchFinished(url=url, kind=kind, outcome=outcome, referer=referer, detail=detail)
        yield from self._finish(event, None, handler)

    def _finish(self, event: FetchFinished, page: Page | None, handler: _Handler) -> Iterator[Request]:
        self.outcomes[event.outcome] += 1
        if event.outcome not in _GOOD:
            self.logger.warning("%s: %s %s (%s)", event.kind, event.outcome, event.url, event.detail)
        fetched = _Fetched(event, page, [event])
        requests = list(handler(fetched))
        self.recorder.append(fetched.events)
        yield from requests
        if not self.site.is_open(datetime.now(UTC)):
            raise CloseSpider(f"crawl_between {self.site.crawl_between} is over")

    def _event_of(
        self, response: Response, url: str, kind: PageKind, referer: str | None
    ) -> tuple[FetchFinished, bytes | None]:
        """The event of an answer, and the body: the archived one where the server had nothing newer."""
        known = self.recorder.known(url)
        header = _headers(response)
        facts_of_answer = {
            "url": url,
            "kind": kind,
            "referer": referer,
            "final_url": response.url if response.url != url else None,
            "http_status": response.status,
        }
        if response.status == HTTPStatus.NOT_MODIFIED and known and known.sha256:
            kept = {"content_type", "etag", "last_modified", "file_name", "byte_count", "sha256"}
            event = FetchFinished(
                **facts_of_answer, outcome=FetchOutcome.UNCHANGED, **known.model_dump(include=kept)
            )
            return event, None if kind is PageKind.DOCUMENT else self.recorder.archive.get(known.sha256)
        answer = Answer(
            response.url, kind, response.status, response.body, header("Content-Type"), header("Location")
        )
        outcome, detail = outcome_of(answer, self.home, self.site.encoding)
        detail = "; ".join(filter(None, (response.meta.get("fallback"), detail))) or None
        sha256 = self.recorder.archive.put(response.body) if outcome is FetchOutcome.STORED else None
        if sha256 and known and known.sha256 == sha256:
            outcome = FetchOutcome.UNCHANGED
        event = FetchFinished(
            **facts_of_answer,
            outcome=outcome,
            sha256=sha256,
            byte_count=len(response.body),
            content_type=header("Content-Type") or None,
            etag=header("ETag") or None,
            last_modified=header("Last-Modified") or None,
            file_name=file_name(response.headers.get("Content-Disposition") or b""),
            detail=detail,
            evidence_sha256=self._evidence(outcome, response.body),
        )
        return event, response.body if sha256 else None

    def _evidence(self, outcome: FetchOutcome, body: bytes) -> str | None:
        """Keep what shows why an answer was not taken."""
        telling = {FetchOutcome.BLOCKED, FetchOutcome.SOFT_404, FetchOutcome.WRONG_TYPE}
        return self.recorder.archive.put(body) if outcome in telling and 0 < len(body) <= 65536 else None

    # Handlers: what follows from an answer.

    def _on_home(self, fetched: _Fetched) -> Iterator[Request]:
        self.home = fetched.page
        for column in self.site.columns:
            walk = _Walk(column, urljoin(self.site.base_url, column.url))
            if walk.url == self.site.base_url and fetched.page:
                walk.asked, walk.waiting = [walk.url], 1
                yield from self._on_listing(fetched, walk=walk)
            else:
                yield from self._ask_listing(walk, walk.url)

    def _ask_listing(self, walk: _Walk, url: str) -> Iterator[Request]:
        if url in walk.asked:
            return
        if len(walk.asked) >= self.site.maximum_listing_pages:
            walk.complete = False
            return
        walk.asked.append(url)
        walk.waiting += 1
        yield from self._ask(url, PageKind.LISTING, partial(self._on_listing, walk=walk), walk.url)

    def _on_listing(self, fetched: _Fetched, walk: _Walk) -> Iterator[Request]:
        walk.waiting -= 1
        if fetched.page is None:
            walk.complete = False
        else:
            listing = self.read_listing(fetched.page, walk.column, self.site)
            walk.entries[fetched.event.url] = listing.entries
            walk.total = max(walk.total, listing.total or 0)
            if not listing.entries and not listing.beyond_end and fetched.event.url != walk.url:
                walk.complete = False  # it answers something else; the first page may be a shell
            yield from self._further_pages(walk, listing)
            for entry in listing.entries:
                yield from self._follow(entry, walk.column, fetched)
        if not walk.waiting:
            fetched.events.append(self._listing_observed(walk))

    def _further_pages(self, walk: _Walk, listing: ListingPage) -> Iterator[Request]:
        """All pages on a full walk; else one after the other, until a page has nothing new."""
        known = {*walk.asked, *walk.named}
        walk.named += [url for url in dict.fromkeys(listing.pages) if url not in known]
        if not self.full_walk and listing.entries:
            news = any(not self.recorder.is_handled(entry.url) for entry in listing.entries)
            if not news and walk.named:
                walk.complete = False
            wanted = walk.named[: int(news)]
        else:
            wanted = walk.named if self.full_walk else walk.named[:1]
        walk.named = walk.named[len(wanted) :]
        for url in wanted:
            yield from self._ask_listing(walk, url)

    def _listing_observed(self, walk: _Walk) -> ListingObserved:
        """All entries in the order of the pages, each once; a listing without entries was not understood."""
        pages = [walk.entries[url] for url in walk.asked if url in walk.entries]
        found: dict[str, Found] = {}
        for entry in chain.from_iterable(pages):
            found.setdefault(entry.url, entry)
        entries = [ListingEntry(url=e.url, title=e.title, listed_on=e.listed_on) for e in found.values()]
        self.entries += len(entries)
        return ListingObserved(
            listing_url=walk.url,
            column_name=walk.column.name,
            complete=walk.complete and bool(entries) and len(entries) >= walk.total,
            page_count=len(pages),
            entries=tuple(entries),
        )

    def _follow(self, entry: Found, column: Column, listing: _Fetched) -> Iterator[Request]:
        """The document of an entry, or the article unless its title is plainly of something else."""
        if document_suffix(entry.url):
            if self._judged(entry, column, entry.title, None, listing.events) is Verdict.DISCLOSURE:
                yield from self._link(Link(entry.url, entry.link_text), listing, entry, column)
            return
        verdict = judge(entry.title, column.name).verdict
        if verdict is Verdict.OTHER:
            self._judged(entry, column, entry.title, None, listing.events)
        else:
            handler = partial(self._on_article, entry=entry, column=column)
            yield from self._ask(entry.url, PageKind.ARTICLE, handler, listing.event.url)

    def _on_article(self, fetched: _Fetched, entry: Found, column: Column) -> Iterator[Request]:
        page = fetched.page
        if page is None:
            yield from self._on_file(fetched, entry, column)
            return
        found = list(attachments(page, self.site.selectors.attachment))
        if has_budget_tables(page, self.site.selectors.content):
            found.insert(0, Link(fetched.event.url, page.article_title))
        title = page.article_title or entry.title
        if self._judged(entry, column, title, found, fetched.events) is not Verdict.DISCLOSURE:
            return
        for link in found:
            yield from self._link(link, fetched, entry, column)

    def _on_file(self, fetched: _Fetched, entry: Found, column: Column) -> Iterator[Request]:
        """A handler without a suffix that sent the document where a page was expected; or no answer."""
        if fetched.event.outcome not in _GOOD:
            return
        if self._judged(entry, column, entry.title, None, fetched.events) is Verdict.DISCLOSURE:
            yield from self._link(Link(entry.url, entry.link_text), fetched, entry, column)

    def _judged(
        self, entry: Found, column: Column, title: str, found: list[Link] | None, events: list[Payload]
    ) -> Verdict:
        """Whether an entry is a disclosure; recorded when it is new or is judged otherwise than before.

        `found` are the documents of its page; None where the page was not fetched.
        """
        judgement = judge(title, column.name, tuple(link.text for link in found or ()))
        verdict, reason = judgement.verdict, judgement.reason
        if verdict is Verdict.UNDECIDED and found == []:
            verdict, reason = Verdict.OTHER, f"{reason}; the page has no documents"
        event = ArticleJudged(
            url=entry.url, title=title, verdict=verdict, score=judgement.score, reason=reason
        )
        if self.recorder.is_news(event):
            events.append(event)
        if verdict is Verdict.DISCLOSURE and found == []:
            self.logger.warning("article: no documents found on %s (%s)", entry.url, title)
        return verdict

    def _link(self, link: Link, source: _Fetched, entry: Found, column: Column) -> Iterator[Request]:
        """Record a link and ask for its document; the page itself was fetched already."""
        event = self._document_linked(link, source, entry, column)
        self.linked.add(link.url)
        if source.event.outcome is FetchOutcome.STORED or self.recorder.is_news(event):
            source.events.append(event)
        if link.url == source.event.url:
            self.stored += source.event.outcome is FetchOutcome.STORED
        else:
            yield from self._ask(link.url, PageKind.DOCUMENT, self._on_document, source.event.url)

    def _document_linked(self, link: Link, source: _Fetched, entry: Found, column: Column) -> DocumentLinked:
        page, meta = source.page, source.page.meta if source.page else {}
        title = page.article_title if page and source.event.kind is PageKind.ARTICLE else entry.title
        said = (
            facts(link.text)
            .or_else(entry.facts)
            .or_else(facts(title))
            .or_else(facts(meta.get("ContentSource", "")))
        )
        said = said.or_else(Facts(phase=column.phase))
        said_by_page = meta.get("PubDate") or (
            page.printed_date.isoformat() if page and page.printed_date else ""
        )
        dates = {
            "pub_date": said_by_page if source.event.kind is PageKind.ARTICLE else "",
            "listing": entry.listed_on.isoformat() if entry.listed_on else "",
            "url": next((on.isoformat() for url in (link.url, entry.url) if (on := date_in_url(url))), ""),
        }
        dates = {name: text for name, text in dates.items() if text}
        on, on_source = published_on(dates)
        return DocumentLinked(
            url=link.url,
            page_url=source.event.url,
            link_text=link.text,
            page_title=title or (page.title if page else ""),
            fiscal_year=said.fiscal_year,
            phase=said.phase,
            scope=said.scope,
            agency_name=self.site.department_aliases.get(said.agency_name or "", said.agency_name),
            published_on=on,
            published_on_source=on_source,
            dates=dates,
            meta=meta,
        )

    def _on_document(self, fetched: _Fetched) -> Iterator[Request]:
        self.stored += fetched.event.outcome is FetchOutcome.STORED
        yield from ()


def _other_scheme(url: str) -> str:
    """The same address over HTTPS instead of HTTP, or the reverse."""
    scheme, _, rest = url.partition(":")
    return f"{'http' if scheme == 'https' else 'https'}:{rest}"


def _headers(response: Response) -> Callable[[str], str]:
    return lambda name: (response.headers.get(name) or b"").decode("latin-1").strip()
