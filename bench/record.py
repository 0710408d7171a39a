"""How fast the record is: durable appends, reading back, the copy in Parquet and its fold in DuckDB.

The bare recorder of the library stands beside our log: the same bytes without order, checksums or indexes.

python -m bench.record [EVENTS [EVENTS_IN_THE_COPY]]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from warehouse.home import Home
from warehouse.publication import news_since_publication
from warehouse.record.envelope import body
from warehouse.record.events import Event, FetchFinished, FetchOutcome, PageKind
from warehouse.record.export import export_events
from warehouse.record.log import EventLog
from warehouse.record.verify import verify_record

BATCH = 1_000
SINGLE = 200
FOLD = """
SELECT payload ->> 'url' AS url, max_by(payload ->> 'sha256', position) AS sha256
FROM '{events}/*.parquet' WHERE type = 'fetch.finished' GROUP BY url
"""
MULTIPLY = """
COPY (
    SELECT * REPLACE (
        position + {times} * {size} AS position, replace(payload, 'art_81_', 'art_{times}_') AS payload
    )
    FROM '{segment}'
) TO '{target}' (FORMAT parquet, COMPRESSION zstd)
"""


def event(number: int) -> Event:
    """A document that was fetched, as a crawl records it."""
    payload = FetchFinished(
        url=f"http://site-{number % 300}.example/art/2024/3/15/art_81_{number}.pdf",
        kind=PageKind.DOCUMENT,
        outcome=FetchOutcome.STORED,
        http_status=200,
        sha256=f"{number:064x}",
        byte_count=number,
        content_type="application/pdf",
    )
    return Event(payload=payload, run_id="bench", site_id=f"site-{number % 300}")


@contextmanager
def timed(what: str, count: int, unit: str = "events/s") -> Iterator[None]:
    """Print how many a second were done in the block, and how many a second of processor time."""
    started, worked = time.perf_counter(), time.process_time()
    yield
    seconds, work = time.perf_counter() - started, time.process_time() - worked
    rates = f"{count / seconds:>12,.0f} {unit} {count / work:>12,.0f} by processor time"
    sys.stdout.write(f"{what:<42} {rates}   {seconds:8.2f} s\n")


def count_of(read: Callable[[], Iterator[object]]) -> int:
    """How many there are to read."""
    return sum(1 for _ in read())


def append_bare(path: Path, batches: list[list[Event]]) -> None:
    """The same events by the library's recorder alone."""
    recorder = SQLiteApplicationRecorder(SQLiteDatastore(str(path)))
    recorder.create_table()
    for batch in batches:
        recorder.insert_events([StoredEvent(e.event_id, 1, e.payload.type, body(e, "")) for e in batch])
    recorder.datastore.close()


def multiply(connection: duckdb.DuckDBPyConnection, events: Path, folder: Path, total: int) -> int:
    """Copies of a copy of the log, with addresses of their own, until there are so many events."""
    folder.mkdir()
    segment = max(events.glob("*.parquet"), key=lambda path: path.stat().st_size)
    size = pq.read_metadata(segment).num_rows
    for times in range(-(-total // size)):
        target = folder / f"{times:06}.parquet"
        connection.execute(MULTIPLY.format(times=times, size=size, segment=segment, target=target))
    return -(-total // size) * size


def main(total: int, copied: int) -> None:
    """Measure on a log of so many events, and a copy of so many, in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        with EventLog.open(home.event_log) as log:
            batches = [[event(start + n) for n in range(BATCH)] for start in range(0, total, BATCH)]
            with timed(f"bare recorder, batches of {BATCH:,}, durable", total):
                append_bare(Path(folder) / "bare.sqlite", batches)
            with timed(f"append, batches of {BATCH:,}, durable", total):
                for batch in batches:
                    log.append(batch)
            del batches
            with timed("append, one by one, durable", SINGLE):
                for number in range(SINGLE):
                    log.append([event(total + number)])
            recorded = log.last_position()
            with timed("read, decoded", recorded):
                count_of(log.read)
            with timed("read, one site of 300", recorded // 300):
                count_of(lambda: log.read(site_id="site-7"))
            with timed("copy to Parquet", recorded):
                export_events(log, home.events_parquet)
            with timed("news since the last publication", recorded):
                news_since_publication(log)
        with timed("fold of the copy in DuckDB", recorded), duckdb.connect() as connection:
            connection.execute(FOLD.format(events=home.events_parquet)).fetchall()
        with duckdb.connect() as connection:
            many = Path(folder) / "many"
            count = multiply(connection, home.events_parquet, many, copied)
            with timed(f"fold of {count:,} events (the copy, multiplied)", count):
                connection.execute(FOLD.format(events=many)).fetchall()
        with timed("verify the chain (and no files)", recorded):
            verify_record(home)


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    main(*given, *(100_000, 10_000_000)[len(given) :])
