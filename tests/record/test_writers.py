"""Several writer processes, and writers that are killed."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from warehouse.home import PROJECT_ROOT, Home
from warehouse.record.log import EventLog
from warehouse.record.verify import verify_record

WRITER = Path(__file__).with_name("writer.py")


def start_writer(home: Home, run_id: str, *, batches: int, size: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(home.event_log), run_id, str(batches), str(size)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
    )


def test_processes_may_open_a_new_log_at_once(tmp_path: Path) -> None:
    for attempt in range(3):
        home = Home(tmp_path / str(attempt))
        writers = [start_writer(home, f"run-{number}", batches=1, size=5) for number in range(8)]
        for writer in writers:
            writer.communicate(timeout=60)
            assert writer.returncode == 0
        with EventLog.open(home.event_log) as log:
            assert log.last_position() == 40


def test_writers_at_the_same_time_lose_nothing_and_keep_one_chain(home: Home) -> None:
    writers = [start_writer(home, f"run-{number}", batches=200, size=5) for number in range(4)]
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    with EventLog.open(home.event_log) as log:
        events = list(log.read())
    assert [event.position for event in events] == list(range(1, 4001))
    for number in range(4):
        urls = [event.payload.url for event in events if event.run_id == f"run-{number}"]
        assert urls == [f"http://site.example/{batch}/{n}" for batch in range(200) for n in range(5)]
    assert verify_record(home) == []


def test_a_killed_writer_leaves_whole_batches_and_everything_it_was_told_is_durable(home: Home) -> None:
    chance = random.Random(7)  # noqa: S311 # only when to kill
    for attempt in range(10):
        run_id = f"run-{attempt}"
        writer = start_writer(home, run_id, batches=100_000, size=7)
        assert writer.stdout is not None
        durable = [int(writer.stdout.readline())]
        time.sleep(chance.uniform(0, 0.08))
        writer.kill()
        durable += [int(line) for line in writer.stdout.read().split("\n")[:-1]]
        writer.wait()
        writer.stdout.close()
        with EventLog.open(home.event_log) as log:
            recorded = sum(1 for _ in log.read(run_id=run_id))
        assert recorded % 7 == 0
        # The batch after the last one that was announced may have been committed before the kill.
        assert recorded // 7 in {len(durable), len(durable) + 1}
    assert verify_record(home) == []
