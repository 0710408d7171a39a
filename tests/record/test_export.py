"""The log's copy in Parquet."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from warehouse.record import export
from warehouse.record.events import CrawlFinished, Event
from warehouse.record.export import EVENT_SCHEMA, export_events, snapshot
from warehouse.record.log import EventLog
from warehouse.record.recorder import StoredRow

MakeEvent = Callable[..., Event]


@pytest.fixture
def log(tmp_path: Path) -> EventLog:
    return EventLog.open(tmp_path / "record" / "events.sqlite")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "events"


def rows(folder: Path) -> list[tuple[object, ...]]:
    query = f"FROM '{folder}/*.parquet' ORDER BY position"
    with duckdb.connect() as connection:
        return connection.execute(query).fetchall()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.parquet"))


def test_an_empty_log_gives_a_file_with_the_schema(log: EventLog, folder: Path) -> None:
    assert export_events(log, folder) == 0
    assert rows(folder) == []
    with duckdb.connect() as connection:
        columns = connection.execute(f"DESCRIBE FROM '{folder}/*.parquet'").fetchall()
    assert [column[0] for column in columns] == EVENT_SCHEMA.names
    assert dict(column[:2] for column in columns)["recorded_at"] == "TIMESTAMP WITH TIME ZONE"


def test_only_new_events_are_copied(log: EventLog, folder: Path, make_event: MakeEvent) -> None:
    export_events(log, folder)
    log.append([make_event(1), make_event(2)])
    assert export_events(log, folder) == 2
    first = (folder / "000000000001-000000000002.parquet").stat().st_mtime_ns
    log.append([make_event(3)])
    assert export_events(log, folder) == 3
    assert export_events(log, folder) == 3
    assert (folder / "000000000001-000000000002.parquet").stat().st_mtime_ns == first
    assert names(folder) == ["000000000001-000000000002.parquet", "000000000003-000000000003.parquet"]
    for row, event in zip(rows(folder), log.read(), strict=True):
        *envelope, payload = row
        assert envelope == [
            event.position,
            str(event.event_id),
            "fetch.finished",
            1,
            "run-1",
            "xinzhou",
            event.occurred_at,
            event.recorded_at,
        ]
        assert json.loads(str(payload)) == event.payload.model_dump(mode="json", exclude_none=True)


def test_long_logs_are_copied_in_segments(
    log: EventLog, folder: Path, make_event: MakeEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "EVENTS_PER_SEGMENT", 4)
    log.append([make_event(number) for number in range(10)])
    assert export_events(log, folder) == 10
    assert names(folder) == [
        "000000000001-000000000004.parquet",
        "000000000005-000000000008.parquet",
        "000000000009-000000000010.parquet",
    ]
    assert [row[0] for row in rows(folder)] == list(range(1, 11))


def test_a_killed_export_is_done_again(log: EventLog, folder: Path, make_event: MakeEvent) -> None:
    log.append([make_event(1)])
    folder.mkdir()
    (folder / "000000000001-000000000001.partial").write_bytes(b"PAR1 half a file")
    assert export_events(log, folder) == 1
    assert [row[0] for row in rows(folder)] == [1]


def test_a_thousand_runs_leave_few_segments(
    log: EventLog, folder: Path, make_event: MakeEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "EVENTS_PER_SEGMENT", 20)
    monkeypatch.setattr(export, "SMALL_SEGMENTS", 4)
    most = 0
    for number in range(100):
        log.append([make_event(number)])
        assert export_events(log, folder) == number + 1
        most = max(most, len(names(folder)))
    assert most <= 100 // 10 + 4
    assert [row[0] for row in rows(folder)] == list(range(1, 101))
    assert [row[1] for row in rows(folder)] == [str(event.event_id) for event in log.read()]
    assert export_events(log, folder) == 100


def test_a_compaction_that_was_killed_is_finished_and_a_snapshot_survives_it(
    log: EventLog, folder: Path, make_event: MakeEvent, tmp_path: Path
) -> None:
    for number in range(3):
        log.append([make_event(number)])
        export_events(log, folder)
    shutil.copytree(folder, tmp_path / "parts")
    snapshot(folder, tmp_path / "snapshot")
    for part in folder.glob("*.parquet"):
        part.unlink()
    export_events(log, folder)
    for part in (tmp_path / "parts").glob("*.parquet"):
        shutil.copy(part, folder)
    assert len(names(folder)) == 4
    assert export_events(log, folder) == 3
    assert names(folder) == ["000000000001-000000000003.parquet"]
    assert [row[0] for row in rows(tmp_path / "snapshot")] == [1, 2, 3]


def test_an_event_that_lacks_a_field_of_today_gets_its_default(
    log: EventLog, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fields are added with a default: the copy has it, whenever the event was recorded."""
    stored = log.read_stored

    def without_it(**which: int) -> Iterator[StoredRow]:
        for row in stored(**which):
            yield row._replace(state=row.state.replace(b',"full_walk":true', b""))

    finished = CrawlFinished(
        reason="finished", requests=1, outcomes={}, listing_entries=0, documents_linked=0, documents_stored=0
    )
    log.append([Event(payload=finished, run_id="run-1", site_id="xinzhou")])
    monkeypatch.setattr(log, "read_stored", without_it)
    export_events(log, folder)
    assert json.loads(str(rows(folder)[0][-1]))["full_walk"] is True


def test_the_copy_of_another_log_is_replaced(
    log: EventLog, folder: Path, make_event: MakeEvent, tmp_path: Path
) -> None:
    with EventLog.open(tmp_path / "other.sqlite") as other:
        other.append([make_event(number) for number in range(5)])
        export_events(other, folder)
    log.append([make_event(1), make_event(2)])
    assert export_events(log, folder) == 2
    assert [row[1] for row in rows(folder)] == [str(event.event_id) for event in log.read()]


def test_a_copy_made_with_other_payload_definitions_is_replaced(
    log: EventLog, folder: Path, make_event: MakeEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.append([make_event(1)])
    export_events(log, folder)
    log.append([make_event(2)])
    monkeypatch.setattr(export, "_payloads_fingerprint", lambda: "newer")
    export_events(log, folder)
    assert names(folder) == ["000000000001-000000000002.parquet"]
    shutil.rmtree(folder)
