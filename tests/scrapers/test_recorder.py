"""What crawls record together, and what a crawl knows of the ones before it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from scrapy.core.downloader import Slot
from scrapy.http import Response

from scrapers.crawl import _Waiting
from scrapers.journal import Journal
from scrapers.patience import RecoveringThrottle
from scrapers.recorder import DIED, Recorder
from scrapers.sites import Site
from tests.scrapers.made_sites import made_site
from warehouse.record.archive import Archive, sha256_of
from warehouse.record.events import CrawlFinished, CrawlStarted, Event, FetchFinished, Payload
from warehouse.record.log import EventLog

URL = "http://a.gov.cn/1.pdf"
NOW = datetime.now(UTC)
STARTED = CrawlStarted(site_name="a", region_code="140900", platform="trs_wcm", start_urls=())


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    archive = Archive(tmp_path / "archive")
    with EventLog.open(tmp_path / "events.sqlite") as log, Journal(log, archive) as running:
        yield running


def fetched(url: str = URL, body: bytes = b"%PDF-1.4", **fields: object) -> FetchFinished:
    values = {"kind": "document", "outcome": "stored", "sha256": sha256_of(body), "byte_count": len(body)}
    return FetchFinished.model_validate({"url": url} | values | fields)


def ended(reason: str) -> CrawlFinished:
    return CrawlFinished(
        reason=reason,
        requests=1,
        outcomes={},
        listing_entries=1,
        documents_linked=1,
        documents_stored=1,
    )


def event(payload: Payload, at: datetime = NOW) -> Event:
    return Event(payload=payload, run_id="r", site_id="a", occurred_at=at)


def test_a_batch_is_recorded_in_order_and_one_bad_entry_fails_alone(journal: Journal):
    bodies = [f"%PDF-{number}".encode() for number in range(20)]
    events = [[event(fetched(f"{URL}?{number}", body))] for number, body in enumerate(bodies)]
    events[7] = [event(fetched(f"{URL}?\ud800"))]  # half a character: it cannot be written

    async def record_all() -> list[object]:
        ways = [journal.record(entry, [body]) for entry, body in zip(events, bodies, strict=True)]
        return await asyncio.gather(*ways, return_exceptions=True)

    results = asyncio.run(record_all())
    assert [number for number, result in enumerate(results) if result is not None] == [7]
    assert isinstance(results[7], TypeError)
    recorded = [event.payload.url for event in journal.log.read() if isinstance(event.payload, FetchFinished)]
    assert recorded == [f"{URL}?{number}" for number in range(20) if number != 7]
    assert all(sha256_of(body) in journal.archive for body in bodies)


@pytest.mark.parametrize(
    ("history", "goes_on"),
    [
        ([(STARTED, 1), (fetched(), 1)], True),
        ([(STARTED, 1), (fetched(), 1), (ended(f"{DIED} with code -9: "), 1)], True),
        ([(STARTED, 1), (fetched(), 1), (ended("stopped: shutdown"), 1), (STARTED, 0.5)], True),
        ([(STARTED, 1), (fetched(), 1), (ended("finished"), 1)], False),
        ([(STARTED, 1), (fetched(), 1), (ended("no entries: the listings gave nothing"), 1)], False),
        ([(STARTED, 2), (fetched(), 2), (ended("finished"), 2), (STARTED, 1)], False),
        ([(STARTED, 24 * 4), (fetched(), 24 * 4)], False),
        ([(STARTED, 1), (fetched(outcome="empty", sha256=None), 1)], False),
    ],
)
def test_what_an_interrupted_crawl_fetched_is_had_already(
    journal: Journal, history: list[tuple[Payload, float]], goes_on: bool
):
    journal.archive.put(b"%PDF-1.4")
    journal.log.append([event(payload, NOW - timedelta(hours=hours)) for payload, hours in history])
    recorder = Recorder(journal, "a", "r")

    assert (recorder.fetched_already(URL) is not None) is goes_on


def test_a_copy_that_the_archive_lost_is_fetched_again(journal: Journal):
    journal.log.append([event(STARTED), event(fetched(etag='"1"'))])
    recorder = Recorder(journal, "a", "r")

    assert recorder.known(URL)
    assert recorder.fetched_already(URL) is None
    assert recorder.validators(URL) == {}


def site(site_id: str, host: str) -> Site:
    return made_site(site_id=site_id, base_url=f"http://{host}/")


def test_sites_of_one_host_wait_for_each_other():
    first, second, other = site("a", "x.gov.cn"), site("b", "x.gov.cn"), site("c", "y.gov.cn")
    waiting = _Waiting([first, second, other])

    assert [waiting.take(), waiting.take(), waiting.take()] == [first, other, None]
    waiting.release(first, again=True)
    assert [waiting.take(), waiting.take()] == [second, None]
    waiting.release(second)
    assert waiting.take() == first


def test_the_pace_recovers_with_answers_that_nothing_changed():
    throttle = RecoveringThrottle.__new__(RecoveringThrottle)
    throttle.target_concurrency, throttle.mindelay, throttle.maxdelay = 1.0, 1.0, 60.0
    slot = Slot(concurrency=1, delay=1.0)
    delays = []
    for status, latency in ((304, 8.0), (500, 0.1), (304, 0.1), (304, 0.1), (304, 0.1), (304, 0.1)):
        throttle._adjust_delay(slot, latency, Response("http://a.gov.cn/", status=status))
        delays.append(slot.delay)

    assert delays == pytest.approx([8.0, 8.0, 4.05, 2.075, 1.0875, 1.0])
