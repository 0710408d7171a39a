"""The command in children of one process that has imported everything, and what must hold after each."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from scrapers.sites import write_sites
from tests.orchestration.installation import PROJECT_ROOT, Installation
from tests.orchestration.small_site import SITE_ID, SmallSite
from warehouse.home import Home
from warehouse.publication import publications
from warehouse.record.log import EventLog
from warehouse.record.verify import verify_record


@dataclass
class Run:
    """A run of the command that goes on."""

    process_id: int
    log: Path
    home: Home

    def phase(self) -> str:
        """The step that it is in, by what it has said and written; landing lasts until the verdict."""
        said = self.log.read_text("utf-8")
        if "building the marts" in said:
            return "publish" if any(self.home.scratch.glob("*.duckdb")) else "build"
        if "landed" in said:
            return "land"
        if "reading" in said:
            return (
                "land" if any(map(_has_rows, self.home.scratch.glob("loads/*/documents.parquet"))) else "read"
            )
        return "crawl"


def _has_rows(parquet: Path) -> bool:
    """Whether more than the file's first bytes are there."""
    with suppress(FileNotFoundError):
        return parquet.stat().st_size > len(b"PAR1")
    return True


class Runner:
    """Runs the command in children of one process that has imported everything."""

    def __init__(self, installation: Installation, logs: Path) -> None:
        self.home = Home(installation.home)
        self._logs = logs
        self._runs = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.orchestration.forked_runs"],
            env=installation.environment() | {"PYTHONWARNINGS": "ignore"},
            cwd=PROJECT_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, *arguments: str) -> Run:
        self._runs += 1
        log = self._logs / f"{self._runs:03}.log"
        log.touch()
        assert self._process.stdin is not None
        self._process.stdin.write("\t".join((str(log), *arguments)) + "\n")
        self._process.stdin.flush()
        return Run(int(self._line()), log, self.home)

    def end(self) -> int:
        """Wait for the run; returns its exit code."""
        return int(self._line())

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def runner(home: Path, small: SmallSite, logs: Path) -> Iterator[Runner]:
    """Runs of the small site into a home; what they print goes into a folder."""
    write_sites({SITE_ID: small.site}, home / "sites")
    logs.mkdir()
    running = Runner(Installation(home, 0), logs)
    try:
        yield running
    finally:
        running.close()


def assert_whole(home: Home) -> None:
    """The record verifies, and the current publication is the announced one to the byte."""
    assert verify_record(home) == []
    if not home.warehouse.exists():
        return
    with EventLog.open(home.event_log) as log:
        made = publications(log)
    folder = (home.publications / "current").resolve()
    published = hashlib.sha256((folder / "warehouse.duckdb").read_bytes()).hexdigest()
    assert made[int(folder.name)].warehouse_sha256 == published
    assert {"report.html", "data-dictionary.md", "parquet"} <= {path.name for path in folder.iterdir()}
