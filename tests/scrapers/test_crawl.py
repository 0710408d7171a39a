"""Crawls of the replica by the real child process, into a real record."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from scrapers.replica import Replica
from scrapers.replica.pages import DOCUMENTS
from scrapers.sites import Site
from warehouse.home import Home
from warehouse.record.archive import Archive
from warehouse.record.events import (
    ArticleJudged,
    CrawlFinished,
    CrawlStarted,
    DocumentLinked,
    FetchFinished,
    ListingObserved,
    MonitorRaised,
)
from warehouse.record.log import EventLog

if TYPE_CHECKING:
    from tests.scrapers.conftest import Crawl, TwoDays

BMYS = "/zwgk/czyjs/bmys/"


def sha256_of(name: str) -> str:
    return hashlib.sha256((DOCUMENTS / name).read_bytes()).hexdigest()


def stored(crawl: Crawl):
    """Path's last part → hash, of the documents that the crawl stored."""
    return {
        fetch.url.rsplit("/", 1)[-1]: fetch.sha256
        for fetch in crawl.of(FetchFinished)
        if fetch.kind == "document" and fetch.outcome == "stored"
    }


def test_zero_based_paging_and_the_outcome_of_every_request(two_days: TwoDays):
    seen = two_days.first["xinzhou-replica"]

    assert seen.finished.reason == "finished"
    assert seen.outcomes("listing") == {
        BMYS: "stored",
        f"{BMYS}index_1.html": "stored",
        f"{BMYS}index_2.html": "stored",
    }
    assert seen.outcomes("article")[f"{BMYS}nbcy/t20240306_318300.html"] == "forbidden_by_robots"
    assert seen.outcomes("document") == {
        f"{BMYS}202502/P020250218602318457712.xlsx": "stored",
        f"{BMYS}202403/P020240315345178902211.pdf": "stored",
        f"{BMYS}202403/P020240314620011377123.pdf": "not_found",
        f"{BMYS}202403/P020240313397441109823.pdf": "server_error",
        f"{BMYS}202403/P020240312568830027716.pdf": "stored",  # truncated: for the reader to find out
        f"{BMYS}202403/P020240308366551200417.pdf": "empty",
    }
    assert stored(seen)["P020240315345178902211.pdf"] == sha256_of("xinzhou-commerce-2024.pdf")
    assert seen.finished.requests == len(seen.of(FetchFinished)) == sum(seen.finished.outcomes.values())
    assert (seen.finished.listing_entries, seen.finished.documents_linked) == (12, 6)
    assert seen.finished.documents_stored == 3

    (listing,) = seen.of(ListingObserved)
    assert (listing.complete, listing.page_count, len(listing.entries)) == (True, 3, 12)
    assert listing.entries[0].title == "忻州市商务局2025年部门预算公开"
    assert listing.entries[0].listed_on == date(2025, 2, 18)
    assert listing.entries[-1].title == "忻州市2024年政府采购集中采购目录及限额标准"


def test_links_carry_what_the_page_says(two_days: TwoDays):
    seen = two_days.first["xinzhou-replica"]

    (link,) = [
        link for link in seen.of(DocumentLinked) if link.link_text == "忻州市商务局2024年度部门预算.pdf"
    ]
    assert (link.fiscal_year, link.phase, link.scope) == (2024, "budget", "department")
    assert link.agency_name == "忻州市商务局"
    assert link.page_title == "忻州市商务局2024年度部门预算公开说明"
    assert (link.published_on, link.published_on_source) == (date(2024, 3, 15), "pub_date")
    assert link.dates == {"pub_date": "2024-03-15 09:30", "listing": "2024-03-15", "url": "2024-03-15"}
    assert link.meta == {
        "SiteName": "忻州市人民政府门户网站",
        "ColumnName": "部门预算",
        "ArticleTitle": "忻州市商务局2024年度部门预算公开说明",
        "PubDate": "2024-03-15 09:30",
        "ContentSource": "忻州市商务局",
    }


def test_other_articles_are_judged_and_their_files_left_alone(two_days: TwoDays):
    seen = two_days.first["xinzhou-replica"]

    verdicts = {article.title: article.verdict for article in seen.of(ArticleJudged)}
    assert verdicts["忻州市商务局办公设备采购项目中标公告"] == "other"
    assert verdicts["全市财政工作会议召开"] == "other"
    assert verdicts["2024年度财政资金信息一览"] == "undecided"
    assert verdicts["忻州市财政局关于做好2025年市直部门预算公开工作的通知"] == "undecided"
    assert verdicts["忻州市商务局2025年部门预算公开"] == "disclosure"
    paths = {request.path for request in two_days.first_requests}
    assert not any("P020250121" in path for path in paths), "the file of a tender notice was fetched"
    assert f"{BMYS}202501/t20250121_401877.html" not in paths


def test_one_based_paging_bad_files_and_tables_in_the_page(two_days: TwoDays):
    seen = two_days.first["zhumadian-replica"]

    assert seen.finished.reason == "finished"
    assert seen.outcomes("listing") == {
        "/zwgk/bmyjs/index.html": "stored",
        "/zwgk/bmyjs/index_2.html": "stored",
        "/zwgk/bmyjs/index_3.html": "stored",
        "/zwgk/dwys/list.html": "stored",
        "/zwgk/dwys/list.html?page=2": "stored",
    }
    assert [listing.complete for listing in seen.of(ListingObserved)] == [True, True]
    assert sorted(len(listing.entries) for listing in seen.of(ListingObserved)) == [4, 9]
    assert seen.outcomes("document") == {
        "/attachment/0/1/2024/823340.pdf": "stored",
        "/attachment/0/1/2024/823188.pdf": "stored",  # encrypted
        "/attachment/0/1/2024/822814.pdf": "stored",  # no tables
        "/attachment/0/1/2024/823512.doc": "stored",  # really DOCX
        "/attachment/0/1/2024/823101.pdf": "wrong_type",
        "/attachment/0/1/2024/823077.pdf": "soft_404",
    }
    details = {fetch.outcome: fetch.detail for fetch in seen.of(FetchFinished)}
    assert details["wrong_type"] == "expected PDF, found HTML titled '系统提示'"
    assert details["soft_404"] == "answered with the home page (驻马店市人民政府)"

    assert seen.finished.documents_stored == 5, "four files, and the page with its tables"
    (inline,) = [link for link in seen.of(DocumentLinked) if link.url == link.page_url]
    assert inline.link_text == "驻马店市商务局2025年部门预算公开"
    assert (inline.fiscal_year, inline.agency_name) == (2025, "驻马店市商务局")
    assert inline.dates["pub_date"] == "2025/02/20 08:55:00"


def test_one_document_on_two_pages_is_fetched_once_and_linked_twice(two_days: TwoDays):
    seen = two_days.first["zhumadian-replica"]

    links = [link for link in seen.of(DocumentLinked) if link.url.endswith("823340.pdf")]
    assert {link.page_url.split("/")[4] for link in links} == {"bmyjs", "dwys"}
    assert [request.path for request in two_days.first_requests].count("/attachment/0/1/2024/823340.pdf") == 1


def test_a_gbk_matrix_says_year_and_department(two_days: TwoDays):
    seen = two_days.first["qinhuangdao-replica"]

    assert seen.finished.reason == "finished"
    assert {
        (link.fiscal_year, link.agency_name, link.phase, link.link_text) for link in seen.of(DocumentLinked)
    } == {
        (2025, "秦皇岛市工业和信息化局", "budget", "部门预算"),
        (2024, "秦皇岛市工业和信息化局", "budget", "附件1"),
        (2024, "秦皇岛市山海关区商务局", "budget", "部门预算"),
        (2023, "秦皇岛市山海关区商务局", "budget", "绩效目标"),
        (2024, "秦皇岛市地震局", "budget", "部门预算"),
    }
    assert seen.finished.outcomes == {"not_found": 1, "stored": 6}
    assert sorted(stored(seen).values()) == sorted(
        map(
            sha256_of,
            [
                "qinhuangdao-industry-2024.pdf",
                "qinhuangdao-industry-2025.docx",
                "qinhuangdao-shanhaiguan-commerce-2024.docx",
                "qinhuangdao-shanhaiguan-commerce-performance.doc",
            ],
        )
    )


def test_a_second_crawl_costs_only_conditional_requests_and_still_follows_pages(two_days: TwoDays):
    first, second = (day["zhumadian-replica"] for day in (two_days.first, two_days.second))

    assert second.finished.reason == "finished"
    assert second.finished.documents_linked == first.finished.documents_linked == 7
    assert second.finished.documents_stored == 0
    assert set(second.outcomes().values()) == {"unchanged", "soft_404", "wrong_type"}
    assert second.outcomes().keys() == first.outcomes().keys()
    assert second.of(DocumentLinked) == []
    assert second.of(ArticleJudged) == []
    bad = {"/attachment/0/1/2024/823101.pdf", "/attachment/0/1/2024/823077.pdf", "/robots.txt"}
    requests = [request for request in two_days.second_requests if request.site_id == "zhumadian-replica"]
    assert {(request.status, request.body_bytes) for request in requests if request.path not in bad} == {
        (304, 0)
    }


def test_bytes_that_did_not_change_are_unchanged_without_a_304(two_days: TwoDays):
    (request,) = [
        request for request in two_days.second_requests if request.path == two_days.without_validators
    ]
    assert (request.status, request.body_bytes > 0) == (200, True)
    assert two_days.second["xinzhou-replica"].outcomes()[two_days.without_validators] == "unchanged"


def test_a_file_replaced_silently_under_its_url_is_stored_beside_the_old_one(two_days: TwoDays):
    second = two_days.second["xinzhou-replica"]
    before = stored(two_days.first["xinzhou-replica"])["P020240315345178902211.pdf"]

    assert stored(second) == {"P020240315345178902211.pdf": sha256_of("zhumadian-commerce-2024.pdf")}
    assert second.of(DocumentLinked) == [], "the pages that link to it did not change"
    kept = Archive(two_days.home.archive).get(before)
    assert len(kept) == (DOCUMENTS / "xinzhou-commerce-2024.pdf").stat().st_size


def test_a_withdrawn_article_is_missing_from_a_complete_listing(two_days: TwoDays):
    second = two_days.second["xinzhou-replica"]

    (listing,) = second.of(ListingObserved)
    assert listing.complete
    assert two_days.withdrawn not in second.listed()
    assert len(listing.entries) == 11
    assert two_days.withdrawn not in second.outcomes()


def test_requests_are_spaced_and_say_who_asks(two_days: TwoDays):
    assert {request.user_agent for request in two_days.first_requests} == {
        "Mingzhang/0.1.0 (+https://localhost.invalid/mingzhang-demo)"
    }
    for site_id in two_days.first:
        times = [
            request.seconds
            for request in two_days.first_requests
            if request.site_id == site_id and request.path != "/robots.txt"
        ]
        # One after the other, 0.02 s apart; the delay is randomised between half and one and a half.
        assert max(times) - min(times) > 0.01 * (len(times) - 1)


def test_a_listing_page_that_fails_leaves_the_listing_incomplete(
    replica: Replica, crawl: Callable[[Site], Crawl]
):
    replica.change("xinzhou-replica", f"{BMYS}index_1.html", status=503)
    seen = crawl(replica.sites["xinzhou-replica"])

    (listing,) = seen.of(ListingObserved)
    assert (listing.complete, listing.page_count, len(listing.entries)) == (False, 2, 7)
    assert seen.outcomes("listing")[f"{BMYS}index_1.html"] == "server_error"


def test_no_entries_is_a_failed_crawl(replica: Replica, crawl: Callable[[Site], Crawl]):
    replica.content["xinzhou-replica"]["articles"] = []
    replica.refresh("xinzhou-replica")
    seen = crawl(replica.sites["xinzhou-replica"])

    assert seen.finished.reason.startswith("no entries")
    assert [listing.complete for listing in seen.of(ListingObserved)] == [False]
    assert [raised.monitor for raised in seen.of(MonitorRaised)] == ["no_entries", "few_documents"]


def test_download_handlers_and_redirects(replica: Replica, crawl: Callable[[Site], Crawl]):
    link = replica.content["qinhuangdao-replica"]["matrix"]["departments"][1]["years"][2023][0]
    link |= {"href": "/down.aspx?id=3", "content_type": "application/octet-stream"}
    replica.refresh("qinhuangdao-replica")
    moved, loop = "/ysgk/2024/山海关区商务局2024年部门预算.docx", "/ysgk/2024/gxj/附件1.pdf"
    there = replica.resources["qinhuangdao-replica"]
    there["/new/budget.docx"] = there[moved]
    replica.change("qinhuangdao-replica", moved, status=301, headers=(("Location", "/new/budget.docx"),))
    itself = (("Location", "/ysgk/2024/gxj/%B8%BD%BC%FE1.pdf"),)
    replica.change("qinhuangdao-replica", loop, status=302, headers=itself)
    site = replica.sites["qinhuangdao-replica"]
    twice = (site.columns[0], site.columns[0].model_copy(update={"name": "单位预算公开"}))
    seen = crawl(site.model_copy(update={"columns": twice}))

    listings = {listing.column_name: listing for listing in seen.of(ListingObserved)}
    assert [len(listing.entries) for listing in listings.values()] == [5, 5], "two columns may share a page"
    fetches = {
        path: fetch for fetch in seen.of(FetchFinished) for path in [unquote(urlsplit(fetch.url).path)]
    }
    handler = fetches["/down.aspx"]
    assert handler.sha256 == sha256_of("qinhuangdao-shanhaiguan-commerce-performance.doc")
    (linked,) = [linked for linked in seen.of(DocumentLinked) if "down.aspx" in linked.url]
    assert (linked.fiscal_year, linked.agency_name) == (2023, "秦皇岛市山海关区商务局")
    assert fetches[moved].outcome == "stored"
    assert (fetches[moved].final_url or "").endswith("/new/budget.docx")
    assert seen.outcomes()[loop] == "network_error"
    assert "max redirections reached" in (seen.details()[loop] or "")


def test_faults_of_the_network_are_outcomes(replica: Replica, crawl: Callable[[Site], Crawl]):
    resources = replica.resources["qinhuangdao-replica"]
    slow, cut, large, away, shield = (
        "/ysgk/2024/gxj/附件1.pdf",
        "/ysgk/2024/山海关区商务局2024年部门预算.docx",
        "/ysgk/2025/秦皇岛市工业和信息化局2025年部门预算.docx",
        "/ysgk/2023/shgswj/1.doc",
        "/ysgk/2024/dzj/1.doc",
    )
    resources[shield] = resources["/"]
    replica.change("qinhuangdao-replica", slow, delay_seconds=2.5)
    replica.change("qinhuangdao-replica", cut, cut_after=1000)
    replica.change("qinhuangdao-replica", large, body=b"x" * 400_000)
    replica.change(
        "qinhuangdao-replica", away, status=302, headers=(("Location", "http://elsewhere.invalid/1.doc"),)
    )
    replica.change("qinhuangdao-replica", shield, status=521, body=b"<script>document.cookie='a'</script>")
    site = replica.sites["qinhuangdao-replica"].model_copy(
        update={"timeout_seconds": 0.6, "maximum_bytes": 200_000}
    )
    seen = crawl(site)

    assert seen.outcomes("document") == {
        slow: "timeout",
        cut: "network_error",
        large: "too_large",
        away: "blocked",
        shield: "blocked",
    }
    assert seen.details()[away] == "HTTP 302 to http://elsewhere.invalid/1.doc, which is not an allowed host"
    assert seen.details()[shield] == "HTTP 521"


def worker(home: Home, run_id: str, site: Site) -> subprocess.Popen[str]:
    """A worker that has begun to crawl a site."""
    command = [sys.executable, "-m", "scrapers.worker", str(home.path), run_id]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert child.stdin
    child.stdin.write(site.model_dump_json() + "\n")
    child.stdin.flush()
    return child


def test_a_crawl_that_was_killed_is_finished_by_the_next(
    replica: Replica, crawl: Callable[[Site], Crawl], home: Home
):
    site = replica.sites["xinzhou-replica"]
    replica.change("xinzhou-replica", f"{BMYS}202403/t20240315_318844.html", delay_seconds=1)
    with worker(home, "killed", site) as child:
        deadline = time.monotonic() + 20
        while len(replica.requests) < 5 and time.monotonic() < deadline:
            time.sleep(0.05)
        os.kill(child.pid, signal.SIGKILL)
    replica.change("xinzhou-replica", f"{BMYS}202403/t20240315_318844.html", delay_seconds=0)
    seen = crawl(site)

    assert seen.finished.reason == "finished"
    assert stored(seen).keys() == {
        "P020250218602318457712.xlsx",
        "P020240315345178902211.pdf",
        "P020240312568830027716.pdf",
    }
    with EventLog.open(home.event_log) as log:
        links = [event.payload.url for event in log.read(types={DocumentLinked.type})]
    assert len(set(links)) == 6


def test_a_crawl_ends_with_its_parent(replica: Replica, home: Home):
    site = replica.sites["qinhuangdao-replica"]
    replica.change("qinhuangdao-replica", "/ysgk/bmys.html", delay_seconds=1)
    with worker(home, "orphan", site) as child:
        assert child.stdin
        deadline = time.monotonic() + 20
        while len(replica.requests) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        child.stdin.close()
        child.wait(timeout=20)
    with EventLog.open(home.event_log) as log:
        (finished,) = [event.payload for event in log.read(types={CrawlFinished.type}, run_id="orphan")]
    assert finished.reason == "stopped: shutdown"


def test_a_crawl_that_cannot_begin_is_recorded_with_the_reason(
    replica: Replica, crawl: Callable[[Site], Crawl]
):
    # An order that the worker cannot obey: it does not pass validation.
    site = replica.sites["xinzhou-replica"].model_copy(update={"delay_seconds": -1.0})
    crawled = crawl(site)

    assert crawled.finished.reason.startswith("the crawl could not go on: ")
    assert crawled.finished.requests == 0
    assert crawled.payloads == [crawled.finished]


def test_a_site_that_does_not_answer_is_a_failed_crawl(replica: Replica, crawl: Callable[[Site], Crawl]):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    site = replica.sites["xinzhou-replica"].model_copy(
        update={"base_url": f"http://127.0.0.1:{port}/", "allowed_hosts": (f"127.0.0.1:{port}",)}
    )
    seen = crawl(site)

    assert seen.finished.reason.startswith("no entries")
    assert set(seen.outcomes().values()) == {"network_error"}
    assert [started.platform for started in seen.of(CrawlStarted)] == ["trs_wcm"]
