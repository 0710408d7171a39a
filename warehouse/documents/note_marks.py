"""Raised marks behind figures (12.50¹): they point to a note and are no digits of the figure."""

from __future__ import annotations

from warehouse.documents.model import Notice


def is_note_mark(before: str, raised: str) -> bool:
    """Whether a raised text stands right behind a figure; behind a word (m²) it is a part of that."""
    return before[-1:].isdigit() and bool(raised.strip())


def note_marks(count: int) -> list[Notice]:
    """That so many marks were left out, if there were any."""
    detail = f"{count} raised marks behind figures were not read"
    return [Notice("note_mark", detail)] if count else []
