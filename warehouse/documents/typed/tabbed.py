"""Tables that are typed with tabulators or spaces, in paragraphs of a text → tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from warehouse.documents.grid import tile
from warehouse.documents.model import Cell, Line, Table
from warehouse.documents.typed.spaced import is_table, with_spaced_tables

Block = Line | Table


def with_typed_tables(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks, stretches of lines that are rows of one table by tabulators or spaces made a table."""
    return with_spaced_tables(_with_tabbed_tables(blocks))


def _with_tabbed_tables(blocks: Iterable[Block]) -> Iterator[Block]:
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
        if len({len(row) for row in rows}) == 1 and is_table(rows):
            filled = [c for c in range(len(rows[0])) if any(row[c].strip() for row in rows)]
            cells = [Cell(r, place, row[c]) for r, row in enumerate(rows) for place, c in enumerate(filled)]
            yield tile(cells, len(rows))
            return
    yield from lines
