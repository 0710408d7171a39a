"""A table with header and rows → its published amounts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, zip_longest

from warehouse.documents.model import Cell
from warehouse.tables import labels, meanings, money
from warehouse.tables.context import Context
from warehouse.tables.header_rows import repeated_header_rows
from warehouse.tables.headers import Column
from warehouse.tables.model import Amount
from warehouse.tables.roles import Item
from warehouse.tables.text import key, printed

_PROJECT_LISTS = frozenset(
    {"project_expenditure", "project_expenditure_carryover", "project_performance", "performance_summary"}
)


def read_amounts(context: Context) -> tuple[list[Amount], list[str]]:
    """The amounts of a table, and what was seen in their columns and is none.

    Blank cells (dashes too) give nothing, a printed zero does; a merged figure is one amount, at its first
    cell.

    Returns:
        Amounts in the order of the cells; a sentence for each cell with digits that gives no amount, or one
        that is not the printed figure exactly.
    """
    columns = {column.index: column for column in context.header.columns if column.role == "amount"}
    counts, units = _count_rows(context), _units_of_rows(context)
    items = {
        (item.row, group): item
        for group, listed in context.items.items()
        for item in _without_counts(listed, {row for row, of in counts if of == group})
    }
    amounts: list[Amount] = []
    unread: list[str] = []
    for cell, column in _figures(context, columns):
        item = items.get((cell.row, column.group))
        if item and not item.code and meanings.is_rate_row(item.label):
            continue
        if (cell.row, column.group) in counts and not _says_value(column):
            continue
        unit = units.get(cell.row, context.unit) if units else context.unit
        if units and unit is None:
            continue
        amount = _amount(context, column, item, cell, unit) if item else None
        if amount:
            amounts.append(amount)
            if not money.is_exact(money.parse_number(cell.text) or money.ZERO, amount.unit):
                unread.append(f"{_where(cell)} is rounded to 0.01 元")
        elif not money.is_blank(cell.text) and any(character.isdigit() for character in cell.text):
            has_unit = unit or column.unit
            if not has_unit and context.caption.counts:
                continue
            unread.append(
                f"{_where(cell)} is no amount" if has_unit else f"{_where(cell)} has no unit of money"
            )
    return _reprints_marked(amounts, context), unread


def _reprints_marked(amounts: list[Amount], context: Context) -> list[Amount]:
    """The amounts; a merged row that the next page prints again counts once: there it is `of_which`."""
    result: list[Amount] = []
    before: list[Amount] = []
    for _, group in groupby(amounts, key=lambda amount: amount.row):
        row = list(group)
        if _is_reprint(row, before, context):
            result += [replace(amount, row_role="of_which") for amount in row]
        else:
            result += row
        before = row
    return result


def _is_reprint(row: list[Amount], before: list[Amount], context: Context) -> bool:
    if not before or row[0].page == before[0].page:
        return False
    grid = context.section.grid
    merged = any(grid[line[0].row][line[0].col].row_span > 1 for line in (row, before))
    return merged and [_printed_facts(amount) for amount in row] == [
        _printed_facts(amount) for amount in before
    ]


def _printed_facts(amount: Amount) -> tuple[int, str, str, str]:
    return amount.col, amount.item_code, amount.item_label, amount.value_text


def _figures(context: Context, columns: dict[int, Column]) -> Iterator[tuple[Cell, Column]]:
    reading, end = context.reading, context.header.rows.end
    repeated = repeated_header_rows(context.header.rows, context.section.grid)
    for cell in context.section.table.cells:
        if cell.row < end or not cell.text or cell.row in repeated:
            continue
        column = columns.get(reading.column_of(cell.row, cell.col))
        if column:
            yield cell, column


def _count_rows(context: Context) -> frozenset[tuple[int, int]]:
    """Row and list of the rows whose figures are counts: 车辆数合计（辆） and the kinds of vehicles below it.

    Where a column of its own holds quantities, the unit behind a label belongs to that column.
    """
    if context.header.with_role("quantity", "measure_unit") or context.table_type.name == "assets":
        return frozenset()
    found: set[tuple[int, int]] = set()
    for group, items in context.items.items():
        level: int | None = None
        for item in items:
            own = labels.level_of(item.label)
            below = level is not None and own is not None and own > level
            if labels.is_count(item.label):
                level = level if below else own
            elif not below:
                level = None
                continue
            found.add((item.row, group))
    return frozenset(found)


def _without_counts(items: Sequence[Item], counts: Collection[int]) -> Iterator[Item]:
    """The rows of a list; one that stands above nothing but counts of things is the sum of nothing."""
    if not counts:
        yield from items
        return
    for item, below in zip_longest(items, items[1:]):
        heads_counts = item.role == "subtotal" and below is not None and below.row in counts
        yield replace(item, role="leaf") if heads_counts and item.row not in counts else item


def _says_value(column: Column) -> bool:
    """Whether a header speaks of what things are worth, so that a unit behind a label tells of the thing."""
    return column.unit is not None or any(word in column.path for word in ("价值", "原值", "净值"))


def _where(cell: Cell) -> str:
    return f"row {cell.row} column {cell.col} {printed(cell.text)[:40]!r}"


def _units_of_rows(context: Context) -> dict[int, str | None]:
    """The unit of money of each row that names one in a column of units; None where it counts things.

    Empty where that column never names a unit of money: it is that of quantities, or of indicators, then.
    """
    columns = context.header.with_role("measure_unit")
    if not columns or context.header.with_role("quantity", "target"):
        return {}
    col, grid = columns[0].index, context.section.grid
    said = {row: key(grid[row][col].text) for row in range(context.header.rows.end, len(grid))}
    known = money.unit_factors()
    if not any(text in known for text in said.values()):
        return {}
    return {row: text if text in known else None for row, text in said.items() if text}


def _amount(
    context: Context, column: Column, item: Item, cell: Cell, unit_of_row: str | None
) -> Amount | None:
    """The amount that a cell prints; None where it prints no number, or no unit is known."""
    value = money.parse_number(cell.text)
    unit = money.stated_unit(cell.text) or column.unit or unit_of_row
    if value is None or unit is None:
        return None
    role = item.role
    if role == "leaf" and context.table_type.name in _PROJECT_LISTS and _is_unit_row(context, item):
        role = "subtotal"
    return Amount(
        *context.section.place(cell),
        table_type=context.table_type.name,
        table_title=context.caption.title,
        side=column.side,
        item_code=item.code,
        item_label=item.label,
        item_code_2=item.code_2,
        item_label_2=item.label_2,
        agency_code=item.agency_code,
        column_path=column.path,
        value_text=printed(cell.text),
        unit=unit,
        amount_yuan=money.to_yuan(value, unit),
        row_role=role,
        fund_type=column.fund_type,
        nature=column.nature,
        period=column.period or _period_of_row(context, item.label),
        confidence=cell.confidence,
    )


def _period_of_row(context: Context, label: str) -> str | None:
    """The period that a row names where the items are the headers (2023年预算 | 1.00 | 0.50)."""
    if not meanings.is_period_row(label):
        return None
    year = context.caption.fiscal_year or max(
        (
            meanings.year_of(item.label) or 0
            for item in context.items.get(0, [])
            if meanings.is_period_row(item.label)
        ),
        default=0,
    )
    return meanings.period_of((label,), year or None, None)


def _is_unit_row(context: Context, item: Item) -> bool:
    """Whether a row among projects is the sum of a unit: named like one, without a goal of its own."""
    if key(item.label) == key(context.caption.agency_name or "") != "":
        return True
    goals = context.header.with_role("goal")
    has_goal = any(context.section.grid[item.row][column.index].text.strip() for column in goals)
    return bool(goals) and not has_goal and labels.names_a_unit(item.label)
