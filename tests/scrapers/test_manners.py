"""Manners and safety: waits, private addresses, evidence, protocols, hours, monitors, partial walks."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from scrapers.addresses import is_public
from scrapers.journal import Journal
from scrapers.monitors import Walked, monitors
from scrapers.patience import retry_after
from scrapers.recorder import Recorder
from scrapers.replica import Replica
from scrapers.sites import Site
from tests.scrapers.made_sites import made_site
from warehouse.home import Home
from warehouse.record.archive import Archive
from warehouse.record.events import CrawlFinished, CrawlStarted, Event, FetchFinished, ListingObserved
from warehouse.record.log import EventLog

if TYPE_CHECKING:
    from tests.scrapers.conftest import Crawl

BMYS = "/zwgk/czyjs/bmys/"
PDF = f"{BMYS}202403/P020240315345178902211.pdf"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("::ffff:10.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address to refuse
        ("100.64.0.1", False),
        ("114.114.114.114", True),
        ("2400:3200::1", True),
    ],
)
def test_private_addresses_are_told(address: str, public: bool):
    assert is_public(address) is public


def test_a_private_address_is_refused_unless_the_site_says_otherwise(
    replica: Replica, crawl: Callable[[Site], Crawl]
):
    site = replica.sites["qinhuangdao-replica"].model_copy(update={"replica": False})
    seen = crawl(site)
    assert set(seen.outcomes().values()) == {"blocked"}
    assert "127.0.0.1 (127.0.0.1) is not a public address" in str(seen.details()["/"])
    assert replica.requests == [], "not even robots.txt"

    allowed = crawl(site.model_copy(update={"allow_private": True}))
    assert allowed.finished.reason == "finished"
    (started,) = allowed.of(CrawlStarted)
    assert started.exceptions == ("private addresses may be asked",)


@pytest.mark.slow
def test_a_name_that_turns_private_after_it_was_checked_is_not_connected_to(
    replica: Replica, crawl: Callable[[Site], Crawl], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "sitecustomize.py").write_text(
        "import itertools, socket\n"
        "turns = itertools.chain(['8.8.8.8'], itertools.repeat('127.0.0.1'))\n"
        "usual = socket.gethostbyname\n"
        "socket.gethostbyname = lambda name: next(turns) if name == 'turning.test' else usual(name)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("no_proxy", "*")
    base_url = replica.base_urls["xinzhou-replica"].replace("127.0.0.1", "turning.test")
    changes = {
        "replica": False,
        "base_url": base_url,
        "timeout_seconds": 1.0,
        "allowed_hosts": (urlsplit(base_url).netloc,),
    }
    seen = crawl(replica.sites["xinzhou-replica"].model_copy(update=changes))
    assert replica.requests == [], "the second resolution was used"
    assert set(seen.outcomes().values()) <= {"timeout", "network_error"}


@pytest.mark.slow
def test_answers_of_three_to_fifteen_seconds_are_waited_for_and_longer_ones_given_up(
    replica: Replica, crawl: Callable[[Site], Crawl]
):
    site_id, folder = "xinzhou-replica", "/zwgk/czyjs/bmys/202403/"
    slow = {"P020240315345178902211.pdf": 15, "t20240315_318844.html": 8, "P020240312568830027716.pdf": 3}
    for name, seconds in slow.items():
        replica.change(site_id, folder + name, delay_seconds=seconds)
    replica.change(site_id, "/zwgk/czyjs/bmys/202502/P020250218602318457712.xlsx", delay_seconds=40)
    seen = crawl(replica.sites[site_id].model_copy(update={"timeout_seconds": 17.0}))
    outcomes = seen.outcomes()
    assert {outcomes[folder + name] for name in slow} == {"stored"}
    assert outcomes["/zwgk/czyjs/bmys/202502/P020250218602318457712.xlsx"] == "timeout"
    assert seen.finished.reason == "finished"


def test_retry_after_in_seconds_or_as_a_date():
    assert retry_after("120", NOW) == 120
    assert retry_after("Mon, 02 Mar 2026 12:01:30 GMT", NOW) == 90
    assert retry_after("Mon, 02 Mar 2026 11:00:00 GMT", NOW) == 0
    assert retry_after("soon", NOW) is None
    assert retry_after("", NOW) is None


def test_retry_after_is_waited_for_by_the_whole_crawl(replica: Replica, crawl: Callable[[Site], Crawl]):
    replica.change("xinzhou-replica", BMYS, status=503, headers=(("Retry-After", "1"),))
    crawl(replica.sites["xinzhou-replica"])
    times = [request.seconds for request in replica.requests if request.path == BMYS]
    assert len(times) == 3, "asked once and twice again"
    assert min(b - a for a, b in itertools.pairwise(times)) >= 1


def test_a_site_that_asks_for_a_long_rest_is_left_alone(replica: Replica, crawl: Callable[[Site], Crawl]):
    replica.change("xinzhou-replica", PDF, status=429, headers=(("Retry-After", "86400"),))
    seen = crawl(replica.sites["xinzhou-replica"])
    assert seen.finished.reason == "stopped: the site asks to be left alone for 86400 s"
    assert seen.outcomes()[PDF] == "blocked"
    assert [request.path for request in replica.requests].count(PDF) == 1


def test_a_challenge_is_blocked_and_its_page_kept(
    replica: Replica, crawl: Callable[[Site], Crawl], home: Home
):
    stub = b"<html><script>var _0x=['cookie'];document.cookie='__jsl='+1;location.reload()</script></html>"
    replica.change("xinzhou-replica", PDF, status=521, body=stub)
    article = f"{BMYS}202502/t20250218_402318.html"
    replica.change("xinzhou-replica", article, body=stub + b" " * 1000)
    seen = crawl(replica.sites["xinzhou-replica"])
    fetches = {fetch.url.rpartition("/")[2]: fetch for fetch in seen.of(FetchFinished)}
    for path in (PDF, article):
        fetch = fetches[path.rpartition("/")[2]]
        assert (fetch.outcome, fetch.sha256) == ("blocked", None)
        assert Archive(home.archive).get(fetch.evidence_sha256 or "").startswith(stub)


def test_https_that_fails_falls_back_to_http_and_says_so(replica: Replica, crawl: Callable[[Site], Crawl]):
    site = replica.sites["qinhuangdao-replica"]
    seen = crawl(site.model_copy(update={"base_url": site.base_url.replace("http://", "https://")}))
    assert seen.finished.reason == "finished"
    home_page = next(fetch for fetch in seen.of(FetchFinished) if fetch.kind == "home")
    assert (home_page.outcome, home_page.url.partition(":")[0]) == ("stored", "https")
    assert (home_page.final_url or "").startswith("http://")
    assert (home_page.detail or "").startswith("https failed (")


def test_outside_of_its_hours_a_site_is_not_asked(replica: Replica, crawl: Callable[[Site], Crawl]):
    later, end = datetime.now(UTC) + timedelta(hours=2), datetime.now(UTC) + timedelta(hours=4)
    window = f"{later:%H:%M}-{end:%H:%M}"
    site = replica.sites["xinzhou-replica"].model_copy(update={"crawl_between": window, "timezone": "UTC"})
    seen = crawl(site)
    assert seen.finished.reason == f"not started: outside of crawl_between {window}"
    assert [type(payload) for payload in seen.payloads] == [CrawlStarted, CrawlFinished]
    assert replica.requests == []


def test_listings_are_walked_as_far_as_new(replica: Replica, crawl: Callable[[Site], Crawl]):
    site = replica.sites["xinzhou-replica"].model_copy(update={"full_walk_every": 7})
    first, second = crawl(site), crawl(site)
    assert [day.finished.full_walk for day in (first, second)] == [True, False]
    assert [day.of(ListingObserved)[0].complete for day in (first, second)] == [True, False]
    assert [day.of(ListingObserved)[0].page_count for day in (first, second)] == [3, 1]
    assert second.finished.reason == "finished"

    content = replica.content["xinzhou-replica"]
    new = content["articles"][0] | {
        "path": f"{BMYS}202503/t20250301_1.html",
        "title": "忻州市水利局2025年部门预算公开",
        "attachments": [{"href": "./P020250301.pdf", "text": "预算.pdf", "body": "%PDF-1.4"}],
    }
    content["articles"].insert(0, new)
    replica.refresh("xinzhou-replica")
    third = crawl(site)
    assert third.of(ListingObserved)[0].page_count == 2, "a page with news, and the one after it"
    assert third.finished.documents_stored == 1


@pytest.mark.parametrize(
    ("ends", "full"),
    [
        ([], True),
        ([True], False),
        ([True, False], False),
        ([True, False, False], True),
        ([True, False, False, True], False),
        ([True, "no entries"], True),
        ([True, "killed"], True),
    ],
)
def test_every_third_walk_is_full_and_the_one_after_a_bad_end(
    tmp_path: Path, ends: list[bool | str], full: bool
):
    started = CrawlStarted(site_name="某市", region_code="140900", platform="trs_wcm", start_urls=())
    with EventLog.open(tmp_path / "events.sqlite") as log:
        for ended in ends:
            finished = end(3, full=ended is True) if ended in {True, False} else end(0, reason=str(ended))
            payloads = [started] if ended == "killed" else [started, finished]
            log.append([Event(payload=payload, run_id="r", site_id="a") for payload in payloads])
        assert Recorder(Journal(log, Archive(tmp_path / "archive")), "a", "r").wants_full_walk(3) is full


def end(documents: int, *, full: bool = True, reason: str = "finished") -> CrawlFinished:
    return CrawlFinished(
        reason=reason,
        requests=10,
        outcomes={},
        listing_entries=9,
        documents_linked=documents,
        documents_stored=0,
        full_walk=full,
    )


@pytest.mark.parametrize(
    ("walked", "history", "days", "names"),
    [
        (Walked(20, 10, {"stored": 30}), [end(10)], 1, []),
        (Walked(0, 0, {"stored": 2}), [], 1, ["no_entries", "few_documents"]),
        (
            Walked(20, 6, {"stored": 30}),
            [end(10), end(0, reason="no")],
            1,
            ["documents_against_history"],
        ),
        (Walked(20, 1, {"stored": 9}, full_walk=False), [end(10)], 1, []),
        (Walked(900, 2, {"stored": 90}), [], 1, ["requests_per_document"]),
        (Walked(20, 10, {"stored": 10, "timeout": 10}), [], 1, ["errors"]),
        (Walked(20, 10, {"unchanged": 30}), [], 500, ["days_without_news"]),
    ],
)
def test_monitors(walked: Walked, history: list[CrawlFinished], days: int, names: list[str]):
    site = made_site(maximum_days_without_news=400)
    raised = monitors(site, walked, history, NOW - timedelta(days=days), NOW)
    assert [monitor.monitor for monitor in raised] == names
