"""A site that moves on a day: its record goes on, and what stood at the old address has moved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from scrapers.links import unsigned
from scrapers.replica import serve
from scrapers.sites import Move, Site, SiteError, read_site
from tests.scrapers.test_sites import MINIMAL, write
from warehouse.build import build
from warehouse.home import Home
from warehouse.record.events import ListingObserved
from warehouse.record.export import export_events
from warehouse.record.log import EventLog

if TYPE_CHECKING:
    from tests.scrapers.conftest import Crawl

MOVES = """
moves:
  - {until: 2023-01-01, base_url: http://old.example.gov.cn/}
  - {until: 2025-03-01, base_url: http://newer.example.gov.cn/}
"""


def test_a_site_stands_where_it_stood_on_the_day_and_its_listings_keep_their_first_address(tmp_path: Path):
    site = read_site(write(tmp_path, MINIMAL + MOVES))
    assert [site.at(day).base_url for day in (date(2022, 12, 31), date(2023, 1, 1), date(2025, 3, 1))] == [
        "http://old.example.gov.cn/",
        "http://newer.example.gov.cn/",
        "http://www.example.gov.cn/",
    ]
    assert site.listing_address(site.columns[0]) == "http://old.example.gov.cn/zwgk/bmys/"
    assert {"old.example.gov.cn", "newer.example.gov.cn"} < set(site.allowed_hosts)


def test_moves_stand_in_the_order_of_their_days(tmp_path: Path):
    with pytest.raises(SiteError, match="moves are to stand in the order of their days"):
        read_site(write(tmp_path, MINIMAL + MOVES.replace("2023", "2026")))


@pytest.mark.parametrize(
    ("address", "identity"),
    [
        (
            "http://a/attachment/x.pdf?4xj7o_zs7PKa6cse3KGMHY2UD0Sf1VT-8ZIaj-qm9JO4exQ==",
            "http://a/attachment/x.pdf",
        ),
        ("http://a/x.pdf?id=7&Expires=1&Signature=ab%2Fc&OSSAccessKeyId=k", "http://a/x.pdf?id=7"),
        ("http://a/down.do?id=7", "http://a/down.do?id=7"),
        ("http://a/down.do?7", "http://a/down.do?7"),
        ("http://a/x.pdf?", "http://a/x.pdf?"),
    ],
)
def test_signatures_are_no_part_of_an_address(address: str, identity: str):
    assert unsigned(address) == identity


@pytest.mark.slow
def test_documents_of_a_moved_site_have_moved(home: Home, crawl: Callable[[Site], Crawl]):
    site_id = "wuhu-replica"
    with serve(0, [site_id]) as old, serve(0, [site_id]) as new:
        before = old.sites[site_id]
        move = Move(until=datetime.now(UTC).date() - timedelta(days=1), base_url=before.base_url)
        after = new.sites[site_id].model_copy(update={"moves": (move,)})
        crawls = [crawl(before), crawl(after), crawl(after)]
    addresses = [listing.listing_url for seen in crawls for listing in seen.of(ListingObserved)]
    assert addresses == [f"{before.base_url}zwgk/list.aspx?category_id=7"] * 3
    with EventLog.open(home.event_log) as log:
        export_events(log, home.events_parquet)
    with duckdb.connect(str(build(home, home.path / "built.duckdb").target), read_only=True) as connection:
        rows = connection.execute(
            "select starts_with(url, $old), state, count(*), count(moved_to_url) from core.fct_document_state"
            " where recorded_to is null group by all order by all",
            {"old": before.base_url},
        ).fetchall()
    assert rows == [(False, "present", 6, 0), (True, "moved", 6, 6)]
