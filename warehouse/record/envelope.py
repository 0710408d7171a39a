"""How an event is stored: canonical JSON, sealed with a checksum that covers every event before it.

    {"checksum":"<64 hexadecimal digits>","event":{"event_id":…,"occurred_at":…,"payload":…,…}}

The checksum is the SHA-256 of the previous event's checksum followed by the bytes of `event` as they are
stored, so that a changed, lost, added or moved event breaks the chain at its place.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

from warehouse.record.events import Event, RecordedEvent
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
    if moment.tzinfo is not UTC:
        if moment.tzinfo is None:
            raise ValueError(f"{moment} has no time zone")
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds")


def body(event: Event, recorded_at: str) -> bytes:
    """The event as canonical JSON; `recorded_at` is a `timestamp`."""
    payload = event.payload
    # The keys of the envelope are known: written here in their order, only the payload's have to be sorted.
    return (
        b'{"event_id":"%s","occurred_at":"%s","payload":%s,"recorded_at":"%s","run_id":%s,"site_id":%s,'
        b'"type":"%s","version":%d}'
    ) % (
        str(event.event_id).encode(),
        timestamp(event.occurred_at).encode(),
        canonical_json(vars(payload)),
        recorded_at.encode(),
        _json_text(event.run_id),
        _json_text(event.site_id),
        payload.type.encode(),
        payload.version,
    )


@lru_cache(maxsize=1024)
def _json_text(text: str | None) -> bytes:
    """A text in quotes; runs and sites are few."""
    return orjson.dumps(text)


def next_checksum(previous: str, event_body: bytes) -> str:
    """The checksum of an event that follows the one with the checksum `previous`."""
    return hashlib.sha256(previous.encode() + event_body).hexdigest()


def seal(checksum: str, event_body: bytes) -> bytes:
    """What is stored of an event."""
    return b'{"checksum":"%s","event":%s}' % (checksum.encode(), event_body)


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
