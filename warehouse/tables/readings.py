"""Another reading of the same grid, chosen where only it satisfies what the header says.

A header that stands one column beside its figures (a column lost or added where the file was made) shows in
two ways: the first column under the header is blank throughout, and figures stand in a column without header.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from warehouse.documents.model import Cell
from warehouse.tables import meanings, money
from warehouse.tables.headers import Column, Grid, Header

_HALF_UNIT = Decimal("0.005")


def choose_reading(header: Header, grid: Grid) -> tuple[Header, str | None]:
    """The header as printed, or moved by one column where only so every total is the sum of its parts.

    No printed value is altered: only which header a column of figures belongs to.

    Returns:
        The header to read by; a sentence on the choice, None where the printed reading stands.
    """
    if _totals_hold(header, grid):
        return header, None
    for step, side in ((1, "left"), (-1, "right")):
        moved = _moved(header, grid, step)
        if moved and _totals_hold(moved, grid):
            return (
                moved,
                f"headers stand one column {side} of their figures; only so 合计 is the sum of its parts",
            )
    return header, None


def _moved(header: Header, grid: Grid, step: int) -> Header | None:
    """The headers of amounts moved one column to the right (1) or left (-1); None where nothing calls for it.

    What calls for it: the outermost header has no figures, and figures at the other end have no header.
    """
    amounts = [column for column in header.columns if column.role == "amount"][::step]
    together = all(abs(a.index - b.index) == 1 for a, b in pairwise(amounts))
    if len(amounts) < 3 or not together:
        return None
    empty, unnamed = amounts[0], amounts[-1]
    if unnamed.parts or not empty.parts or _figures(grid, header, empty):
        return None
    moved = {column.index + step: replace(column, index=column.index + step) for column in amounts[:-1]}
    moved[empty.index] = replace(unnamed, index=empty.index, role="text")
    return replace(header, columns=tuple(moved.get(column.index, column) for column in header.columns))


def _figures(grid: Grid, header: Header, column: Column) -> list[Decimal]:
    """What a column prints, blanks left out."""
    cells = (row[column.index].text for row in grid[header.rows.end :])
    return [value for text in cells if (value := money.parse_number(text)) is not None]


def _totals_hold(header: Header, grid: Grid) -> bool:
    """Whether 合计 is the sum of the columns beside it in every row that prints it."""
    amounts = [column for column in header.columns if column.role == "amount"]
    totals = [column for column in amounts if column.parts and meanings.is_total(column.parts[-1])]
    if len(totals) != 1 or any(len(column.parts) > 1 for column in amounts):
        return False
    rows = [_row_figures(row, totals[0], amounts) for row in grid[header.rows.end :]]
    told = [(total, parts) for total, parts in rows if total is not None]
    return bool(told) and all(
        abs(total - sum(parts, Decimal(0))) <= _HALF_UNIT * (len(parts) + 1) for total, parts in told
    )


def _row_figures(
    row: Sequence[Cell], total: Column, amounts: Sequence[Column]
) -> tuple[Decimal | None, list[Decimal]]:
    texts = {column.index: row[column.index].text for column in amounts}
    parts = [money.parse_number(text) for index, text in texts.items() if index != total.index]
    return money.parse_number(texts[total.index]), [value for value in parts if value is not None]
