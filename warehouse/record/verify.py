"""Whether the record is what was recorded: the log's chain, and every archived file against its hash."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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

_NAMES_A_FILE = {FetchFinished.type, DocumentImported.type}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the record that is not as it was recorded."""

    kind: str
    """`missing_log`, `unreadable_log`, `gap`, `chain`, `envelope`, `unlisted`, `shortened`, `changed_copy`,
    `corrupt_file`, `missing_file`, `changed_publication` or `missing_publication_file`."""
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
    named: dict[str, int] = {}
    problems: list[Problem] = []
    try:
        with EventLog.open(home.event_log) as log:
            problems += _log_problems(log, ParquetCopy(home.events_parquet), named, report)
    except RecordUnavailableError as error:
        problems.append(Problem("unreadable_log", str(home.event_log), str(error)))
    problems += _archive_problems(Archive(home.archive), named, report)
    return problems


def _log_problems(
    log: EventLog, copy: ParquetCopy, named: dict[str, int], report: Progress
) -> Iterator[Problem]:
    """Problems of the log and its copy; fills `named` with the hashes that it names, and where."""
    checksum, position, end = GENESIS, 0, log.last_position()
    stored = log.read_stored(until=end)
    while rows := list(islice(stored, _EVENTS_AT_A_TIME)):
        broken = False
        for row in rows:
            if row.position != position + 1:
                yield Problem(
                    "gap", f"position {position + 1}", f"the next event is at position {row.position}"
                )
            position = row.position
            stored_checksum, body = unseal(row.state)
            if stored_checksum != next_checksum(checksum, body):
                detail = "the event, or one before it, is not the one that was recorded"
                yield Problem("chain", f"position {position}", detail)
                broken = True
            # Going on from what is stored, one changed event is one problem and not one for all after it.
            checksum = stored_checksum
            try:
                if sha256 := _named_file(row, body):
                    named.setdefault(sha256, position)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                yield Problem("envelope", f"position {position}", f"cannot be read: {error}")
                broken = True
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


def _named_file(row: StoredRow, body: bytes) -> str | None:
    """The archived file that an event names."""
    fields = orjson.loads(body)
    columns = (row.event_id, row.type, row.site_id)
    if (fields["event_id"].replace("-", ""), fields["type"], fields["site_id"]) != columns:
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
