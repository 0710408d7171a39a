"""Figures in the prose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from warehouse.documents.model import Line
from warehouse.tables.model import Statement


def statements(lines: Sequence[Line]) -> Iterator[Statement]:
    """Statements of the lines of a document."""
    del lines
    yield from ()
