"""Whether the record is what was recorded: the log's chain, and every archived file against its hash."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

import orjson

from warehouse.home import Home
from warehouse.record.archive import Archive
from warehouse.record.envelope import GENESIS, next_checksum, unseal
from warehouse.record.errors import CorruptArchiveError, RecordUnavailableError
from warehouse.record.events import DocumentImported, FetchFinished
from warehouse.record.export import agrees, copied_until
from warehouse.record.log import EventLog
from warehouse.record.recorder import StoredRow

Progress = Callable[[str, int, int], None]
"""Called with what is being verified (`events`, `files`), how many are done, and of how many."""

_NAMES_A_FILE = {FetchFinished.type, DocumentImported.type}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the record that is not as it was recorded."""

    kind: str
    """`missing_log`, `unreadable_log`, `gap`, `chain`, `envelope`, `shortened`, `corrupt_file` or
    `missing_file`."""
    where: str
    """The position in the log, or the file."""
    detail: str


def verify_record(home: Home, on_progress: Progress | None = None) -> list[Problem]:
    """Audit the record in one pass over the log and one over the archive.

    Files that no event names are no problem: a crawl that was killed archives before it appends.
    """
    if not home.has_event_log:
        return [Problem("missing_log", str(home.event_log), "there is no event log")]
    report = on_progress or (lambda _what, _done, _of: None)
    named: dict[str, int] = {}
    problems: list[Problem] = []
    try:
        with EventLog.open(home.event_log) as log:
            problems += _log_problems(log, named, report)
            copied = copied_until(home.events_parquet)
            if copied and not agrees(log, copied):
                detail = "the log's copy in Parquet has an event here that the log has not: events were lost"
                problems.append(Problem("shortened", f"position {copied.position}", detail))
    except RecordUnavailableError as error:
        problems.append(Problem("unreadable_log", str(home.event_log), str(error)))
    problems += _archive_problems(Archive(home.archive), named, report)
    return problems


def _log_problems(log: EventLog, named: dict[str, int], report: Progress) -> Iterator[Problem]:
    """Problems of the log; fills `named` with the hashes that it names, and where it first does."""
    checksum, position, end = GENESIS, 0, log.last_position()
    for row in log.read_stored(until=end):
        if row.position != position + 1:
            yield Problem("gap", f"position {position + 1}", f"the next event is at position {row.position}")
        position = row.position
        stored_checksum, body = unseal(row.state)
        if stored_checksum != next_checksum(checksum, body):
            detail = "the event, or one before it, is not the one that was recorded"
            yield Problem("chain", f"position {position}", detail)
        # Going on from what is stored, one changed event is one problem and not one for every event after it.
        checksum = stored_checksum
        try:
            if sha256 := _named_file(row, body):
                named.setdefault(sha256, position)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            yield Problem("envelope", f"position {position}", f"cannot be read: {error}")
        if position % 1000 == 0 or position == end:
            report("events", position, end)


def _named_file(row: StoredRow, body: bytes) -> str | None:
    """The archived file that an event names."""
    fields = orjson.loads(body)
    columns = (row.event_id, row.type, row.site_id)
    if (UUID(fields["event_id"]).hex, fields["type"], fields["site_id"]) != columns:
        raise ValueError("event id, type or site differ from those in its columns")
    sha256: str | None = fields["payload"].get("sha256") if row.type in _NAMES_A_FILE else None
    return sha256


def _archive_problems(archive: Archive, named: dict[str, int], report: Progress) -> Iterator[Problem]:
    missing = dict(named)
    for done, sha256 in enumerate(archive.hashes(), start=1):
        missing.pop(sha256, None)
        try:
            archive.get(sha256)
        except CorruptArchiveError as error:
            yield Problem("corrupt_file", archive.path_of(sha256), str(error))
        report("files", done, max(done, len(named)))
    for sha256, position in missing.items():
        yield Problem(
            "missing_file", sha256, f"named by the event at position {position}, not in the archive"
        )
