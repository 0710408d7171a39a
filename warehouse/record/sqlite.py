"""The embedded event log: `eventsourcing`'s SQLite recorder, with appends serialised by the database.

The recorder's own transactions begin deferred: two writers could read the same last event and chain to it.
Appends therefore begin immediate, so that one writer at a time reads the end of the log and adds to it, and
positions (row ids) are given without gaps in the order of the commits.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Self
from uuid import UUID

from eventsourcing.persistence import PersistenceError
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteCursor, SQLiteDatastore

from warehouse.files import exclusive
from warehouse.record.errors import RecordUnavailableError
from warehouse.record.recorder import NewRow, StoredRow

LOCK_TIMEOUT_SECONDS = 60
"""How long a writer waits for its turn."""

_FILL_SITES = """
UPDATE stored_events SET site_id = json_extract(CAST(state AS TEXT), '$.event.site_id')
"""
_THOUSAND = 1_000
"""Events of a place: `stored_places` names the types and sites that are among them."""
_OLD_INDEXES = ("stored_events_site", "stored_events_topic")
_PLACES = """
CREATE TABLE IF NOT EXISTS stored_places (
    name TEXT, thousand INTEGER, PRIMARY KEY (name, thousand)
) WITHOUT ROWID
"""
_FILL_PLACES = f"""
INSERT OR IGNORE INTO stored_places
SELECT topic, rowid / {_THOUSAND} FROM stored_events
UNION SELECT site_id, rowid / {_THOUSAND} FROM stored_events WHERE site_id IS NOT NULL
"""  # noqa: S608 # constants only
_IDS_PER_QUERY = 500
_ROOM_TO_OPEN_BYTES = 128 * 1024
"""SQLite writes an index of its write-ahead log beside it, of 32 kB at least."""

_PAGE_BYTES = 16_384
"""Of a new log: an event is about 600 bytes."""


class _Recorder(SQLiteApplicationRecorder):
    """The library's table with a column for the site, and in which thousands of it there is what.

    Indexes by type and by site would cost an append half as much again as its events do; a row for each type
    and site of a thousand events costs next to nothing, and spares reading all the other thousands.
    """

    def construct_create_table_statements(self) -> list[str]:
        (table,) = super().construct_create_table_statements()
        return [table.replace("state BLOB, ", "state BLOB, site_id TEXT, ", 1), _PLACES]


class SqliteAppending:
    """The end of the log, held by one writer."""

    def __init__(self, cursor: SQLiteCursor) -> None:
        self._cursor = cursor

    def last_state(self) -> bytes | None:
        """What is stored of the last event; None in an empty log."""
        self._cursor.execute(
            "SELECT CAST(state AS BLOB) AS state FROM stored_events ORDER BY rowid DESC LIMIT 1"
        )
        row = self._cursor.fetchone()
        return bytes(row["state"]) if row else None

    def recorded(self, event_ids: Sequence[UUID]) -> set[UUID]:
        """Those of the ids that the log already holds."""
        self._cursor.execute("SELECT max(originator_id) AS newest FROM stored_events")
        newest = self._cursor.fetchone()["newest"]
        if newest is None:
            return set()
        # Ids begin with the time: those of a batch are mostly newer than all that are stored.
        old = [text for event_id in event_ids if (text := _text(event_id)) <= newest]
        found: set[UUID] = set()
        for start in range(0, len(old), _IDS_PER_QUERY):
            ids = old[start : start + _IDS_PER_QUERY]
            self._cursor.execute(
                f"SELECT originator_id FROM stored_events WHERE originator_id IN ({_marks(ids)})",  # noqa: S608 # marks only
                ids,
            )
            found.update(UUID(row["originator_id"]) for row in self._cursor.fetchall())
        return found

    def insert(self, rows: Sequence[NewRow]) -> Sequence[int]:
        """Add events; returns their positions."""
        if not rows:
            return ()
        self._cursor.execute("SELECT coalesce(max(rowid), 0) AS last FROM stored_events")
        first = self._cursor.fetchone()["last"] + 1
        event_ids, types, sites, states = zip(*rows, strict=True)
        positions = range(first, first + len(rows))
        # The recorder inserts row by row, to learn each row id; here nobody else can insert in between.
        self._cursor.executemany(
            "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, site_id, state)"
            " VALUES (?, ?, 1, ?, ?, ?)",
            zip(positions, map(_text, event_ids), types, sites, states, strict=True),
        )
        for thousand in range(first // _THOUSAND, positions[-1] // _THOUSAND + 1):
            part = slice(max(0, thousand * _THOUSAND - first), (thousand + 1) * _THOUSAND - first)
            names = {*types[part], *sites[part]} - {None}
            self._cursor.executemany(
                "INSERT OR IGNORE INTO stored_places VALUES (?, ?)", [(name, thousand) for name in names]
            )
        return positions


class SqliteRecorder:
    """Storage of the event log in one SQLite file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with _clear_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            if not os.access(path.parent, os.W_OK):
                # SQLite writes beside the log even to read it; the library would try that for a minute.
                raise OSError(errno.EROFS, "read-only, and SQLite must write beside the log", str(path))
            # SQLite does not queue the switch to WAL mode, and the library's pool never gets back the writer
            # of a connection that failed to open: processes that open a new log at once take turns.
            with exclusive(path.with_name(f"{path.name}.lock")):
                if not path.exists():
                    _begin(path)
                self._datastore = SQLiteDatastore(
                    str(path), lock_timeout=LOCK_TIMEOUT_SECONDS, pool_timeout=LOCK_TIMEOUT_SECONDS
                )
                self._recorder = _Recorder(self._datastore)
                self._create_tables()

    def _create_tables(self) -> None:
        """Make the tables of a new log, or give an older one its column of sites and its table of places."""
        with self._datastore.transaction(commit=True) as cursor:
            cursor.execute(
                "SELECT name FROM sqlite_master UNION SELECT name FROM pragma_table_info('stored_events')"
            )
            names = {row["name"] for row in cursor.fetchall()}
            if "stored_events" in names and "site_id" not in names:
                cursor.execute("ALTER TABLE stored_events ADD COLUMN site_id TEXT")
                cursor.execute(_FILL_SITES)
            for statement in self._recorder.create_table_statements:
                cursor.execute(statement)
            # An older Mingzhang knows no places for what it appends; it leaves its indexes.
            if "stored_places" not in names or not names.isdisjoint(_OLD_INDEXES):
                cursor.execute(_FILL_PLACES)
                for index in _OLD_INDEXES:
                    cursor.execute(f"DROP INDEX IF EXISTS {index}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def appending(self) -> Iterator[SqliteAppending]:
        """Hold the end of the log; committed durably when the block ends without an error."""
        with _clear_errors(self._path), self._datastore.get_connection(commit=True) as connection:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA synchronous=FULL")
                cursor.execute("BEGIN IMMEDIATE")
            try:
                yield SqliteAppending(connection.cursor())
                connection.commit()
            except BaseException:
                connection.rollback()
                raise

    def select(
        self,
        after: int,
        until: int,
        *,
        types: Collection[str] | None,
        site_ids: Collection[str] | None,
        limit: int,
    ) -> list[StoredRow]:
        """Stored events with a position in (after, until], in order, at most `limit` of them."""
        wanted = {
            column: list(names)
            for column, names in (("topic", types), ("site_id", site_ids))
            if names is not None
        }
        where = [
            "rowid > ?",
            "rowid <= ?",
            *(f"{column} IN ({_marks(names)})" for column, names in wanted.items()),
        ]
        query = (
            "SELECT rowid, originator_id, topic, site_id, CAST(state AS BLOB) AS state"  # noqa: S608 # constants only
            f" FROM stored_events WHERE {' AND '.join(where)} ORDER BY rowid LIMIT ?"
        )
        rows: list[StoredRow] = []
        with _clear_errors(self._path), self._datastore.transaction(commit=False) as cursor:
            for first, last in _stretches(cursor, after, until, wanted.values()):
                cursor.execute(query, [first, last, *chain(*wanted.values()), limit - len(rows)])
                rows += [StoredRow(*row) for row in cursor.fetchall()]
                if len(rows) == limit:
                    break
        return rows

    def unlisted(self, rows: Sequence[StoredRow]) -> int | None:
        """The position of the first of these events that is missed when it is read by its type or site."""
        if not rows:
            return None
        with _clear_errors(self._path), self._datastore.transaction(commit=False) as cursor:
            cursor.execute(
                "SELECT name, thousand FROM stored_places WHERE thousand BETWEEN ? AND ?",
                [rows[0].position // _THOUSAND, rows[-1].position // _THOUSAND],
            )
            listed = {(row["name"], row["thousand"]) for row in cursor.fetchall()}
        for row in rows:
            place = row.position // _THOUSAND
            if (row.type, place) not in listed or (row.site_id and (row.site_id, place) not in listed):
                return row.position
        return None

    def damage(self) -> list[str]:
        """What SQLite finds wrong in its pages and between the table and its index."""
        with _clear_errors(self._path), self._datastore.transaction(commit=False) as cursor:
            try:
                cursor.execute("PRAGMA integrity_check(10)")
                return [message for (message,) in cursor.fetchall() if message != "ok"]
            except sqlite3.DatabaseError as error:
                return [str(error)]

    def last_position(self) -> int:
        """The position of the last event; 0 in an empty log."""
        with _clear_errors(self._path):
            return int(self._recorder.max_notification_id() or 0)

    def close(self) -> None:
        """Close the connections."""
        self._datastore.close()


def _text(event_id: UUID) -> str:
    """An id as the library stores it, made twice as fast as by `UUID.hex`."""
    return event_id.bytes.hex()


def _marks(values: Sequence[str]) -> str:
    """A mark for each of these values of a query."""
    return ",".join("?" * len(values))


def _begin(path: Path) -> None:
    """Make the file of a new log: the size of its pages cannot be changed later."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA page_size={_PAGE_BYTES}")
        connection.execute("PRAGMA journal_mode=WAL")


def _stretches(
    cursor: SQLiteCursor, after: int, until: int, wanted: Collection[Sequence[str]]
) -> Iterable[tuple[int, int]]:
    """The stretches of (after, until], in order, outside of which no event has one of each of these names."""
    if not wanted:
        return [(after, until)]
    found: list[set[int]] = []
    for names in wanted:
        cursor.execute(
            "SELECT thousand FROM stored_places WHERE thousand BETWEEN ? AND ?"  # noqa: S608 # marks only
            f" AND name IN ({_marks(names)})",
            [after // _THOUSAND, until // _THOUSAND, *names],
        )
        found.append({row["thousand"] for row in cursor.fetchall()})
    return (
        (max(after, place * _THOUSAND - 1), min(until, (place + 1) * _THOUSAND - 1))
        for place in sorted(set.intersection(*found))
    )


@contextmanager
def _clear_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, PersistenceError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise RecordUnavailableError(f"event log {path}: {reason}{_if_full(path)}") from error


def _if_full(path: Path) -> str:
    """What SQLite calls an input/output error where there is no room to open the log."""
    with suppress(OSError):
        if shutil.disk_usage(path.parent).free < _ROOM_TO_OPEN_BYTES:
            return " (no space left on the disk)"
    return ""
