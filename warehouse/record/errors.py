"""What can be wrong with the record."""

from __future__ import annotations


class RecordError(Exception):
    """Base of the errors of the record."""


class RecordUnavailableError(RecordError):
    """The log or the archive cannot be opened, read or written: no space, read-only, locked, not a log."""


class CorruptArchiveError(RecordError):
    """An archived file does not hold the bytes that its name promises."""


class UnknownEventError(RecordError):
    """The log holds an event that this version of Mingzhang does not know: it was written by a newer one."""
