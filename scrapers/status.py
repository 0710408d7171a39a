"""How each site does, from the event log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scrapers.schedule import is_due, next_run
from scrapers.sites import Site
from warehouse.home import Home
from warehouse.record.events import CRAWL_NOT_STARTED, CrawlFinished, CrawlStarted, RecordedEvent
from warehouse.record.log import EventLog


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """What the log says of a site's crawls, and when the next one is due."""

    site_id: str
    next_run_at: datetime
    is_due: bool = False
    """Whether its moment has come since the last crawl: one that was missed, or the very first."""
    crawls: int = 0
    last_started_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_documents_at: datetime | None = None
    documents_linked: int = 0
    """By the last successful crawl that walked listings to their end, of all years."""
    failures_in_a_row: int = 0
    last_reason: str = ""


def site_statuses(home: Home, sites: Mapping[str, Site], now: datetime) -> list[SiteStatus]:
    """The status of every configured site, those that never ran included, in the order of `sites`.

    Looking begins no record where there is none. A crawl that was not started, since the hours of its site
    were closed, is neither a success nor a failure.
    """
    statuses = {site_id: SiteStatus(site_id, next_run(site, now)) for site_id, site in sites.items()}
    begun: dict[str, datetime] = {}
    for event in _crawls(home):
        site_id = event.site_id or ""
        if site_id not in statuses:
            continue
        if isinstance(event.payload, CrawlFinished):
            statuses[site_id] = _after(statuses[site_id], event, begun.pop(site_id, None))
        else:
            begun[site_id] = event.occurred_at
    # A crawl that was killed has no end, and yet the site was asked.
    statuses |= {
        site_id: replace(statuses[site_id], last_started_at=started_at)
        for site_id, started_at in begun.items()
    }
    return [
        replace(status, is_due=is_due(sites[status.site_id], status.last_started_at, now))
        for status in statuses.values()
    ]


def _crawls(home: Home) -> Iterator[RecordedEvent]:
    """The beginnings and ends of all crawls."""
    if home.has_event_log:
        with EventLog.open(home.event_log) as log:
            yield from log.read(types={CrawlStarted.type, CrawlFinished.type})


def _after(status: SiteStatus, event: RecordedEvent, started_at: datetime | None) -> SiteStatus:
    end = event.payload
    if not isinstance(end, CrawlFinished):
        return status
    status = replace(status, last_reason=end.reason)
    if end.reason.startswith(CRAWL_NOT_STARTED):
        return status
    status = replace(status, crawls=status.crawls + 1, last_started_at=started_at or status.last_started_at)
    if end.documents_stored:
        status = replace(status, last_new_documents_at=event.occurred_at)
    if end.reason != "finished":
        return replace(status, failures_in_a_row=status.failures_in_a_row + 1)
    return replace(
        status,
        last_success_at=event.occurred_at,
        documents_linked=end.documents_linked if end.full_walk and not end.years else status.documents_linked,
        failures_in_a_row=0,
    )
