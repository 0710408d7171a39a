"""How a crawl ended, and what is odd about it, against what is expected and earlier crawls found. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from scrapers.recorder import STOPPED
from scrapers.sites import Site
from warehouse.record.events import CRAWL_NOT_STARTED, WITH_CONTENT, CrawlFinished, MonitorRaised

_FEWER_THAN_USUAL = 0.7
_TOO_MANY_ERRORS = 0.3
_CRAWLS_COMPARED = 5


@dataclass(frozen=True, slots=True)
class Walked:
    """What one crawl did, as it closes."""

    entries: int
    documents: int
    outcomes: Mapping[str, int]
    full_walk: bool = True
    years: tuple[int, ...] = ()
    by_year: Mapping[int, int] = field(default_factory=dict)
    """Fiscal year → documents that are said to be of it."""


def reason_of(site: Site, walked: Walked, closed_for: str, errors: int, *, is_open: bool) -> str:
    """`finished`, or what was wrong: nothing found is a failure, not a success.

    Args:
        site: What is expected.
        walked: The crawl.
        closed_for: Why it was closed, in Scrapy's words.
        errors: Pages that could not be understood.
        is_open: Whether the site may be asked at this hour.
    """
    entries, linked, expected, full = walked.entries, walked.documents, site.assertions, walked.full_walk
    faults = {
        f"{CRAWL_NOT_STARTED}: outside of crawl_between {site.crawl_between}": (
            not walked.outcomes and not is_open
        ),
        f"{STOPPED}{closed_for}": closed_for != "finished",
        f"{errors} pages could not be understood, see the log of the crawl": errors > 0,
        "no entries: the listings gave nothing": not entries,
        f"only {entries} listing entries, at least {expected.minimum_entries} expected": (
            full and entries < expected.minimum_entries
        ),
        f"no documents: none of {entries} listing entries led to one": full and not linked,
        f"only {linked} documents linked, at least {expected.minimum_documents} expected": (
            full and linked < expected.minimum_documents
        ),
    }
    return next((fault for fault, holds in faults.items() if holds), "finished")


def monitors(
    site: Site,
    walked: Walked,
    history: Sequence[CrawlFinished],
    last_news_at: datetime | None,
    now: datetime,
) -> list[MonitorRaised]:
    """Everything that a person should look at.

    Args:
        site: What is expected.
        walked: This crawl.
        history: The ends of earlier crawls, the oldest first.
        last_news_at: When a document was last stored, by this crawl or an earlier one.
        now: The end of the crawl.
    """
    compared = _compared(walked, history)
    return [*_counts(site, walked), *_by_year(site, walked), *compared, *_ages(site, last_news_at, now)]


def _counts(site: Site, walked: Walked) -> Iterator[MonitorRaised]:
    requests = sum(walked.outcomes.values())
    failed = sum(count for outcome, count in walked.outcomes.items() if outcome not in WITH_CONTENT)
    expected = site.assertions
    if not walked.entries:
        yield _raised("no_entries", "the listings gave nothing", 0, 1)
    elif walked.full_walk and walked.entries < expected.minimum_entries:
        yield _raised("few_entries", "fewer listing entries", walked.entries, expected.minimum_entries)
    if walked.full_walk and walked.documents < max(1, expected.minimum_documents):
        yield _raised(
            "few_documents", "fewer documents", walked.documents, max(1, expected.minimum_documents)
        )
    if walked.documents and requests / walked.documents > site.maximum_requests_per_document:
        per_document, limit = requests / walked.documents, site.maximum_requests_per_document
        yield _raised("requests_per_document", "many requests for few documents", per_document, limit)
    if requests and failed / requests > _TOO_MANY_ERRORS:
        yield _raised(
            "errors", f"{failed} of {requests} requests failed", failed / requests, _TOO_MANY_ERRORS
        )


def _by_year(site: Site, walked: Walked) -> Iterator[MonitorRaised]:
    least, most = site.assertions.minimum_documents_per_year, site.assertions.maximum_documents_per_year
    for year, count in sorted(walked.by_year.items()):
        if most is not None and count > most:
            yield _raised("documents_per_year", f"more documents of {year}", count, most)
        if walked.full_walk and count < least and year < max(walked.by_year):
            yield _raised("documents_per_year", f"fewer documents of {year}", count, least)


def _compared(walked: Walked, history: Sequence[CrawlFinished]) -> Iterator[MonitorRaised]:
    """Full walks are compared with the last full walks that ended well and were of the same years."""
    alike = [end for end in history if end.full_walk and end.years == walked.years]
    usual = [end.documents_linked for end in alike if end.reason == "finished"]
    if walked.full_walk and usual:
        limit = _FEWER_THAN_USUAL * statistics.median(usual[-_CRAWLS_COMPARED:])
        if walked.documents < limit:
            yield _raised("documents_against_history", "fewer than usual", walked.documents, limit)


def _ages(site: Site, last_news_at: datetime | None, now: datetime) -> Iterator[MonitorRaised]:
    limit = site.maximum_days_without_news
    if limit and last_news_at and (now - last_news_at).days > limit:
        days = (now - last_news_at).days
        yield _raised("days_without_news", f"no new document for {days} days", days, limit)


def _raised(monitor: str, detail: str, value: float, limit: float) -> MonitorRaised:
    return MonitorRaised(monitor=monitor, detail=detail, value=round(value, 3), limit=round(limit, 3))
