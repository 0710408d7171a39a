"""Where nothing more can be written: a clear error, and nothing that was recorded is lost or damaged."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from warehouse.home import PROJECT_ROOT, Home
from warehouse.record.archive import Archive
from warehouse.record.log import EventLog
from warehouse.record.verify import verify_record

# No file of this process may grow over 1 MB, which the system reports as it does a full disk.
FILL = """
import resource, sys
from pathlib import Path
from warehouse.home import Home
from warehouse.record.archive import Archive
from warehouse.record.errors import RecordUnavailableError
from warehouse.record.events import DocumentLinked, Event
from warehouse.record.log import EventLog

home = Home(Path(sys.argv[1]))
archive = Archive(home.archive)
archive.put(b"small enough")
link = DocumentLinked(url="u", page_url="p", link_text="x" * 2000, page_title="")
with EventLog.open(home.event_log) as log:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
    recorded = 0
    try:
        while True:
            recorded += len(log.append([Event(payload=link, run_id="r") for _ in range(20)]))
    except RecordUnavailableError as error:
        print(recorded)
        print(error)
    try:
        archive.put(b"x" * 2_000_000)
    except RecordUnavailableError as error:
        print(error)
"""


def test_a_full_disk_stops_with_a_clear_error_and_leaves_a_sound_record(tmp_path: Path) -> None:
    home = Home(tmp_path)
    filled = subprocess.run(
        [sys.executable, "-c", FILL, str(home.path)],
        env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    recorded, log_error, archive_error = filled.stdout.splitlines()
    assert log_error.startswith(f"event log {home.event_log}: ")
    assert archive_error.startswith(f"archive {home.archive}")
    assert int(recorded) > 0
    with EventLog.open(home.event_log) as log:
        assert log.last_position() == int(recorded)
    assert verify_record(home) == []
    assert len(list(Archive(home.archive).hashes())) == 1
    assert list((home.archive / "partial").iterdir()) == []
