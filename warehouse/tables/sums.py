"""Figures that add up → which rows are sums of others, where neither codes nor indents nor words tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache

from warehouse.tables.model import Amount
from warehouse.tables.money import unit_factors

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
    if len(values) > _MAX_ROWS or any(value < 0 for value in values):
        return None

    @cache
    def read(start: int, left: Decimal, count: int) -> dict[int, tuple[int, ...]]:
        """For each place where a list from `start` with the sum `left` may end: the sums within it."""
        ends: dict[int, tuple[int, ...]] = {}
        if count and abs(left) <= half_unit * (count + 1):
            return {start: ()}
        if start == len(values) or left < 0 or read.cache_info().currsize > _MAX_STATES:
            return ends
        value = values[start]
        for end, inner in (read(start + 1, value, 0) if value else {}).items():
            for last, rest in read(end, left - value, count + 1).items():
                ends.setdefault(last, (start, *inner, *rest))
        for last, rest in read(start + 1, left - value, count + 1).items():
            ends.setdefault(last, rest)
        return ends

    found = read(0, total, 0)
    complete = [end for end in sorted(found, reverse=True) if not any(values[end:])]
    return frozenset(found[complete[0]]) if complete else None


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
        rows = _parent_rows(mine)
        if rows is None:
            continue
        result = [_with_role(amount, rows) if amount.side == side else amount for amount in result]
        decided.append(f"{len(rows)} rows are sums of rows below them, as only so the total adds up")
    return result, decided


def _with_role(amount: Amount, parents: frozenset[int]) -> Amount:
    if amount.row_role not in {"leaf", "subtotal"}:
        return amount
    return replace(amount, row_role="subtotal" if amount.row in parents else "leaf")


def _parent_rows(amounts: Sequence[Amount]) -> frozenset[int] | None:
    """Rows that are sums, by the first column; None where its leaves add up, or no reading does."""
    column = [amount for amount in amounts if amount.col == min(amount.col for amount in amounts)]
    totals = {amount.amount_yuan for amount in column if amount.row_role == "total"}
    parts = [amount for amount in column if amount.row_role in {"leaf", "subtotal"}]
    if len(totals) != 1 or len(parts) < 3:
        return None
    total = totals.pop()
    half_unit = Decimal(unit_factors()[column[0].unit]) / 200
    leaves = [amount.amount_yuan for amount in parts if amount.row_role == "leaf"]
    if abs(sum(leaves, Decimal(0)) - total) <= half_unit * (len(leaves) + 1):
        return None
    found = parents_by_sums([amount.amount_yuan for amount in parts], total, half_unit)
    return None if not found else frozenset(parts[place].row for place in found)
