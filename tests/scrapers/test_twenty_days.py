"""Twenty days of a site that changes and fails: after each the projected state of every document is right."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from scrapers.replica import Replica
from scrapers.sites import Site
from warehouse.home import Home
from warehouse.record.events import DocumentLinked, FetchFinished, ListingObserved, Payload
from warehouse.record.log import EventLog

if TYPE_CHECKING:
    from tests.scrapers.conftest import Crawl

SITE_ID = "xinzhou-replica"
BMYS = "/zwgk/czyjs/bmys/"
NAMES = {
    "commerce": "202403/P020240315345178902211.pdf",
    "sports": "202403/P020240312568830027716.pdf",
    "workbook": "202502/P020250218602318457712.xlsx",
    "moved": "202503/P020250218602318457712.xlsx",
}
ARTICLES = {
    "commerce": f"{BMYS}202403/t20240315_318844.html",
    "sports": f"{BMYS}202403/t20240312_318655.html",
    "workbook": f"{BMYS}202502/t20250218_402318.html",
}


def project(payloads: Iterable[Payload]) -> dict[str, str]:
    """Path of a document → `current <hash>` or `withdrawn`: what dbt makes of the same events.

    The last stored bytes are the version; a document is withdrawn when all pages that lead to it are absent
    from the last two complete listings.
    """
    hashes: dict[str, str] = {}
    pages: dict[str, set[str]] = {}
    absences: dict[str, int] = {}
    for payload in payloads:
        match payload:
            case FetchFinished(kind="document", outcome="stored", sha256=str(sha256)):
                hashes[payload.url] = sha256
            case DocumentLinked():
                pages.setdefault(payload.url, set()).add(payload.page_url)
            case ListingObserved():
                seen = {entry.url for entry in payload.entries}
                if payload.complete:
                    absences = {url: count + 1 for url, count in absences.items()}
                absences |= dict.fromkeys(seen, 0)
    return {
        urlsplit(url).path.removeprefix(BMYS): "withdrawn"
        if all(absences.get(page, 0) >= 2 for page in pages[url])
        else f"current {sha256}"
        for url, sha256 in hashes.items()
    }


class Days:
    """The site of the replica, its changes by name, and the record of its crawls."""

    def __init__(self, replica: Replica, home: Home, crawl: Callable[[Site], Crawl]) -> None:
        self.replica, self.home, self.crawl = replica, home, crawl
        self.site = replica.sites[SITE_ID].model_copy(update={"timeout_seconds": 1.0})
        self.articles = replica.content[SITE_ID]["articles"]
        self.original = {name: self.body(name) for name in ("commerce", "sports", "workbook")}

    def body(self, name: str) -> bytes:
        return self.replica.resources[SITE_ID][BMYS + NAMES[name]].body

    def change(self, name: str, **fields: object) -> None:
        self.replica.change(SITE_ID, BMYS + NAMES[name], **fields)

    def calm(self) -> None:
        """The site as its content says, without faults; what was replaced is the original again."""
        self.replica.refresh(SITE_ID)

    def without(self, name: str) -> dict[str, object]:
        """Take an article off the site; returns it."""
        (taken,) = [article for article in self.articles if article["path"] == ARTICLES[name]]
        self.articles.remove(taken)
        self.calm()
        return dict(taken)

    def break_all(self, **fields: object) -> None:
        there = self.replica.resources[SITE_ID]
        for path in there:
            if path != "/robots.txt":
                there[path] = replace(there[path], **fields)  # type: ignore[arg-type]

    def state(self) -> dict[str, str]:
        self.crawl(self.site)
        with EventLog.open(self.home.event_log) as log:
            return project(event.payload for event in log.read(site_id=SITE_ID))


def script(days: Days) -> Iterator[tuple[str, dict[str, str | None]]]:  # noqa: PLR0915 - twenty days
    """Each day's name, with what it changes: document → content's name, or None where it is withdrawn."""
    yield "first crawl", {"commerce": "commerce", "sports": "sports", "workbook": "workbook"}
    yield "nothing new", {}
    days.change("commerce", status=503)
    yield "a burst of server errors", {}
    days.calm()
    days.change("workbook", delay_seconds=3)
    yield "slow answers", {}
    days.calm()
    days.change("commerce", cut_after=1000, ignore_conditions=True)
    yield "dropped connections", {}
    days.calm()
    days.change("commerce", body=b"%PDF-1.4 corrected")
    yield "silent replacement", {"commerce": "corrected"}
    sports = days.without("sports")
    days.change("commerce", body=b"%PDF-1.4 corrected")
    days.replica.change(SITE_ID, f"{BMYS}index_1.html", status=502)
    yield "an article is gone, and half the listing too", {}
    days.calm()
    days.change("commerce", body=b"%PDF-1.4 corrected")
    yield "gone from a complete listing, once", {}
    yield "gone twice: withdrawn", {"sports": None}
    days.articles.insert(0, sports | {"listed": "2025-03-01"})
    days.calm()
    days.change("commerce", body=b"%PDF-1.4 corrected")
    yield "restored under a new date", {"sports": "sports"}
    loop = (("Location", ARTICLES["workbook"]),)
    days.replica.change(SITE_ID, ARTICLES["workbook"], status=302, headers=loop)
    yield "a redirect loop", {}
    moved = days.without("workbook") | {"path": f"{BMYS}202503/t20250218_402318.html"}
    days.articles.insert(0, moved)
    days.calm()
    days.change("commerce", body=b"%PDF-1.4 corrected")
    yield "moved to another address", {"moved": "workbook"}
    yield "the old address is absent twice", {"workbook": None}
    days.change("commerce", status=404)
    yield "a file that is gone while its page stays is no withdrawal", {}
    days.calm()
    yield "the first version again", {"commerce": "commerce"}
    page = days.replica.resources[SITE_ID][f"{BMYS}index.html"]
    gbk = page.body.decode("utf-8").encode("gb18030")
    for path in (BMYS, f"{BMYS}index.html"):
        days.replica.change(SITE_ID, path, body=gbk, content_type="text/html; charset=utf-8")
    yield "a page in GBK that claims to be UTF-8", {}
    days.calm()
    days.break_all(status=521, body=b"<script>document.cookie='a';location.reload()</script>")
    yield "an anti-bot shield before everything", {}
    days.calm()
    days.replica.change(SITE_ID, BMYS, body=days.replica.resources[SITE_ID]["/"].body)
    yield "the home page in place of the listing", {}
    days.calm()
    days.change("sports", body=b"%PDF-1.4 second")
    days.change("moved", status=500)
    yield "one replaced, one failing", {"sports": "second"}
    days.change("moved", status=200)
    days.change("commerce", body=b"<html><title>error</title><body>please wait</body></html>")
    yield "a page of HTML under a PDF's address", {}


@pytest.mark.slow
def test_the_state_of_every_document_is_right_after_each_of_twenty_days(
    replica: Replica, home: Home, crawl: Callable[[Site], Crawl]
):
    days = Days(replica, home, crawl)
    contents = days.original | {"corrected": b"%PDF-1.4 corrected", "second": b"%PDF-1.4 second"}
    expected: dict[str, str] = {}
    count = 0
    for count, (day, changes) in enumerate(script(days), 1):
        for name, content in changes.items():
            expected[NAMES[name]] = (
                f"current {hashlib.sha256(contents[content]).hexdigest()}" if content else "withdrawn"
            )
        assert days.state() == expected, f"day {count}: {day}"
    assert count == 20
