"""Whether the record is what was recorded: the log's chain, and every archived file against its hash.

Memory does not grow with the record: the hashes that events name are put in order in a temporary file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

import orjson

from warehouse.home import Home
from warehouse.record.archive import Archive
from warehouse.record.envelope import GENESIS, next_checksum, unseal
from warehouse.record.errors import CorruptArchiveError, RecordUnavailableError
from warehouse.record.events import DocumentImported, FetchFinished
from warehouse.record.export import ParquetCopy
from warehouse.record.log import EventLog
from warehouse.record.recorder import StoredRow

Progress = Callable[[str, int, int], None]
"""Called with what is being verified (`events`, `files`), how many are done, and of how many."""

_EVENTS_AT_A_TIME = 5_000
_BEFORE_ALL = -(2**63)
"""Events are counted from 1; what somebody put before them is an addition."""

_NAMES_A_FILE = {FetchFinished.type, DocumentImported.type}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the record that is not as it was recorded."""

    kind: str
    """`missing_log`, `unreadable_log`, `damaged_storage`, `gap`, `chain`, `envelope`, `unlisted`,
    `shortened`, `changed_copy`, `corrupt_file`, `missing_file`, `changed_publication`,
    `missing_publication_file`, `changed_raw_table`."""
    where: str
    """The position in the log, or the file."""
    detail: str


def verify_record(home: Home, on_progress: Progress | None = None) -> list[Problem]:
    """Audit the record in one pass over the log (and its copy in Parquet) and one over the archive.

    Files that no event names are no problem: a crawl that was killed archives before it appends.
    """
    if not home.has_event_log:
        return [Problem("missing_log", str(home.event_log), "there is no event log")]
    report = on_progress or (lambda _what, _done, _of: None)
    problems: list[Problem] = []
    with closing(_NamedFiles()) as named:
        try:
            with EventLog.open(home.event_log) as log:
                problems += _log_problems(log, ParquetCopy(home.events_parquet), named, report)
        except RecordUnavailableError as error:
            problems.append(Problem("unreadable_log", str(home.event_log), str(error)))
        problems += _archive_problems(Archive(home.archive), named, report)
    return problems


class _NamedFiles:
    """The hashes that events name, with the first event that does, in a temporary file of SQLite's."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute(
            "CREATE TABLE named (sha256 TEXT PRIMARY KEY, position INTEGER) WITHOUT ROWID"
        )

    def add(self, named: Iterable[tuple[str, int]]) -> None:
        """Take in hashes with the positions of the events that name them, in the order of the log.

        Raises:
            RecordUnavailableError: there is no room for the temporary file.
        """
        try:
            self._connection.execute("BEGIN")
            self._connection.executemany("INSERT OR IGNORE INTO named VALUES (?, ?)", named)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise RecordUnavailableError(f"temporary file for the names of files: {error}") from error

    def in_order(self) -> Iterator[tuple[str, int]]:
        """All of them, by hash."""
        yield from self._connection.execute("SELECT sha256, position FROM named ORDER BY sha256")

    def __len__(self) -> int:
        (count,) = self._connection.execute("SELECT count(*) FROM named").fetchone()
        return int(count)

    def close(self) -> None:
        """Remove the file."""
        self._connection.close()


def _log_problems(
    log: EventLog, copy: ParquetCopy, named: _NamedFiles, report: Progress
) -> Iterator[Problem]:
    """Problems of the log and its copy; fills `named` with the hashes that it names, and where."""
    for detail in log.damage():
        yield Problem("damaged_storage", "the log's file", detail)
    checksum, position, end = GENESIS, 0, log.last_position()
    stored = log.read_stored(after=_BEFORE_ALL, until=end)
    while rows := list(islice(stored, _EVENTS_AT_A_TIME)):
        broken = False
        files: list[tuple[str, int]] = []
        for row in rows:
            if row.position != position + 1:
                yield Problem(
                    "gap", f"position {position + 1}", f"the next event is at position {row.position}"
                )
            position = row.position
            stored_checksum, body = unseal(row.state or b"")
            if stored_checksum != next_checksum(checksum, body):
                detail = "the event, or one before it, is not the one that was recorded"
                yield Problem("chain", f"position {position}", detail)
                broken = True
            # Going on from what is stored, one changed event is one problem and not one for all after it.
            checksum = stored_checksum
            try:
                files += [(sha256, position) for sha256 in _named_files(row, body)]
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                yield Problem("envelope", f"position {position}", f"cannot be read: {error}")
                broken = True
        named.add(files)
        if not broken and (missed := log.unlisted(rows)):
            detail = "reading by its type or site misses the event; drop the table stored_places, and the"
            yield Problem("unlisted", f"position {missed}", f"{detail} next command makes it again")
        # What differs from an event that was changed itself says nothing of the copy.
        if not broken and (differs := copy.first_difference(rows)):
            detail = "the log's copy in Parquet is another; `mingzhang rebuild` makes it again"
            yield Problem("changed_copy", f"position {differs}", detail)
        report("events", position, end)
    if copy.last_position > position:
        detail = "the log's copy in Parquet has an event here that the log has not: events were lost"
        yield Problem("shortened", f"position {copy.last_position}", detail)


def _named_files(row: StoredRow, body: bytes) -> Iterator[str]:
    """The archived files that an event names."""
    fields = orjson.loads(body)
    columns = (row.event_id, row.type, row.site_id)
    if (fields["event_id"].replace("-", ""), fields["type"], fields["site_id"]) != columns:
        raise ValueError("event id, type or site differ from those in its columns")
    if row.type in _NAMES_A_FILE:
        names = (fields["payload"].get(name) for name in ("sha256", "evidence_sha256"))
        yield from (sha256 for sha256 in names if sha256)


def _archive_problems(archive: Archive, named: _NamedFiles, report: Progress) -> Iterator[Problem]:
    """Problems of the archive, whose files and names are gone through side by side, both in order."""
    expected, count = named.in_order(), len(named)
    missing = next(expected, None)
    for done, sha256 in enumerate(archive.hashes(), start=1):
        while missing and missing[0] < sha256:
            yield _missing(*missing)
            missing = next(expected, None)
        if missing and missing[0] == sha256:
            missing = next(expected, None)
        try:
            archive.get(sha256)
        except (CorruptArchiveError, RecordUnavailableError) as error:
            yield Problem("corrupt_file", archive.path_of(sha256), str(error))
        report("files", done, max(done, count))
    while missing:
        yield _missing(*missing)
        missing = next(expected, None)


def _missing(sha256: str, position: int) -> Problem:
    return Problem("missing_file", sha256, f"named by the event at position {position}, not in the archive")
