"""Tables too wide for a page: their columns go on, on the next page or after all pages of the first columns.

The part on the right has the rows of the part on the left, of the same heights, and figures without labels,
or the same labels once more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from warehouse.documents.pdf.pages import PartCell, TablePart

_FIGURE = re.compile(r"-?[\d,]+(\.\d+)?%?")
_LEAST_FIGURES = 3
_MOST_CUT = 2
_FEW_ROWS = 4
"""Rows of headers that are blank on the right, where the edge of the page cut them; a table has more rows."""

_SAME_HEIGHT = 1.5
"""Points."""


def joined_right(left: TablePart, right: TablePart) -> TablePart | None:
    """The table that goes on to the right; None where the right one is a table of its own."""
    lacking = left.row_count - right.row_count
    if not 0 <= lacking <= _MOST_CUT:
        return None
    if lacking and (right.row_count < _FEW_ROWS or not _are_cut_above(left, lacking)):
        return None
    repeated = 0 if lacking else _repeated_columns(left, right)
    rest = [cell for cell in right.cells if cell.col >= repeated]
    if not _has_labels(left.cells) or not _are_figures(rest) or not _have_same_rows(left, right, lacking):
        return None
    if lacking:
        _lower(left, right, lacking)
    return _joined(left, right, rest, repeated)


def _are_cut_above(left: TablePart, lacking: int) -> bool:
    """Whether the cells at the right edge end where the right part begins."""
    edge = [cell for cell in left.cells if cell.col + cell.col_span == len(left.edges) - 1]
    return not any(cell.row < lacking < cell.row + cell.row_span for cell in edge)


def _lower(left: TablePart, right: TablePart, lacking: int) -> None:
    """Let header cells that the edge of the page cut reach over the right part, which begins below them."""
    width = len(left.edges) - 1
    for cell in left.cells:
        if cell.row < lacking and cell.col + cell.col_span == width:
            cell.col_span += len(right.edges) - 1
    for cell in right.cells:
        cell.row += lacking


def _repeated_columns(left: TablePart, right: TablePart) -> int:
    """How many columns of the right part, from its first, print what the left part prints in them."""
    columns = [_columns(part) for part in (left, right)]
    count = 0
    for was, now in zip(*columns, strict=False):
        if was != now:
            break
        count += 1
    return count


def _columns(part: TablePart) -> list[list[tuple[int, str]]]:
    columns: list[list[tuple[int, str]]] = [[] for _ in part.edges[1:]]
    for cell in part.cells:
        columns[cell.col].append((cell.row, "".join(cell.text.split())))
    return columns


def _has_labels(cells: Sequence[PartCell]) -> bool:
    first = _first_row_of_figures(cells)
    return any(cell.row >= first and _is_word(cell) for cell in cells)


def _are_figures(cells: Sequence[PartCell]) -> bool:
    """Whether there are figures, and no words from the first row of figures on."""
    first = _first_row_of_figures(cells)
    body = [cell for cell in cells if cell.row >= first]
    return sum(map(_is_figure, body)) >= _LEAST_FIGURES and not any(map(_is_word, body))


def _first_row_of_figures(cells: Sequence[PartCell]) -> int:
    return min((cell.row for cell in cells if "." in cell.text and _is_figure(cell)), default=0)


def _is_figure(cell: PartCell) -> bool:
    return _FIGURE.fullmatch(cell.text.strip()) is not None


def _is_word(cell: PartCell) -> bool:
    return any(character.isalpha() for character in cell.text)


def _have_same_rows(left: TablePart, right: TablePart, lacking: int) -> bool:
    heights = _heights(left)
    others = {row + lacking: height for row, height in _heights(right).items()}
    both = heights.keys() & others.keys()
    return 2 * len(both) > left.row_count and all(
        abs(heights[row] - others[row]) < _SAME_HEIGHT for row in both
    )


def _heights(part: TablePart) -> dict[int, float]:
    return {cell.row: cell.box[3] - cell.box[1] for cell in part.cells if cell.row_span == 1}


def _joined(left: TablePart, right: TablePart, rest: list[PartCell], repeated: int) -> TablePart:
    """The two side by side; a header cell that the edge of the page cut is one cell again."""
    width = len(left.edges) - 1
    shift = width - repeated
    offset = left.edges[-1] - right.edges[repeated]
    cut = {
        (cell.row, cell.row_span): cell
        for cell in left.cells
        if cell.col + cell.col_span == width and cell.text
    }
    header = _first_row_of_figures(rest)
    kept: list[PartCell] = []
    for cell in rest:
        whole = cut.get((cell.row, cell.row_span))
        if whole and cell.col == repeated and not cell.text.strip() and cell.row + cell.row_span < header:
            whole.col_span += cell.col_span
        else:
            cell.col += shift
            kept.append(cell)
    cells = sorted([*left.cells, *kept], key=lambda cell: (cell.row, cell.col))
    edges = [*left.edges, *(edge + offset for edge in right.edges[repeated + 1 :])]
    lowest = [cell for cell in cells if cell.row + cell.row_span == left.row_count]
    return TablePart(left.page, edges, left.row_count, cells, left.top, lowest)
