"""A backfill: listings are walked to their end, and only documents of some years are taken."""

from __future__ import annotations

from collections.abc import Callable

from scrapers.replica import Replica
from scrapers.sites import Site, of_years
from tests.scrapers.conftest import Crawl, path_of
from warehouse.record.events import DocumentLinked, FetchFinished, ListingObserved, MonitorRaised

XINZHOU, QINHUANGDAO = "xinzhou-replica", "qinhuangdao-replica"


def years_linked(seen: Crawl) -> set[int | None]:
    return {link.fiscal_year for link in seen.of(DocumentLinked)}


def documents_asked_for(seen: Crawl) -> set[str]:
    return {path_of(fetch.url) for fetch in seen.of(FetchFinished) if fetch.kind == "document"}


def test_a_column_of_articles(replica: Replica, crawl: Callable[[Site], Crawl]) -> None:
    site = replica.sites[XINZHOU].model_copy(update={"full_walk_every": 100})
    backfilled = crawl(of_years(site, {2025}))
    assert (backfilled.finished.reason, backfilled.finished.years) == ("finished", (2025,))
    assert years_linked(backfilled) == {2025}
    (listing,) = backfilled.of(ListingObserved)
    assert listing.complete, "all entries are seen, so that nothing is taken for withdrawn"
    usual = crawl(site)
    assert 2024 in years_linked(usual)
    assert documents_asked_for(usual) > documents_asked_for(backfilled)
    again = crawl(of_years(site, {2025}))
    assert again.finished.full_walk
    assert "documents_against_history" not in {raised.monitor for raised in again.of(MonitorRaised)}


def test_a_matrix_of_departments_and_years(replica: Replica, crawl: Callable[[Site], Crawl]) -> None:
    site = replica.sites[QINHUANGDAO]
    assert years_linked(crawl(of_years(site, {2025}))) == {2025}
    assert 2024 in years_linked(crawl(site))
