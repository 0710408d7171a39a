"""The event log in PostgreSQL, for installations on several machines.

Appends take a lock of the table that only reading passes, so that one writer at a time reads the end of the
log and adds to it: positions follow one another without gaps, in the order of the commits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self
from uuid import UUID

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool

from warehouse.record.errors import RecordUnavailableError
from warehouse.record.recorder import NewRow, StoredRow

CONNECT_TIMEOUT_SECONDS = 10
LOCK_TIMEOUT = "60s"
"""How long a writer waits for its turn."""

_TABLE = """
CREATE TABLE IF NOT EXISTS stored_events (
    position bigint PRIMARY KEY,
    event_id uuid NOT NULL UNIQUE,
    topic text NOT NULL,
    site_id text,
    state bytea NOT NULL
);
CREATE INDEX IF NOT EXISTS stored_events_site ON stored_events (site_id, position);
CREATE INDEX IF NOT EXISTS stored_events_topic ON stored_events (topic, position);
"""
_CREATION_LOCK = 0x6D696E677A68616E
"""Processes that open a new log at once create it one after the other; the number is this log's own."""


class PostgresAppending:
    """The end of the log, held by one writer."""

    def __init__(self, cursor: psycopg.Cursor[Any]) -> None:
        self._cursor = cursor

    def last_state(self) -> bytes | None:
        """What is stored of the last event; None in an empty log."""
        self._cursor.execute("SELECT state FROM stored_events ORDER BY position DESC LIMIT 1")
        row = self._cursor.fetchone()
        return bytes(row[0]) if row else None

    def recorded(self, event_ids: Sequence[UUID]) -> set[UUID]:
        """Those of the ids that the log already holds."""
        self._cursor.execute("SELECT event_id FROM stored_events WHERE event_id = ANY(%s)", [list(event_ids)])
        return {event_id for (event_id,) in self._cursor.fetchall()}

    def insert(self, rows: Sequence[NewRow]) -> Sequence[int]:
        """Add events; returns their positions."""
        self._cursor.execute("SELECT coalesce(max(position), 0) FROM stored_events")
        (last,) = self._cursor.fetchone() or (0,)
        columns = "COPY stored_events (position, event_id, topic, site_id, state) FROM STDIN (FORMAT binary)"
        with self._cursor.copy(columns) as copy:
            copy.set_types(["int8", "uuid", "text", "text", "bytea"])
            for position, row in enumerate(rows, start=last + 1):
                copy.write_row((position, *row))
        return range(last + 1, last + 1 + len(rows))


class PostgresRecorder:
    """Storage of the event log in one table of a PostgreSQL database."""

    def __init__(self, address: str) -> None:
        self._place = _without_password(address)
        with self._clear_errors():
            # A pool would keep trying to connect; what is wrong is said once, here.
            with psycopg.connect(address, connect_timeout=CONNECT_TIMEOUT_SECONDS) as connection:
                connection.execute("SELECT pg_advisory_xact_lock(%s)", [_CREATION_LOCK])
                connection.execute(_TABLE)
            self._pool = ConnectionPool(
                address,
                min_size=1,
                max_size=4,
                kwargs={"options": f"-c lock_timeout={LOCK_TIMEOUT}"},
                check=ConnectionPool.check_connection,
                timeout=CONNECT_TIMEOUT_SECONDS,
                open=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def appending(self) -> Iterator[PostgresAppending]:
        """Hold the end of the log; committed durably when the block ends without an error."""
        with self._clear_errors(), self._pool.connection() as connection, connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = on")
            cursor.execute("LOCK TABLE stored_events IN EXCLUSIVE MODE")
            yield PostgresAppending(cursor)

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
        where = ["position > %(after)s", "position <= %(until)s"]
        if types is not None:
            where.append("topic = ANY(%(types)s::text[])")
        if site_ids is not None:
            where.append("site_id = ANY(%(sites)s::text[])")
        query = (
            "SELECT position, event_id, topic, site_id, state FROM stored_events"  # noqa: S608 # constants only
            f" WHERE {' AND '.join(where)} ORDER BY position LIMIT %(limit)s"
        )
        values = {
            "after": after,
            "until": until,
            "types": list(types or ()),
            "sites": list(site_ids or ()),
            "limit": limit,
        }
        with self._clear_errors(), self._pool.connection() as connection:
            rows = connection.execute(query, values, binary=True).fetchall()
        return [StoredRow(position, event_id.hex, *rest) for position, event_id, *rest in rows]

    def unlisted(self, rows: Sequence[StoredRow]) -> int | None:  # noqa: ARG002 - the database's own indexes
        """None: reading by type or site goes by indexes that the database keeps."""
        return None

    def damage(self) -> list[str]:
        """Nothing: its files are the database's own affair."""
        return []

    def last_position(self) -> int:
        """The position of the last event; 0 in an empty log."""
        with self._clear_errors(), self._pool.connection() as connection:
            (last,) = connection.execute("SELECT max(position) FROM stored_events").fetchone() or (None,)
        return int(last or 0)

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            raise RecordUnavailableError(f"event log {self._place}: {error}") from error


def _without_password(address: str) -> str:
    """What an error may say of a database."""
    parts = conninfo_to_dict(address)
    place = f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}"
    return f"postgresql://{place}/{parts.get('dbname', '')}"
