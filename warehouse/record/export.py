"""A copy of the log as Parquet segments, `000000000001-000000000123.parquet`: what dbt and analysts read.

Segments follow one another; many small ones at the end are put together into one now and then. They are made
again from the first event where the log is another one than the one that was copied (a restored backup), or
where the payloads are defined differently today.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.files import exclusive
from warehouse.record.envelope import GENESIS, canonical_json, known_fields, payload_of, unseal
from warehouse.record.events import PAYLOADS, Payload
from warehouse.record.log import EventLog
from warehouse.record.recorder import StoredRow
from warehouse.record.upcasting import current_payload

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

_EVENTS_AT_A_TIME = 5_000
"""So many are decoded at a time; of a segment there are only its columns."""

_EVENTS_PER_GROUP = 20_000
"""A reader holds one group of a segment at a time."""

SMALL_SEGMENTS = 32
"""So many segments at the end that would fit into one are put together."""

_SEGMENT = re.compile(r"(\d{12})-(\d{12})\.parquet")
_UNREADABLE = (OSError, pa.ArrowException)
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
        _remove_compacted(folder)
        copied = copied_until(folder)
        if copied is None or not _is_copy_of(log, copied):
            for segment in _segments(folder):
                segment.unlink()
            copied = None
        end = log.last_position() if until is None else until
        position = copied.position if copied else 0
        if copied is None and end == 0:
            _write(folder, [EVENT_SCHEMA.empty_table()], GENESIS)
        stored = log.read_stored(after=position, until=end)
        while tables := list(_tables(islice(stored, EVENTS_PER_SEGMENT))):
            _write(folder, [columns for columns, _ in tables], unseal(tables[-1][1].state)[0])
            position = tables[-1][1].position
        _compact(folder)
    return position


def snapshot(folder: Path, target: Path) -> None:
    """Give a folder that has just the segments of now: they stay there when the copy is put together."""
    target.mkdir(parents=True)
    with exclusive(folder / ".lock"):
        _remove_compacted(folder)
        for segment in folder.glob("*.parquet"):
            os.link(segment, target / segment.name)


def copied_until(folder: Path) -> Copied | None:
    """How far the copy in a folder goes; None where there is none that can be read."""
    segments = _segments(folder)
    if not segments:
        return None
    try:
        metadata = pq.read_schema(segments[-1]).metadata
    except _UNREADABLE:
        return None
    return Copied(
        position=int(segments[-1].stem.split("-")[1]),
        checksum=metadata[_CHECKSUM_KEY].decode(),
        payloads=metadata[_PAYLOADS_KEY].decode(),
    )


class ParquetCopy:
    """The segments of a folder, compared with the log in its order; few events are held at a time."""

    def __init__(self, folder: Path) -> None:
        segments, copied = _segments(folder), copied_until(folder)
        # A copy made by other definitions of the payloads is made again before it is read.
        if copied and copied.payloads != _payloads_fingerprint():
            segments = []
        self.last_position = _range_of(segments[-1])[1] if segments else 0
        self._batches = _batches(segments)
        self._held = EVENT_SCHEMA.empty_table()

    def first_difference(self, rows: Sequence[StoredRow]) -> int | None:
        """The position of the first event that the copy has otherwise, or lacks; None where it agrees.

        Args:
            rows: Stored events that follow those of the call before; those after the copy's end are left out.
        """
        rows = [row for row in rows if row.position <= self.last_position]
        if not rows:
            return None
        try:
            found = self._until(rows[-1].position)
        except _UNREADABLE:
            self.last_position = 0
            return rows[0].position
        expected = _columns(rows).combine_chunks()
        if found.equals(expected):
            return None
        pairs: Iterator[tuple[Any, Any]] = zip_longest(expected.to_pylist(), found.to_pylist(), fillvalue={})
        return next(
            (row.position for row, (one, other) in zip(rows, pairs, strict=False) if one != other),
            rows[-1].position,
        )

    def _until(self, position: int) -> pa.Table:
        """The copy's next events, up to a position."""
        while not self._held or self._held["position"][-1].as_py() < position:
            batch = next(self._batches, None)
            if batch is None:
                break
            self._held = pa.concat_tables([self._held, batch])
        wanted = pc.less_equal(self._held["position"], position)
        found, self._held = self._held.filter(wanted), self._held.filter(pc.invert(wanted))
        return found.combine_chunks()


def _batches(segments: Sequence[Path]) -> Iterator[pa.Table]:
    """The events of segments, in order, some at a time."""
    for segment in segments:
        with pq.ParquetFile(segment) as file:
            for batch in file.iter_batches(_EVENTS_AT_A_TIME):
                yield pa.Table.from_batches([batch]).cast(EVENT_SCHEMA)


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
    definitions = {name: (p.version, p.model_json_schema(), "without null") for name, p in PAYLOADS.items()}
    return hashlib.sha256(canonical_json(definitions)).hexdigest()


def _write(folder: Path, tables: Sequence[pa.Table], checksum: str) -> None:
    """Write a segment aside, then rename it: it is there when it is whole."""
    table = pa.concat_tables(tables).combine_chunks()
    positions = table["position"]
    first, last = (positions[0].as_py(), positions[-1].as_py()) if len(table) else (0, 0)
    path = folder / f"{first:012}-{last:012}.parquet"
    metadata = {_CHECKSUM_KEY: checksum, _PAYLOADS_KEY: _payloads_fingerprint()}
    partial = path.with_suffix(".partial")
    table = table.replace_schema_metadata(metadata)
    pq.write_table(
        table,
        partial,
        compression="zstd",
        use_dictionary=["type", "run_id", "site_id"],
        row_group_size=_EVENTS_PER_GROUP,
    )
    partial.replace(path)


def _tables(stored: Iterator[StoredRow]) -> Iterator[tuple[pa.Table, StoredRow]]:
    """Stored events as tables of `EVENT_SCHEMA`, each with its last event: only their columns are kept."""
    while rows := list(islice(stored, _EVENTS_AT_A_TIME)):
        yield _columns(rows), rows[-1]


def _columns(rows: Sequence[StoredRow]) -> pa.Table:
    """Stored events as a table of `EVENT_SCHEMA`; texts become moments column by column."""
    bodies = [unseal(row.state)[1] for row in rows]
    events = [orjson.loads(event_body) for event_body in bodies]
    texts = {
        name: pa.array([event[name] for event in events], pa.string())
        for name in ("event_id", "type", "run_id", "site_id", "occurred_at", "recorded_at")
    }
    payloads = [_payload_of_today(event, body) for event, body in zip(events, bodies, strict=True)]
    others = {
        "position": [row.position for row in rows],
        "version": [_OF_TODAY[event["type"]][0] for event in events],
        "payload": payloads,
    }
    arrays = [
        texts[field.name].cast(field.type)
        if field.name in texts
        else pa.array(others[field.name], field.type)
        for field in EVENT_SCHEMA
    ]
    return pa.Table.from_arrays(arrays, schema=EVENT_SCHEMA)


def _always_written(payload: type[Payload]) -> set[str]:
    """Fields that every event of today has: what is None is not written."""
    fields = payload.model_fields.items()
    return {name for name, field in fields if field.get_default(call_default_factory=True) is not None}


_OF_TODAY = {
    name: (payload.version, _always_written(payload), payload.model_fields.keys())
    for name, payload in PAYLOADS.items()
}
"""Of each type its version, the fields that it always has, and all that it can have."""


def _payload_of_today(event: dict[str, Any], event_body: bytes) -> bytes:
    """JSON of the payload: as stored where it is of today's version and lacks no field; else brought up."""
    payload = event["payload"]
    version, always, fields = _OF_TODAY.get(event["type"], (0, set(), set()))
    if event["version"] == version and always <= payload.keys() <= fields:
        return payload_of(event_body)
    return canonical_json(known_fields(current_payload(event["type"], event["version"], payload)))


def _compact(folder: Path) -> None:
    """Put the small segments at the end together, once there are many: thousands of runs leave few files.

    What it replaces is removed only after the new segment is there; a kill in between leaves both, and
    whoever takes the lock next removes the parts.
    """
    tail: list[Path] = []
    events = 0
    for segment in reversed(_segments(folder)):
        first, last = _range_of(segment)
        events += last - first + 1
        if events > EVENTS_PER_SEGMENT:
            break
        tail.insert(0, segment)
    if len(tail) < SMALL_SEGMENTS:
        return
    checksum = pq.read_schema(tail[-1]).metadata[_CHECKSUM_KEY].decode()
    _write(folder, [pq.read_table(segment) for segment in tail], checksum)
    _remove_compacted(folder)


def _remove_compacted(folder: Path) -> None:
    """Remove segments whose events another one holds."""
    segments = _segments(folder)
    ranges = {segment: _range_of(segment) for segment in segments}
    for part, (first, last) in ranges.items():
        for whole, (begins, ends) in ranges.items():
            if whole != part and begins <= max(first, 1) and last <= ends:
                part.unlink()
                break


def _range_of(segment: Path) -> tuple[int, int]:
    """The positions of the first and last events of a segment; (0, 0) of the empty one."""
    first, last = segment.stem.split("-")
    return int(first), int(last)
