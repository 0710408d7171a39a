"""A small home, and the warehouse that dbt builds from it: once per session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.dbt.golden import recognition
from tests.recognitions import one_amount, read_result, sha
from warehouse.build import BuildResult, build
from warehouse.home import Home
from warehouse.raw_tables import RawTablesWriter
from warehouse.record import events
from warehouse.tables.model import Recognition

START = datetime(2024, 3, 1, tzinfo=UTC)


@dataclass
class Record:
    """A hand-written history: events in order, one hour apart, and loads."""

    home: Home
    rows: list[dict] = field(default_factory=list)
    marks: dict[str, datetime] = field(default_factory=dict)
    at: datetime = START

    def add(self, payload: events.Payload, site_id: str | None = None) -> None:
        self.at += timedelta(hours=1)
        self.rows.append(
            {
                "position": len(self.rows) + 1,
                "event_id": str(uuid4()),
                "type": payload.type,
                "version": payload.version,
                "run_id": "run-1",
                "site_id": site_id,
                "occurred_at": self.at,
                "recorded_at": self.at,
                "payload": payload.model_dump_json(),
            }
        )

    def site(self, site_id: str, region_code: str) -> None:
        self.add(
            events.CrawlStarted(
                site_name=site_id, region_code=region_code, platform="test", start_urls=("http://a.test/",)
            ),
            site_id,
        )

    def document(self, site_id: str, url: str, sha256: str, **page: object) -> None:
        """A page that links to a file, and the file."""
        self.add(
            events.DocumentLinked(
                **{"url": url, "page_url": url + ".html", "link_text": "", "page_title": ""} | page
            ),
            site_id,
        )
        self.fetch(site_id, url, sha256)

    def fetch(self, site_id: str, url: str, sha256: str | None, outcome: str = "stored") -> None:
        self.add(events.FetchFinished(url=url, kind="document", outcome=outcome, sha256=sha256), site_id)

    def listing(self, site_id: str, urls: list[str], *, complete: bool = True) -> None:
        entries = tuple(events.ListingEntry(url=url, title="") for url in urls)
        self.add(
            events.ListingObserved(
                listing_url="http://a.test/", column_name="", complete=complete, page_count=1, entries=entries
            ),
            site_id,
        )

    def load(
        self, site_id: str, read: dict[str, Recognition], *, accepted: bool = True, version: str = "1"
    ) -> None:
        load_id = f"{site_id}-{len(self.rows)}"
        folder = self.home.raw / load_id
        with RawTablesWriter(folder, load_id=load_id, site_id=site_id, reader_version=version) as writer:
            for sha256, recognised in read.items():
                writer.add(read_result(sha256, recognised))
                self.add(
                    events.DocumentRead(
                        sha256=sha256, reader_version=version, outcome="read", amounts=len(recognised.amounts)
                    ),
                    site_id,
                )
        self.add(
            events.LoadLanded(
                load_id=load_id, reader_version=version, documents=tuple(read), row_counts=writer.row_counts
            ),
            site_id,
        )
        self.add(events.LoadValidated(load_id=load_id, accepted=accepted, expectations_evaluated=1), site_id)

    def decide(
        self, site_id: str, sha256: str, what: str, value: str, table_ordinal: int | None = None
    ) -> str:
        """A person's decision; returns its id."""
        self.add(
            events.CorrectionMade(
                sha256=sha256,
                table_ordinal=table_ordinal,
                what=what,
                value=value,
                author="李",
                reason="封面",
            ),
            site_id,
        )
        return str(self.rows[-1]["event_id"])

    def revoke(self, site_id: str, correction_id: str) -> None:
        self.add(events.CorrectionRevoked(correction_id=correction_id, author="王", reason="看错"), site_id)

    def write(self) -> None:
        self.home.events_parquet.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(self.rows), self.home.events_parquet / "000001.parquet")


def add_history(record: Record) -> None:
    """One site on which files are replaced, withdrawn, quarantined and read twice."""
    site = "haidian"
    record.site(site, "110108")
    names = ("replaced", "withdrawn", "doubtful", "quarantined", "reread")
    urls = {name: f"http://{site}.test/{name}.pdf" for name in names}
    agency = {name: {"agency_name": f"海淀区{name}局"} for name in names}
    for name in names:
        record.document(site, urls[name], sha(name), **agency[name])
    for year, name in ((2022, "中共海淀区委宣传部"), (2023, "中国共产党北京市海淀区委员会宣传部本级")):
        record.document(
            site,
            f"http://{site}.test/{year}.pdf",
            sha(name),
            agency_name=name,
            fiscal_year=year,
            phase="budget",
        )
    record.listing(site, [url + ".html" for url in urls.values()])
    record.load(site, {sha(name): one_amount("10.00") for name in names if name != "quarantined"})
    record.load(site, {sha("quarantined"): one_amount("10.00")}, accepted=False)
    record.load(site, {sha("reread"): one_amount("11.00")}, version="2")
    record.marks["before"] = record.at
    record.fetch(site, urls["replaced"], None, "timeout")
    record.fetch(site, urls["replaced"], sha("replaced"), "unchanged")
    record.fetch(site, urls["replaced"], sha("replaced again"))
    record.load(site, {sha("replaced again"): one_amount("12.00")})
    left = [urls[name] + ".html" for name in names if name != "withdrawn"]
    record.listing(site, left)
    record.listing(site, [url for url in left if "doubtful" not in url], complete=False)
    record.listing(site, left[:1] + left[2:])
    record.marks["after"] = record.at


@pytest.fixture(scope="session")
def golden_record(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Record:
    """The five documents of the corpus on three sites, and a site with a history.

    Four decisions on the documents of the corpus stood until the end, when they were taken back.
    """
    corpus = shared / "corpus"
    record = Record(Home(tmp_path_factory.mktemp("golden")))
    read = {
        name: recognition(corpus / f"{name}.golden.json", **facts)
        for name, facts in {
            "qinhuangdao-shanhaiguan-commerce-2024": {},
            "qinhuangdao-industry-2024": {},
            "qinhuangdao-shanhaiguan-commerce-performance": {"phase": None, "scope": None},
            "xinzhou-commerce-2024": {"scope": "unit"},
            "zhumadian-commerce-2024": {},
        }.items()
    }
    for site_id, region_code in (("qinhuangdao", "130300"), ("xinzhou", "140900"), ("zhumadian", "411700")):
        record.site(site_id, region_code)
        names = [name for name in read if name.startswith(site_id)]
        for name in names:
            page = {"fiscal_year": 2023, "phase": "budget"} if name.endswith("performance") else {}
            record.document(site_id, f"http://{site_id}.test/{name}", sha(name), **page)
        record.load(site_id, {sha(name): read[name] for name in names})
    decisions = [
        ("zhumadian", record.decide("zhumadian", sha("zhumadian-commerce-2024"), "phase", "final_account")),
        ("xinzhou", record.decide("xinzhou", sha("xinzhou-commerce-2024"), "table_type", "unrecognised", 2)),
        (
            "qinhuangdao",
            record.decide("qinhuangdao", sha("qinhuangdao-industry-2024"), "fiscal_year", "2022"),
        ),
        (
            "qinhuangdao",
            record.decide(
                "qinhuangdao",
                sha("qinhuangdao-shanhaiguan-commerce-performance"),
                "agency_name",
                "秦皇岛市教育局",
            ),
        ),
    ]
    add_history(record)
    for site_id, decision in decisions:
        record.revoke(site_id, decision)
    record.write()
    return record


@pytest.fixture(scope="session")
def golden_home(golden_record: Record) -> Home:
    return golden_record.home


@pytest.fixture(scope="session")
def golden_build(golden_home: Home) -> BuildResult:
    return build(golden_home, golden_home.path / "built" / "golden.duckdb")


@pytest.fixture(scope="session")
def golden(golden_build: BuildResult) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(golden_build.target), read_only=True) as connection:
        yield connection
