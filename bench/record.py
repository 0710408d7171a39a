"""How fast the record is: durable appends, reading back, the copy in Parquet and its fold, the audit.

The bare recorder of the library stands beside our log, batch by batch and with events of the same size; it
stores them without order, checksums or a way to read by site.

python -m bench.record [EVENTS [EVENTS_IN_THE_COPY]]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pyarrow.parquet as pq
from eventsourcing.persistence import ApplicationRecorder, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from bench.postgres_server import postgresql_server, programs
from warehouse.home import Home
from warehouse.publication import news_since_publication
from warehouse.record.envelope import body, timestamp
from warehouse.record.events import Event, FetchFinished, FetchOutcome, PageKind
from warehouse.record.export import export_events
from warehouse.record.log import EventLog
from warehouse.record.verify import verify_record

BATCH = 1_000
SINGLE = 200
IN_POSTGRESQL = 50_000
SITES_AT_ONCE = 16
SMALL_BYTES = 333
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


def usual_event(number: int) -> Event:
    """A document that was fetched, as a crawl of several sites side by side records it."""
    site_id = f"site-{number // 4 % SITES_AT_ONCE + SITES_AT_ONCE * (number // 20_000)}"
    payload = FetchFinished(
        url=f"http://{site_id}.example/art/2024/3/15/art_81_{number}.pdf",
        kind=PageKind.DOCUMENT,
        outcome=FetchOutcome.STORED,
        referer=f"http://{site_id}.example/art/2024/3/15/art_81_{number}.html",
        http_status=200,
        sha256=f"{number:064x}",
        byte_count=number,
        content_type="application/pdf",
        etag='"65f3a1b2-4c3d2"',
        last_modified="Fri, 15 Mar 2024 08:30:00 GMT",
    )
    return Event(payload=payload, run_id="20240315T083000-3f2a", site_id=site_id)


def small_event(number: int) -> Event:
    """An event of as many bytes as those of the measurements that this bench is held against."""
    site_id = f"site-{number // 4 % SITES_AT_ONCE + SITES_AT_ONCE * (number // 20_000)}"
    url = f"http://{site_id}.example/{number:07}"
    payload = FetchFinished(url=url, kind=PageKind.ARTICLE, outcome=FetchOutcome.NOT_FOUND)
    event = Event(payload=payload, run_id="bench", site_id=site_id)
    lacking = SMALL_BYTES - len(body(event, timestamp(event.occurred_at)))
    return event.model_copy(update={"payload": payload.model_copy(update={"url": url + "x" * lacking})})


@dataclass
class Spent:
    """Time spent, by the clock and by the processor."""

    seconds: float = 0
    work: float = 0

    @contextmanager
    def more(self) -> Iterator[None]:
        """Add what is spent in the block."""
        started, worked = time.perf_counter(), time.process_time()
        yield
        self.seconds += time.perf_counter() - started
        self.work += time.process_time() - worked

    def show(self, what: str, count: int, unit: str = "events/s", note: str = "") -> None:
        """Print how many a second were done, and how many a second of processor time."""
        rates = f"{count / self.seconds:>12,.0f} {unit} {count / self.work:>12,.0f} by processor time"
        sys.stdout.write(f"{what:<46}{rates} {self.seconds:8.2f} s{note}\n")
        sys.stdout.flush()


@contextmanager
def timed(what: str, count: int) -> Iterator[None]:
    """Print how fast so many are done in the block."""
    spent = Spent()
    with spent.more():
        yield
    spent.show(what, count)


def stored(batch: Sequence[Event]) -> list[StoredEvent]:
    """The same events, for the bare recorder."""
    now = timestamp(datetime.now(UTC))
    return [StoredEvent(event.event_id, 1, event.payload.type, body(event, now)) for event in batch]


def append_side_by_side(
    name: str, bare: ApplicationRecorder, log: EventLog, make: Callable[[int], Event], total: int
) -> None:
    """Append batches to both in turns, so that both meet the same disturbances."""
    ours, theirs = Spent(), Spent()
    event_bytes = len(body(make(total), timestamp(datetime.now(UTC))))
    for start in range(0, total, BATCH):
        batch = [make(start + n) for n in range(BATCH)]
        with theirs.more():
            bare.insert_events(stored(batch))
        with ours.more():
            log.append(batch)
    sys.stdout.write(f"-- {name}: batches of {BATCH:,} durable events of {event_bytes} bytes\n")
    theirs.show("bare recorder", total)
    times = f"  {theirs.seconds / ours.seconds:.2f} x bare, {theirs.work / ours.work:.2f} x by processor time"
    ours.show("the log", total, note=times)


def read_side_by_side(bare: ApplicationRecorder, log: EventLog, total: int) -> None:
    """Read everything: the rows of the bare recorder, ours as stored, and ours decoded."""
    with timed("read: bare recorder", total):
        start = 0
        while found := bare.select_notifications(start + 1, 5_000):
            start = found[-1].id
    with timed("read: the log, as stored", total):
        count_of(log.read_stored())
    with timed("read: the log, decoded", total):
        count_of(log.read())


def count_of(read: Iterator[object]) -> int:
    """How many there are."""
    return sum(1 for _ in read)


def bare_sqlite(path: Path) -> SQLiteApplicationRecorder:
    """The library's recorder in a file of its own."""
    recorder = SQLiteApplicationRecorder(SQLiteDatastore(str(path)))
    recorder.create_table()
    return recorder


def measure_sqlite(folder: Path, total: int) -> Home:
    """Appends and reading of the embedded log; returns the installation with the log of usual events."""
    for name, make in (("small", small_event), ("usual", usual_event)):
        home = Home(folder / name)
        with EventLog.open(home.record / "events.sqlite") as log:
            bare = bare_sqlite(folder / f"{name}.sqlite")
            append_side_by_side(f"SQLite, {name}", bare, log, make, total)
            if make is usual_event:
                read_side_by_side(bare, log, total)
            bare.datastore.close()
    with EventLog.open(home.event_log) as log:
        with timed("append, one by one", SINGLE):
            for number in range(SINGLE):
                log.append([usual_event(total + number)])
        site = count_of(log.read(site_id="site-7"))
        with timed(f"read: one site, {site:,} events", site):
            count_of(log.read(site_id="site-7"))
    return home


def measure_postgresql(folder: Path, total: int) -> None:
    """Appends and reading of the log in PostgreSQL, where a server is installed."""
    binaries = programs()
    if not binaries:
        sys.stdout.write("-- PostgreSQL: not measured, no server is installed here\n")
        return
    from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore  # noqa: PLC0415 - optional

    folder.mkdir()
    with postgresql_server(binaries, folder) as address, ExitStack() as stack:
        place = urlsplit(address)
        datastore = PostgresDatastore(
            dbname="postgres", host=place.hostname or "", port=str(place.port), user="mingzhang", password=""
        )
        stack.callback(datastore.close)
        bare = PostgresApplicationRecorder(datastore, events_table_name="bare_events")
        bare.create_table()
        log = stack.enter_context(EventLog.open(f"{address}postgres"))
        for name, make in (("small", small_event), ("usual", usual_event)):
            append_side_by_side(f"PostgreSQL, {name}", bare, log, make, total)
        read_side_by_side(bare, log, 2 * total)


def multiply(connection: duckdb.DuckDBPyConnection, events: Path, folder: Path, total: int) -> int:
    """Copies of a copy of the log, with addresses of their own, until there are so many events."""
    folder.mkdir()
    segment = max(events.glob("*.parquet"), key=lambda path: path.stat().st_size)
    size = pq.read_metadata(segment).num_rows
    for times in range(-(-total // size)):
        target = folder / f"{times:06}.parquet"
        connection.execute(MULTIPLY.format(times=times, size=size, segment=segment, target=target))
    return -(-total // size) * size


def measure_projections(home: Home, copied: int) -> None:
    """What reads the whole log: the copy and its fold, the news, the audit."""
    with EventLog.open(home.event_log) as log:
        recorded = log.last_position()
        with timed("copy to Parquet", recorded):
            export_events(log, home.events_parquet)
        with timed("news since the last publication", recorded):
            news_since_publication(log)
    with timed("verify the chain and the copy (and no files)", recorded):
        verify_record(home)
    with closing(duckdb.connect()) as connection:
        with timed("fold of the copy in DuckDB", recorded):
            connection.execute(FOLD.format(events=home.events_parquet)).fetchall()
        many = home.path / "many"
        count = multiply(connection, home.events_parquet, many, copied)
        with timed(f"fold of {count:,} events (the copy, multiplied)", count):
            # All of it is asked for: DuckDB leaves out what nobody asks for.
            folded = f"SELECT count(url), count(sha256) FROM ({FOLD.format(events=many)})"  # noqa: S608 # our own text
            connection.execute(folded).fetchall()


def main(total: int, copied: int) -> None:
    """Measure on logs of so many events, and a copy of so many, in a temporary folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = measure_sqlite(folder, total)
        measure_postgresql(folder / "postgresql", min(total, IN_POSTGRESQL))
        sys.stdout.write("-- projections of the log in SQLite, usual events\n")
        measure_projections(home, copied)


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    main(*given, *(100_000, 10_000_000)[len(given) :])
