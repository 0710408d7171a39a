"""A sheet as it is printed → its lines and tables: titles and units around them, tables beside and below."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from warehouse.documents.captions import CAPTION, TITLE, UNIT_LINE, plain, split_captions
from warehouse.documents.grid import tile, without_slivers
from warehouse.documents.model import Cell, Line, Notice, Table

Block = Line | Table
Area = tuple[tuple[int, int], tuple[int, int]]
"""First and last place."""

_CAPTION_ROWS = 4


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as it is printed; rows and columns count from 0 in the sheet."""

    name: str | None
    rows: Sequence[Sequence[str]]
    merged: Sequence[Area]
    hidden_rows: Collection[int]
    hidden_columns: Collection[int]
    narrow_columns: Collection[int] = ()
    """Not wider than edges of rows may differ."""


def sheet_blocks(sheet: Sheet, notices: list[Notice]) -> Iterator[Block]:
    """The lines and tables of a sheet; what stands in hidden rows and columns is a notice only."""
    rows = sheet.rows
    width = max(map(len, rows), default=0)
    visible_rows = [r for r in range(len(rows)) if r not in sheet.hidden_rows]
    visible_columns = [c for c in range(width) if c not in sheet.hidden_columns]
    hidden = sum(
        1
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
        if text.strip() and (r in sheet.hidden_rows or c in sheet.hidden_columns)
    )
    if hidden:
        notices.append(
            Notice(
                "hidden_cells",
                f"{hidden} cells in hidden rows or columns of sheet {sheet.name!r} were not read",
            )
        )
    if covered := _covered(rows, sheet.merged):
        detail = f"{covered} texts under merged cells of sheet {sheet.name!r} were not read"
        notices.append(Notice("covered_text", detail))
    cells = _visible_cells(rows, sheet.merged, visible_rows, visible_columns)
    narrow = {place for place, column in enumerate(visible_columns) if column in sheet.narrow_columns}
    cells = without_slivers(cells, narrow)
    for strip in _strips(cells):
        for first, last in _parts(strip, len(visible_rows)):
            for part in _strips([cell for cell in strip if first <= cell.row < last]):
                yield from _part_blocks(part, first, sheet.name)


def _covered(rows: Sequence[Sequence[str]], merged: Sequence[Area]) -> int:
    """How many texts stand in merged areas behind their first place."""
    count = 0
    for (top, left), (bottom, right) in merged:
        for row in range(top, min(bottom + 1, len(rows))):
            texts = rows[row][left : right + 1]
            count += sum(1 for text in texts if text.strip())
        count -= bool(top < len(rows) and left < len(rows[top]) and rows[top][left].strip())
    return count


def _visible_cells(
    rows: Sequence[Sequence[str]],
    merged: Sequence[Area],
    visible_rows: Sequence[int],
    visible_columns: Sequence[int],
) -> list[Cell]:
    """Cells with their spans, at positions that count visible rows and columns only."""
    spans = dict(merged)
    row_at = {row: position for position, row in enumerate(visible_rows)}
    column_at = {column: position for position, column in enumerate(visible_columns)}
    cells: list[Cell] = []
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            end_row, end_column = spans.get((r, c), (r, c))
            # A merged cell shows its text in its first visible row and column, even where its corner is
            # hidden.
            down = [row_at[i] for i in range(r, min(end_row, len(rows) - 1) + 1) if i in row_at]
            right = [column_at[i] for i in range(c, min(end_column, len(row) - 1) + 1) if i in column_at]
            if down and right and (text or len(down) * len(right) > 1):
                cells.append(Cell(down[0], right[0], text, len(down), len(right)))
    return cells


def _strips(cells: Sequence[Cell]) -> Iterator[Sequence[Cell]]:
    """Tables that stand side by side: parted by a blank column, and each with a title of its own."""
    with_text = [cell for cell in cells if cell.text.strip()]
    starts: list[int] = []
    reach = -2
    for cell in sorted(with_text, key=lambda cell: cell.col):
        if cell.col > reach + 1:
            starts.append(cell.col)
        reach = max(reach, cell.col + cell.col_span - 1)
    titled = {
        bisect_right(starts, cell.col) for cell in with_text if TITLE.fullmatch(plain(cell.text)) is not None
    }
    if len(starts) < 2 or len(titled) < len(starts):
        yield cells
        return
    for number in range(1, len(starts) + 1):
        yield [cell for cell in cells if max(1, bisect_right(starts, cell.col)) == number]


def _parts(cells: Sequence[Cell], row_count: int) -> Iterator[tuple[int, int]]:
    """Stretches of rows that hold one table each: one begins at a title after a blank row or above a unit."""
    by_row: dict[int, list[Cell]] = {}
    blank = [True] * row_count
    for cell in cells:
        if cell.text.strip():
            by_row.setdefault(cell.row, []).append(cell)
            for row in range(cell.row, cell.row + cell.row_span):
                blank[row] = False
    start = 0
    for row in range(1, row_count):
        if not blank[row] and _begins_table(by_row, row, after_blank=blank[row - 1]):
            yield start, row
            start = row
    yield start, row_count


def _begins_table(by_row: dict[int, list[Cell]], row: int, *, after_blank: bool) -> bool:
    """Whether a text that stands alone in its row is the title, or the number (附表3), of another table."""
    texts, *following = ([plain(cell.text) for cell in by_row.get(row + n, [])] for n in range(_CAPTION_ROWS))
    if len(texts) != 1:
        return False
    is_title = TITLE.fullmatch(texts[0]) is not None
    above_unit = any(UNIT_LINE.fullmatch(text) for texts_below in following for text in texts_below)
    if after_blank:
        return is_title or CAPTION.fullmatch(texts[0]) is not None or above_unit
    return is_title and above_unit and row - 1 in by_row and len(by_row[row - 1]) > 1


def _part_blocks(cells: Sequence[Cell], first: int, sheet: str | None) -> Iterator[Block]:
    with_text = [cell for cell in cells if cell.text.strip()]
    if not with_text:
        return
    left = min(cell.col for cell in with_text)
    right = max(cell.col for cell in with_text)
    bottom = max(cell.row for cell in with_text)
    grid = [
        Cell(
            cell.row - first,
            cell.col - left,
            cell.text,
            min(cell.row_span, bottom + 1 - cell.row),
            min(cell.col_span, right + 1 - cell.col),
        )
        for cell in cells
        if left <= cell.col <= right and cell.row <= bottom
    ]
    table = tile(grid, bottom + 1 - first, sheet=sheet)
    if table.column_count == 1:
        yield from (
            Line(text, sheet=sheet) for cell in with_text for text in cell.text.split("\n") if text.strip()
        )
        return
    before, kept, after = split_captions(table)
    yield from before
    if kept is not None:
        yield kept
    yield from after
