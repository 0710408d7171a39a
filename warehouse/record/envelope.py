"""How an event is stored: canonical JSON, sealed with a checksum that covers every event before it.

    {"checksum":"<64 hexadecimal digits>","event":{"event_id":…,"occurred_at":…,"payload":…,…}}

The checksum is the SHA-256 of the previous event's checksum followed by the bytes of `event` as they are
stored, so that a changed, lost, added or moved event breaks the chain at its place.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import orjson

from warehouse.record.events import Event, Payload, RecordedEvent
from warehouse.record.upcasting import current_payload

GENESIS = "0" * 64
"""The checksum before the first event."""

_CHECKSUM_FROM = len(b'{"checksum":"')
_CHECKSUM_TO = _CHECKSUM_FROM + 64
_BODY_FROM = _CHECKSUM_TO + len(b'","event":')
_PAYLOAD_FROM = len(b'{"event_id":"","occurred_at":"","payload":') + 36 + 32
_AFTER_PAYLOAD = b',"recorded_at":"'


def canonical_json(value: object) -> bytes:
    """JSON in UTF-8 with sorted keys and without white space: equal values give equal bytes.

    Dates are written in ISO 8601, and data models as objects.

    Raises:
        TypeError: an integer has more than 64 bits, or a text has half a surrogate pair.
    """
    return orjson.dumps(value, default=vars, option=orjson.OPT_SORT_KEYS)


def timestamp(moment: datetime) -> str:
    """A moment in UTC with microseconds, so that texts sort as moments do.

    Raises:
        ValueError: the moment has no time zone.
    """
    return _in_utc(moment).isoformat(timespec="microseconds")


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC)


def known_fields(payload: Payload) -> dict[str, Any]:
    """What is written of a payload: its fields without those that are None."""
    return {name: value for name, value in vars(payload).items() if value is not None}


def body(event: Event, recorded_at: str) -> bytes:
    """The event as canonical JSON; `recorded_at` is a `timestamp`.

    Raises:
        ValueError: the event's moment has no time zone.
        TypeError: as from `canonical_json`.
    """
    payload, occurred_at = event.payload, _in_utc(event.occurred_at)
    return canonical_json(
        {
            "event_id": event.event_id,
            # In JSON a moment without microseconds would be shorter than others.
            "occurred_at": occurred_at if occurred_at.microsecond else timestamp(occurred_at),
            "payload": known_fields(payload),
            "recorded_at": recorded_at,
            "run_id": event.run_id,
            "site_id": event.site_id,
            "type": payload.type,
            "version": payload.version,
        }
    )


def next_checksum(previous: str, event_body: bytes) -> str:
    """The checksum of an event that follows the one with the checksum `previous`."""
    return hashlib.sha256(previous.encode() + event_body).hexdigest()


def seal(checksum: str, event_body: bytes) -> bytes:
    """What is stored of an event."""
    return b"".join((b'{"checksum":"', checksum.encode(), b'","event":', event_body, b"}"))


def unseal(state: bytes) -> tuple[str, bytes]:
    """Checksum and body of a stored event; neither is checked here."""
    return state[_CHECKSUM_FROM:_CHECKSUM_TO].decode(errors="replace"), state[_BODY_FROM:-1]


def payload_of(event_body: bytes) -> bytes:
    """The payload's part of a body, as it is stored: between the keys before and after it."""
    return event_body[_PAYLOAD_FROM : event_body.rindex(_AFTER_PAYLOAD)]


def fields_of(state: bytes) -> dict[str, Any]:
    """The envelope and the payload as they were stored, not upcast."""
    fields: dict[str, Any] = orjson.loads(unseal(state)[1])
    return fields


def recorded_event(position: int, state: bytes) -> RecordedEvent:
    """The event that is stored at a position, its payload brought up to the version of today.

    Raises:
        UnknownEventError: a newer Mingzhang wrote it.
    """
    fields = fields_of(state)
    payload = current_payload(fields.pop("type"), fields.pop("version"), fields.pop("payload"))
    return RecordedEvent(position=position, payload=payload, **fields)
