"""Publications: whole, numbered, swapped atomically, recovered after a kill at any point."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from warehouse import files, publication
from warehouse.home import PROJECT_ROOT, Home
from warehouse.publication import (
    cite,
    cited,
    current,
    damage,
    last_publication,
    prune,
    pruned,
    publications,
    publish,
    recover,
)
from warehouse.record.events import PublicationMade
from warehouse.record.log import EventLog

BUILD = """
CREATE SCHEMA staging; CREATE SCHEMA core; CREATE SCHEMA marts;
CREATE TABLE raw_rows AS SELECT 1 AS a;
CREATE VIEW staging.stg_amount AS FROM '{raw}';
CREATE TABLE core.dim_agency (agency_key INTEGER NOT NULL PRIMARY KEY, agency_name VARCHAR);
INSERT INTO core.dim_agency VALUES (1, '忻州市商务局');
CREATE TABLE core.fct_amount (
    agency_key INTEGER REFERENCES core.dim_agency,
    amount_yuan DECIMAL(20, 2) NOT NULL
);
INSERT INTO core.fct_amount SELECT 1, {amount};
COMMENT ON TABLE core.fct_amount IS 'one row per published amount';
CREATE VIEW marts.agency_year AS
    SELECT agency_name, sum(amount_yuan) AS total_yuan
    FROM "{database}"."core"."fct_amount" JOIN core.dim_agency USING (agency_key) GROUP BY ALL;
CREATE VIEW marts.coverage AS FROM "{database}"."staging"."stg_amount";
COMMENT ON VIEW marts.agency_year IS 'an agency''s year';
COMMENT ON COLUMN marts.agency_year.total_yuan IS 'yuan';
CREATE MACRO marts.agency_year_as_of(ts) AS TABLE
    SELECT *, '"{database}".core' AS label FROM "{database}"."core"."fct_amount"
    WHERE amount_yuan < ts::INTEGER;
"""


def build(home: Home, amount: str = "100000.00") -> Path:
    """A file such as dbt builds."""
    home.scratch.mkdir(parents=True, exist_ok=True)
    raw = home.scratch / "amounts.parquet"
    built = home.scratch / "20240501T000000Z-ab12cd.duckdb"
    built.unlink(missing_ok=True)
    with duckdb.connect(str(built)) as connection:
        connection.execute(f"COPY (SELECT 7 AS amount) TO '{raw}'")
        connection.execute(BUILD.format(raw=raw, amount=amount, database=built.stem))
    return built.rename(home.scratch / "built.duckdb")


def publish_built(
    home: Home, log: EventLog, amount: str = "100000.00", log_position: int | None = None
) -> PublicationMade:
    report = home.scratch / "any-name.html"
    built = build(home, amount)
    report.write_text("<h1>报告</h1>", encoding="utf-8")
    position = log.last_position() + 3 if log_position is None else log_position
    extras = {"report.html": report}
    return publish(home, log, built, run_id="run-1", loads=["load-1"], log_position=position, extras=extras)


def published_amount(path: Path) -> Decimal:
    with duckdb.connect(str(path), read_only=True) as connection:
        (amount,) = connection.execute("SELECT total_yuan FROM marts.agency_year").fetchall()[0]
    return Decimal(amount)


# --- the published file ---


def test_the_published_file_holds_core_and_marts_and_depends_on_no_other_file(
    home: Home, log: EventLog, tmp_path: Path
) -> None:
    publish_built(home, log)
    taken_away = tmp_path / "elsewhere.duckdb"
    taken_away.write_bytes(home.warehouse.read_bytes())
    for path in home.scratch.iterdir():
        if path.is_file():
            path.unlink()
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{taken_away}' AS open_books (READ_ONLY)")
        connection.execute("USE open_books")
        tables = connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY ALL"
        ).fetchall()
        assert tables == [
            ("core.dim_agency",),
            ("core.fct_amount",),
            ("marts.agency_year",),
            ("marts.coverage",),
        ]
        assert connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall() == []
        assert connection.execute("FROM marts.agency_year").fetchall() == [
            ("忻州市商务局", Decimal("100000.00"))
        ]
        assert connection.execute("FROM marts.coverage").fetchall() == [(7,)]
        assert connection.execute("FROM marts.agency_year_as_of('200000')").fetchall() == [
            (1, Decimal("100000.00"), '"20240501T000000Z-ab12cd".core')
        ]
        assert connection.execute("FROM marts.agency_year_as_of('2')").fetchall() == []


def test_descriptions_are_published(home: Home, log: EventLog) -> None:
    publish_built(home, log)
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        tables = connection.execute("SELECT table_name, comment FROM duckdb_tables() WHERE comment NOT NULL")
        assert sorted(tables.fetchall()) == [
            ("agency_year", "an agency's year"),
            ("fct_amount", "one row per published amount"),
        ]
        columns = connection.execute(
            "SELECT column_name, comment FROM duckdb_columns() WHERE comment NOT NULL"
        )
        assert columns.fetchall() == [("total_yuan", "yuan")]


def test_a_publication_holds_parquet_and_extras_and_its_event_says_what_it_is(
    home: Home, log: EventLog
) -> None:
    made = publish_built(home, log)
    folder = current(home)
    assert folder == home.publications / "000001"
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) == [
        "parquet/core.dim_agency.parquet",
        "parquet/core.fct_amount.parquet",
        "parquet/marts.agency_year.parquet",
        "parquet/marts.coverage.parquet",
        "report.html",
        "warehouse.duckdb",
    ]
    with duckdb.connect() as connection:
        rows = connection.execute(f"FROM '{folder}/parquet/core.fct_amount.parquet'").fetchall()
    assert rows == [(1, Decimal("100000.00"))]
    assert (folder / "report.html").read_text(encoding="utf-8") == "<h1>报告</h1>"
    assert (made.publication_id, made.loads, made.log_position) == (1, ("load-1",), 3)
    assert made.warehouse_sha256 == hashlib.sha256(home.warehouse.read_bytes()).hexdigest()
    assert last_publication(log) == made


def test_a_build_without_published_tables_is_refused_and_the_publication_stays(
    home: Home, log: EventLog
) -> None:
    publish_built(home, log)
    empty = home.scratch / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    with pytest.raises(ValueError, match=r"empty\.duckdb: no table in core or marts"):
        publish(home, log, empty, run_id="run-2", loads=[], log_position=9, extras={})
    assert published_amount(home.warehouse) == Decimal("100000.00")
    assert publish_built(home, log, "2.00").publication_id == 2


def test_a_build_whose_last_rows_are_still_in_its_write_ahead_log_is_published_whole(
    home: Home, log: EventLog
) -> None:
    built = build(home)
    script = (
        "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]);"
        "c.execute('UPDATE core.fct_amount SET amount_yuan = 5'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", script, str(built)], check=True)
    assert built.with_name(f"{built.name}.wal").exists()
    publish(home, log, built, run_id="run-1", loads=[], log_position=1, extras={})
    assert published_amount(home.warehouse) == Decimal("5.00")


# --- readers ---


def test_a_reader_keeps_the_old_file_and_the_next_one_sees_the_new(home: Home, log: EventLog) -> None:
    publish_built(home, log, "1.00")
    with duckdb.connect(str(home.warehouse), read_only=True) as reader:
        publish_built(home, log, "2.00")
        assert reader.execute("SELECT total_yuan FROM marts.agency_year").fetchall() == [(Decimal("1.00"),)]
        assert published_amount(home.warehouse) == Decimal("2.00")
    assert published_amount(home.publications / "000001" / "warehouse.duckdb") == Decimal("1.00")
    assert current(home) == home.publications / "000002"


def test_links_are_relative_so_that_an_installation_can_be_moved(
    home: Home, log: EventLog, tmp_path: Path
) -> None:
    publish_built(home, log)
    moved = home.path.rename(tmp_path / "moved")
    assert published_amount(moved / "warehouse.duckdb") == Decimal("100000.00")


READER = """
import sys, time, duckdb
seen, until = [], time.monotonic() + 60
while len(set(seen)) < 4 and time.monotonic() < until:
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        seen += connection.execute("SELECT total_yuan FROM marts.agency_year").fetchone()
print(*seen, sep="\\n")
"""


def test_readers_see_a_whole_publication_at_any_moment_of_a_swap(home: Home, log: EventLog) -> None:
    publish_built(home, log, "1.00")
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(home.warehouse)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    number = 2
    while reader.poll() is None:
        publish_built(home, log, f"{number}.00")
        number += 1
    output, errors = reader.communicate(timeout=30)
    assert errors == ""
    seen = [Decimal(line) for line in output.split()]
    assert seen == sorted(seen)
    assert len(set(seen)) == 4


# --- kills ---


class KilledError(BaseException):
    """What a kill is to the code that runs: no handler sees it."""


def kill(*_: object, **__: object) -> None:
    raise KilledError


KILL_POINTS = {
    "while the file is made": (publication, "hash_of"),
    "before the folder is renamed": (publication, "sync_tree"),
    "before the event": (EventLog, "append"),
    "before the links": (publication, "replace_link"),
}


@pytest.mark.parametrize("point", KILL_POINTS)
def test_after_a_kill_a_whole_publication_is_current_and_the_next_one_follows(
    home: Home, log: EventLog, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    publish_built(home, log, "1.00")
    with monkeypatch.context() as patch:
        patch.setattr(*KILL_POINTS[point], kill)
        with pytest.raises(KilledError):
            publish_built(home, log, "2.00")
    announced = last_publication(log)
    assert announced is not None
    made = 2 if point == "before the links" else 1
    assert announced.publication_id == made

    recover(home, log)
    assert current(home) == home.publications / f"{made:06}"
    assert published_amount(home.warehouse) == Decimal(made)
    assert sorted(
        path.name for path in home.publications.iterdir() if path.is_dir() and path.name != "current"
    ) == [f"{number:06}" for number in range(1, made + 1)]
    assert publish_built(home, log, "9.00").publication_id == made + 1
    assert published_amount(home.warehouse) == Decimal("9.00")


def test_a_kill_between_the_two_links_of_the_first_publication(
    home: Home, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace_one_link(link: Path, target: Path) -> None:
        if link == home.warehouse:
            raise KilledError
        files.replace_link(link, target)

    with monkeypatch.context() as patch:
        patch.setattr(publication, "replace_link", replace_one_link)
        with pytest.raises(KilledError):
            publish_built(home, log)
    assert not home.warehouse.exists()
    recover(home, log)
    assert published_amount(home.warehouse) == Decimal("100000.00")


def test_recover_leaves_an_empty_home_and_a_whole_one_alone(home: Home, log: EventLog) -> None:
    recover(home, log)
    assert current(home) is None
    publish_built(home, log)
    before = {path: path.lstat().st_mtime_ns for path in home.publications.rglob("*") if path.name != ".lock"}
    recover(home, log)
    assert before == {
        path: path.lstat().st_mtime_ns for path in home.publications.rglob("*") if path.name != ".lock"
    }


def test_recover_goes_back_to_the_last_publication_that_is_there(home: Home, log: EventLog) -> None:
    publish_built(home, log, "1.00")
    publish_built(home, log, "2.00")
    (home.publications / "000002").rename(home.path / "lost")
    recover(home, log)
    assert published_amount(home.warehouse) == Decimal("1.00")
    assert publish_built(home, log, "3.00").publication_id == 3


def test_the_same_events_give_the_same_publication_again(home: Home, log: EventLog) -> None:
    publish_built(home, log, "1.00")
    second = publish_built(home, log, "2.00", log_position=10)
    again = publish_built(home, log, "2.00", log_position=10)
    assert again.publication_id == second.publication_id == 2
    assert publications(log) == {1: publications(log)[1], 2: again}
    assert [path.name for path in sorted(home.publications.glob("*0*"))] == ["000001", "000002"]
    assert hashlib.sha256(home.warehouse.read_bytes()).hexdigest() == again.warehouse_sha256


@pytest.mark.parametrize("announced", [False, True])
def test_a_kill_while_a_publication_is_replaced_leaves_the_announced_one(
    home: Home, log: EventLog, announced: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_built(home, log, "1.00", log_position=5)
    with monkeypatch.context() as patched:
        append = log.append
        patched.setattr(log, "append", lambda events: kill(announced and append(events)))
        with pytest.raises(KilledError):
            publish_built(home, log, "2.00", log_position=5)
    recover(home, log)
    assert published_amount(home.warehouse) == Decimal("2.00" if announced else "1.00")
    assert [path.name for path in home.publications.glob("*000001*")] == ["000001"]


def test_old_publications_are_pruned_and_the_record_stays(home: Home, log: EventLog) -> None:
    made = [publish_built(home, log, f"{number}.00") for number in range(1, 5)]
    assert prune(home, log, 2, run_id="r") == [1, 2]
    assert prune(home, log, 2, run_id="r") == []
    assert [path.name for path in sorted(home.publications.glob("0*"))] == ["000003", "000004"]
    assert list(publications(log).values()) == made
    recover(home, log)
    assert published_amount(home.warehouse) == Decimal("4.00")
    assert publish_built(home, log, "5.00").publication_id == 5
    with pytest.raises(ValueError, match="at least one"):
        prune(home, log, 0, run_id="r")


def test_what_was_cited_and_the_last_of_a_month_stay(
    home: Home, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 6):
        moment = datetime(2999, (number + 1) // 2, number, tzinfo=UTC)
        clock = type("Clock", (datetime,), {"now": classmethod(lambda _cls, _zone, at=moment: at)})
        monkeypatch.setattr("warehouse.record.log.datetime", clock)
        publish_built(home, log, f"{number}.00")
    monkeypatch.undo()
    cite(log, 1, reason="a paper", run_id="r", author="李明")
    with pytest.raises(ValueError, match="there is no publication 9"):
        cite(log, 9, reason="a paper", run_id="r")
    assert prune(home, log, 1, monthly=True, run_id="r") == [3]
    assert prune(home, log, 1, run_id="r") == [2, 4]
    assert cited(log) == {1: "李明: a paper"}
    assert pruned(log) == {
        3: "the newest 1, the last of each month, and those cited are kept",
        **dict.fromkeys((2, 4), "the newest 1, and those cited are kept"),
    }
    assert published_amount(home.publications / "000001" / "warehouse.duckdb") == Decimal("1.00")


def test_changed_and_missing_files_of_publications_are_found_and_pruned_ones_are_none(
    home: Home, log: EventLog
) -> None:
    for number in range(1, 4):
        publish_built(home, log, f"{number}.00")
    assert list(damage(home)) == []
    prune(home, log, 2, run_id="r")
    table = next((home.publications / "000002" / "parquet").iterdir())
    table.unlink()
    (home.publications / "000003" / "warehouse.duckdb").write_bytes(b"another")
    assert [(problem.kind, problem.where) for problem in damage(home)] == [
        ("missing_publication_file", f"publication 2, parquet/{table.name}"),
        ("changed_publication", "publication 3, warehouse.duckdb"),
    ]


PUBLISHER = """
import sys
from pathlib import Path
from warehouse.home import Home
from warehouse.publication import publish
from warehouse.record.log import EventLog
home = Home(Path(sys.argv[1]))
with EventLog.open(home.event_log) as log:
    while True:
        print("whole", flush=True)
        position = 0 if AGAIN else log.last_position() + 1
        publish(home, log, Path(sys.argv[2]), run_id="r", loads=[], log_position=position, extras={})
"""


@pytest.mark.parametrize("again", [False, True])
def test_publishers_killed_at_any_moment_leave_what_recover_puts_right(
    home: Home, log: EventLog, again: bool
) -> None:
    built = build(home)
    for attempt in range(3):
        publisher = subprocess.Popen(
            [sys.executable, "-c", PUBLISHER.replace("AGAIN", str(again)), str(home.path), str(built)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        )
        assert publisher.stdout is not None
        for _ in range(2):
            publisher.stdout.readline()
        time.sleep(0.05 * attempt)
        publisher.kill()
        publisher.wait()
        publisher.stdout.close()
        recover(home, log)
        last = last_publication(log)
        assert last is not None
        assert last.publication_id == 1 if again else last.publication_id > attempt
        assert current(home) == home.publications / f"{last.publication_id:06}"
        assert hashlib.sha256(home.warehouse.read_bytes()).hexdigest() == last.warehouse_sha256
        assert published_amount(home.warehouse) == Decimal("100000.00")
