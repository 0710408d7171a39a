"""A full or a read-only disk: one clear error, what was there stays, and work goes on when there is room."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from tests.small_disk import remount, small_disk
from warehouse.documents.model import ReadOutcome
from warehouse.home import Home
from warehouse.landing import land
from warehouse.loads import loads
from warehouse.publication import publications, publish, recover
from warehouse.reading import ReadResult
from warehouse.record.archive import Archive
from warehouse.record.errors import RecordUnavailableError
from warehouse.record.events import DocumentLinked, Event
from warehouse.record.log import EventLog
from warehouse.record.verify import verify_record

MEGABYTE = 2**20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of eight megabytes."""
    with small_disk(tmp_path / "disk", "8m") as place:
        yield place


def fill(disk: Path) -> Path:
    """Leave no room."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (MEGABYTE, 4096):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue
    return filler


def built(path: Path, rows: int) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            f"CREATE SCHEMA core; CREATE TABLE core.fct AS SELECT md5(i::text) AS a FROM range({rows}) t(i)"
        )
    return path


def link(number: int) -> Event:
    payload = DocumentLinked(url=f"{number}", page_url="p", link_text="x" * 20_000, page_title="")
    return Event(payload=payload, run_id="r", site_id="xinzhou")


def land_one(home: Home, log: EventLog, load_id: str) -> None:
    result = ReadResult("ab" * 32, ReadOutcome.CORRUPT, os.urandom(200_000).hex(), None, None, 0)
    keys = {"load_id": load_id, "site_id": "xinzhou", "run_id": "r", "reader_version": "1"}
    land(home, log, results=[result], **keys)


def test_a_full_disk_costs_nothing_that_was_there(disk: Path, tmp_path: Path) -> None:
    home = Home(disk / "data")
    archive = Archive(home.archive)
    with EventLog.open(home.event_log) as log:

        def attempts() -> Iterator[tuple[Callable[[], object], type[Exception]]]:
            yield lambda: log.append([link(n) for n in range(50)]), RecordUnavailableError
            yield lambda: archive.put(os.urandom(MEGABYTE)), RecordUnavailableError
            yield lambda: land_one(home, log, "load-2"), OSError
            large = built(tmp_path / "large.duckdb", 100_000)
            made = {"run_id": "r", "loads": [], "log_position": 99, "extras": {}}
            yield lambda: publish(home, log, large, **made), OSError

        archive.put(b"whole")
        log.append([link(0)])
        land_one(home, log, "load-1")
        small = built(tmp_path / "small.duckdb", 10)
        publish(home, log, small, run_id="r", loads=["load-1"], log_position=3, extras={})
        before = log.last_position()
        filler = fill(disk)
        for attempt, error in attempts():
            with pytest.raises(error, match=r"(?i)no space|full"):
                attempt()
        assert log.last_position() == before
        filler.unlink()
        assert verify_record(home) == []
        assert [load.load_id for load in loads(log)] == ["load-1"]
        recover(home, log)
        with duckdb.connect(str(home.warehouse), read_only=True) as connection:
            assert connection.execute("SELECT count(*) FROM core.fct").fetchone() == (10,)
        log.append([link(n) for n in range(50)])
        land_one(home, log, "load-2")
        publish(home, log, small, run_id="r", loads=[], log_position=99, extras={})
        assert list(publications(log)) == [1, 2]
        assert verify_record(home) == []


def test_a_read_only_disk_is_named_and_can_still_be_read(disk: Path) -> None:
    home = Home(disk / "data")
    Archive(home.archive).put(b"whole")
    with EventLog.open(home.event_log) as log:
        log.append([link(0)])
    remount(disk, "ro")
    with pytest.raises(RecordUnavailableError, match=f"archive {home.archive}.*[Rr]ead-only"):
        Archive(home.archive).put(b"new")
    with pytest.raises(RecordUnavailableError, match=rf"event log {home.event_log}: .*"):
        EventLog.open(home.event_log).append([link(1)])
    remount(disk, "rw")
    assert verify_record(home) == []
    with EventLog.open(home.event_log) as log:
        assert log.last_position() == 1
