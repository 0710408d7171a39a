"""Tables that touch each other: one below the other in one grid, each under its title and unit."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from warehouse.documents.captions import TITLE, UNIT_LINE, plain
from warehouse.documents.pdf.grid import Grid, Span
from warehouse.documents.pdf.text import Run

_UNIT_BELOW = 3
"""Rows below its title in which the unit of a table stands."""

Cells = dict[int, list[Run]]


def parted(grid: Grid, by_cell: Cells) -> list[tuple[Grid, Cells]]:
    """The grid, cut above each row that is the title of another table, with the texts by cell of each part.

    Each part has the columns of its own rows only, so that it goes on over the page as a table of its own.
    """
    owners = grid.owners
    cuts = [0]
    for row in range(2, len(owners) - 1):
        if owners[row][0] != owners[row][-1] or len(grid.xs) < 3:
            continue
        has_rows = any(above[0] != above[-1] for above in owners[cuts[-1] : row])
        if has_rows and _is_title(row, owners, by_cell):
            cuts.append(row)
    if len(cuts) == 1:
        return [(grid, by_cell)]
    return [_rows_between(grid, by_cell, *bounds) for bounds in pairwise([*cuts, len(owners)])]


def _is_title(row: int, owners: Sequence[Sequence[int]], by_cell: Cells) -> bool:
    if not TITLE.fullmatch(_text(by_cell.get(owners[row][0], ()))):
        return False
    below = {number for numbers in owners[row + 1 : row + 1 + _UNIT_BELOW] for number in numbers}
    return any(UNIT_LINE.fullmatch(_text(by_cell[number])) for number in below & by_cell.keys())


def _text(runs: Sequence[Run]) -> str:
    return plain("".join(run.text for run in runs))


def _rows_between(grid: Grid, by_cell: Cells, top: int, bottom: int) -> tuple[Grid, Cells]:
    numbers = [number for number, span in enumerate(grid.spans) if top <= span.row < bottom]
    whole = [grid.spans[number] for number in numbers]
    used = sorted({edge for span in whole for edge in (span.col, span.col + span.col_span)})
    spans = [
        Span(row - top, first := bisect_left(used, col), height, bisect_left(used, col + width) - first)
        for row, col, height, width in whole
    ]
    place = {number: i for i, number in enumerate(numbers)}
    owners = [[place[row[col]] for col in used[:-1]] for row in grid.owners[top:bottom]]
    cells = {place[number]: runs for number, runs in by_cell.items() if number in place}
    return Grid([grid.xs[edge] for edge in used], grid.ys[top : bottom + 1], spans, owners), cells
