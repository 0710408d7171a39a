"""Text with a delimiter (CSV, TSV), in whatever encoding: what open-data portals and exports give."""

from __future__ import annotations

import csv
import io
from collections import Counter

from warehouse.documents.html import decode
from warehouse.documents.model import Document, ReadOutcome, UnreadableDocumentError
from warehouse.documents.sheet import Sheet, sheet_blocks

_DELIMITERS = ("\t", ",", ";")
"""The first that makes a table counts: amounts hold commas, no field holds tabs."""
_MOST = 0.6
"""Share of the lines that have the same number of fields, if the text is a table."""
_MIN_ROWS = 2


def read_delimited(data: bytes) -> Document:
    """Its tables as those of a sheet, titles and notes above and below them as lines.

    Raises:
        UnreadableDocumentError: WRONG_TYPE for text that is no table; TOO_LARGE.
    """
    text = decode(data)
    rows = next((rows for delimiter in _DELIMITERS if (rows := _rows(text, delimiter))), None)
    if rows is None:
        raise UnreadableDocumentError(ReadOutcome.WRONG_TYPE, "plain text, not a document")
    fields = [[field.rstrip() for field in row] for row in rows]
    return Document("csv", tuple(sheet_blocks(Sheet(None, fields, (), (), ()), [])))


def _rows(text: str, delimiter: str) -> list[list[str]]:
    """The fields of each line; nothing where most lines do not have the same number of several fields."""
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:
        return []
    counts = Counter(len(row) for row in rows if any(map(str.strip, row)))
    usual, lines = counts.most_common(1)[0] if counts else (0, 0)
    return rows if usual > 1 and lines >= _MIN_ROWS and lines >= _MOST * counts.total() else []
