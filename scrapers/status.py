"""How each site does, from the event log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scrapers.schedule import next_run
from scrapers.sites import Site
from warehouse.record.events import CrawlFinished, RecordedEvent
from warehouse.record.log import EventLog


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """What the log says of a site's crawls, and when the next one is due."""

    site_id: str
    next_run_at: datetime
    crawls: int = 0
    last_success_at: datetime | None = None
    last_new_documents_at: datetime | None = None
    documents_linked: int = 0
    """By the last successful crawl that walked listings to their end."""
    failures_in_a_row: int = 0
    last_reason: str = ""


def site_statuses(log: EventLog, sites: Mapping[str, Site], now: datetime) -> list[SiteStatus]:
    """The status of every configured site, those that never ran included, in the order of `sites`."""
    statuses = {site_id: SiteStatus(site_id, next_run(site, now)) for site_id, site in sites.items()}
    for event in log.read(types={CrawlFinished.type}):
        if event.site_id in statuses:
            statuses[event.site_id] = _after(statuses[event.site_id], event)
    return list(statuses.values())


def _after(status: SiteStatus, event: RecordedEvent) -> SiteStatus:
    end = event.payload
    if not isinstance(end, CrawlFinished):
        return status
    status = replace(status, crawls=status.crawls + 1, last_reason=end.reason)
    if end.documents_stored:
        status = replace(status, last_new_documents_at=event.occurred_at)
    if end.reason != "finished":
        return replace(status, failures_in_a_row=status.failures_in_a_row + 1)
    return replace(
        status,
        last_success_at=event.occurred_at,
        documents_linked=end.documents_linked if end.full_walk else status.documents_linked,
        failures_in_a_row=0,
    )
