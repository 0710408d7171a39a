"""Rows of a Word table, old format or new, → a grid: both state edges of cells and what is merged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from warehouse.documents.captions import split_captions, stacked_tables
from warehouse.documents.grid import tile
from warehouse.documents.model import Cell, Line, Notice, Table

Block = Line | Table

MAX_NESTING = 20
"""Tables within tables; Word itself stops far earlier."""
EDGE_TOLERANCE = 120
"""Edges of different rows this close (twips; 6 pt, the usual inner margin of a cell) are meant as one."""


CHARACTER_TWIPS = 210
"""The width of a character of the usual size."""
_MAX_INDENT = 20
"""Characters."""


@dataclass(frozen=True, slots=True)
class WordCell:
    """One cell of a row; `left` and `right` are its edges in twips."""

    left: int
    right: int
    text: str
    continues_left: bool = False
    """Merged with the cell before it, whose text counts."""
    continues_up: bool = False
    """Merged with the cell above it, whose text counts."""


def word_table(
    rows: Sequence[Sequence[WordCell]], inner: Sequence[Block], notices: list[Notice]
) -> Iterator[Block]:
    """The table of rows that state edges: see `table_blocks`."""
    yield from table_blocks(_place(rows, notices), len(rows), inner)


def table_blocks(cells: Sequence[Cell], row_count: int, inner: Sequence[Block]) -> Iterator[Block]:
    """The table with its captions before and notes after it, and the tables that stood in its cells.

    A frame (one text alone, around other tables or nothing) is no table: its text becomes lines.
    """
    if not cells:
        return
    grid = tile(cells, row_count)
    texts = [cell.text for cell in grid.cells if cell.text.strip()]
    if len(grid.cells) == 1 or (inner and len(texts) <= 1):
        yield from lines(texts)
        yield from inner
        return
    notes: list[Line] = []
    for part in stacked_tables(grid):
        before, kept, after = split_captions(part, merged_only=True)
        yield from (*notes, *before)
        if kept is not None:
            yield kept
        notes = after
    yield from inner
    yield from notes


def struck_text(count: int) -> Notice:
    """That texts are struck out: they are printed, but what stands beside them holds."""
    return Notice("struck_text", f"{count} texts that are struck out were not read")


def indentation(twips: float) -> str:
    """Full-width spaces as wide as the first line of a paragraph is indented.

    Labels say so what they are a part of, in formats that keep the indent beside the text.
    """
    return "\u3000" * min(max(round(twips / CHARACTER_TWIPS), 0), _MAX_INDENT)


def lines(texts: Sequence[str]) -> Iterator[Line]:
    """A line for each line of each text that holds more than white space."""
    yield from (Line(part) for text in texts for part in text.split("\n") if part.strip())


def snap(rows: Sequence[Sequence[int]]) -> list[dict[int, int]]:
    """For each row, its edges → columns of the grid that all rows share.

    Edges of different rows within the tolerance are one edge; two edges of the same row never are, so that a
    narrow column stays a column.
    """
    owners: dict[int, set[int]] = {}
    for index, edges in enumerate(rows):
        for edge in edges:
            owners.setdefault(edge, set()).add(index)
    columns: dict[int, int] = {}
    first, sharing = 0, set[int]()
    for number, edge in enumerate(sorted(owners)):
        if number and edge - first <= EDGE_TOLERANCE and sharing.isdisjoint(owners[edge]):
            sharing |= owners[edge]
            columns[edge] = max(columns.values())
        else:
            columns[edge] = number
            first, sharing = edge, set(owners[edge])
    return [{edge: columns[edge] for edge in edges} for edges in rows]


def _place(rows: Sequence[Sequence[WordCell]], notices: list[Notice]) -> list[Cell]:
    snapped = snap([[edge for cell in row for edge in (cell.left, cell.right)] for row in rows])
    cells: list[Cell] = []
    for index, (row, columns) in enumerate(zip(rows, snapped, strict=True)):
        row_start = len(cells)
        for cell in row:
            left = columns[cell.left]
            span = max(columns[cell.right] - left, 1)
            if cell.continues_left and len(cells) > row_start:
                cells[-1] = replace(cells[-1], col_span=left + span - cells[-1].col)
            elif not cell.continues_up or not _grow_above(cells, index, left, span):
                cells.append(Cell(index, left, cell.text, col_span=span))
            elif cell.text.strip():
                notices.append(Notice("covered_text", f"hidden in a merged cell: {cell.text}"))
    return cells


def _grow_above(cells: list[Cell], row: int, col: int, col_span: int) -> bool:
    """Let the cell that ends just above this place, with the same columns, reach down into this row."""
    for position in range(len(cells) - 1, -1, -1):
        cell = cells[position]
        if cell.col == col and cell.row + cell.row_span == row and cell.col_span == col_span:
            cells[position] = replace(cell, row_span=cell.row_span + 1)
            return True
    return False
