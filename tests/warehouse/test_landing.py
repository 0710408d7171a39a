"""Landing: what is pending, what is landed value by value, and what a kill leaves."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from tests.recognitions import amount, facts, project, read_result, sha, table
from warehouse import raw_tables
from warehouse.documents.model import ReadOutcome
from warehouse.files import exclusive
from warehouse.home import PROJECT_ROOT, Home
from warehouse.landing import damage, land, restore, sweep
from warehouse.loads import accepted_loads, loads, missing_loads, pending, unvalidated_loads
from warehouse.raw_tables import RAW_SCHEMAS
from warehouse.reading import ReadResult, read_archived
from warehouse.record.archive import Archive
from warehouse.record.errors import CorruptArchiveError
from warehouse.record.events import (
    DocumentImported,
    DocumentLinked,
    DocumentRead,
    Event,
    FetchFinished,
    FetchOutcome,
    LoadLanded,
    LoadValidated,
    PageKind,
    Payload,
)
from warehouse.record.log import EventLog
from warehouse.tables.model import AssetLine, ReaderNotice, Recognition

FACTS = facts(page_count=13, scope=None, agency_name="忻州市商务局", agency_code="409")
PLACE = {
    "table_ordinal": 1,
    "page": 3,
    "sheet": None,
    "row": 4,
    "col": 2,
    "bbox": (70.5, 100.0, 120.25, 112.0),
}
TABLE = table(page=3, last_page=4, table_title="“三公”经费支出预算表", row_count=9, column_count=3)
AMOUNT = amount(
    "1.00", **PLACE, item_label="公务接待费", column_path="预算数", row_role="leaf", fund_type=None
)
PROJECT = project(
    **{**PLACE, "bbox": None, "sheet": "附表", "page": None},
    pro_code="13030322P00000110003X",
    other_yuan=Decimal("0.00"),
    goal="目标",
    plan_header="资金支出计划（%）",
    plan_texts=("25", "50", "75", "100"),
)
ASSET = AssetLine(
    **PLACE, item_label="车辆", quantity=Decimal("2.5"), amount_yuan=Decimal("-0.01"), row_role="leaf"
)
NOTICE = ReaderNotice(ordinal=1, page=None, table_ordinal=None, kind="watermark", detail="仅供内部审核")
RECOGNITION = Recognition(
    facts=FACTS,
    tables=(TABLE,),
    amounts=(AMOUNT, AMOUNT),
    projects=(PROJECT,),
    assets=(ASSET,),
    notices=(NOTICE,),
)


def read(name: str, recognition: Recognition | None = RECOGNITION) -> ReadResult:
    """A document that was read."""
    return read_result(sha(name), recognition, outcome=ReadOutcome.READ, seconds=0.25)


def unreadable(name: str) -> ReadResult:
    """A document that could not be read."""
    return read_result(sha(name), None, reason="no end of file", seconds=0.5)


def land_load(home: Home, log: EventLog, results: Iterable[ReadResult], **changes: str) -> LoadLanded | None:
    keys = {"load_id": "run-1-xinzhou", "site_id": "xinzhou", "run_id": "run-1", "reader_version": "1"}
    return land(home, log, results=results, **{**keys, **changes})


def record(log: EventLog, *payloads: Payload, site_id: str = "xinzhou") -> None:
    log.append([Event(payload=payload, run_id="run-1", site_id=site_id) for payload in payloads])


def fetched(name: str, *, kind: PageKind = PageKind.DOCUMENT, url: str = "", **values: Any) -> FetchFinished:  # noqa: ANN401
    outcome = values.pop("outcome", FetchOutcome.STORED)
    return FetchFinished(
        url=url or f"http://site.example/{name}", kind=kind, outcome=outcome, sha256=sha(name), **values
    )


def table_rows(home: Home, table: str, load_id: str = "run-1-xinzhou") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(home.raw / load_id / f"{table}.parquet").to_pylist()
    return rows


# --- schemas and the round trip ---


def test_every_field_of_a_recognition_is_a_raw_table() -> None:
    tables = {field.name for field in fields(Recognition)} - {"facts"} | {"documents"}
    assert set(RAW_SCHEMAS) == tables
    for name, schema in RAW_SCHEMAS.items():
        assert schema.names[:4] == ["load_id", "site_id", "document_sha256", "reader_version"], name


@pytest.mark.parametrize(
    ("table", "column", "arrow_type", "nullable"),
    [
        ("amounts", "amount_yuan", "decimal128(20, 2)", False),
        ("projects", "budget_yuan", "decimal128(20, 2)", True),
        ("assets", "quantity", "decimal128(24, 6)", True),
        ("cells", "bbox", "list<item: double>", True),
        ("projects", "plan_texts", "list<item: string>", False),
        ("tables", "unit", "string", True),
        ("cells", "row", "int32", False),
        ("documents", "seconds", "double", False),
        ("documents", "format", "string", True),
    ],
)
def test_columns_have_the_types_of_their_annotations(
    table: str, column: str, arrow_type: str, nullable: bool
) -> None:
    field = RAW_SCHEMAS[table].field(column)
    assert (str(field.type), field.nullable) == (arrow_type, nullable)


def test_a_load_comes_back_value_by_value(home: Home, log: EventLog) -> None:
    land_load(home, log, [read("a.pdf"), unreadable("b.pdf")])
    keys = {
        "load_id": "run-1-xinzhou",
        "site_id": "xinzhou",
        "document_sha256": sha("a.pdf"),
        "reader_version": "1",
    }

    def expected(row: object) -> dict[str, object]:
        values = {field.name: getattr(row, field.name) for field in fields(row)}  # type: ignore[arg-type]
        return keys | {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}

    assert table_rows(home, "tables") == [expected(TABLE)]
    assert table_rows(home, "amounts") == [expected(AMOUNT)] * 2
    assert table_rows(home, "projects") == [expected(PROJECT)]
    assert table_rows(home, "assets") == [expected(ASSET)]
    assert table_rows(home, "notices") == [expected(NOTICE)]
    read_row, failed_row = table_rows(home, "documents")
    assert read_row == expected(FACTS) | {"outcome": "read", "reason": None, "seconds": 0.25}
    assert failed_row == dict.fromkeys(RAW_SCHEMAS["documents"].names) | keys | {
        "document_sha256": sha("b.pdf"),
        "outcome": "corrupt",
        "reason": "no end of file",
        "seconds": 0.5,
    }


def test_every_raw_table_is_there_also_without_rows_and_duckdb_sees_its_columns(
    home: Home, log: EventLog
) -> None:
    land_load(home, log, [unreadable("b.pdf")])
    with duckdb.connect() as connection:
        for table, schema in RAW_SCHEMAS.items():
            relation = connection.execute(f"FROM '{home.raw}/*/{table}.parquet'")
            assert [column[0] for column in relation.description] == schema.names


def test_landing_is_recorded_with_what_was_read(home: Home, log: EventLog) -> None:
    landed = land_load(home, log, [read("a.pdf"), unreadable("b.pdf")])
    *reads, last = log.read(site_id="xinzhou", run_id="run-1")
    assert [event.payload for event in reads] == [
        DocumentRead(
            sha256=sha("a.pdf"),
            reader_version="1",
            outcome="read",
            format="pdf",
            tables=1,
            amounts=2,
            seconds=0.25,
        ),
        DocumentRead(
            sha256=sha("b.pdf"),
            reader_version="1",
            outcome="corrupt",
            reason="no end of file",
            seconds=0.5,
        ),
    ]
    assert last.payload == landed
    assert landed is not None
    assert landed.documents == (sha("a.pdf"), sha("b.pdf"))
    assert landed.row_counts == dict.fromkeys(RAW_SCHEMAS, 0) | {
        "documents": 2,
        "tables": 1,
        "amounts": 2,
        "projects": 1,
        "assets": 1,
        "notices": 1,
    }


@pytest.mark.parametrize(
    ("amount_yuan", "reason"),
    [
        (Decimal("0.001"), "amounts.amount_yuan: Rescaling Decimal value would cause data loss"),
        (Decimal("1E+19"), "amounts.amount_yuan: Decimal type with precision"),
        (None, "amounts.amount_yuan: a value is missing"),
    ],
)
def test_a_document_whose_values_do_not_fit_is_reported_and_the_others_land(
    home: Home, log: EventLog, amount_yuan: Decimal, reason: str
) -> None:
    broken = replace(RECOGNITION, amounts=(AMOUNT, replace(AMOUNT, amount_yuan=amount_yuan)))
    land_load(home, log, [read("broken.pdf", broken), read("a.pdf")])
    (read_event,) = (
        e.payload for e in log.read(types=["document.read"]) if e.payload.sha256 == sha("broken.pdf")
    )
    assert read_event.outcome == "crashed"
    assert read_event.reason.startswith(reason)
    assert [row["outcome"] for row in table_rows(home, "documents")] == ["crashed", "read"]
    assert {row["document_sha256"] for row in table_rows(home, "amounts")} == {sha("a.pdf")}


def test_memory_does_not_grow_with_the_number_of_documents(
    home: Home, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw_tables, "ROWS_PER_GROUP", 500)

    def peak(count: int) -> int:
        def results() -> Iterator[ReadResult]:
            for number in range(count):
                yield read(f"{number}.pdf", replace(RECOGNITION, amounts=(AMOUNT,) * 100))

        tracemalloc.start()
        land_load(home, log, results(), load_id=f"load-{count}")
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(5)
    assert peak(100) < peak(20) + 500_000
    assert pq.read_metadata(home.raw / "load-100" / "amounts.parquet").num_row_groups == 20


# --- what is pending ---


def test_documents_are_pending_in_the_order_in_which_they_were_first_seen(log: EventLog) -> None:
    record(
        log,
        fetched("b.pdf"),
        fetched("a.pdf"),
        fetched("b.pdf", outcome=FetchOutcome.UNCHANGED),
        fetched("c.pdf", outcome=FetchOutcome.UNCHANGED),
        fetched("challenge", outcome=FetchOutcome.BLOCKED),
        fetched("listing", kind=PageKind.LISTING),
        DocumentImported(
            site_name="忻州",
            region_code="140900",
            url="import:x",
            sha256=sha("handed in"),
            byte_count=1,
            file_name="x.pdf",
            title="预算",
            imported_by="me",
        ),
    )
    record(log, fetched("elsewhere.pdf"), site_id="qinhuangdao")
    assert pending(log, "1", "xinzhou") == [sha(n) for n in ("b.pdf", "a.pdf", "c.pdf", "handed in")]


def test_an_article_is_a_document_only_where_it_is_linked_as_one(log: EventLog) -> None:
    page = "http://site.example/art/1.html"
    record(
        log,
        fetched("page", kind=PageKind.ARTICLE, url=page),
        fetched("news", kind=PageKind.ARTICLE),
        fetched("moved page", kind=PageKind.ARTICLE, url="http://site.example/old", final_url=page),
        fetched("a.pdf"),
    )
    assert pending(log, "1", "xinzhou") == [sha("a.pdf")]
    record(log, DocumentLinked(url=page, page_url=page, link_text="", page_title="2024年部门预算"))
    assert pending(log, "1", "xinzhou") == [sha(n) for n in ("page", "moved page", "a.pdf")]


def test_what_was_landed_is_pending_again_only_for_another_reader(home: Home, log: EventLog) -> None:
    record(log, fetched("a.pdf"), fetched("b.pdf"), fetched("c.pdf"))
    land_load(home, log, [read("a.pdf"), unreadable("b.pdf")])
    assert pending(log, "1", "xinzhou") == [sha("c.pdf")]
    assert pending(log, "2", "xinzhou") == [sha(n) for n in ("a.pdf", "b.pdf", "c.pdf")]


def test_the_same_file_on_two_sites_is_read_for_each(home: Home, log: EventLog) -> None:
    record(log, fetched("a.pdf"))
    record(log, fetched("a.pdf"), site_id="qinhuangdao")
    land_load(home, log, [read("a.pdf")])
    assert pending(log, "1", "xinzhou") == []
    assert pending(log, "1", "qinhuangdao") == [sha("a.pdf")]


# --- loads ---


def test_loads_are_found_by_what_the_gate_said_last(home: Home, log: EventLog) -> None:
    for number in range(3):
        land_load(home, log, [read(f"{number}.pdf")], load_id=f"load-{number}")
    assert [load.load_id for load in unvalidated_loads(log)] == ["load-0", "load-1", "load-2"]

    def judge(load_id: str, *, accepted: bool) -> None:
        record(log, LoadValidated(load_id=load_id, accepted=accepted, expectations_evaluated=9))

    judge("load-0", accepted=False)
    judge("load-2", accepted=True)
    assert [load.load_id for load in unvalidated_loads(log, "xinzhou")] == ["load-1"]
    assert [load.load_id for load in accepted_loads(log)] == ["load-2"]
    judge("load-0", accepted=True)
    assert [load.load_id for load in accepted_loads(log)] == ["load-0", "load-2"]
    assert accepted_loads(log, "qinhuangdao") == []
    first = loads(log)[0]
    assert (first.site_id, first.run_id, first.reader_version) == ("xinzhou", "run-1", "1")
    assert first.documents == (sha("0.pdf"),)


def test_a_missing_and_a_damaged_archived_file_cost_only_themselves(home: Home) -> None:
    archive = Archive(home.archive)
    whole, damaged = archive.put(b"%PDF-"), archive.put(b"whole")
    Path(archive.path_of(damaged)).write_bytes(b"broken")
    missing = sha("missing")
    results = {result.sha256: result for result in read_archived(archive, [missing, damaged, whole])}
    assert not str(results[whole].reason).startswith("archived file")
    for sha256, problem in ((missing, "is missing"), (damaged, "its bytes have the SHA-256")):
        assert results[sha256].outcome == ReadOutcome.CORRUPT
        assert str(results[sha256].reason).startswith(f"archived file {archive.path_of(sha256)}: {problem}")


def test_no_results_are_no_load(home: Home, log: EventLog) -> None:
    assert land_load(home, log, []) is None
    assert log.last_position() == 0
    assert not (home.raw / "run-1-xinzhou").exists()


def test_a_load_lands_once(home: Home, log: EventLog) -> None:
    land_load(home, log, [read("a.pdf")])
    with pytest.raises(ValueError, match="load run-1-xinzhou has landed already"):
        land_load(home, log, [read("b.pdf")])
    assert [row["document_sha256"] for row in table_rows(home, "documents")] == [sha("a.pdf")]


# --- kills ---


KILLED_LANDING = """
import os, signal, sys
from pathlib import Path
from warehouse import landing
from warehouse.documents.model import ReadOutcome
from warehouse.home import PROJECT_ROOT, Home
from warehouse.reading import ReadResult
from warehouse.record.log import EventLog

home, point = Home(Path(sys.argv[1])), sys.argv[2]
kill = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)

def results():
    yield ReadResult(sys.argv[3], ReadOutcome.CORRUPT, "killed", None, None, 0.1)
    if point == "reading":
        kill()

if point == "renaming":
    landing.sync_tree = kill
elif point == "appending":
    EventLog.append = kill
with EventLog.open(home.event_log) as log:
    keys = {"load_id": "run-1-xinzhou", "site_id": "xinzhou", "run_id": "run-1", "reader_version": "1"}
    landing.land(home, log, **keys, results=results())
"""


def kill_landing(home: Home, point: str) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_LANDING, str(home.path), point, sha("a.pdf")],
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL


@pytest.mark.parametrize("point", ["reading", "renaming", "appending"])
def test_a_killed_landing_leaves_no_load_and_is_done_again(home: Home, log: EventLog, point: str) -> None:
    record(log, fetched("a.pdf"))
    kill_landing(home, point)
    assert loads(log) == []
    assert pending(log, "1", "xinzhou") == [sha("a.pdf")]
    (removed,) = sweep(home, log)
    assert removed.name == "run-1-xinzhou"
    assert not removed.exists()
    assert land_load(home, log, [read("a.pdf")]) is not None
    assert sweep(home, log) == []
    assert table_rows(home, "documents")[0]["outcome"] == "read"


def test_a_killed_landing_may_be_repeated_without_a_sweep(home: Home, log: EventLog) -> None:
    kill_landing(home, "appending")
    land_load(home, log, [read("a.pdf")])
    assert [row["outcome"] for row in table_rows(home, "documents")] == ["read"]


def test_a_landing_that_fails_leaves_nothing(home: Home, log: EventLog) -> None:
    def failing() -> Iterator[ReadResult]:
        yield read("a.pdf")
        raise CorruptArchiveError("b.pdf: is missing")

    with pytest.raises(CorruptArchiveError):
        land_load(home, log, failing())
    assert log.last_position() == 0
    assert list((home.scratch / "loads").iterdir()) == []
    assert not home.raw.exists()


def test_raw_tables_of_a_load_are_restored(home: Home, log: EventLog) -> None:
    land_load(home, log, [read("a.pdf"), unreadable("b.pdf")])
    before = {table: table_rows(home, table) for table in RAW_SCHEMAS}
    shutil.rmtree(home.raw)
    assert missing_loads(home, log) == loads(log)
    results = [read("a.pdf"), unreadable("b.pdf")]
    restore(home, log, loads(log)[0], results, reader_version="1", run_id="rebuild")
    assert missing_loads(home, log) == []
    assert {table: table_rows(home, table) for table in RAW_SCHEMAS} == before


def test_restored_rows_say_which_reader_read_them(home: Home, log: EventLog) -> None:
    land_load(home, log, [read("a.pdf")])
    restore(home, log, loads(log)[0], [read("a.pdf")], reader_version="2", run_id="rebuild")
    assert {row["reader_version"] for table in RAW_SCHEMAS for row in table_rows(home, table)} == {"2"}


def test_raw_tables_that_were_changed_or_lost_are_found_and_a_rebuild_mends_them(
    home: Home, log: EventLog
) -> None:
    load_id = land_load(home, log, [read("a.pdf")]).load_id
    assert list(damage(home, log)) == []
    changed, lost = home.raw / load_id / "amounts.parquet", home.raw / load_id / "tables.parquet"
    content = bytearray(changed.read_bytes())
    content[len(content) // 2] ^= 1
    changed.write_bytes(content)
    lost.unlink()
    assert [(problem.kind, problem.where) for problem in damage(home, log)] == [
        ("changed_raw_table", f"{load_id}, amounts.parquet"),
        ("changed_raw_table", f"{load_id}, tables.parquet"),
    ]
    shutil.rmtree(home.raw)
    assert list(damage(home, log)) == []
    restore(home, log, loads(log)[0], [read("a.pdf")], reader_version="2", run_id="rebuild")
    assert list(damage(home, log)) == []
    (home.raw / load_id / "documents.parquet").write_bytes(b"")
    assert [problem.where for problem in damage(home, log)] == [f"{load_id}, documents.parquet"]


def test_a_sweep_leaves_landings_that_run_alone(home: Home, log: EventLog) -> None:
    running = home.scratch / "loads" / "running"
    running.mkdir(parents=True)
    with exclusive(home.scratch / "loads" / "running.lock"):
        assert sweep(home, log) == []
        assert running.exists()
    assert sweep(home, log) == [running]
