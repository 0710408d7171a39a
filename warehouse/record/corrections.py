"""What a person decided about a document, whatever was read: recorded, applied by projection, revocable."""

from __future__ import annotations

import getpass

from warehouse.record.events import (
    CORRECTABLE,
    CorrectionMade,
    CorrectionRevoked,
    DocumentImported,
    Event,
    FetchFinished,
)
from warehouse.record.log import EventLog


class CorrectionError(ValueError):
    """A correction that cannot be recorded, with the reason."""


def correct(  # noqa: PLR0913 - a decision's parts, by name
    log: EventLog,
    *,
    document: str,
    what: str,
    value: str,
    reason: str,
    run_id: str,
    table_ordinal: int | None = None,
    author: str | None = None,
) -> str:
    """Record a decision, and return the id by which it can be revoked.

    Args:
        log: The log.
        document: SHA-256 of the document, or its beginning.
        what: One of `CORRECTABLE`.
        value: What it is instead; its vocabulary is checked here only for years, phases and scopes.
        reason: Why, for those who read the figures.
        run_id: The run that it is recorded in.
        table_ordinal: The table meant; needed for `table_type`, and for that only.
        author: Who decided; by default the user of this system.

    Raises:
        CorrectionError: no such document, or a value that cannot be.
    """
    if what not in CORRECTABLE:
        raise CorrectionError(f"{what}: can be corrected are {', '.join(CORRECTABLE)}")
    if (what == "table_type") != (table_ordinal is not None):
        raise CorrectionError("a table is named (--table) to correct a table_type, and for nothing else")
    allowed = CORRECTABLE[what]
    if allowed and value not in allowed:
        raise CorrectionError(f"{what} {value}: not one of {', '.join(allowed)}")
    if what == "fiscal_year" and not (value.isascii() and value.isdigit() and len(value) == 4):
        raise CorrectionError(f"fiscal_year {value}: not a year")
    if not value.strip() or not reason.strip():
        raise CorrectionError("a correction needs a value and a reason")
    sha256, site_id = _document(log, document)
    payload = CorrectionMade(
        sha256=sha256,
        table_ordinal=table_ordinal,
        what=what,
        value=value.strip(),
        author=author or getpass.getuser(),
        reason=reason.strip(),
    )
    event = Event(payload=payload, run_id=run_id, site_id=site_id)
    log.append([event])
    return str(event.event_id)


def revoke(log: EventLog, correction_id: str, *, reason: str, run_id: str, author: str | None = None) -> str:
    """Take a correction back; what it replaced counts again. Returns the id of the correction.

    Args:
        log: The log.
        correction_id: The id of the correction, or its beginning.
        reason: Why.
        run_id: The run that it is recorded in.
        author: Who decided; by default the user of this system.

    Raises:
        CorrectionError: no correction, or several, have this id, or it was revoked already.
    """
    standing: dict[str, str | None] = {}
    for event in log.read(types=(CorrectionMade.type, CorrectionRevoked.type)):
        match event.payload:
            case CorrectionMade():
                standing[str(event.event_id)] = event.site_id
            case CorrectionRevoked(correction_id=revoked):
                standing.pop(revoked, None)
    found = [known for known in standing if known.startswith(correction_id.lower())]
    if len(found) != 1:
        raise CorrectionError(f"{correction_id}: {len(found)} corrections that stand have this id")
    payload = CorrectionRevoked(correction_id=found[0], author=author or getpass.getuser(), reason=reason)
    log.append([Event(payload=payload, run_id=run_id, site_id=standing[found[0]])])
    return found[0]


def _document(log: EventLog, beginning: str) -> tuple[str, str | None]:
    """Hash and site of the one document whose hash begins so."""
    found: dict[str, str | None] = {}
    for event in log.read(types=(FetchFinished.type, DocumentImported.type)):
        match event.payload:
            case FetchFinished(sha256=str(sha256)) | DocumentImported(sha256=sha256):
                if sha256.startswith(beginning.lower()):
                    found.setdefault(sha256, event.site_id)
    if len(found) != 1:
        raise CorrectionError(f"{beginning}: {len(found)} documents of the record have this SHA-256")
    return next(iter(found.items()))
