"""What a storage of the event log has to offer: the log seals and checks, a storage keeps rows in order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol
from uuid import UUID

NewRow = tuple[UUID, str, str | None, bytes]
"""An event to store: its id, type, site and state."""


class StoredRow(NamedTuple):
    """An event as it is stored."""

    position: int
    event_id: str
    """32 hexadecimal digits."""
    type: str
    site_id: str | None
    state: bytes


class Appending(Protocol):
    """The end of the log, held exclusively by one writer."""

    def last_state(self) -> bytes | None:
        """What is stored of the last event; None in an empty log."""

    def recorded(self, event_ids: Sequence[UUID]) -> set[UUID]:
        """Those of the ids that the log already holds."""

    def insert(self, rows: Sequence[NewRow]) -> Sequence[int]:
        """Add events; returns their positions, which follow the last one without a gap."""


class Recorder(Protocol):
    """The storage of a log.

    Raises:
        RecordUnavailableError: from any method, where the storage cannot be read or written.
    """

    def appending(self) -> AbstractContextManager[Appending]:
        """Hold the end of the log; committed durably when the block ends without an error."""

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

    def unlisted(self, rows: Sequence[StoredRow]) -> int | None:
        """The position of the first of these events that is missed when it is read by its type or site."""

    def damage(self) -> list[str]:
        """What the storage finds wrong in its own files."""

    def last_position(self) -> int:
        """The position of the last event; 0 in an empty log."""

    def close(self) -> None:
        """Release what is held."""
