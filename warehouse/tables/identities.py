"""Sums that a table prints of itself: 合计 over the columns of a row, parents and totals over its rows.

They are the oracle for readings (`readings`) and for figures from optical recognition (`doubts`). Whether a
sum is meant at all shows in the table: a family of columns, or the rows, that mostly add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from warehouse.immutable import immutable
from warehouse.tables import meanings, money
from warehouse.tables.header_rows import Grid
from warehouse.tables.headers import Column, Header
from warehouse.tables.roles import Item

Place = tuple[int, int]
"""Row and column in the grid."""
Figures = Mapping[Place, Decimal]
Family = tuple[int, tuple[int, ...]]
"""A total and its parts, as columns or as rows."""


@immutable
class Sum:
    """One sum that a table should satisfy. `family` names what it is an instance of."""

    total: Place
    parts: tuple[Place, ...]
    family: Family | str


def figures_of(header: Header, grid: Grid) -> dict[Place, Decimal]:
    """What the columns of amounts print, each figure at its own cell; blanks are left out."""
    columns = [column.index for column in header.columns if column.role == "amount"]
    found: dict[Place, Decimal] = {}
    for at, row in enumerate(grid[header.rows.end :], start=header.rows.end):
        for col in columns:
            cell = row[col]
            if (cell.row, cell.col) == (at, col) and (value := money.parse_number(cell.text)) is not None:
                found[at, col] = value
    return found


def sums_of(header: Header, items: Mapping[int, Sequence[Item]]) -> list[Sum]:
    """Every sum of a table by its header and its rows."""
    found: list[Sum] = []
    for group, listed in items.items():
        columns = [column for column in header.columns if column.group == group and column.role == "amount"]
        for family in column_families(columns):
            found += [
                Sum((item.row, family[0]), tuple((item.row, part) for part in family[1]), family)
                for item in listed
            ]
        for total, parts in row_families(listed):
            found += [
                Sum((total, column.index), tuple((part, column.index) for part in parts), "rows")
                for column in columns
            ]
    return found


def column_families(columns: Sequence[Column]) -> list[Family]:
    """Each total column with the columns that it sums, from the innermost headers to the outermost."""
    named = [column for column in columns if column.parts and column.period != "change"]
    prefixes = {column.parts[:depth] for column in named for depth in range(len(column.parts))}
    families = (_family(prefix, named) for prefix in sorted(prefixes, key=len, reverse=True))
    return [family for family in families if family is not None]


def _family(prefix: tuple[str, ...], columns: Sequence[Column]) -> Family | None:
    inside = [column for column in columns if column.parts[: len(prefix)] == prefix]
    totals = [
        column
        for column in inside
        if column.parts == prefix
        or (len(column.parts) == len(prefix) + 1 and meanings.is_total(column.parts[-1]))
    ]
    if len(totals) != 1:
        return None
    heads = dict.fromkeys(
        column.parts[len(prefix)]
        for column in inside
        if column is not totals[0] and not column.parts[len(prefix)].startswith("其中")
    )
    parts = [part for head in heads for part in _values((*prefix, head), inside)]
    return (totals[0].index, tuple(parts)) if len(parts) > 1 else None


def _values(path: tuple[str, ...], columns: Sequence[Column]) -> list[int]:
    """The column of a header text: its own, its 小计, else all columns below it."""
    inside = [column for column in columns if column.parts[: len(path)] == path]
    own = [
        column.index
        for column in inside
        if column.parts == path or (column.parts[:-1] == path and meanings.is_total(column.parts[-1]))
    ]
    return own[:1] or [column.index for column in inside]


def row_families(items: Sequence[Item]) -> Iterator[Family]:
    """Each row of a code with the rows right under it, and the total with the outermost rows."""
    coded = {item.code: item.row for item in items if item.code}
    if len(coded) != sum(bool(item.code) for item in items) or any(item.agency_code for item in items):
        return
    parents = {code: _parent(code, coded) for code in coded}
    children: dict[str | None, list[int]] = {}
    for code, parent in parents.items():
        children.setdefault(parent, []).append(coded[code])
    for code, row in coded.items():
        if code in children:
            yield row, tuple(children[code])
    totals = [item.row for item in items if item.role == "total"]
    if not coded:
        yield from _totals_in_turn(items)
    elif len(totals) == 1:
        yield totals[0], tuple(children[None])


def _totals_in_turn(items: Sequence[Item]) -> Iterator[Family]:
    """Each total of a list without codes: the leaves above it, and the total before that they add to.

    A total that begins the list sums what follows it.
    """
    if items and items[0].role == "total":
        parts = [item.row for item in items[1:] if item.role == "leaf"]
        if parts and not any(item.role == "total" for item in items[1:]):
            yield items[0].row, tuple(parts)
        return
    parts = []
    for item in items:
        if item.role == "leaf":
            parts.append(item.row)
        elif item.role == "total" and parts:
            yield item.row, tuple(parts)
            parts = [item.row]


def _parent(code: str, codes: Mapping[str, int]) -> str | None:
    return next((code[:end] for end in range(len(code) - 1, 0, -1) if code[:end] in codes), None)


def holds(expected: Sum, figures: Figures) -> bool | None:
    """Whether a sum holds within the rounding of its n addends and itself; None where it cannot be told."""
    parts = [figures[place] for place in expected.parts if place in figures]
    total = figures.get(expected.total)
    if total is None or not parts:
        return None
    difference = total - sum(parts, Decimal(0))
    if not difference:
        return True
    digits = min(int(value.as_tuple().exponent) for value in (total, *parts))
    return abs(difference) <= Decimal(1).scaleb(digits) / 2 * (len(parts) + 1)
