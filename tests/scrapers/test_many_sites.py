"""Forty sites at once, some of which fail: the others do not notice, and the states are right."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from scrapers.crawl import crawling
from scrapers.replica import Replica
from scrapers.replica.many import requests_of, serve_many
from scrapers.sites import Site
from warehouse.home import Home
from warehouse.record.events import CrawlFinished, CrawlStarted, FetchFinished
from warehouse.record.log import EventLog
from warehouse.record.verify import verify_record

SITES = 40
DOCUMENTS = 10
HANGS, FAILS, DROPS, INVALID = "000003", "000014", "000025", "000036"
FAULTY = {HANGS, FAILS, DROPS, INVALID}


@pytest.fixture
def many() -> Iterator[Replica]:
    with serve_many(SITES, DOCUMENTS, 0.4) as replica:
        yield replica


def break_some(replica: Replica) -> None:
    for site_id in FAULTY:
        replica.resources[site_id] = dict(replica.resources[site_id])
    for path, resource in replica.resources[HANGS].items():
        if path not in {"/", "/robots.txt"}:
            replica.resources[HANGS][path] = replace(resource, delay_seconds=60)
    for path, resource in replica.resources[FAILS].items():
        if path != "/robots.txt":
            replica.resources[FAILS][path] = replace(resource, status=503)
    for path, resource in replica.resources[DROPS].items():
        if path.endswith(".pdf"):
            replica.resources[DROPS][path] = replace(resource, cut_after=1000)
    hung = replica.sites[HANGS].model_copy(update={"maximum_hours": 5 / 3600, "timeout_seconds": 3.0})
    replica.sites[HANGS] = hung
    replica.sites[INVALID] = replica.sites[INVALID].model_copy(update={"delay_seconds": -1.0})


def half_way(replica: Replica, signal_number: int, count: int) -> threading.Thread:
    """Sends a signal to so many workers when half of the requests have been made."""

    def send() -> None:
        deadline = time.monotonic() + 60
        while len(replica.requests) < SITES * requests_of(DOCUMENTS) / 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        for pid in workers()[:count]:
            os.kill(pid, signal_number)

    thread = threading.Thread(target=send)
    thread.start()
    return thread


def crawl_all(home: Home, sites: Mapping[str, Site], run_id: str) -> dict[str, CrawlFinished]:
    with crawling(home, sites, run_id, workers=2) as ends:
        return dict(ends)


def workers() -> list[int]:
    tasks = Path("/proc/self/task").iterdir()
    pids = [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
    return [pid for pid in pids if b"scrapers.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def ends_in_record(home: Home, run_id: str) -> dict[str, list[CrawlFinished]]:
    ends: dict[str, list[CrawlFinished]] = {}
    with EventLog.open(home.event_log) as log:
        for event in log.read(types={CrawlFinished.type}, run_id=run_id):
            ends.setdefault(event.site_id or "", []).append(event.payload)
    return ends


def documents_in_record(home: Home) -> dict[str, Counter[str]]:
    """site_id → documents stored, by address: each is stored once."""
    stored: dict[str, Counter[str]] = {}
    with EventLog.open(home.event_log) as log:
        for event in log.read(types={FetchFinished.type}):
            fetch = event.payload
            if isinstance(fetch, FetchFinished) and (fetch.kind, fetch.outcome) == ("document", "stored"):
                stored.setdefault(event.site_id or "", Counter())[fetch.url] += 1
    return stored


@pytest.mark.slow
def test_faults_of_some_sites_and_a_killed_worker_leave_the_others_alone(many: Replica, tmp_path: Path):
    home = Home(tmp_path / "home")
    break_some(many)
    killer = half_way(many, signal.SIGKILL, 1)
    ends = crawl_all(home, many.sites, "first")
    killer.join()

    good = many.sites.keys() - FAULTY
    assert {site_id: ends[site_id].reason for site_id in good} == dict.fromkeys(good, "finished")
    assert {ends[site_id].documents_linked for site_id in good} == {DOCUMENTS}
    assert ends[HANGS].reason == "stopped: closespider_timeout"
    assert ends[FAILS].reason == "no entries: the listings gave nothing"
    assert ends[FAILS].outcomes == {"server_error": 2}
    assert (ends[DROPS].reason, ends[DROPS].outcomes["network_error"]) == ("finished", DOCUMENTS)
    assert ends[INVALID].reason.startswith("the crawl could not go on: ")
    assert ends_in_record(home, "first") == {site_id: [end] for site_id, end in ends.items()}

    assert verify_record(home) == []
    stored = documents_in_record(home)
    assert {site_id: sorted(stored[site_id].values()) for site_id in good} == {
        site_id: [1] * DOCUMENTS for site_id in good
    }
    with EventLog.open(home.event_log) as log:
        starts = Counter(event.site_id for event in log.read(types={CrawlStarted.type}))
    again = {site_id for site_id, times in starts.items() if times == 2}
    assert len(again) > 5, "the sites of the worker that was killed were begun again"
    asked = Counter((seen.site_id, seen.path) for seen in many.requests if seen.status == 200)
    twice = Counter(
        site_id for (site_id, path), times in asked.items() if times > 1 and "/20" in path and site_id in good
    )
    assert set(twice) <= again
    assert set(twice.values()) <= {1}, "only the one answer that was under way was fetched twice"


@pytest.mark.slow
def test_a_stopped_crawl_goes_on_where_it_was(many: Replica, tmp_path: Path):
    home = Home(tmp_path / "home")
    stopper = half_way(many, signal.SIGTERM, 2)
    first = crawl_all(home, many.sites, "first")
    stopper.join()
    fetched = {(seen.site_id, seen.path) for seen in many.requests if seen.path.endswith(".pdf")}
    many.requests.clear()
    second = crawl_all(home, many.sites, "second")

    assert {end.reason for end in first.values()} == {"stopped: shutdown"}
    assert 50 < len(fetched) < SITES * DOCUMENTS - 50
    assert {end.reason for end in second.values()} == {"finished"}
    assert {end.documents_linked for end in second.values()} == {DOCUMENTS}
    again = {(seen.site_id, seen.path) for seen in many.requests} & fetched
    assert again == set(), "what was recorded is not asked for again"
    assert all(sorted(urls.values()) == [1] * DOCUMENTS for urls in documents_in_record(home).values())
    many.requests.clear()
    third = crawl_all(home, many.sites, "third")

    assert {end.full_walk for end in third.values()} == {False}
    assert {seen.status for seen in many.requests if seen.path != "/robots.txt"} == {304}
    assert len(many.requests) == SITES * requests_of(DOCUMENTS), "a crawl that ended is followed by a new one"
