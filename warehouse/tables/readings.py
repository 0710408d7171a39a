"""Another reading of the same grid, chosen where only it satisfies the sums that the table prints.

No printed value is altered: only which column a figure belongs to. Two kinds of reading are tried:

- headers beside their figures: a column lost or added where the file was made leaves a header without
  figures and, further along, figures without a header; the headers between them are moved by one column;
- a row out of place: a cell lost or added in one row leaves the rest of the row one column off, and a figure
  in a cell merged over several columns may belong to any of them.

Where two lists stand side by side, the totals of each say which side it is, should the header be cut
elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise

from warehouse.documents.model import Cell
from warehouse.tables import meanings, money
from warehouse.tables.header_rows import Grid
from warehouse.tables.headers import Column, Header
from warehouse.tables.identities import Figures, Place, Sum, figures_of, holds, sums_of
from warehouse.tables.roles import Item
from warehouse.tables.rows import read_items

_ONLY_SO = "only so every total is the sum of its parts"
_CUT = "the header is cut between the two sides beside the lists; 收入总计 and 支出总计 say which is which"
_MAX_ROWS = 80
_MAX_FAILURES = 40
"""Of the search: a table in which sums fail of more rows, or more sums, is no case of single cells lost."""

_TOLD = 3
"""Rows that must add up by a header before it is moved where no sum fails."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a grid is read: its header, and the figures that belong to another column than their own."""

    header: Header
    moved: Mapping[Place, int] = field(default_factory=dict)
    reason: str | None = None
    """Why it is not read as its header stands; None where it is."""
    rows: Mapping[int, Sequence[Cell]] = field(default_factory=dict)
    """Rows whose names, too, stand one column beside their headers, with every cell where it belongs."""
    items: dict[int, list[Item]] | None = None
    """What its rows are about, where they had to be read to judge it."""

    def column_of(self, row: int, col: int) -> int:
        """The column that the figure printed at a place belongs to."""
        return self.moved.get((row, col), col)

    def names_in(self, grid: Grid) -> Grid:
        """The grid to read the names of rows from."""
        return [self.rows.get(at, row) for at, row in enumerate(grid)] if self.rows else grid


def choose_reading(header: Header, grid: Grid) -> Reading:
    """The grid as printed, or the one other reading in which every sum of the table holds.

    A table whose sums hold as printed, over its columns too, is never read otherwise; where no other reading,
    or more than one, satisfies the sums, it is read as printed.
    """
    items = read_items(header, grid)
    told = _told_sides(header, items)
    if told != header:
        reading = choose_reading(told, grid)
        cut = [column.parts for column in told.columns] != [column.parts for column in header.columns]
        return replace(reading, reason=reading.reason or _CUT) if cut else reading
    sums, figures = sums_of(header, items), figures_of(header, grid)
    printed = _judged(sums, figures)
    if printed and all(printed.values()):
        return _header_moved_to_figures(header, grid, printed) or Reading(header, items=items)
    shifted = _rows_without_first_cell(header, grid, list(printed.values()).count(False))
    if shifted is None and (moved := _header_moved(header, grid)):
        return moved
    if shifted:
        names = shifted.names_in(grid)
        sums, figures = sums_of(header, read_items(header, names)), figures_by(shifted, grid)
        return _with_placing(shifted, _rows_put_right(header, names, figures, sums))
    return _with_placing(Reading(header, items=items), _rows_put_right(header, grid, figures, sums))


def _with_placing(reading: Reading, placing: Mapping[Place, int] | None) -> Reading:
    """A reading in which, besides, some figures belong to other columns."""
    if not placing:
        return reading
    moved = {place: placing.get((place[0], col), col) for place, col in reading.moved.items()}
    moved |= {place: col for place, col in placing.items() if place[0] not in reading.rows}
    return replace(reading, moved=moved, reason=_reason({place[0] for place in moved}))


def figures_by(reading: Reading, grid: Grid) -> dict[Place, Decimal]:
    """What the columns of amounts print, each figure in the column that it belongs to."""
    figures = figures_of(reading.header, grid)
    kept = {
        place: value
        for place, value in figures.items()
        if place not in reading.moved and place[0] not in reading.rows
    }
    return kept | {
        (row, belongs): value
        for (row, col), belongs in reading.moved.items()
        if (value := money.parse_number(grid[row][col].text)) is not None
    }


def _header_moved(header: Header, grid: Grid) -> Reading | None:
    """The header moved by one column, where exactly one such reading satisfies all sums."""
    moved = [other for other in _headers_moved(header, grid) if _satisfied(other[0], grid)]
    return Reading(moved[0][0], reason=moved[0][1]) if len(moved) == 1 else None


def _header_moved_to_figures(header: Header, grid: Grid, printed: Mapping[Sum, bool]) -> Reading | None:
    """The header moved by one column, where it alone lets sums over the columns be told at all.

    A header that stands beside every figure leaves a total without figures: nothing fails, and nothing says
    that the columns are right. Moved, it must make several rows add up, one of them of several parts.
    """
    if any(each.family != "rows" for each in printed):
        return None
    moved = _header_moved(header, grid)
    if moved is None:
        return None
    figures = figures_of(moved.header, grid)
    parts = [
        sum(figures.get(place, 0) != 0 for place in each.parts)
        for each in sums_of(moved.header, read_items(moved.header, grid))
        if each.family != "rows" and each.total in figures
    ]
    return moved if len(parts) >= _TOLD and max(parts) > 1 else None


def _told_sides(header: Header, items: Mapping[int, Sequence[Item]]) -> Header:
    """The header with the sides that 收入总计 and 支出总计 tell, where every list has one of them.

    A text above that names the other side stands above the wrong column, and gives way to the right one.
    """
    told = {
        group: sides.pop()
        for group, listed in items.items()
        if len(sides := {meanings.side_of(item.label) for item in listed if item.role == "total"} - {None})
        == 1
    }
    if len(told) != len(items) or set(told.values()) != {"revenue", "expenditure"}:
        return header
    tops = {meanings.side_of(column.parts[0]): column.parts[0] for column in header.columns if column.parts}
    columns = []
    for column in header.columns:
        side, parts = told[column.group], column.parts
        if len(parts) > 1 and side in tops and meanings.side_of(parts[0]) not in {None, side}:
            parts = (tops[side], *parts[1:])
        columns.append(replace(column, side=side, parts=parts))
    return replace(header, columns=tuple(columns))


def _judged(sums: Sequence[Sum], figures: Figures) -> dict[Sum, bool]:
    return {each: held for each in sums if (held := holds(each, figures)) is not None}


def _satisfied(header: Header, grid: Grid) -> bool:
    """Whether sums over the columns hold in every row that prints them, and all sums over rows."""
    judged = _judged(sums_of(header, read_items(header, grid)), figures_of(header, grid))
    return any(each.family != "rows" for each in judged) and all(judged.values())


def _headers_moved(header: Header, grid: Grid) -> Iterator[tuple[Header, str]]:
    """Headers moved by one column between a header without figures and figures without a header."""
    amounts = [column for column in header.columns if column.role == "amount"]
    filled = {column.index for column in amounts if _has_figures(grid, header, column)}
    empty = [column for column in amounts if column.parts and column.index not in filled]
    unnamed = [column for column in amounts if not column.parts and column.index in filled]
    for start in empty:
        for end in unnamed:
            step = 1 if end.index > start.index else -1
            between = [
                column
                for column in amounts
                if min(start.index, end.index) <= column.index <= max(start.index, end.index)
            ]
            if len(between) - 1 == abs(end.index - start.index) > 1:
                side = "left" if step > 0 else "right"
                yield (
                    _moved(header, between[::step], step),
                    f"{len(between) - 1} headers stand one column {side} of their figures; {_ONLY_SO}",
                )


def _has_figures(grid: Grid, header: Header, column: Column) -> bool:
    return any(money.parse_number(row[column.index].text) is not None for row in grid[header.rows.end :])


def _moved(header: Header, columns: Sequence[Column], step: int) -> Header:
    """The headers of `columns` moved by `step`, the last of them being without one."""
    changed = {column.index + step: replace(column, index=column.index + step) for column in columns[:-1]}
    changed[columns[0].index] = replace(columns[-1], index=columns[0].index, role="text")
    return replace(header, columns=tuple(changed.get(column.index, column) for column in header.columns))


def _rows_without_first_cell(header: Header, grid: Grid, failures: int) -> Reading | None:
    """Rows that lost a cell before their name, moved by one column, where they add up and no more sums fail.

    In such a row a figure stands where names do, its name in the column before, and nothing in the last one.
    """
    names = [column.index for column in header.columns if column.role == "name" and column.index]
    amounts = [column.index for column in header.columns if column.role == "amount"]
    if not names or not amounts:
        return None
    rows: dict[int, Sequence[Cell]] = {}
    for at, row in enumerate(grid[header.rows.end :], start=header.rows.end):
        is_name = money.parse_number(row[names[0] - 1].text) is None and row[names[0] - 1].text.strip()
        is_figure = money.parse_number(row[names[0]].text) is not None
        if is_name and is_figure and not row[-1].text.strip():
            rows[at] = [Cell(at, 0, ""), *row[:-1]]
    if not rows:
        return None
    moved = {
        (at, col - 1): col
        for at, cells in rows.items()
        for col in amounts
        if money.parse_number(cells[col].text) is not None
    }
    reading = Reading(header, moved, _reason(rows), rows)
    sums = sums_of(header, read_items(header, reading.names_in(grid)))
    judged = _judged(sums, figures_by(reading, grid))
    own = [held for each, held in judged.items() if each.family != "rows" and each.total[0] in rows]
    return reading if own and all(own) and list(judged.values()).count(False) <= failures else None


def _rows_put_right(
    header: Header, grid: Grid, figures: Figures, sums: Sequence[Sum]
) -> dict[Place, int] | None:
    """Other columns for the figures of some rows, where only with them all sums hold."""
    printed = _judged(sums, figures)
    failing = [each for each, held in printed.items() if not held]
    trusted = {each.family for each, held in printed.items() if held}
    if not failing or len(failing) > _MAX_FAILURES or any(each.family not in trusted for each in failing):
        return None
    rows = sorted({place[0] for each in failing for place in (each.total, *each.parts)})
    if len(rows) > _MAX_ROWS:
        return None
    sums_with: dict[int, list[Sum]] = {row: [] for row in rows}
    for each in sums:
        for row in sums_with.keys() & {place[0] for place in (each.total, *each.parts)}:
            sums_with[row].append(each)
    columns = [column.index for column in header.columns if column.role == "amount"]
    right = {
        row: [
            placing
            for placing in _distinct(_placings(figures, grid[row], row, columns))
            if _hold_strictly(sums_with[row], figures, placing)
        ]
        for row in rows
    }
    return _only_one(right, figures, failing)


def _distinct(placings: Iterator[dict[Place, int]]) -> list[dict[Place, int]]:
    return [dict(placing) for placing in {tuple(each.items()): None for each in placings}]


def _only_one(
    right: Mapping[int, list[dict[Place, int]]], figures: Figures, failing: Sequence[Sum]
) -> dict[Place, int] | None:
    """One row put right, or one row for each failure: whatever makes all sums hold, if nothing else does."""
    alone = [
        placing
        for placings in right.values()
        for placing in placings
        if _hold_strictly(failing, figures, placing)
    ]
    if alone or any(len(placings) > 1 for placings in right.values()):
        return alone[0] if len(alone) == 1 else None
    every = {
        place: col for placings in right.values() for placing in placings for place, col in placing.items()
    }
    return every if every and _hold_strictly(failing, figures, every) else None


def _reason(rows: Iterable[int]) -> str:
    return f"figures of row {', '.join(map(str, sorted(rows)))} belong to the columns beside them; {_ONLY_SO}"


def _placings(
    figures: Figures, cells: Sequence[Cell], row: int, columns: Sequence[int]
) -> Iterator[dict[Place, int]]:
    """Other columns for the figures of a row: moved by one from some column on, or within a merged cell.

    No figure moves past a text: a lost cell would have moved the text as well.
    """
    filled = [col for col in columns if (row, col) in figures]
    for col in filled:
        for other in range(col + 1, col + cells[col].col_span):
            if other in columns:
                yield {(row, col): other}
    near = [(col, after) for col, after in pairwise(columns) if not _has_text(cells[col + 1 : after])]
    right, left = dict(near), {after: col for col, after in near}
    for start in filled:
        rest = [col for col in filled if col >= start]
        if all(col in right for col in rest):
            yield {(row, col): right[col] for col in rest}
        if all(col in left for col in rest) and left[start] not in filled:
            yield {(row, col): left[col] for col in rest}


def _has_text(cells: Sequence[Cell]) -> bool:
    return any(cell.text.strip() for cell in cells)


def _hold_strictly(sums: Sequence[Sum], figures: Figures, placing: Mapping[Place, int]) -> bool:
    """Whether all sums hold, a figure without its total or a total without parts being a failure."""
    arrived = {(place[0], col): figures[place] for place, col in placing.items()}
    for each in sums:
        placed = {
            place: value
            for place in (each.total, *each.parts)
            if (value := arrived.get(place, None if place in placing else figures.get(place))) is not None
        }
        total, parts = each.total in placed, len(placed) - (each.total in placed) > 0
        if total != parts and any(placed.values()):
            return False
        if total and parts and not holds(each, placed):
            return False
    return True
