"""Frames: rules that stand around tables and captions, or around columns that no rule parts."""

from __future__ import annotations

from itertools import pairwise

from warehouse.documents.captions import MONEY_UNIT, plain
from warehouse.documents.pdf.grid import Grid
from warehouse.documents.pdf.text import Run
from warehouse.documents.pdf.unruled.lines import is_amount

_STACKED = 3
"""Amounts one below the other in a cell; a wrapped number is not taken for so many."""


def captions_within(by_cell: dict[int, list[Run]], grid: Grid) -> list[Run]:
    """The lines in a frame over the whole width, taken out of their cell where one is the unit of money."""
    first = by_cell.get(0, [])
    is_frame = grid.spans[0].col_span == len(grid.xs) - 1 and len({round(run.base) for run in first}) > 1
    if is_frame and any(MONEY_UNIT.fullmatch(plain(run.text)) for run in first):
        return by_cell.pop(0)
    return []


def trimmed(grid: Grid, by_cell: dict[int, list[Run]]) -> tuple[Grid, dict[int, list[Run]]]:
    """The grid without blank cells over its whole width at its top and bottom: they are parts of a frame."""
    xs, ys, spans, owners = grid.xs, grid.ys, grid.spans, grid.owners
    if len(xs) > 2 and spans[-1].col_span == len(xs) - 1 and len(spans) - 1 not in by_cell:
        rows = spans[-1].row
        ys, spans, owners = ys[: rows + 1], spans[:-1], owners[:rows]
    if len(xs) > 2 and spans[0].col_span == len(xs) - 1 and 0 not in by_cell:
        rows = spans[0].row_span
        spans = [span._replace(row=span.row - rows) for span in spans[1:]]
        owners = [[owner - 1 for owner in row] for row in owners[rows:]]
        ys, by_cell = ys[rows:], {owner - 1: runs for owner, runs in by_cell.items()}
    return Grid(xs, ys, spans, owners), by_cell


def is_hollow(by_cell: dict[int, list[Run]], grid: Grid) -> bool:
    """Whether rows or columns of a table are not parted by rules: amounts stand together in its cells."""
    alone = together = 0
    for number, runs in by_cell.items():
        amounts = [run for run in runs if is_amount(run.text)]
        if len(amounts) < 2:
            alone += len(amounts)
            continue
        lines = _line_count(amounts)
        if grid.spans[number].col_span == len(grid.xs) - 1 and len(amounts) > lines:  # a frame around columns
            return True
        if len(amounts) >= 2 * _STACKED or (len(amounts) >= _STACKED and len(amounts) == len(runs)):
            return len({round(run.base) for run in runs}) >= _STACKED
        together += lines > 1
    return together > 1 and together >= 2 * alone


def _line_count(runs: list[Run]) -> int:
    """How many lines texts make; a shadow is none of its own."""
    bases = sorted(run.base for run in runs)
    return 1 + sum(after - before > 0.5 * runs[0].size for before, after in pairwise(bases))
