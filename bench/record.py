"""How fast the record is: durable appends, reading back, the copy in Parquet and its fold in DuckDB.

python -m bench.record [EVENTS]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse.home import Home
from warehouse.publication import news_since_publication
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
    """Print how many a second were done in the block."""
    started = time.perf_counter()
    yield
    seconds = time.perf_counter() - started
    sys.stdout.write(f"{what:<42} {count / seconds:>12,.0f} {unit}   {seconds:8.2f} s\n")


def count_of(read: Callable[[], Iterator[object]]) -> int:
    """How many there are to read."""
    return sum(1 for _ in read())


def main(total: int) -> None:
    """Measure on a log of so many events in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        with EventLog.open(home.event_log) as log:
            batches = [[event(start + n) for n in range(BATCH)] for start in range(0, total, BATCH)]
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
        with timed("verify the chain (and no files)", recorded):
            verify_record(home)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
