"""Text with a delimiter (CSV, TSV), in whatever encoding: what open-data portals and exports give."""

from __future__ import annotations

import csv
import io
from collections import Counter

from warehouse.documents.captions import split_captions
from warehouse.documents.grid import tile
from warehouse.documents.html import decode
from warehouse.documents.model import Cell, Document, ReadOutcome, UnreadableDocumentError

_DELIMITERS = ("\t", ",", ";")
"""The first that makes a table counts: amounts hold commas, no field holds tabs."""
_MOST = 0.6
"""Share of the lines that have the same number of fields, if the text is a table."""
_MIN_ROWS = 2


def read_delimited(data: bytes) -> Document:
    """One table, titles and notes above and below it as lines.

    Raises:
        UnreadableDocumentError: WRONG_TYPE for text that is no table; TOO_LARGE.
    """
    text = decode(data)
    rows = next((rows for delimiter in _DELIMITERS if (rows := _rows(text, delimiter))), None)
    if rows is None:
        raise UnreadableDocumentError(ReadOutcome.WRONG_TYPE, "plain text, not a document")
    cells = [
        Cell(r, c, field.rstrip())
        for r, row in enumerate(rows)
        for c, field in enumerate(row)
        if field.strip() or c == 0
    ]
    before, kept, after = split_captions(tile(cells, len(rows)))
    return Document("csv", (*before, *([kept] if kept else []), *after))


def _rows(text: str, delimiter: str) -> list[list[str]]:
    """The fields of each line; nothing where most lines do not have the same number of several fields."""
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(map(str.strip, row))]
    except csv.Error:
        return []
    counts = Counter(map(len, rows))
    usual, lines = counts.most_common(1)[0] if counts else (0, 0)
    return rows if usual > 1 and lines >= _MIN_ROWS and lines >= _MOST * len(rows) else []
