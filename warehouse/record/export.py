"""A copy of the log as Parquet segments, `000000000001-000000000123.parquet`: what dbt and analysts read.

Segments only ever follow one another. They are made again from the first event where the log is another one
than the one that was copied (a restored backup), or where the payloads are defined differently today.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.files import exclusive
from warehouse.record.envelope import GENESIS, canonical_json, unseal
from warehouse.record.events import PAYLOADS, RecordedEvent
from warehouse.record.log import EventLog

EVENT_SCHEMA = pa.schema(
    [
        pa.field("position", pa.int64(), nullable=False),
        pa.field("event_id", pa.string(), nullable=False),
        pa.field("type", pa.string(), nullable=False),
        pa.field("version", pa.int32(), nullable=False),
        pa.field("run_id", pa.string(), nullable=False),
        pa.field("site_id", pa.string()),
        pa.field("occurred_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("recorded_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("payload", pa.string(), nullable=False),
    ]
)
"""`payload` is JSON text, of the version of today."""

EVENTS_PER_SEGMENT = 100_000

_SEGMENT = re.compile(r"(\d{12})-(\d{12})\.parquet")
_CHECKSUM_KEY = b"mingzhang.last_checksum"
_PAYLOADS_KEY = b"mingzhang.payloads"


@dataclass(frozen=True, slots=True)
class Copied:
    """How far a folder holds a copy of the log: the last event's position and checksum."""

    position: int
    checksum: str
    payloads: str
    """A fingerprint of the definitions of the payloads."""


def export_events(log: EventLog, folder: Path, *, until: int | None = None) -> int:
    """Copy the events that are not in the folder yet; there is a file with the schema even for an empty log.

    Args:
        log: The log to copy.
        folder: Where the segments are.
        until: The last event to copy, by default the last one; segments that go on after it stay.

    Returns:
        The position of the last event that the folder now holds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Two exporters at once would write segments that overlap.
    with exclusive(folder / ".lock"):
        copied = copied_until(folder)
        if copied and not _is_copy_of(log, copied):
            for segment in _segments(folder):
                segment.unlink()
            copied = None
        end = log.last_position() if until is None else until
        position = copied.position if copied else 0
        if copied is None and end == 0:
            _write_segment(folder, [], GENESIS)
        events = log.read(after=position, until=end)
        while batch := list(islice(events, EVENTS_PER_SEGMENT)):
            position = batch[-1].position
            _write_segment(folder, batch, _checksum_at(log, position))
    return position


def copied_until(folder: Path) -> Copied | None:
    """How far the copy in a folder goes; None where there is none."""
    segments = _segments(folder)
    if not segments:
        return None
    metadata = pq.read_schema(segments[-1]).metadata
    return Copied(
        position=int(segments[-1].stem.split("-")[1]),
        checksum=metadata[_CHECKSUM_KEY].decode(),
        payloads=metadata[_PAYLOADS_KEY].decode(),
    )


def agrees(log: EventLog, copied: Copied) -> bool:
    """Whether the log holds the events that were copied: one that was cut or changed since does not."""
    return _checksum_at(log, copied.position) == copied.checksum


def _is_copy_of(log: EventLog, copied: Copied) -> bool:
    return copied.payloads == _payloads_fingerprint() and agrees(log, copied)


def _segments(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.parquet") if _SEGMENT.fullmatch(path.name))


def _checksum_at(log: EventLog, position: int) -> str:
    """The checksum of one event; "" where the log does not reach it."""
    if position == 0:
        return GENESIS
    rows = list(log.read_stored(after=position - 1, until=position))
    return unseal(rows[0].state)[0] if rows else ""


@functools.cache
def _payloads_fingerprint() -> str:
    definitions = {name: (p.version, p.model_json_schema()) for name, p in PAYLOADS.items()}
    return hashlib.sha256(canonical_json(definitions)).hexdigest()


def _write_segment(folder: Path, events: Sequence[RecordedEvent], checksum: str) -> None:
    first, last = (events[0].position, events[-1].position) if events else (0, 0)
    metadata = {_CHECKSUM_KEY: checksum, _PAYLOADS_KEY: _payloads_fingerprint()}
    columns = zip(*(_row(event) for event in events), strict=True) if events else [()] * len(EVENT_SCHEMA)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, EVENT_SCHEMA, strict=True)]
    table = pa.Table.from_arrays(arrays, schema=EVENT_SCHEMA)
    path = folder / f"{first:012}-{last:012}.parquet"
    partial = path.with_suffix(".partial")
    pq.write_table(table.replace_schema_metadata(metadata), partial, compression="zstd")
    partial.replace(path)


def _row(event: RecordedEvent) -> tuple[object, ...]:
    """The values of `EVENT_SCHEMA`, in its order."""
    return (
        event.position,
        str(event.event_id),
        event.payload.type,
        event.payload.version,
        event.run_id,
        event.site_id,
        event.occurred_at,
        event.recorded_at,
        event.payload.model_dump_json(),
    )
