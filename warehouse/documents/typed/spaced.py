"""Tables that are typed with spaces, or drawn with bars, in lines of a text → tables."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from warehouse.documents.grid import tile
from warehouse.documents.model import Cell, Line, Table

Block = Line | Table

MIN_ROWS = 3
MOST = 0.5
"""Share of the rows that hold an amount, decimals printed: contents list pages, which are whole numbers."""

_AMOUNT = re.compile(r"[-−△]?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d+")
_FIELD = re.compile(r"\S+(?: \S+)*")
_BAR = re.compile(r"[|│┃║]")
_RULE = re.compile(r"[-=+|_\s─━│┃┌┐└┘├┤┬┴┼╋┏┓┗┛┣┫┳┻║╔╗╚╝╠╣╦╩╬═]+")


class _Field(NamedTuple):
    """A text in a line, and the columns that it takes where a Chinese character takes two."""

    left: int
    right: int
    text: str


def is_amount(text: str) -> bool:
    """Whether a text is a figure with decimals."""
    return _AMOUNT.fullmatch(text.strip()) is not None


def with_spaced_tables(blocks: Iterable[Block], *, is_aligned: bool = False) -> Iterator[Block]:
    """The blocks, stretches of lines that are rows of one table by their spaces or bars made a table.

    Args:
        blocks: Of a document.
        is_aligned: Whether all characters are as wide as others of their kind, so that the place of a figure
            says its column. Otherwise rows have to have all their fields.
    """
    waiting: list[Line] = []
    for block in blocks:
        if isinstance(block, Line) and ("  " in block.text.strip() or _drawn(block.text)):
            waiting.append(block)
            continue
        yield from _stretch(waiting, is_aligned=is_aligned)
        waiting = []
        yield block
    yield from _stretch(waiting, is_aligned=is_aligned)


def _drawn(text: str) -> bool:
    return _RULE.fullmatch(text) is not None or len(_BAR.findall(text)) > 1


def _stretch(lines: Sequence[Line], *, is_aligned: bool) -> Iterator[Block]:
    """Lines up to the one that names as many columns as any line below has, and the table from there on."""
    written = [line for line in lines if not _RULE.fullmatch(line.text)]
    for first in range(len(written) - MIN_ROWS + 1):
        texts = [line.text for line in written[first:]]
        rows = _barred(texts) if _BAR.search(texts[0]) else _placed(texts, is_aligned=is_aligned)
        if rows and is_table(rows) and not any(map(is_amount, rows[0])):
            yield from written[:first]
            yield tile(
                [Cell(r, c, text) for r, row in enumerate(rows) for c, text in enumerate(row)], len(rows)
            )
            return
    yield from lines


def is_table(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows of fields are several, and most of them hold an amount behind their first field."""
    with_amount = sum(any(map(is_amount, row[1:])) for row in rows)
    return len(rows) >= MIN_ROWS and with_amount >= MOST * len(rows)


def _barred(texts: Sequence[str]) -> list[list[str]]:
    """The fields between bars, if all lines have as many."""
    rows = [[field.rstrip() for field in _BAR.split(text.strip())] for text in texts]
    outer = all(row[0] == "" == row[-1] for row in rows)
    rows = [row[1:-1] for row in rows] if outer else rows
    return rows if len({len(row) for row in rows}) == 1 and len(rows[0]) > 1 else []


def _fields(text: str) -> list[_Field]:
    """The texts of a line that stand more than one space apart; the first one keeps the line's indent."""
    found: list[_Field] = []
    for match in _FIELD.finditer(text):
        begin = match.start() if found else 0
        found.append(
            _Field(_columns(text[: match.start()]), _columns(text[: match.end()]), text[begin : match.end()])
        )
    return found


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _placed(texts: Sequence[str], *, is_aligned: bool) -> list[list[str]]:
    """Rows with a field for each one of the first line; none where the place of a field is in doubt."""
    lines = [_fields(text) for text in texts]
    count = len(lines[0])
    if count < 2 or any(not 2 <= len(line) <= count for line in lines):
        return []
    if all(len(line) == count for line in lines):
        return [[field.text for field in line] for line in lines]
    return _by_place(lines, count) if is_aligned else []


def _by_place(lines: Sequence[Sequence[_Field]], count: int) -> list[list[str]]:
    """Fields in columns that do not meet anywhere."""
    edges: list[list[int]] = []
    for field in sorted(field for line in lines for field in line):
        if edges and field.left <= edges[-1][1]:
            edges[-1][1] = max(edges[-1][1], field.right)
        else:
            edges.append([field.left, field.right])
    if len(edges) != count:
        return []
    rows = [[""] * count for _ in lines]
    for row, line in zip(rows, lines, strict=True):
        for field in line:
            place = next(i for i, (left, right) in enumerate(edges) if left <= field.left <= right)
            if row[place]:
                return []
            row[place] = field.text
    return rows
