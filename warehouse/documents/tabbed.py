"""Tables that are typed with tabulators, in paragraphs of a text → tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from warehouse.documents.grid import tile
from warehouse.documents.model import Cell, Line, Table

Block = Line | Table

_MIN_ROWS = 3
_AMOUNT = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d+")
_MOST = 0.5
"""Share of the rows that hold an amount, decimals printed: contents list pages, which are whole numbers."""


def with_tabbed_tables(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks, stretches of lines that are rows of one table by their tabulators made a table."""
    waiting: list[Line] = []
    for block in blocks:
        if isinstance(block, Line) and "\t" in block.text.strip():
            waiting.append(block)
            continue
        yield from _stretch(waiting)
        waiting = []
        yield block
    yield from _stretch(waiting)


def _stretch(lines: Sequence[Line]) -> Iterator[Block]:
    """A table where all lines have the same fields, by single tabulators or by runs of them."""
    for gap in ("\t", "\t+"):
        rows = [re.split(gap, line.text.strip("\r\n ")) for line in lines]
        if len({len(row) for row in rows}) == 1 and _is_table(rows):
            filled = [c for c in range(len(rows[0])) if any(row[c].strip() for row in rows)]
            cells = [Cell(r, place, row[c]) for r, row in enumerate(rows) for place, c in enumerate(filled)]
            yield tile(cells, len(rows))
            return
    yield from lines


def _is_table(rows: Sequence[Sequence[str]]) -> bool:
    with_amount = sum(any(_AMOUNT.fullmatch(text.strip()) for text in row[1:]) for row in rows)
    return len(rows) >= _MIN_ROWS and with_amount >= _MOST * len(rows)
