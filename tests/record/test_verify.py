"""The audit of the record finds whatever was done to it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from warehouse.home import Home
from warehouse.record.archive import Archive
from warehouse.record.events import Event, FetchFinished, FetchOutcome, PageKind
from warehouse.record.export import export_events
from warehouse.record.log import EventLog
from warehouse.record.verify import verify_record

MakeEvent = Callable[..., Event]


@pytest.fixture
def home(tmp_path: Path, make_event: MakeEvent) -> Home:
    """A record of six events that name six archived files."""
    home = Home(tmp_path)
    archive = Archive(home.archive)
    with EventLog.open(home.event_log) as log:
        log.append([make_event(n, sha256=archive.put(f"budget {n}".encode())) for n in range(1, 7)])
    return home


def tamper(home: Home, *statements: str) -> None:
    connection = sqlite3.connect(home.event_log)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def found(home: Home) -> list[tuple[str, str]]:
    return [(problem.kind, problem.where) for problem in verify_record(home)]


def test_an_untouched_record_has_no_problem_and_progress_is_told(home: Home) -> None:
    told: list[tuple[str, int, int]] = []
    assert verify_record(home, lambda what, done, of: told.append((what, done, of))) == []
    assert told[0] == ("events", 6, 6)
    assert told[-1] == ("files", 6, 6)


def test_a_changed_event_is_found_at_its_place_and_only_there(home: Home) -> None:
    tamper(home, "UPDATE stored_events SET state = replace(state, 'count\":3', 'count\":30') WHERE rowid = 3")
    assert found(home) == [("chain", "position 3")]


def test_a_changed_checksum_is_found(home: Home) -> None:
    tamper(
        home,
        "UPDATE stored_events SET state = replace(state, substr(state, 14, 64), printf('%064d', 0))"
        " WHERE rowid = 3",
    )
    assert found(home) == [("chain", "position 3"), ("chain", "position 4")]


def test_a_lost_event_is_found(home: Home) -> None:
    tamper(home, "DELETE FROM stored_events WHERE rowid = 4")
    assert found(home) == [("gap", "position 4"), ("chain", "position 5")]


def test_a_lost_event_is_found_when_the_gap_was_closed(home: Home) -> None:
    tamper(
        home,
        "DELETE FROM stored_events WHERE rowid = 4",
        "UPDATE stored_events SET rowid = 4 WHERE rowid = 5",
        "UPDATE stored_events SET rowid = 5 WHERE rowid = 6",
    )
    assert found(home) == [("chain", "position 4")]


def test_events_that_changed_places_are_found(home: Home) -> None:
    tamper(
        home,
        "UPDATE stored_events SET rowid = 100 WHERE rowid = 2",
        "UPDATE stored_events SET rowid = 2 WHERE rowid = 3",
        "UPDATE stored_events SET rowid = 3 WHERE rowid = 100",
    )
    assert [kind for kind, _ in found(home)] == ["chain", "chain", "chain"]


def test_a_cut_end_is_found_where_the_log_was_copied(home: Home) -> None:
    with EventLog.open(home.event_log) as log:
        export_events(log, home.events_parquet)
    tamper(home, "DELETE FROM stored_events WHERE rowid > 4")
    assert found(home) == [("shortened", "position 6")]


def test_a_copy_that_was_changed_or_cut_is_found_at_its_place(home: Home) -> None:
    with EventLog.open(home.event_log) as log:
        export_events(log, home.events_parquet)
    (segment,) = home.events_parquet.glob("*.parquet")
    table = pq.read_table(segment)
    texts = table["payload"].to_pylist()
    changed = [text.replace('"stored"', '"empty"') if n == 3 else text for n, text in enumerate(texts)]
    column = table.schema.get_field_index("payload")
    pq.write_table(table.set_column(column, table.schema.field(column), [changed]), segment)
    assert found(home) == [("changed_copy", "position 4")]
    pq.write_table(table.slice(0, 5), segment)
    assert found(home) == [("changed_copy", "position 6")]


def test_an_event_that_reading_by_site_would_miss_is_found_and_mended_as_is_said(home: Home) -> None:
    tamper(home, "DELETE FROM stored_places WHERE name = 'xinzhou'")
    (problem,) = verify_record(home)
    assert (problem.kind, problem.where) == ("unlisted", "position 1")
    assert "drop the table stored_places" in problem.detail
    tamper(home, "DROP TABLE stored_places")
    assert found(home) == []


@pytest.mark.parametrize("state", ["NULL", "5", "''"])
def test_an_event_of_which_nothing_is_left_is_found(home: Home, state: str) -> None:
    tamper(home, f"UPDATE stored_events SET state = {state} WHERE rowid = 3")
    assert found(home) == [("chain", "position 3"), ("envelope", "position 3"), ("chain", "position 4")]


def test_an_event_that_was_put_before_the_first_is_found(home: Home) -> None:
    tamper(
        home,
        "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state, site_id)"
        " SELECT -5, 'f', 1, topic, state, site_id FROM stored_events WHERE rowid = 2",
    )
    assert ("gap", "position 1") in found(home)


def test_an_index_that_does_not_fit_its_table_is_found(home: Home) -> None:
    connection = sqlite3.connect(home.event_log)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE type = 'index'").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    (event_id,) = connection.execute("SELECT originator_id FROM stored_events WHERE rowid = 3").fetchone()
    connection.close()
    content = bytearray(home.event_log.read_bytes())
    content[content.index(event_id.encode(), (root - 1) * size)] ^= 1
    home.event_log.write_bytes(content)
    assert {kind for kind, _ in found(home)} == {"damaged_storage"}


@pytest.mark.parametrize("cut", [0, 50])
def test_a_copy_that_cannot_be_read_is_found_and_made_again(home: Home, cut: int) -> None:
    with EventLog.open(home.event_log) as log:
        export_events(log, home.events_parquet)
        (segment,) = home.events_parquet.glob("*.parquet")
        segment.write_bytes(segment.read_bytes()[:cut])
        assert found(home) == [("changed_copy", "position 1")]
        assert export_events(log, home.events_parquet) == 6
    assert found(home) == []


def test_a_changed_type_column_is_found(home: Home) -> None:
    tamper(home, "UPDATE stored_events SET topic = 'crawl.started' WHERE rowid = 2")
    assert found(home) == [("envelope", "position 2")]


def test_changed_cut_and_missing_files_are_found_and_named(home: Home) -> None:
    archive = Archive(home.archive)
    changed, cut, missing, kept = list(archive.hashes())[:4]
    Path(archive.path_of(changed)).write_bytes(b"budgeT 1")
    Path(archive.path_of(cut)).write_bytes(b"")
    Path(archive.path_of(missing)).unlink()
    assert sorted(found(home)) == sorted(
        [
            ("corrupt_file", archive.path_of(changed)),
            ("corrupt_file", archive.path_of(cut)),
            ("missing_file", missing),
        ]
    )
    assert archive.get(kept)


def test_a_file_in_a_wrong_place_is_missing_in_its_own(home: Home) -> None:
    archive = Archive(home.archive)
    names = list(archive.hashes())
    Path(archive.path_of(names[2])).rename(Path(archive.path_of(names[0])).with_name(names[2]))
    Path(archive.path_of(names[4])).unlink()
    Path(archive.path_of(names[4])).mkdir()
    assert found(home) == [("missing_file", names[2]), ("corrupt_file", archive.path_of(names[4]))]


def test_a_lost_page_that_shows_why_an_answer_was_none_is_missing(home: Home) -> None:
    archive = Archive(home.archive)
    evidence = archive.put("请求被拦截".encode())
    payload = FetchFinished(
        url="http://site.example/1.pdf",
        kind=PageKind.DOCUMENT,
        outcome=FetchOutcome.BLOCKED,
        evidence_sha256=evidence,
    )
    with EventLog.open(home.event_log) as log:
        log.append([Event(payload=payload, run_id="run-1", site_id="xinzhou")])
    assert found(home) == []
    Path(archive.path_of(evidence)).unlink()
    assert found(home) == [("missing_file", evidence)]


def test_a_file_that_no_event_names_is_no_problem(home: Home) -> None:
    Archive(home.archive).put(b"archived, then the crawl was killed")
    assert found(home) == []


def test_a_missing_log_and_one_that_is_none_are_problems(home: Home) -> None:
    home.event_log.write_bytes(b"no database" * 1000)
    assert found(home) == [("unreadable_log", str(home.event_log))]
    shutil.rmtree(home.record)
    assert found(home) == [("missing_log", str(home.event_log))]
    assert not home.event_log.exists()
