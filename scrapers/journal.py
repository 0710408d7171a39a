"""What the crawls of one process record, made durable in batches: many sites, one wait for the disk."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import chain
from typing import Self

from warehouse.record.archive import Archive
from warehouse.record.events import Event
from warehouse.record.log import EventLog


@dataclass(frozen=True, slots=True)
class _Entry:
    """What belongs together: recorded whole or not at all."""

    events: Sequence[Event]
    bodies: Sequence[bytes]
    recorded: Future[None] = field(default_factory=Future)


class Journal:
    """The way of crawls into the record; use as a context manager.

    One thread writes what has come in while it wrote before. Bodies are archived before their events are
    appended, and entries are recorded in the order in which they were given.
    """

    def __init__(self, log: EventLog, archive: Archive) -> None:
        self.log = log
        self.archive = archive
        self._entries: queue.SimpleQueue[_Entry | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="journal", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._entries.put(None)
        self._thread.join()

    async def record(self, events: Sequence[Event], bodies: Sequence[bytes] = ()) -> None:
        """Archive these bodies, then append these events together; all is on disk when this returns.

        Raises:
            RecordUnavailableError: the log or the archive cannot be written.
            CorruptArchiveError: the archive holds other bytes under the hash of a body.
        """
        entry = _Entry(events, bodies)
        self._entries.put(entry)
        await asyncio.wrap_future(entry.recorded)

    def _write(self) -> None:
        while (first := self._entries.get()) is not None:
            batch = [first]
            while not self._entries.empty():
                entry = self._entries.get()
                if entry is None:
                    self._entries.put(None)
                    break
                batch.append(entry)
            self._commit(batch)

    def _commit(self, batch: Sequence[_Entry]) -> None:
        """Record entries at once; where that fails one by one, so that one that is bad fails alone."""
        try:
            self.archive.put_all(chain.from_iterable(entry.bodies for entry in batch))
            self.log.append([event for entry in batch for event in entry.events])
        except Exception as error:  # noqa: BLE001 - raised again where the entry is awaited
            if len(batch) == 1:
                _settle(batch, error)
            else:
                for entry in batch:
                    self._commit([entry])
        else:
            _settle(batch)


def _settle(entries: Iterable[_Entry], error: Exception | None = None) -> None:
    """Tell those who wait, unless they have gone."""
    for entry in entries:
        if entry.recorded.set_running_or_notify_cancel():
            entry.recorded.set_exception(error) if error else entry.recorded.set_result(None)
