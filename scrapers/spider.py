"""The way through a government site: home page → listings → articles → documents, every request recorded.

Events of one answer are appended together: after a kill, a page that is recorded as fetched has its links
recorded too, and everything else is simply asked for again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial, reduce
from http import HTTPStatus
from itertools import chain
from typing import Any
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

import scrapy
from scrapy.exceptions import CloseSpider
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from scrapers.forms import sending
from scrapers.monitors import Walked, monitors
from scrapers.outcomes import Answer, failure_of, file_name, is_file, outcome_of
from scrapers.pages import (
    Link,
    Page,
    attachments,
    date_in_url,
    document_suffix,
    has_budget_tables,
    page_of,
    published_on,
    shown_document,
    unsigned,
)
from scrapers.patience import wait_asked_for
from scrapers.platforms import read_listing
from scrapers.platforms.listing import Found, ListingPage
from scrapers.recorder import STOPPED, Copy, Recorder
from scrapers.sites import Column, Site
from scrapers.titles import Facts, Verdict, facts, fullest, judge
from warehouse.record.archive import sha256_of
from warehouse.record.errors import RecordUnavailableError
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
_TELLING = frozenset({FetchOutcome.BLOCKED, FetchOutcome.SOFT_404, FetchOutcome.WRONG_TYPE})
"""Outcomes whose body is kept: it shows why the answer was not taken."""
_EVIDENCE_BYTES = 65536
_KEPT_ON_RESUMPTION = frozenset({PageKind.ARTICLE, PageKind.DOCUMENT})
"""Listings and the home page are asked for again: a crawl that goes on begins with what is there now."""


@dataclass
class _Walk:
    """The walk over one column's listing pages."""

    column: Column
    url: str
    asked: list[str] = field(default_factory=list)
    named: dict[str, list[str]] = field(default_factory=dict)
    """Listing → its pages that are known of and not asked for yet."""
    waiting: int = 0
    complete: bool = True
    entries: dict[str, tuple[Found, ...]] = field(default_factory=dict)
    """Listing page → its entries."""
    places: dict[str, Found] = field(default_factory=dict)
    """Listing page → the listing within the column that it is a page of."""
    totals: dict[str, int] = field(default_factory=dict)
    """Listing → how many entries the site says there are, where it does."""

    def listing_of(self, url: str) -> str:
        """Address of the listing, the column's own or one within it, that a page belongs to."""
        place = self.places.get(url)
        return place.url if place else self.url

    def has_all(self) -> bool:
        """Whether as many entries were found in each listing as the site says there are."""
        found: dict[str, set[str]] = {}
        for url, entries in self.entries.items():
            found.setdefault(self.listing_of(url), set()).update(entry.url for entry in entries)
        return all(len(found.get(url, ())) >= total for url, total in self.totals.items())


@dataclass(frozen=True, slots=True)
class _Fetched:
    """What a handler works with: the event, the page where there is one, and events to append together."""

    event: FetchFinished
    page: Page | None
    events: list[Payload]
    bodies: tuple[bytes, ...] = ()
    """To be archived before the events."""


_Handler = Callable[[_Fetched], Iterator[Request]]


class GovernmentSpider(scrapy.Spider):
    """The spider of every site; its platform only says what a listing page holds."""

    name = "government"

    def __init__(self, site: Site, recorder: Recorder) -> None:
        super().__init__(self.name)
        self.site = site.at(datetime.now(ZoneInfo(site.timezone)).date())
        self.recorder = recorder
        self.full_walk = recorder.wants_full_walk(site.full_walk_every)
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
                    reason=self._verdict(reason, errors),
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

    def _verdict(self, reason: str, errors: int) -> str:
        """`finished`, or what was wrong: nothing found is a failure, not a success."""
        linked, expected, full = len(self.linked), self.site.assertions, self.full_walk
        faults = {
            f"{CRAWL_NOT_STARTED}: outside of crawl_between {self.site.crawl_between}": (
                not self.outcomes and not self.site.is_open(datetime.now(UTC))
            ),
            f"{STOPPED}{reason}": reason != "finished",
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
        if not self.site.allows(urlsplit(url).netloc):
            event = FetchFinished(
                url=url,
                kind=kind,
                outcome=FetchOutcome.BLOCKED,
                referer=referer,
                detail="not an allowed host",
            )
            yield from self._settle(event, handler)
            return
        if kind in _KEPT_ON_RESUMPTION and (copy := self.recorder.fetched_already(url)):
            yield from self._follow_copy(copy, url, kind, handler)
            return
        sent = sending(signed, page)
        conditions = {"Content-Type": sent.content_type} if sent.body else self.recorder.validators(url)
        yield Request(
            sent.url,
            method="POST" if sent.body else "GET",
            body=sent.body,
            headers=conditions | ({"Referer": referer} if referer else {}),
            callback=self._answered,
            errback=partial(self._failed, url=url, kind=kind, handler=handler, referer=referer),
            cb_kwargs={"url": url, "kind": kind, "handler": handler, "referer": referer},
            # Depth first: an article's files follow it, so that a killed crawl leaves few loose ends.
            priority={PageKind.LISTING: 0, PageKind.ARTICLE: 1}.get(kind, 2),
        )

    def _settle(self, event: FetchFinished, handler: _Handler) -> Iterator[Request]:
        """End a request that is not made; its event is appended with those of the page that asked for it."""
        self._count(event)
        refused = _Fetched(event, None, [event])
        yield from handler(refused)
        self.unrecorded += refused.events

    def _follow_copy(self, copy: Copy, url: str, kind: PageKind, handler: _Handler) -> Iterator[Request]:
        """Go on from what an interrupted crawl fetched and recorded."""
        event = FetchFinished(
            url=url, kind=kind, outcome=FetchOutcome.UNCHANGED, final_url=copy.final_url, **copy.facts
        )
        body = None if kind is PageKind.DOCUMENT else self.recorder.archive.get(copy.sha256)
        fetched = _Fetched(event, self._page_of(event, body), [])
        yield from handler(fetched)
        self.unrecorded += fetched.events

    async def _answered(
        self, response: Response, url: str, kind: PageKind, handler: _Handler, referer: str | None
    ) -> list[Request]:
        known = self.recorder.known(url)
        if response.status == HTTPStatus.NOT_MODIFIED and known:
            fetched = self._not_modified(response, url, kind, referer, known)
        else:
            fetched = self._answer_of(response, url, kind, referer, known)
        requests = await self._finish(fetched, handler)
        wait = wait_asked_for(response)
        if wait is not None and wait > self.site.maximum_wait_seconds:
            raise CloseSpider(f"the site asks to be left alone for {wait:.0f} s")
        return requests

    async def _failed(
        self, failure: Failure, url: str, kind: PageKind, handler: _Handler, referer: str | None
    ) -> list[Request]:
        outcome, detail = failure_of(failure.value or RuntimeError("no reason given"))
        request: Request = failure.request  # type: ignore[attr-defined] # Scrapy's addition
        before = request.meta.get("fallback")
        no_connection = type(failure.value).__name__ in _NO_CONNECTION
        if no_connection and not before and self.site.other_scheme:
            note = f"{urlsplit(request.url).scheme} failed ({detail})"
            return [request.replace(url=_other_scheme(request.url), meta={"fallback": note})]
        detail = "; ".join(filter(None, (before, detail)))
        event = FetchFinished(url=url, kind=kind, outcome=outcome, referer=referer, detail=detail)
        return await self._finish(_Fetched(event, None, [event]), handler)

    async def _finish(self, fetched: _Fetched, handler: _Handler) -> list[Request]:
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
        if event.outcome not in _GOOD:
            self.logger.warning("%s: %s %s (%s)", event.kind, event.outcome, event.url, event.detail)

    def _not_modified(
        self, response: Response, url: str, kind: PageKind, referer: str | None, known: Copy
    ) -> _Fetched:
        """What the record has, as the server has nothing newer."""
        event = FetchFinished(
            **_facts_of_answer(response, url, kind, referer), outcome=FetchOutcome.UNCHANGED, **known.facts
        )
        body = None if kind is PageKind.DOCUMENT else self.recorder.archive.get(known.sha256)
        return _Fetched(event, self._page_of(event, body), [event])

    def _answer_of(
        self, response: Response, url: str, kind: PageKind, referer: str | None, known: Copy | None
    ) -> _Fetched:
        """What the server sent, and how it is to be taken."""
        header, body = _headers(response), response.body
        answer = Answer(response.url, kind, response.status, body, header("Content-Type"), header("Location"))
        outcome, detail = outcome_of(answer, self.home, self.site.encoding)
        sha256 = sha256_of(body) if outcome is FetchOutcome.STORED else None
        if sha256 and known and known.sha256 == sha256:
            outcome = FetchOutcome.UNCHANGED
        evidence = sha256_of(body) if outcome in _TELLING and 0 < len(body) <= _EVIDENCE_BYTES else None
        event = FetchFinished(
            **_facts_of_answer(response, url, kind, referer),
            outcome=outcome,
            sha256=sha256,
            byte_count=len(body),
            content_type=header("Content-Type") or None,
            etag=header("ETag") or None,
            last_modified=header("Last-Modified") or None,
            file_name=file_name(response.headers.get("Content-Disposition") or b""),
            detail="; ".join(filter(None, (response.meta.get("fallback"), detail))) or None,
            evidence_sha256=evidence,
        )
        page = self._page_of(event, body if sha256 else None)
        return _Fetched(event, page, [event], (body,) if sha256 or evidence else ())

    def _page_of(self, event: FetchFinished, body: bytes | None) -> Page | None:
        """The page of a good answer; None where it is a file or there is no body."""
        if not body or event.kind is PageKind.DOCUMENT or is_file(body):
            return None
        return page_of(event.final_url or event.url, body, event.content_type or "", self.site.encoding)

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

    def _ask_listing(
        self, walk: _Walk, url: str, place: Found | None = None, page: Page | None = None
    ) -> Iterator[Request]:
        if url in walk.asked:
            return
        if len(walk.asked) >= self.site.maximum_listing_pages:
            walk.complete = False
            return
        walk.asked.append(url)
        walk.waiting += 1
        if place:
            walk.places[url] = place
        handler = partial(self._on_listing, walk=walk)
        yield from self._ask(url, PageKind.LISTING, handler, walk.listing_of(url).partition("#")[0], page)

    def _on_listing(self, fetched: _Fetched, walk: _Walk) -> Iterator[Request]:
        walk.waiting -= 1
        url, page = fetched.event.url, fetched.page
        if page is None:
            walk.complete = False
        else:
            place, listing = walk.places.get(url), read_listing(page, walk.column, self.site)
            entries = tuple(_within(entry, place) for entry in listing.entries)
            walk.entries[url] = entries
            own = walk.listing_of(url)
            walk.totals[own] = max(walk.totals.get(own, 0), listing.total or 0)
            if not (entries or listing.listings or listing.beyond_end or (url == own and listing.pages)):
                walk.complete = False  # it answers something else; the first page may be a shell
            walk.complete = walk.complete and not listing.is_guessed
            yield from self._further_pages(walk, listing, place, page)
            for entry in entries:
                yield from self._follow(entry, walk.column, fetched)
        if not walk.waiting:
            fetched.events.append(self._listing_observed(walk))

    def _further_pages(
        self, walk: _Walk, listing: ListingPage, place: Found | None, page: Page
    ) -> Iterator[Request]:
        """All pages on a full walk; else one after the other, until a page has nothing new."""
        own = place.url if place else walk.url
        named = walk.named.get(own, [])
        known = {*walk.asked, *named}
        named = named + [url for url in dict.fromkeys(listing.pages) if url not in known]
        wanted = len(named) if self.full_walk else 1
        if not self.full_walk and listing.entries:
            wanted = int(any(not self.recorder.is_handled(entry.url) for entry in listing.entries))
            if not wanted and named:
                walk.complete = False
        walk.named[own] = named[wanted:]
        for url in named[:wanted]:
            yield from self._ask_listing(walk, url, place, page)
        for within in listing.listings:
            yield from self._ask_listing(walk, within.url, _within(within, place), page)

    def _listing_observed(self, walk: _Walk) -> ListingObserved:
        """All entries in the order of the pages, each once; a listing without entries was not understood."""
        pages = [walk.entries[url] for url in walk.asked if url in walk.entries]
        found: dict[str, Found] = {}
        for entry in chain.from_iterable(pages):
            found.setdefault(entry.url, entry)
        entries = [ListingEntry(url=e.url, title=e.title, listed_on=e.listed_on) for e in found.values()]
        self.entries += len(entries)
        return ListingObserved(
            listing_url=self.site.listing_address(walk.column),
            column_name=walk.column.name,
            complete=walk.complete and bool(entries) and walk.has_all(),
            page_count=len(pages),
            entries=tuple(entries),
        )

    def _follow(self, entry: Found, column: Column, listing: _Fetched) -> Iterator[Request]:
        """The document of an entry, or the article unless its title is plainly of something else."""
        said = entry.facts.or_else(facts(entry.title)).or_else(entry.within)
        if not self._is_wanted(said.fiscal_year):
            return
        document = shown_document(entry.url)
        if document_suffix(document):
            if self._judged(entry, column, entry.title, None, listing.events) is Verdict.DISCLOSURE:
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

    def _on_article(self, fetched: _Fetched, entry: Found, column: Column) -> Iterator[Request]:
        page = fetched.page
        if page is None:
            yield from self._on_file(fetched, entry, column)
            return
        found = list(attachments(page, self.site.selectors.attachment))
        if has_budget_tables(page, self.site.selectors.content):
            found.insert(0, Link(fetched.event.url, page.article_title))
        title = page.title_of(entry.title) or entry.title
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
        judgement = judge(title, f"{column.name} {entry.section}", tuple(link.text for link in found or ()))
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
        if not self._is_wanted(event.fiscal_year):
            return
        self.linked[event.url] = event.fiscal_year
        if source.event.outcome is FetchOutcome.STORED or self.recorder.is_news(event):
            source.events.append(event)
        if event.url == source.event.url:
            self.stored += source.event.outcome is FetchOutcome.STORED
        else:
            yield from self._ask(link.url, PageKind.DOCUMENT, self._on_document, source.event.url)

    def _document_linked(self, link: Link, source: _Fetched, entry: Found, column: Column) -> DocumentLinked:
        page, meta = source.page, source.page.meta if source.page else {}
        is_article = page and source.event.kind is PageKind.ARTICLE
        title = page.title_of(entry.title) if page and is_article else entry.title
        source_said = facts(meta.get("ContentSource", ""))
        told = (facts(link.text), entry.facts, facts(title), entry.within, source_said)
        said = reduce(Facts.or_else, (*told, Facts(phase=column.phase)))
        agency = fullest(said.agency_name, (one.agency_name for one in told))
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
            url=unsigned(link.url),
            page_url=source.event.url,
            link_text=link.text,
            page_title=title or (page.title if page else ""),
            fiscal_year=said.fiscal_year,
            phase=said.phase,
            scope=said.scope,
            agency_name=self.site.department_aliases.get(agency or "", agency),
            published_on=on,
            published_on_source=on_source,
            dates=dates,
            meta=meta,
        )

    def _on_document(self, fetched: _Fetched) -> Iterator[Request]:
        self.stored += fetched.event.outcome is FetchOutcome.STORED
        yield from ()


def _within(entry: Found, place: Found | None) -> Found:
    """An entry, or a listing, with what the listing says that leads to it."""
    if not place:
        return entry
    section = f"{place.section} {place.title}".strip()
    return replace(entry, section=section, within=place.facts.or_else(place.within))


def _other_scheme(url: str) -> str:
    """The same address over HTTPS instead of HTTP, or the reverse."""
    scheme, _, rest = url.partition(":")
    return f"{'http' if scheme == 'https' else 'https'}:{rest}"


def _facts_of_answer(response: Response, url: str, kind: PageKind, referer: str | None) -> dict[str, Any]:
    final_url = response.url if response.url != sending(url).url else None
    return {
        "url": url,
        "kind": kind,
        "referer": referer,
        "final_url": final_url,
        "http_status": response.status,
    }


def _headers(response: Response) -> Callable[[str], str]:
    return lambda name: (response.headers.get(name) or b"").decode("latin-1").strip()
