"""A replica on free ports, an empty home, and a crawl of one of its sites with what it recorded."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import pytest

from scrapers.crawl import crawling
from scrapers.replica import ALL_SITES, DEMO_SITES, Replica, SeenRequest, serve
from scrapers.replica.connection import undo_percent_encoding
from scrapers.replica.pages import DOCUMENTS
from scrapers.sites import Site
from warehouse.home import Home
from warehouse.record.events import CrawlFinished, FetchFinished, ListingObserved, Payload
from warehouse.record.log import EventLog

P = TypeVar("P", bound=Payload)


@pytest.fixture
def replica() -> Iterator[Replica]:
    with serve(0) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@dataclass(frozen=True)
class Crawl:
    """What one crawl recorded."""

    finished: CrawlFinished
    payloads: list[Payload]

    def of(self, payload_type: type[P]) -> list[P]:
        return [payload for payload in self.payloads if isinstance(payload, payload_type)]

    def outcomes(self, kind: str | None = None) -> dict[str, str]:
        """Path → outcome."""
        return {
            path_of(fetch.url): str(fetch.outcome)
            for fetch in self.of(FetchFinished)
            if kind is None or fetch.kind == kind
        }

    def details(self) -> dict[str, str | None]:
        """Path → evidence of its outcome."""
        return {path_of(fetch.url): fetch.detail for fetch in self.of(FetchFinished)}

    def listed(self) -> set[str]:
        """Paths of all listing entries."""
        return {path_of(entry.url) for listing in self.of(ListingObserved) for entry in listing.entries}


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return undo_percent_encoding(parts.path + (f"?{parts.query}" if parts.query else ""))


CrawlAll = Callable[[Mapping[str, Site]], dict[str, Crawl]]


def crawls_into(home: Home) -> CrawlAll:
    """Crawls sites side by side in one process, in runs one after the other, into one record."""
    runs = itertools.count(1)

    def crawl_all(sites: Mapping[str, Site]) -> dict[str, Crawl]:
        run_id = f"run-{next(runs)}"
        with crawling(home, sites, run_id) as ends:
            finished = dict(ends)
        with EventLog.open(home.event_log) as log:
            return {
                site_id: Crawl(
                    finished[site_id],
                    [event.payload for event in log.read(run_id=run_id, site_id=site_id)],
                )
                for site_id in sites
            }

    return crawl_all


def crawl_into(home: Home) -> Callable[[Site], Crawl]:
    """Crawls of one site, in runs of their own."""
    crawl_all = crawls_into(home)
    return lambda site: crawl_all({site.site_id: site})[site.site_id]


@pytest.fixture
def crawl(home: Home) -> Callable[[Site], Crawl]:
    return crawl_into(home)


@dataclass(frozen=True)
class TwoDays:
    """A first crawl of each site, and a second one of two of them after the sites changed."""

    home: Home
    first: dict[str, Crawl]
    first_requests: list[SeenRequest]
    second: dict[str, Crawl]
    second_requests: list[SeenRequest]
    replaced: str = "/zwgk/czyjs/bmys/202403/P020240315345178902211.pdf"
    without_validators: str = "/zwgk/czyjs/bmys/202502/P020250218602318457712.xlsx"
    withdrawn: str = "/zwgk/czyjs/bmys/202403/t20240314_318790.html"


@pytest.fixture(scope="session")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> TwoDays:
    """Shared by the tests that only look: a crawl takes two seconds."""
    home = Home(tmp_path_factory.mktemp("two-days"))
    crawl_all = crawls_into(home)
    with serve(0) as replica:
        first = crawl_all(replica.sites)
        first_requests = replica.requests.copy()
        content = replica.content["xinzhou-replica"]
        content["articles"] = [
            article for article in content["articles"] if article["path"] != TwoDays.withdrawn
        ]
        replica.refresh("xinzhou-replica")
        # Last-Modified stays the same: the replacement is silent.
        replacement = (DOCUMENTS / "zhumadian-commerce-2024.pdf").read_bytes()
        replica.change("xinzhou-replica", TwoDays.replaced, body=replacement)
        replica.change("xinzhou-replica", TwoDays.without_validators, ignore_conditions=True)
        replica.requests.clear()
        second = crawl_all(
            {site_id: replica.sites[site_id] for site_id in ("xinzhou-replica", "zhumadian-replica")}
        )
        return TwoDays(home, first, first_requests, second, replica.requests.copy())


@pytest.fixture(scope="session")
def platform_crawls(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Crawl]:
    """A crawl of each host that is not part of the demo."""
    hosts = [site_id for site_id in ALL_SITES if site_id not in DEMO_SITES]
    with serve(0, hosts) as replica:
        return crawls_into(Home(tmp_path_factory.mktemp("platforms")))(replica.sites)
