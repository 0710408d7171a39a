"""The log's copy in Parquet."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from warehouse.record import export
from warehouse.record.events import Event
from warehouse.record.export import EVENT_SCHEMA, export_events
from warehouse.record.log import EventLog

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
    assert names(folder) == [
        "000000000000-000000000000.parquet",
        "000000000001-000000000002.parquet",
        "000000000003-000000000003.parquet",
    ]
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
        assert json.loads(str(payload)) == event.payload.model_dump(mode="json")


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
