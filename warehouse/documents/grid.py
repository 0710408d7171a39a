"""Cells as a format gives them → a `Table` in which every position is covered by exactly one cell."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from warehouse.documents.model import Cell, ReadOutcome, Table, UnreadableDocumentError

MAX_POSITIONS = 2_000_000
"""Rows times columns of one table: the largest real one seen has 60,000; more is an attack or broken."""


def tile(cells: Iterable[Cell], row_count: int, *, sheet: str | None = None) -> Table:
    """A table of `row_count` rows from cells that may overlap, stick out or leave gaps.

    Of two cells that claim a position the one higher up, then further left, keeps it; the other is trimmed.
    Positions that nobody claims become blank cells. A column in which no cell begins is a seam of the format
    (Word splits columns at every edge of any row), not a column: it is taken out.

    Raises:
        UnreadableDocumentError: TOO_LARGE, before memory is spent.
    """
    placed = sorted((c for c in cells if c.row < row_count), key=lambda cell: (cell.row, cell.col))
    starts = sorted({cell.col for cell in placed})
    if row_count * len(starts) > MAX_POSITIONS:
        raise UnreadableDocumentError(
            ReadOutcome.TOO_LARGE, f"a table of {row_count} rows and {len(starts)} columns"
        )
    taken = [[False] * len(starts) for _ in range(row_count)]
    tiles = [
        fitted for cell in placed if (fitted := _fit(_narrow(cell, starts), taken, row_count)) is not None
    ]
    tiles += [Cell(r, c, "") for r, row in enumerate(taken) for c, used in enumerate(row) if not used]
    tiles.sort(key=lambda cell: (cell.row, cell.col))
    return Table(row_count, len(starts), tuple(tiles), sheet=sheet)


def without_slivers(cells: Sequence[Cell], narrow: Collection[int]) -> list[Cell]:
    """The cells without narrow columns in which no text stands alone.

    Such a column is no column: it is where edges of different rows miss each other by a little.
    """
    alone = {cell.col for cell in cells if cell.col_span == 1 and cell.text.strip()} if narrow else set()
    gone = sorted(set(narrow) - alone)
    if not gone:
        return list(cells)
    kept: list[Cell] = []
    for cell in cells:
        end = cell.col + cell.col_span
        left, right = cell.col - bisect_left(gone, cell.col), end - bisect_left(gone, end)
        if right > left:
            kept.append(replace(cell, col=left, col_span=right - left))
    return kept


def _narrow(cell: Cell, starts: Sequence[int]) -> Cell:
    first = bisect_left(starts, cell.col)
    span = bisect_left(starts, cell.col + cell.col_span) - first
    return cell if (first, span) == (cell.col, cell.col_span) else replace(cell, col=first, col_span=span)


def _fit(cell: Cell, taken: list[list[bool]], row_count: int) -> Cell | None:
    """The cell trimmed to free positions, which are then taken; None where its own place is gone."""
    if taken[cell.row][cell.col]:
        return None
    last_col = cell.col
    while last_col + 1 < cell.col + cell.col_span and not taken[cell.row][last_col + 1]:
        last_col += 1
    last_row = cell.row
    columns = slice(cell.col, last_col + 1)
    limit = min(cell.row + cell.row_span, row_count)
    while last_row + 1 < limit and not any(taken[last_row + 1][columns]):
        last_row += 1
    for row in taken[cell.row : last_row + 1]:
        row[columns] = [True] * (last_col + 1 - cell.col)
    spans = (last_row - cell.row + 1, last_col - cell.col + 1)
    if spans == (cell.row_span, cell.col_span):
        return cell
    return replace(cell, row_span=spans[0], col_span=spans[1])
