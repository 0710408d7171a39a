"""Whatever happened, in any order: the warehouse from the record alone is the one that grew run by run."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.recognitions import one_amount, read_result, sha
from warehouse.build import build
from warehouse.home import Home
from warehouse.landing import land, restore
from warehouse.loads import missing_loads, pending
from warehouse.reading import ReadResult
from warehouse.record.corrections import CorrectionError, correct, revoke
from warehouse.record.events import (
    CorrectionMade,
    CrawlStarted,
    DocumentLinked,
    Event,
    FetchFinished,
    FetchOutcome,
    ListingEntry,
    ListingObserved,
    LoadValidated,
    PageKind,
    Payload,
)
from warehouse.record.export import export_events
from warehouse.record.log import EventLog

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

SITE, DOCUMENTS = "xinzhou", 4


def made_up_reading(sha256: str, reader_version: str) -> ReadResult:
    """A pure function of the file and the reader: newer readers find other amounts."""
    if sha256[4] in "01":
        return read_result(sha256, None, reason="cut off")
    digit = int(sha256[:4], 16) % 9 + 1
    # Where the text does not name its phase, the page that links to it does.
    phase = "budget" if sha256[5] in "01234567" else None
    return read_result(sha256, one_amount(f"{digit}.{reader_version}0", phase=phase))


@dataclass
class World:
    """A site as it is, and what an installation does with it."""

    home: Home
    log: EventLog
    reader_version: str = "1"
    runs: int = 0
    files: dict[int, tuple[str, str]] = field(default_factory=dict)
    """By document: its address and its content now; a document that is not there has neither."""

    def record(self, *payloads: Payload) -> None:
        self.log.append([Event(payload=p, run_id=f"run-{self.runs}", site_id=SITE) for p in payloads])

    def observe(
        self, number: int, outcome: FetchOutcome = FetchOutcome.STORED, phase: str = "budget"
    ) -> None:
        url, content = self.files.get(number, (f"http://site.example/{number}.pdf", ""))
        has_body = content and outcome in {FetchOutcome.STORED, FetchOutcome.UNCHANGED}
        sha256 = sha(content) if has_body else None
        link = DocumentLinked(
            url=url,
            page_url=f"{url}.html",
            link_text="附件",
            page_title=f"预算{number}",
            agency_name=f"忻州市第{number}局",
            phase=phase,
        )
        fetch = FetchFinished(url=url, kind=PageKind.DOCUMENT, outcome=outcome, sha256=sha256)
        self.record(link, fetch) if has_body else self.record(fetch)

    def put(self, number: int, *, address: str = "", content: str = "") -> None:
        before = self.files.get(number, (f"http://site.example/{number}.pdf", f"{number}"))
        self.files[number] = (address or before[0], content or before[1])
        self.observe(number)

    def list_all(self, *, complete: bool) -> None:
        entries = tuple(ListingEntry(url=f"{url}.html", title="") for url, _ in self.files.values())
        self.record(
            ListingObserved(
                listing_url="http://site.example/",
                column_name="部门预算",
                complete=complete,
                page_count=1,
                entries=entries,
            )
        )

    def withdraw(self, number: int) -> None:
        self.files.pop(number, None)
        self.list_all(complete=True)

    def decide(self, number: int) -> None:
        if number in self.files:
            sha256 = sha(self.files[number][1])
            decisions = [
                {"what": "fiscal_year", "value": f"202{number}"},
                {"what": "phase", "value": "final_account"},
                {"what": "table_type", "value": "unrecognised", "table_ordinal": 1},
                {"what": "agency_name", "value": f"忻州市第{number + 1}局"},
            ]
            decision: dict[str, Any] = decisions[self.log.last_position() % len(decisions)]
            try:
                correct(self.log, document=sha256, run_id="r", reason="封面", **decision)
            except CorrectionError:
                return

    def take_back(self, number: int) -> None:
        made = [event.event_id for event in self.log.read(types=(CorrectionMade.type,))]
        if made:
            try:
                revoke(self.log, str(made[number % len(made)]), reason="看错", run_id="r")
            except CorrectionError:
                return

    def read_newer(self, _number: int) -> None:
        self.reader_version = str(int(self.reader_version) + 1)

    def run(self, number: int = 1) -> None:
        """Land and judge what is pending, copy the log, build: what every run does."""
        self.runs += 1
        load_id = f"run-{self.runs}-{SITE}"
        landed = land(
            self.home,
            self.log,
            load_id=load_id,
            site_id=SITE,
            run_id=f"run-{self.runs}",
            reader_version=self.reader_version,
            results=self.read(pending(self.log, self.reader_version, SITE)),
        )
        if landed:
            # Only the reader of today can be asked again: where the gate refused what it read anew, the older
            # reading that is published cannot be rebuilt (docs/record.md says so).
            accepted = number > 0 or self.reader_version != "1"
            self.record(LoadValidated(load_id=load_id, accepted=accepted, expectations_evaluated=1))
        export_events(self.log, self.home.events_parquet)

    def counts(self, warehouse: Path) -> tuple[int, ...]:
        """Amounts, versions of documents, and documents with a decision that stands."""
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            row = connection.execute(
                "SELECT (SELECT count(*) FROM core.fct_amount),"
                " (SELECT count(*) FROM core.dim_document_version),"
                " (SELECT count(corrections) FROM core.dim_document)"
            ).fetchone()
        return row or ()

    def read(self, hashes: Iterable[str]) -> Iterator[ReadResult]:
        return (made_up_reading(sha256, self.reader_version) for sha256 in hashes)


STEPS: dict[str, Callable[[World, int], None]] = {
    "arrival": lambda world, number: world.put(number),
    "replacement": lambda world, number: world.put(
        number, content=f"{number} of {world.log.last_position()}"
    ),
    "move": lambda world, number: world.put(
        number, address=f"http://site.example/{world.log.last_position()}.pdf"
    ),
    "withdrawal": World.withdraw,
    "restoration": lambda world, number: (world.put(number), world.list_all(complete=True))[0],
    "complete listing": lambda world, _number: world.list_all(complete=True),
    "incomplete listing": lambda world, _number: world.list_all(complete=False),
    "failure": lambda world, number: world.observe(number, FetchOutcome.TIMEOUT),
    "unchanged": lambda world, number: world.observe(number, FetchOutcome.UNCHANGED),
    "gone": lambda world, number: world.observe(number, FetchOutcome.NOT_FOUND),
    "said otherwise": lambda world, number: world.observe(number, phase="final_account"),
    "newer reader": World.read_newer,
    "correction": World.decide,
    "revocation": World.take_back,
    "run": World.run,
}


def tables(connection: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    rows = connection.execute(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = ?"
        " UNION SELECT schema_name || '.' || view_name FROM duckdb_views()"
        " WHERE database_name = ? AND schema_name IN ('core', 'marts')",
        [database, database],
    ).fetchall()
    return sorted(name for (name,) in rows)


def difference(one: Path, other: Path) -> dict[str, int]:
    """Rows that only one of two warehouses has, by table."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{one}' AS one (READ_ONLY); ATTACH '{other}' AS other (READ_ONLY)")
        names = tables(connection, "one")
        assert names == tables(connection, "other")
        counts = {}
        for name in names:
            query = (
                f"SELECT count(*) FROM ((FROM one.{name} EXCEPT ALL FROM other.{name})"
                f" UNION ALL (FROM other.{name} EXCEPT ALL FROM one.{name}))"
            )
            (counts[name],) = connection.execute(query).fetchone() or (0,)
    return {name: count for name, count in counts.items() if count}


MARTS = (
    "agency_year",
    "expenditure_by_function",
    "project_history",
    "version_diff",
    "coverage",
    "data_quality",
)


def difference_as_of(grown: Path, then: Path, moment: datetime) -> dict[str, int]:
    """Rows of the marts that only one has: the warehouse as of a moment, or the one rebuilt as of it."""
    with duckdb.connect(str(grown), read_only=True) as connection:
        connection.execute(f"ATTACH '{then}' AS rebuilt (READ_ONLY)")
        counts = {}
        for mart in MARTS:
            as_of, rebuilt = f"marts.{mart}_as_of('{moment.isoformat()}')", f"rebuilt.marts.{mart}"
            query = (
                f"SELECT count(*) FROM ((FROM {as_of} EXCEPT ALL FROM {rebuilt})"
                f" UNION ALL (FROM {rebuilt} EXCEPT ALL FROM {as_of}))"
            )
            (counts[mart],) = connection.execute(query).fetchone() or (0,)
    return {mart: count for mart, count in counts.items() if count}


EVERYTHING = [
    *(("arrival", number) for number in range(DOCUMENTS)),
    ("complete listing", 0),
    ("run", 1),
    ("replacement", 0),
    ("move", 1),
    ("failure", 2),
    ("run", 1),
    ("newer reader", 0),
    ("correction", 2),
    ("correction", 3),
    ("revocation", 1),
    ("withdrawal", 3),
    ("incomplete listing", 0),
    ("complete listing", 0),
    ("run", 0),
    ("restoration", 3),
    ("replacement", 2),
]


@example(history=EVERYTHING, instant=20)
@example(history=EVERYTHING, instant=25)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    history=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, DOCUMENTS - 1)), max_size=40),
    instant=st.integers(0, 39),
)
def test_rebuild_is_incremental_to_the_row_and_as_of_any_moment_the_same(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, int]], instant: int
) -> None:
    home = Home(tmp_path_factory.mktemp("grown"))
    with EventLog.open(home.event_log) as log:
        world = World(home, log)
        start = CrawlStarted(site_name="忻州", region_code="140900", platform="trs", start_urls=())
        world.record(start)
        moments = []
        for step, number in history:
            STEPS[step](world, number)
            moments.append(datetime.now(UTC))
        world.run()
    grown = build(home, home.path / "grown.duckdb").target

    copy = Home(tmp_path_factory.mktemp("rebuilt"))
    shutil.copytree(home.record, copy.record)
    with EventLog.open(copy.event_log) as log:
        for load in missing_loads(copy, log):
            results = world.read(load.documents)
            restore(copy, log, load, results, reader_version=world.reader_version, run_id="rebuild")
        export_events(log, copy.events_parquet)
    rebuilt = build(copy, copy.path / "rebuilt.duckdb").target
    assert difference(grown, rebuilt) == {}
    if moments:
        moment = moments[instant % len(moments)]
        then = build(home, home.path / "then.duckdb", as_of=moment).target
        assert difference_as_of(grown, then, moment) == {}
    if history == EVERYTHING:
        # The comparison is worth something: there are amounts, versions and decisions to compare.
        # Eight versions: four files, one in the place of another, twice, one that moved, one that came back.
        assert world.counts(grown) == (5, 8, 1)
    for folder in (home.path, copy.path):
        shutil.rmtree(folder)
