"""Archives, appends, lands, judges and publishes over and over, until it is killed."""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

import duckdb

from warehouse.documents.model import ReadOutcome
from warehouse.home import Home
from warehouse.landing import land
from warehouse.loads import accepted_loads, pending
from warehouse.publication import publish, recover
from warehouse.reading import ReadResult
from warehouse.record.archive import Archive
from warehouse.record.events import Event, FetchFinished, FetchOutcome, LoadValidated, PageKind
from warehouse.record.export import export_events
from warehouse.record.log import EventLog

home = Home(Path(sys.argv[1]))
archive = Archive(home.archive)


def fetched(number: int) -> Event:
    """A new document."""
    sha256 = archive.put(f"{sys.argv[2]} {number}".encode() * 1000)
    payload = FetchFinished(
        url=f"http://site.example/{sys.argv[2]}/{number}.pdf",
        kind=PageKind.DOCUMENT,
        outcome=FetchOutcome.STORED,
        sha256=sha256,
    )
    return Event(payload=payload, run_id="run", site_id="xinzhou")


def built() -> Path:
    """A warehouse that says how many loads it was built from."""
    path = home.scratch / "built.duckdb"
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE SCHEMA core; CREATE TABLE core.fct AS SELECT {len(accepted)} AS loads")
    return path


with EventLog.open(home.event_log) as log:
    recover(home, log)
    for step in count():
        log.append([fetched(step * 3 + n) for n in range(3)])
        load_id = f"{sys.argv[2]}-{step}"
        hashes = pending(log, "1", "xinzhou")
        results = (ReadResult(sha256, ReadOutcome.CORRUPT, "made up", None, None, 0) for sha256 in hashes)
        keys = {"load_id": load_id, "site_id": "xinzhou", "run_id": "run", "reader_version": "1"}
        land(home, log, results=results, **keys)
        verdict = LoadValidated(load_id=load_id, accepted=True, expectations_evaluated=1)
        log.append([Event(payload=verdict, run_id="run", site_id="xinzhou")])
        position = export_events(log, home.events_parquet)
        accepted = [load.load_id for load in accepted_loads(log, until=position)]
        publish(home, log, built(), run_id="run", loads=accepted, log_position=position, extras={})
        sys.stdout.write("published\n")
        sys.stdout.flush()
