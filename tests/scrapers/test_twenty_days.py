"""Twenty days of a site that changes and fails: the warehouse knows the state of every document on each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import duckdb
import pytest

from scrapers.replica import Replica
from scrapers.sites import Site
from warehouse.build import build
from warehouse.home import Home
from warehouse.record.export import export_events
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

    def pass_by(self) -> datetime:
        """Crawl; returns a moment after it."""
        self.crawl(self.site)
        return datetime.now(UTC)


def script(days: Days) -> Iterator[tuple[str, dict[str, str]]]:  # noqa: PLR0915 - twenty days
    """Each day's name, with what it changes: document → its state, and the content that stands."""
    yield (
        "first crawl",
        {"commerce": "present commerce", "sports": "present sports", "workbook": "present workbook"},
    )
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
    yield "silent replacement", {"commerce": "changed corrected"}
    sports = days.without("sports")
    days.change("commerce", body=b"%PDF-1.4 corrected")
    days.replica.change(SITE_ID, f"{BMYS}index_1.html", status=502)
    yield "an article is gone, and half the listing too", {}
    days.calm()
    days.change("commerce", body=b"%PDF-1.4 corrected")
    yield "gone from a complete listing, once", {"sports": "absent sports"}
    yield "gone twice: withdrawn", {"sports": "withdrawn"}
    days.articles.insert(0, sports | {"listed": "2025-03-01"})
    days.calm()
    days.change("commerce", body=b"%PDF-1.4 corrected")
    yield "restored under a new date", {"sports": "restored sports"}
    loop = (("Location", ARTICLES["workbook"]),)
    days.replica.change(SITE_ID, ARTICLES["workbook"], status=302, headers=loop)
    yield "a redirect loop", {}
    moved = days.without("workbook") | {"path": f"{BMYS}202503/t20250218_402318.html"}
    days.articles.insert(0, moved)
    days.calm()
    days.change("commerce", body=b"%PDF-1.4 corrected")
    yield "moved to another address", {"moved": "present workbook", "workbook": "absent workbook"}
    yield "the old address is absent twice", {"workbook": "moved"}
    days.change("commerce", status=404)
    yield "a file that is gone while its page stays is no withdrawal", {}
    days.calm()
    yield "the first version again", {"commerce": "changed commerce"}
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
    yield "one replaced, one failing", {"sports": "changed second"}
    days.change("moved", status=200)
    days.change("commerce", body=b"<html><title>error</title><body>please wait</body></html>")
    yield "a page of HTML under a PDF's address", {}


def states(connection: duckdb.DuckDBPyConnection, moment: datetime) -> dict[str, tuple[str, str | None]]:
    """Path of a document → its state, and the hash of the file that stands there, as known at a moment."""
    rows = connection.execute(
        "select state.url, state.state, version.document_sha256 from core.fct_document_state as state"
        " left join core.dim_document_version as version on state.url = version.url"
        " and version.recorded_from <= $at and coalesce(version.recorded_to > $at, true)"
        " where state.recorded_from <= $at and coalesce(state.recorded_to > $at, true)",
        {"at": moment},
    ).fetchall()
    return {urlsplit(url).path.removeprefix(BMYS): (state, sha256) for url, state, sha256 in rows}


@pytest.mark.slow
def test_the_state_of_every_document_is_right_after_each_of_twenty_days(
    replica: Replica, home: Home, crawl: Callable[[Site], Crawl]
):
    days = Days(replica, home, crawl)
    contents = days.original | {"corrected": b"%PDF-1.4 corrected", "second": b"%PDF-1.4 second"}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    passed: list[tuple[str, datetime, dict[str, tuple[str, str | None]]]] = []
    expected: dict[str, tuple[str, str | None]] = {}
    for day, changes in script(days):
        for name, words in changes.items():
            state, _, content = words.partition(" ")
            expected[NAMES[name]] = (state, hashes[content] if content else None)
        passed.append((day, days.pass_by(), dict(expected)))
    assert len(passed) == 20

    with EventLog.open(home.event_log) as log:
        export_events(log, home.events_parquet)
    with duckdb.connect(str(build(home, home.path / "built.duckdb").target), read_only=True) as connection:
        for number, (day, moment, expectation) in enumerate(passed, 1):
            assert states(connection, moment) == expectation, f"day {number}: {day}"
