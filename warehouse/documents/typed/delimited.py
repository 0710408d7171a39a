"""Text with a delimiter (CSV, TSV) or columns of spaces, in whatever encoding: exports, open-data portals."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from warehouse.documents.html.page import decode
from warehouse.documents.model import (
    Document,
    Line,
    Notice,
    ReadOutcome,
    Table,
    UnreadableDocumentError,
)
from warehouse.documents.sheets.sheet import Sheet, sheet_blocks
from warehouse.documents.typed.spaced import with_spaced_tables

_DELIMITERS = "\t,;|"
"""Of two that part as many lines alike the first counts: amounts hold commas, no field holds tabs."""
_MOST = 0.6
"""Share of the lines that have the same number of fields, if the text is a table."""
_MIN_ROWS = 2
_AS_TEXT = re.compile(r'="(.*)"')
"""How some exports keep spreadsheets from taking a text for a number."""
_SEPARATOR = re.compile(r"sep=.\r?\n", re.IGNORECASE)
"""A first line that only says what the delimiter is."""


def read_delimited(data: bytes) -> Document:
    """Its tables as those of a sheet, titles and notes above and below them as lines.

    Raises:
        UnreadableDocumentError: WRONG_TYPE for text that is no table; TOO_LARGE.
    """
    text = _SEPARATOR.sub("", decode(data), count=1)
    candidates = [(_share(rows), rows) for rows in (_rows(text, delimiter) for delimiter in _DELIMITERS)]
    share, rows = max(candidates, key=lambda candidate: candidate[0])
    if share < _MOST:
        return _spaced(text)
    notices: list[Notice] = []
    sheet = Sheet(None, list(_even(rows, notices)), (), (), ())
    return Document("csv", tuple(sheet_blocks(sheet, notices)), notices=tuple(notices))


def _rows(text: str, delimiter: str) -> list[list[str]]:
    try:
        rows = csv.reader(io.StringIO(text), delimiter=delimiter)
        return [[_AS_TEXT.sub(r"\1", field.rstrip()) for field in row] for row in rows]
    except csv.Error:
        return []


def _share(rows: Iterable[Sequence[str]]) -> float:
    """The share of lines that have the usual number of fields; 0 where that is one, or of one line."""
    counts = Counter(len(row) for row in rows if any(map(str.strip, row)))
    usual, lines = counts.most_common(1)[0] if counts else (0, 0)
    return lines / counts.total() if usual > 1 and lines >= _MIN_ROWS else 0.0


def _even(rows: Sequence[list[str]], notices: list[Notice]) -> Iterator[list[str]]:
    """The rows; one with more fields than its header is one text: which of them are parts of an amount?"""
    for is_row, stretch in groupby(rows, key=lambda row: sum(map(bool, row)) > 1):
        found = list(stretch)
        usual, lines = Counter(map(len, found)).most_common(1)[0]
        most = max(usual, _length(found[0]))
        for row in found:
            if is_row and lines >= _MOST * len(found) and _length(row) > most:
                notices.append(Notice("uneven_row", f"a row of {_length(row)} fields, not {most}: {row[0]}"))
                yield [",".join(row)]
            else:
                yield row


def _length(row: Sequence[str]) -> int:
    """The fields of a row, blank ones at its end left out."""
    return max((place for place, field in enumerate(row, 1) if field.strip()), default=0)


def _spaced(text: str) -> Document:
    blocks = with_spaced_tables(map(Line, text.expandtabs().splitlines()), is_aligned=True)
    found = tuple(block for block in blocks if isinstance(block, Table) or block.text.strip())
    if not any(isinstance(block, Table) for block in found):
        raise UnreadableDocumentError(ReadOutcome.WRONG_TYPE, "plain text, not a document")
    return Document("csv", found)
