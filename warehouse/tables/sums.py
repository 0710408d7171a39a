"""Figures that add up → which rows are sums of others, where neither codes nor indents nor words tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import groupby
from operator import sub

from warehouse.tables.labels import level_of, says_of_which, without_of_which
from warehouse.tables.model import Amount
from warehouse.tables.money import unit_factors

Row = tuple[Decimal, ...]
"""Figures of one row, a blank as 0."""

_Units = tuple[int, ...]
"""Figures of one row in units of the last digit that any of them has: whole numbers are quicker to search."""

_MAX_ROWS = 150
_MAX_STATES = 3000
"""Of the search; a table that needs more of them is left as it is."""


def parents_by_sums(values: Sequence[Decimal], total: Decimal, half_unit: Decimal) -> frozenset[int] | None:
    """Which values are sums of the values right below them, so that the outermost ones add up to the total.

    Args:
        values: Figures of one column from top to bottom, without the total.
        total: What the outermost figures must add up to.
        half_unit: Half of the last printed digit; n addends and a sum may differ by n + 1 of it.

    Returns:
        Places of the sums; None where no such reading is found. Figures near the last printed digit are not
        told apart: a list is taken to end as soon as its sum is reached.
    """
    return parent_rows_by_sums([(value,) for value in values], (total,), half_unit)


def parent_rows_by_sums(rows: Sequence[Row], total: Row, half_unit: Decimal) -> frozenset[int] | None:
    """The same for rows of figures: a row is the sum of rows below it only where it is so in every column.

    First every row that may be a sum is taken for one; where the total then fails, any of them for none.
    """
    if len(rows) > _MAX_ROWS or any(value < 0 for row in rows for value in row):
        return None
    *whole_rows, whole_total, (half,) = _whole([*rows, total, (half_unit,)])
    found = _parents(whole_rows, whole_total, half, eager=True)
    return found if found is not None else _parents(whole_rows, whole_total, half, eager=False)


def _whole(rows: Sequence[Row]) -> list[_Units]:
    """The figures in units of the last digit that any of them has."""
    digits = min(int(value.as_tuple().exponent) for row in rows for value in row)
    return [tuple([int(value.scaleb(-digits)) for value in row]) for row in rows]


def _parents(rows: Sequence[_Units], total: _Units, half_unit: int, *, eager: bool) -> frozenset[int] | None:

    @cache
    def read(start: int, left: _Units, count: int) -> dict[int, tuple[int, ...]]:
        """For each place where a list from `start` with the sum `left` may end: the sums within it."""
        ends: dict[int, tuple[int, ...]] = {}
        slack, least = half_unit * (count + 1), min(left)
        if count and -slack <= least and max(left) <= slack:
            return {start: ()}
        if start == len(rows) or least < -slack or read.cache_info().currsize > _MAX_STATES:
            return ends
        row = rows[start]
        rest_of_row = tuple(map(sub, left, row))
        sums = read(start + 1, row, 0) if any(row) else {}
        for end, inner in sums.items():
            for last, rest in read(end, rest_of_row, count + 1).items():
                ends.setdefault(last, (start, *inner, *rest))
        for last, rest in (read(start + 1, rest_of_row, count + 1) if not (eager and sums) else {}).items():
            ends.setdefault(last, rest)
        return ends

    found = read(0, total, 0)
    complete = [end for end in sorted(found, reverse=True) if not any(map(any, rows[end:]))]
    return frozenset(found[complete[0]]) if complete else None


def with_parts_ended(amounts: Sequence[Amount]) -> list[Amount]:
    """The amounts of a table; rows after 其中 that no longer fit into the row above it are no parts of it.

    Only the first of the parts says 其中; those that follow it do not say where they end, unless indented.
    """
    if all(amount.row_role != "of_which" for amount in amounts):
        return list(amounts)
    result = {(amount.row, amount.col): amount for amount in amounts}
    for side in dict.fromkeys(amount.side for amount in amounts):
        mine = sorted((amount for amount in amounts if amount.side == side), key=lambda each: each.row)
        for ended in _beyond_parts([list(row) for _, row in groupby(mine, key=lambda each: each.row)]):
            result |= {(each.row, each.col): replace(each, row_role="leaf") for each in ended}
    return list(result.values())


def _beyond_parts(rows: Sequence[list[Amount]]) -> Iterator[list[Amount]]:
    left: dict[int, Decimal] = {}
    begun = ended = False
    depth = 0
    for row in rows:
        is_said = says_of_which(row[0].item_label)
        level = level_of(without_of_which(row[0].item_label)) or 0
        depth = level if is_said else depth
        if level > depth and row[0].row_role == "of_which" and not ended:
            continue  # a part of a part
        ended = ended and not is_said
        if row[0].row_role == "of_which" and not ended:
            begun = begun or is_said
            left |= {each.col: left[each.col] - each.amount_yuan for each in row if each.col in left}
            slack = Decimal(unit_factors()[row[0].unit]) / 20
            ended = begun and not is_said and any(value < -slack for value in left.values())
            if not ended:
                continue
        if row[0].row_role == "of_which":
            yield row
        else:
            ended = False
        begun = False
        left = {each.col: each.amount_yuan for each in row if each.amount_yuan >= 0}


def with_roles_by_sums(amounts: Sequence[Amount]) -> tuple[list[Amount], list[str]]:
    """The amounts of a table, roles of rows decided by sums where leaves do not add up to the total.

    Only lists without codes are touched, and only where one reading satisfies the total.

    Returns:
        The amounts; a sentence for each list whose roles were decided so.
    """
    result = list(amounts)
    decided: list[str] = []
    for side in dict.fromkeys(amount.side for amount in amounts):
        mine = [amount for amount in amounts if amount.side == side]
        if any(amount.item_code for amount in mine):
            continue
        found = _parent_rows(mine)
        if found is None:
            continue
        rows, parts_are = found
        result = [_with_role(amount, rows) if amount.side == side else amount for amount in result]
        decided.append(f"{len(rows)} rows are sums of rows {parts_are} them, as only so the total adds up")
    return result, decided


def _with_role(amount: Amount, parents: frozenset[int]) -> Amount:
    if amount.row_role not in {"leaf", "subtotal"}:
        return amount
    if amount.row_role == "subtotal" and level_of(amount.item_label) is not None:
        return amount  # an ordinal says more than a column in which the parts may be blank
    return replace(amount, row_role="subtotal" if amount.row in parents else "leaf")


def _parent_rows(amounts: Sequence[Amount]) -> tuple[frozenset[int], str] | None:
    """Rows that are sums, by all columns or else the first, and where their parts stand.

    None where leaves add up, or no reading does. Sums stand above their parts; where they cannot, below them.
    """
    first = min(amount.col for amount in amounts)
    column = [amount for amount in amounts if amount.col == first]
    totals = {amount.amount_yuan for amount in column if amount.row_role == "total"}
    parts = [amount for amount in column if amount.row_role in {"leaf", "subtotal"}]
    if len(totals) != 1 or len(parts) < 3:
        return None
    total = totals.pop()
    half_unit = Decimal(unit_factors()[column[0].unit]) / 200
    leaves = [amount.amount_yuan for amount in parts if amount.row_role == "leaf"]
    if abs(sum(leaves, Decimal(0)) - total) <= half_unit * (len(leaves) + 1):
        return None
    figures = {(amount.row, amount.col): amount.amount_yuan for amount in amounts}
    total_row = next(amount.row for amount in column if amount.row_role == "total")
    columns = [col for col in sorted({amount.col for amount in amounts}) if (total_row, col) in figures]
    for ordered, read, parts_are in (
        (parts, columns, "below"),
        (parts, columns[:1], "below"),
        (parts[::-1], columns, "above"),
    ):
        rows = [tuple(figures.get((part.row, col), Decimal(0)) for col in read) for part in ordered]
        printed = tuple(figures[total_row, col] for col in read)
        found = parent_rows_by_sums(rows, printed, half_unit)
        if found is not None:
            return (frozenset(ordered[place].row for place in found), parts_are) if found else None
    return None
