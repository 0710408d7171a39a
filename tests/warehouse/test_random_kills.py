"""kill -9 at random moments, again and again: nothing is lost or doubled, publications are whole."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from warehouse.home import PROJECT_ROOT, Home
from warehouse.landing import sweep
from warehouse.loads import loads, missing_loads, pending
from warehouse.publication import last_publication, recover
from warehouse.record.log import EventLog
from warehouse.record.verify import verify_record

WORKER = Path(__file__).with_name("worker.py")
KILLS = 50


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_killed_at_random_moments_the_next_run_goes_on(home: Home, log: EventLog) -> None:
    chance = random.Random(11)  # noqa: S311 # only when to kill
    for attempt in range(KILLS):
        worker = subprocess.Popen(
            [sys.executable, str(WORKER), str(home.path), f"attempt-{attempt}"],
            env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
            stdout=subprocess.PIPE,
        )
        assert worker.stdout is not None
        worker.stdout.readline()
        time.sleep(chance.uniform(0, 1))
        worker.kill()
        worker.communicate()

        if home.warehouse.exists():
            # What an analyst finds before anybody has put things right.
            with duckdb.connect(str(home.warehouse), read_only=True) as connection:
                assert connection.execute("SELECT loads > 0 FROM core.fct").fetchone() == (True,)
        recover(home, log)
        sweep(home, log)
        assert verify_record(home) == []
        assert missing_loads(home, log) == []
        assert {path.name for path in home.raw.iterdir()} == {load.load_id for load in loads(log)}
        read = [sha256 for load in loads(log) for sha256 in load.documents]
        assert len(read) == len(set(read))
        assert not set(read) & set(pending(log, "1", "xinzhou"))
        last = last_publication(log)
        assert last is not None
        assert hashlib.sha256(home.warehouse.read_bytes()).hexdigest() == last.warehouse_sha256
        with duckdb.connect(str(home.warehouse), read_only=True) as connection:
            assert connection.execute("FROM core.fct").fetchall() == [(len(last.loads),)]
