"""The event log: what was observed, in the order in which it was recorded, for ever.

Appending is atomic, durable, idempotent by event id and safe with several writer processes. The checksum of
each event covers the one before it (see `warehouse.record.envelope`): the chain is safe with several writers
because the last event is read and the next ones are added in one exclusive transaction of the storage.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from warehouse.record import envelope
from warehouse.record.errors import RecordUnavailableError
from warehouse.record.events import Event, RecordedEvent
from warehouse.record.recorder import NewRow, Recorder, StoredRow
from warehouse.record.sqlite import SqliteRecorder

POSTGRESQL = ("postgresql://", "postgres://")
_ROWS_PER_BATCH = 5_000


class EventLog:
    """The log of an installation; use as a context manager.

    Raises:
        RecordUnavailableError: from any method, where the storage cannot be read or written.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    @classmethod
    def open(cls, path: Path | str) -> EventLog:
        """The log in an SQLite file, or in a database `postgresql://…`; created where it is missing."""
        if not str(path).startswith(POSTGRESQL):
            return cls(SqliteRecorder(Path(path)))
        try:
            from warehouse.record.postgres import PostgresRecorder  # noqa: PLC0415 - an optional dependency
        except ImportError as error:
            message = f"{error}; `pip install mingzhang[postgres]` adds what PostgreSQL needs"
            raise RecordUnavailableError(message) from error
        return cls(PostgresRecorder(str(path)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the storage."""
        self._recorder.close()

    def append(self, events: Sequence[Event]) -> Sequence[int]:
        """Record events, all or none; those whose event id is recorded already are left out.

        Returns:
            The positions of the newly recorded events, in order. They are on disk when this returns.
        """
        if not events:
            return ()
        by_id = {event.event_id: event for event in events}
        with self._recorder.appending() as end:
            known = end.recorded(list(by_id))
            new = [event for event_id, event in by_id.items() if event_id not in known]
            last = end.last_state()
            checksum, recorded_at = _end_of(last) if last else (envelope.GENESIS, datetime.now(UTC))
            recorded_at = max(recorded_at, datetime.now(UTC))
            recorded_text = envelope.timestamp(recorded_at)
            rows: list[NewRow] = []
            for event in new:
                body = envelope.body(event, recorded_text)
                checksum = envelope.next_checksum(checksum, body)
                state = envelope.seal(checksum, body)
                rows.append((event.event_id, event.payload.type, event.site_id, state))
            return end.insert(rows)

    def read(
        self,
        *,
        after: int = 0,
        until: int | None = None,
        types: Collection[str] | None = None,
        site_id: str | Collection[str] | None = None,
        run_id: str | None = None,
    ) -> Iterator[RecordedEvent]:
        """Events with a position in (after, until], in order, streamed; by default up to the present end.

        Args:
            after: The position after which to begin.
            until: The last position to read; events that are appended while reading are not read.
            types: Event types to read; all by default.
            site_id: Only events of this site, or of these.
            run_id: Only events of this run.

        Raises:
            UnknownEventError: an event was written by a newer Mingzhang.
        """
        for row in self.read_stored(after=after, until=until, types=types, site_id=site_id):
            event = envelope.recorded_event(row.position, row.state)
            if run_id is None or event.run_id == run_id:
                yield event

    def read_stored(
        self,
        *,
        after: int = 0,
        until: int | None = None,
        types: Collection[str] | None = None,
        site_id: str | Collection[str] | None = None,
    ) -> Iterator[StoredRow]:
        """The same as `read`, as stored: not decoded and not upcast."""
        end = self.last_position() if until is None else until
        site_ids = [site_id] if isinstance(site_id, str) else site_id
        while rows := self._recorder.select(
            after, end, types=types, site_ids=site_ids, limit=_ROWS_PER_BATCH
        ):
            yield from rows
            after = rows[-1].position

    def unlisted(self, rows: Sequence[StoredRow]) -> int | None:
        """The position of the first of these events that is missed when it is read by its type or site."""
        return self._recorder.unlisted(rows)

    def damage(self) -> list[str]:
        """What the storage finds wrong in its own files."""
        return self._recorder.damage()

    def last_position(self) -> int:
        """The position of the last event; 0 in an empty log."""
        return self._recorder.last_position()


def _end_of(state: bytes) -> tuple[str, datetime]:
    """Checksum of the last event and when it was recorded: a clock may go back, the log may not."""
    checksum, _ = envelope.unseal(state)
    return checksum, datetime.fromisoformat(envelope.fields_of(state)["recorded_at"])
