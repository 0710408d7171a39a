"""The way through a government site: home page → listings → articles → documents, every request recorded.

Events of one answer are appended together: after a kill, a page that is recorded as fetched has its links
recorded too, and everything else is simply asked for again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

import scrapy
from scrapy.exceptions import CloseSpider
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from scrapers.answers import Asked, Fetched, Reading
from scrapers.attachments import attachments, shown_document
from scrapers.forms import Sending, sending
from scrapers.linked import article_judged, document_linked
from scrapers.links import Link, document_suffix, unsigned
from scrapers.monitors import Walked, monitors, reason_of
from scrapers.outcomes import failure_of
from scrapers.pages import Page, has_budget_tables
from scrapers.patience import wait_asked_for
from scrapers.platforms import read_listing
from scrapers.platforms.listing import Found
from scrapers.recorder import Recorder
from scrapers.sites import Column, Site
from scrapers.titles import Verdict, facts, judge
from scrapers.walk import Walk
from warehouse.record.errors import RecordUnavailableError
from warehouse.record.events import (
    WITH_CONTENT,
    CrawlFinished,
    CrawlStarted,
    FetchFinished,
    FetchOutcome,
    PageKind,
    Payload,
)

_NO_CONNECTION = frozenset({"DownloadConnectionRefusedError", "DownloadFailedError"})
"""Errors (of Scrapy) after which HTTPS is tried instead of HTTP, or the reverse; certificates count too."""
_KEPT_ON_RESUMPTION = frozenset({PageKind.ARTICLE, PageKind.DOCUMENT})
"""Listings and the home page are asked for again: a crawl that goes on begins with what is there now."""


_Handler = Callable[[Fetched], Iterator[Request]]


class GovernmentSpider(scrapy.Spider):
    """The spider of every site; its platform only says what a listing page holds."""

    name = "government"

    def __init__(self, site: Site, recorder: Recorder) -> None:
        super().__init__(self.name)
        self.site = site.at(datetime.now(ZoneInfo(site.timezone)).date())
        self.recorder = recorder
        self.full_walk = recorder.wants_full_walk(site.full_walk_every)
        self.reading = Reading(recorder.archive, site.encoding)
        self.home: Page | None = None
        self.asked: set[str] = set()
        self.outcomes: Counter[str] = Counter()
        self.entries = 0
        self.linked: dict[str, int | None] = {}
        """Documents with the fiscal year that they are said to be of."""
        self.stored = 0
        self.unrecorded: list[Payload] = []
        """Events that go with the next answer to be recorded."""

    async def start(self) -> AsyncIterator[Request]:
        """The home page first: soft 404s are told by it."""
        columns = [urljoin(self.site.base_url, column.url) for column in self.site.columns]
        begun = await self._recorded(
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
        if not begun or not self.site.is_open(datetime.now(UTC)):
            return
        for request in self._ask(self.site.base_url, PageKind.HOME, self._on_home):
            yield request

    async def closed(self, reason: str) -> None:
        """Record how the crawl ended. Called by Scrapy."""
        errors = self.crawler.stats.get_value("spider_exceptions/count", 0) if self.crawler.stats else 0
        walked = Walked(
            entries=self.entries,
            documents=len(self.linked),
            by_year=Counter(year for year in self.linked.values() if year),
            outcomes=dict(sorted(self.outcomes.items())),
            full_walk=self.full_walk,
            years=self.site.years,
        )
        now, known = datetime.now(UTC), self.recorder
        raised = monitors(self.site, walked, known.history, known.last_news_at, now) if self.outcomes else []
        await self._recorded(
            [
                *raised,
                CrawlFinished(
                    reason=reason_of(self.site, walked, reason, errors, is_open=self.site.is_open(now)),
                    requests=self.outcomes.total(),
                    outcomes=dict(walked.outcomes),
                    listing_entries=self.entries,
                    documents_linked=len(self.linked),
                    documents_stored=self.stored,
                    full_walk=self.full_walk,
                    years=self.site.years,
                ),
            ]
        )

    async def _recorded(self, payloads: Sequence[Payload], bodies: Sequence[bytes] = ()) -> bool:
        """Record these together; false, once it is said why, where the record cannot be written."""
        try:
            await self.recorder.append(payloads, bodies)
        except RecordUnavailableError as error:
            self.logger.error("%s", error)  # noqa: TRY400 # the message says it all
            return False
        return True

    # Requests and their ends.

    def _ask(
        self,
        url: str,
        kind: PageKind,
        handler: _Handler,
        referer: str | None = None,
        page: Page | None = None,
    ) -> Iterator[Request]:
        """One request, conditional where the record has a copy; nothing where this crawl asked before.

        A listing may be shared by two columns: each walk asks for its own pages, once. `page` is where the
        address was found, where that matters (`scrapers.forms`).
        """
        signed, url = url, unsigned(url)
        if url in self.asked and kind is not PageKind.LISTING:
            return
        self.asked.add(url)
        asked = Asked(url, kind, referer)
        if not self.site.allows(urlsplit(url).netloc):
            refused = asked.failed(FetchOutcome.BLOCKED, "not an allowed host")
            self._count(refused.event)
            yield from self._go_on(refused, handler)
        elif kind in _KEPT_ON_RESUMPTION and (copy := self.recorder.fetched_already(url)):
            yield from self._go_on(self.reading.recorded(asked, copy), handler)
        else:
            yield self._request(asked, handler, sending(signed, page))

    def _request(self, asked: Asked, handler: _Handler, sent: Sending) -> Request:
        headers = {"Content-Type": sent.content_type} if sent.body else self.recorder.validators(asked.url)
        return Request(
            sent.url,
            method="POST" if sent.body else "GET",
            body=sent.body,
            headers=headers | ({"Referer": asked.referer} if asked.referer else {}),
            callback=self._answered,
            errback=partial(self._failed, asked=asked, handler=handler),
            cb_kwargs={"asked": asked, "handler": handler},
            # Depth first: an article's files follow it, so that a killed crawl leaves few loose ends.
            priority={PageKind.LISTING: 0, PageKind.ARTICLE: 1}.get(asked.kind, 2),
        )

    def _go_on(self, fetched: Fetched, handler: _Handler) -> Iterator[Request]:
        """Go on without a request; the events are appended with those of the next answer."""
        yield from handler(fetched)
        self.unrecorded += fetched.events

    async def _answered(self, response: Response, asked: Asked, handler: _Handler) -> list[Request]:
        known = self.recorder.known(asked.url)
        if response.status == HTTPStatus.NOT_MODIFIED and known:
            fetched = self.reading.not_modified(response, asked, known)
        else:
            fetched = self.reading.sent(response, asked, known, self.home)
        requests = await self._finish(fetched, handler)
        wait = wait_asked_for(response)
        if wait is not None and wait > self.site.maximum_wait_seconds:
            raise CloseSpider(f"the site asks to be left alone for {wait:.0f} s")
        return requests

    async def _failed(self, failure: Failure, asked: Asked, handler: _Handler) -> list[Request]:
        outcome, detail = failure_of(failure.value or RuntimeError("no reason given"))
        request: Request = failure.request  # type: ignore[attr-defined] # Scrapy's addition
        before = request.meta.get("fallback")
        no_connection = type(failure.value).__name__ in _NO_CONNECTION
        if no_connection and not before and self.site.other_scheme:
            note = f"{urlsplit(request.url).scheme} failed ({detail})"
            return [request.replace(url=_other_scheme(request.url), meta={"fallback": note})]
        return await self._finish(asked.failed(outcome, "; ".join(filter(None, (before, detail)))), handler)

    async def _finish(self, fetched: Fetched, handler: _Handler) -> list[Request]:
        """Record an answer with all that follows from it, then give the requests that follow."""
        self._count(fetched.event)
        requests = list(handler(fetched))
        events, self.unrecorded = [*fetched.events, *self.unrecorded], []
        if not await self._recorded(events, fetched.bodies):
            raise CloseSpider("the record cannot be written")
        if not self.site.is_open(datetime.now(UTC)):
            raise CloseSpider(f"crawl_between {self.site.crawl_between} is over")
        return requests

    def _count(self, event: FetchFinished) -> None:
        self.outcomes[event.outcome] += 1
        if event.outcome not in WITH_CONTENT:
            self.logger.warning("%s: %s %s (%s)", event.kind, event.outcome, event.url, event.detail)

    # Handlers: what follows from an answer.

    def _on_home(self, fetched: Fetched) -> Iterator[Request]:
        self.home = fetched.page
        for column in self.site.columns:
            walk = Walk(column, urljoin(self.site.base_url, column.url), self.full_walk)
            if walk.url == self.site.base_url and fetched.page:
                walk.ask(walk.url)
                yield from self._on_listing(fetched, walk=walk)
            else:
                yield from self._ask_listing(walk, walk.url)

    def _ask_listing(
        self, walk: Walk, url: str, place: Found | None = None, page: Page | None = None
    ) -> Iterator[Request]:
        if url in walk.asked:
            return
        if len(walk.asked) >= self.site.maximum_listing_pages:
            walk.complete = False
            return
        walk.ask(url, place)
        handler = partial(self._on_listing, walk=walk)
        yield from self._ask(url, PageKind.LISTING, handler, walk.listing_of(url).partition("#")[0], page)

    def _on_listing(self, fetched: Fetched, walk: Walk) -> Iterator[Request]:
        walk.waiting -= 1
        url, page = fetched.event.url, fetched.page
        if page is None:
            walk.complete = False
        else:
            listing = read_listing(page, walk.column, self.site)
            entries = walk.take(url, listing)
            for further, place in walk.further(url, listing, self.recorder.is_handled):
                yield from self._ask_listing(walk, further, place, page)
            for entry in entries:
                yield from self._follow(entry, walk.column, fetched)
        if not walk.waiting:
            observed = walk.observed(self.site.listing_address(walk.column))
            self.entries += len(observed.entries)
            fetched.events.append(observed)

    def _follow(self, entry: Found, column: Column, listing: Fetched) -> Iterator[Request]:
        """The document of an entry, or the article unless its title is plainly of something else."""
        said = entry.facts.or_else(facts(entry.title)).or_else(entry.within)
        if not self._is_wanted(said.fiscal_year):
            return
        document = shown_document(entry.url)
        if document_suffix(document):
            if self._judged(entry, column, entry.title, None, listing.events):
                yield from self._link(Link(document, entry.link_text), listing, entry, column)
            return
        verdict = judge(entry.title, f"{column.name} {entry.section}").verdict
        if verdict is Verdict.OTHER:
            self._judged(entry, column, entry.title, None, listing.events)
        else:
            handler = partial(self._on_article, entry=entry, column=column)
            yield from self._ask(entry.url, PageKind.ARTICLE, handler, listing.event.url)

    def _is_wanted(self, year: int | None) -> bool:
        """Whether documents of a year are to be taken; what does not say its year may be of any."""
        return not self.site.years or year is None or year in self.site.years

    def _on_article(self, fetched: Fetched, entry: Found, column: Column) -> Iterator[Request]:
        page = fetched.page
        if page is None:
            yield from self._on_file(fetched, entry, column)
            return
        found = list(attachments(page, self.site.selectors.attachment))
        if has_budget_tables(page, self.site.selectors.content):
            found.insert(0, Link(fetched.event.url, page.article_title))
        title = page.title_of(entry.title) or entry.title
        if self._judged(entry, column, title, found, fetched.events):
            for link in found:
                yield from self._link(link, fetched, entry, column)

    def _on_file(self, fetched: Fetched, entry: Found, column: Column) -> Iterator[Request]:
        """A handler without a suffix that sent the document where a page was expected; or no answer."""
        if fetched.event.outcome not in WITH_CONTENT:
            return
        if self._judged(entry, column, entry.title, None, fetched.events):
            yield from self._link(Link(entry.url, entry.link_text), fetched, entry, column)

    def _judged(
        self, entry: Found, column: Column, title: str, found: list[Link] | None, events: list[Payload]
    ) -> bool:
        """Whether an entry is a disclosure; recorded when it is new or is judged otherwise than before."""
        event = article_judged(entry, column, title, found)
        if self.recorder.is_news(event):
            events.append(event)
        if event.verdict == Verdict.DISCLOSURE and found == []:
            self.logger.warning("article: no documents found on %s (%s)", entry.url, title)
        return event.verdict == Verdict.DISCLOSURE

    def _link(self, link: Link, source: Fetched, entry: Found, column: Column) -> Iterator[Request]:
        """Record a link and ask for its document; the page itself was fetched already."""
        event = document_linked(link, source, entry, column, self.site.department_aliases)
        if not self._is_wanted(event.fiscal_year):
            return
        self.linked[event.url] = event.fiscal_year
        if source.event.outcome is FetchOutcome.STORED or self.recorder.is_news(event):
            source.events.append(event)
        if event.url == source.event.url:
            self.stored += source.event.outcome is FetchOutcome.STORED
        else:
            yield from self._ask(link.url, PageKind.DOCUMENT, self._on_document, source.event.url)

    def _on_document(self, fetched: Fetched) -> Iterator[Request]:
        self.stored += fetched.event.outcome is FetchOutcome.STORED
        yield from ()


def _other_scheme(url: str) -> str:
    """The same address over HTTPS instead of HTTP, or the reverse."""
    scheme, _, rest = url.partition(":")
    return f"{'http' if scheme == 'https' else 'https'}:{rest}"
