"""Where a Mingzhang installation keeps its files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent


class SettingError(Exception):
    """A variable of the environment holds what it cannot; the message names it."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one installation (`--home`, or `MINGZHANG_HOME`; `./data` by default).

    Only `record` cannot be rebuilt: back it up, and `mingzhang rebuild` makes the rest again.
    """

    path: Path

    @classmethod
    def find(cls, given: Path | str | None = None) -> Home:
        """The home that was asked for, else the one of the environment, else `./data`.

        Raises:
            SettingError: a variable of the environment holds what it cannot.
        """
        home = cls(Path(given or os.environ.get("MINGZHANG_HOME") or "data").resolve())
        _ = home.keep_publications  # said now, rather than after hours of work
        return home

    @property
    def record(self) -> Path:
        """The event log and the raw archive: what was observed."""
        return self.path / "record"

    @property
    def archive(self) -> Path | str:
        """Raw files by SHA-256: a folder, or the address in `MINGZHANG_ARCHIVE` (`s3://bucket/prefix`)."""
        return os.environ.get("MINGZHANG_ARCHIVE") or self.record / "archive"

    @property
    def event_log(self) -> Path | str:
        """The event log: an SQLite file, or the address in `MINGZHANG_EVENT_LOG` (`postgresql://…`)."""
        return os.environ.get("MINGZHANG_EVENT_LOG") or self.record / "events.sqlite"

    @property
    def has_event_log(self) -> bool:
        """Whether a log was begun here; a database is taken to be there."""
        return not isinstance(self.event_log, Path) or self.event_log.exists()

    @property
    def raw(self) -> Path:
        """Raw tables: one folder of Parquet files per load."""
        return self.path / "raw"

    @property
    def events_parquet(self) -> Path:
        """The copy of the event log that dbt reads."""
        return self.path / "events"

    @property
    def publications(self) -> Path:
        """Every publication, numbered; `current` points at the one that analysts see."""
        return self.path / "publications"

    @property
    def keep_publications(self) -> int | None:
        """How many publications every run keeps (`MINGZHANG_KEEP_PUBLICATIONS`); all by default."""
        given = os.environ.get("MINGZHANG_KEEP_PUBLICATIONS")
        if not given:
            return None
        if not given.isdecimal() or not int(given):
            raise SettingError(f"MINGZHANG_KEEP_PUBLICATIONS={given}: not a number of publications to keep")
        return int(given)

    @property
    def warehouse(self) -> Path:
        """The published DuckDB file that analysts open read-only."""
        return self.path / "warehouse.duckdb"

    @property
    def reports(self) -> Path:
        """Quality reports, one HTML page per run."""
        return self.path / "reports"

    @property
    def validations(self) -> Path:
        """Results of Great Expectations, as it stores them."""
        return self.path / "gx" / "validations"

    @property
    def data_docs(self) -> Path:
        """Great Expectations Data Docs."""
        return self.path / "data_docs"

    @property
    def dagster(self) -> Path:
        """Dagster's own storage of runs."""
        return self.path / "dagster"

    @property
    def scratch(self) -> Path:
        """Files being built; safe to delete when nothing runs."""
        return self.path / "scratch"
