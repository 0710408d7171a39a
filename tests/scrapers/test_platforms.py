"""Every platform against its replica host: listing, paging, articles, documents."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from scrapers.platforms import PLATFORMS
from scrapers.replica import ALL_SITES, serve
from warehouse.record.events import DocumentLinked, FetchFinished, ListingObserved

if TYPE_CHECKING:
    from tests.scrapers.conftest import Crawl


def test_there_is_a_host_for_every_platform():
    with serve(0, ALL_SITES) as replica:
        assert {site.platform for site in replica.sites.values()} == set(PLATFORMS)


@pytest.mark.parametrize(
    ("site_id", "entries", "pages", "city"),
    [
        ("jining-replica", 7, 3, "济宁市"),
        ("jiangmen-replica", 6, 3, "江门市"),
        ("yangquan-replica", 6, 3, "阳泉市"),
        ("wuhu-replica", 6, 3, "芜湖市"),
        ("changde-replica", 6, 2, "常德市"),
        ("chuzhou-replica", 6, 2, "滁州市"),
        ("yangzhou-replica", 6, 9, "扬州市"),
    ],
)
def test_each_lists_everything_and_stores_six_documents(
    platform_crawls: dict[str, Crawl], site_id: str, entries: int, pages: int, city: str
):
    seen = platform_crawls[site_id]
    assert seen.finished.reason == "finished"
    (listing,) = seen.of(ListingObserved)
    assert (listing.complete, len(listing.entries), listing.page_count) == (True, entries, pages)
    assert listing.entries[0].listed_on == date(2024, 3, 20)
    assert set(seen.outcomes().values()) == {"stored"}
    assert seen.finished.documents_stored == 6
    assert {(link.fiscal_year, link.phase, link.agency_name) for link in seen.of(DocumentLinked)} == {
        (2024, "budget", f"{city}{name}")
        for name in ("商务局", "工业和信息化局", "民政局", "文化和旅游局", "审计局", "水利局")
    }


def test_hanweb_asks_the_proxy_for_three_pages_at_a_time(platform_crawls: dict[str, Crawl]):
    asked = [path for path in platform_crawls["jining-replica"].outcomes("listing") if "dataproxy" in path]
    assert sorted(path.partition("&perpage")[0].partition("?")[2] for path in asked) == [
        "startrecord=1&endrecord=6",
        "startrecord=7&endrecord=7",
    ]


def test_files_behind_preview_pages_and_handlers_are_told_by_their_bytes(platform_crawls: dict[str, Crawl]):
    fetches = [
        fetch for fetch in platform_crawls["wuhu-replica"].of(FetchFinished) if fetch.kind == "document"
    ]
    assert "芜湖市商务局2024年部门预算公开.pdf" in {fetch.file_name for fetch in fetches}
    assert "/portal/file/view?id=F2024000" in platform_crawls["yangquan-replica"].outcomes("document")
