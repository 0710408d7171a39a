"""The header of a table → what each of its columns means."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import dropwhile

from warehouse.immutable import immutable
from warehouse.tables import meanings, money
from warehouse.tables.captions import unit_in
from warehouse.tables.header_rows import CODE_PARTS, Grid, HeaderRows, below_captions, find_header_rows
from warehouse.tables.rates import rate_columns
from warehouse.tables.text import key, printed, remembered

_CODE = re.compile(r"\d{3}|\d{5}|\d{7}|\d{9}")
_CATALOGUE = re.compile(r"[ABC]\d{0,9}")
_CODE_ROLES = frozenset({"code", *CODE_PARTS.values()})
_IDENTITY_ROLES = frozenset({"name", *_CODE_ROLES})
_TEXT_ROLES = frozenset({"name", "text", "goal", "agency_name", "description", "basis"})


@immutable
class Column:
    """One column of a grid: what its header says.

    `role` is `amount` or one of `vocabulary/columns.yml`; `group` counts lists that stand side by side;
    `unit` is the unit of money that the header itself states.
    """

    index: int
    parts: tuple[str, ...]
    role: str
    group: int = 0
    side: str | None = None
    fund_type: str | None = None
    nature: str | None = None
    period: str | None = None
    unit: str | None = None

    @property
    def path(self) -> str:
        """Header texts from top to bottom, joined by `/`."""
        return _path(self.parts)


@remembered
def _path(parts: tuple[str, ...]) -> str:
    return "/".join(parts)


@immutable
class Header:
    """Header rows and columns of one table."""

    rows: HeaderRows
    columns: tuple[Column, ...]

    @property
    def row_count(self) -> int:
        """Rows above the first row of data, captions and column numbers included."""
        return self.rows.end

    def with_role(self, *roles: str) -> tuple[Column, ...]:
        """Columns that play one of these roles, from the left."""
        return tuple(column for column in self.columns if column.role in roles)


def _header_texts(grid: Grid, rows: HeaderRows) -> list[list[str]]:
    """Header texts per row and column; a blank under a divided header takes the text from its left."""
    texts = [
        [printed(cell.text) for cell in grid[row]]
        for row in range(rows.first, rows.end)
        if row not in rows.numbers
    ]
    for level, row in enumerate(texts[:-1]):
        for col in range(1, len(row)):
            divided = any(below[col] for below in texts[level + 1 :]) and any(
                below[col - 1] for below in texts[level + 1 :]
            )
            same_parent = all(upper[col] == upper[col - 1] for upper in texts[:level])
            if not row[col] and row[col - 1] and divided and same_parent:
                row[col] = row[col - 1]
    return texts


def _parts(texts: list[list[str]], col: int) -> tuple[str, ...]:
    parts: list[str] = []
    for row in texts:
        if row[col] and (not parts or parts[-1] != row[col]):
            parts.append(row[col])
    return tuple(parts)


def _role(parts: tuple[str, ...], cells: list[str]) -> str:
    """The role by header; where that is silent or contradicted by every cell, by what the cells print."""
    role = meanings.role_of(parts)
    if role is None and len(parts) > 1 and meanings.is_total(parts[-1]):
        outer = meanings.role_of(parts[:-1])
        role = outer if outer in _IDENTITY_ROLES else None
    if _may_hold_codes(role, parts) and _mostly(_CODE, cells):
        return "code"
    if role in _TEXT_ROLES and _mostly(money.LIKE_MONEY, cells):
        return "amount"
    if role in {"project_code", "item_name"} and _mostly(_CATALOGUE, cells):
        return "code"
    if role is not None:
        return role
    if meanings.counts_things(parts) and not any("." in text for text in cells):
        return "quantity"
    has_numbers = any(money.parse_number(text) is not None for text in cells)
    is_amount = has_numbers or meanings.says_amount(parts) or all(map(money.is_blank, cells))
    return "amount" if is_amount else "text"


def _may_hold_codes(role: str | None, parts: tuple[str, ...]) -> bool:
    """Whether a header leaves open that codes stand below it."""
    said = "".join(parts)
    return role == "name" or (role in {None, "text"} and ("科目" in said or "编码" in said))


def _mostly(pattern: re.Pattern[str], texts: Sequence[str]) -> bool:
    """Whether six of ten texts that print something match."""
    matching = sum(pattern.fullmatch(text) is not None for text in texts)
    return matching > 0 and matching * 10 >= sum(not money.is_blank(text) for text in texts) * 6


def read_header(grid: Grid, *, fiscal_year: int | None = None, phase: str | None = None) -> Header:
    """Header rows and the meaning of every column of a table.

    Args:
        grid: Rows of cells, a spanning cell at every position that it covers.
        fiscal_year: Of the table, where known: printed years are set against it, else against the newest.
        phase: `budget` or `final_account`, where known.

    Returns:
        The header. Without header rows every column has an empty path.
    """
    rows = find_header_rows(grid)
    texts = _header_texts(grid, rows)
    year = (
        fiscal_year or max((meanings.year_of(text) or 0 for row in texts for text in row), default=0) or None
    )
    columns = []
    below = grid[rows.end :]
    for col in range(len(grid[0]) if grid else 0):
        parts = _parts(texts, col)
        body = [key(row[col].text) for row in below]
        role = CODE_PARTS.get(body[0]) if body else None
        columns.append(
            Column(
                index=col,
                parts=parts,
                role=role or _role(parts, body),
                fund_type=meanings.fund_of(parts),
                nature=meanings.nature_of(parts),
                period=meanings.period_of(parts, year, phase),
                unit=next((unit for part in reversed(parts) if (unit := unit_in(part))), None),
            )
        )
    grouped = _with_groups(columns)
    rates = _rates(grouped, grid[rows.end :])
    columns = [replace(column, role="percent") if column.index in rates else column for column in grouped]
    return Header(rows, _with_totals(columns))


def _rates(columns: Sequence[Column], body: Grid) -> frozenset[int]:
    """Columns of amounts that print rates by their figures, where their headers leave it open."""
    amounts = [(column.group, column.index, column.parts) for column in columns if column.role == "amount"]
    if not any(meanings.may_be_rate(parts) for _, _, parts in amounts):
        return frozenset()
    groups = {group for group, _, _ in amounts}
    lists = ([(index, parts) for of, index, parts in amounts if of == group] for group in groups)
    return frozenset().union(*(rate_columns(each, body) for each in lists))


def reuse_header(header: Header, grid: Grid) -> Header:
    """The header of the part before, for a part of a table that repeats none."""
    first = below_captions(grid)
    return replace(header, rows=HeaderRows(first, first))


def _with_groups(columns: list[Column]) -> list[Column]:
    """Number the lists that stand side by side: a list begins where name or code come again after amounts."""
    grouped: list[Column] = []
    group, seen, amounts = 0, set[str](), False
    for at, column in enumerate(columns):
        if (
            column.role in _IDENTITY_ROLES
            and amounts
            and (column.role in seen or ("name" in seen and _begins_a_list(columns[at:], seen)))
        ):
            group, seen, amounts = group + 1, set(), False
        seen.add(column.role)
        amounts = amounts or column.role == "amount"
        grouped.append(replace(column, group=group) if group else column)
    sides = {
        number: next(
            (
                side
                for column in grouped
                if column.group == number
                for part in column.parts[:1]
                if (side := meanings.side_of(part))
            ),
            None,
        )
        for number in range(group + 1)
    }
    if {"revenue", "expenditure"} <= set(sides.values()):
        return [replace(column, side=sides[column.group]) for column in grouped]
    return _with_sides_of_columns(grouped)


def _begins_a_list(columns: Sequence[Column], seen: Collection[str]) -> bool:
    """Whether a column of codes begins another list: codes were seen before, or name and amounts follow."""
    if columns[0].role not in _CODE_ROLES:
        return False
    rest = [column.role for column in dropwhile(lambda column: column.role in _CODE_ROLES, columns)]
    return "code" in seen or (rest[:1] == ["name"] and "amount" in rest)


def _with_sides_of_columns(columns: list[Column]) -> list[Column]:
    """The columns of one list (of units), each on its side, where 收入 and 支出 head all amounts."""
    sides = {
        column.index: meanings.side_heading(column.parts[0]) if len(column.parts) > 1 else None
        for column in columns
        if column.role == "amount"
    }
    if not {"revenue", "expenditure"} <= set(sides.values()):
        return columns
    return [replace(column, side=sides.get(column.index)) for column in columns]


def _with_totals(columns: list[Column]) -> tuple[Column, ...]:
    """合计 is `all` funds or natures where the columns under the same header name funds or natures."""
    amounts = [column for column in columns if column.role == "amount"]
    result = []
    for column in columns:
        at = _total_at(column.parts) if column.role == "amount" else None
        if at is None:
            result.append(column)
            continue
        family = [
            other
            for other in amounts
            if other.group == column.group
            and other.parts[:at] == column.parts[:at]
            and other.parts[at : at + 1] != column.parts[at : at + 1]
        ]
        fund = column.fund_type or ("all" if any(other.fund_type for other in family) else None)
        nature = column.nature or ("all" if any(other.nature for other in family) else None)
        result.append(replace(column, fund_type=fund, nature=nature))
    return tuple(result)


def _total_at(parts: tuple[str, ...]) -> int | None:
    """Where a header path says 合计, with nothing below it but the account (合计/决算数)."""
    for at in range(len(parts) - 1, -1, -1):
        if meanings.is_total(parts[at]):
            return at
        if (
            meanings.fund_of(parts[at:])
            or meanings.nature_of(parts[at:])
            or not meanings.says_amount(parts[at:])
        ):
            return None
    return None
