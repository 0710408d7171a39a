"""Rows that head others in the column of names → what they say of the rows below: nature or fund.

`一、基本支出` stands above subjects, `人员经费` above 基本工资, `一、政府性基金预算项目` above projects;
columns of kinds (支出类别) say the same beside the names. A list of such names alone (基本支出 | 人员经费
| 公用经费 | 项目支出) is a summary by nature, whose rows head nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from warehouse.tables import meanings
from warehouse.tables.labels import bare, level_of, role_said, without_of_which
from warehouse.tables.model import Amount
from warehouse.tables.roles import Item
from warehouse.tables.text import remembered

_SUMS = frozenset({"total", "subtotal"})


def with_sections(
    amounts: Sequence[Amount], items: Mapping[int, Sequence[Item]], group_of: Mapping[int, int]
) -> list[Amount]:
    """The amounts of a table; where no header says nature or fund, the row or kind that heads theirs does.

    Args:
        amounts: Of one table, with the final roles of their rows.
        items: Its rows, list by list.
        group_of: The list that each column belongs to.
    """
    natures: dict[tuple[int, int], str] = {}
    funds: dict[tuple[int, int], str] = {}
    for group, listed in items.items():
        names = {name for item in listed for name in (item.kind, item.label) if name}
        if not any(_says(name, meanings.nature_named) or _says(name, meanings.fund_named) for name in names):
            continue
        mine = [amount for amount in amounts if group_of.get(amount.col) == group]
        roles = {amount.row: amount.row_role for amount in mine}
        rows = [replace(item, role=roles.get(item.row, "")) for item in listed if item.label]
        natures |= {(group, row): value for row, value in _said_above(rows, meanings.nature_named).items()}
        if all(amount.side != "revenue" for amount in mine):
            funds |= {(group, row): value for row, value in _said_above(rows, meanings.fund_named).items()}
    if not natures and not funds:
        return list(amounts)
    return [
        replace(
            amount,
            nature=amount.nature or natures.get((group_of[amount.col], amount.row)),
            fund_type=amount.fund_type or funds.get((group_of[amount.col], amount.row)),
        )
        for amount in amounts
    ]


@remembered
def _says(label: str, named: Callable[[str], str | None]) -> str | None:
    return named(bare(without_of_which(label)))


def _said_above(rows: Sequence[Item], named: Callable[[str], str | None]) -> dict[int, str]:
    """For each row what the row that heads it, or the kind beside its name, says; heads say it of themselves.

    Args:
        rows: Of one list; `role` is "" where a row prints no amounts.
        named: What a name says, None for any other name.
    """
    found = {item.row: value for item in rows if (value := _says(item.kind, named))}
    said = [None if item.code else _says(item.label, named) for item in rows]
    if not _has_heads(rows, said):
        return found
    head, first = None, None
    for at, (item, value) in enumerate(zip(rows, said, strict=True)):
        if value:
            heads = item.role in {"subtotal", ""} or _has_parts(rows, at)
            head, first = (at, at + 1) if heads else (None, None)
            found[item.row] = value
        elif item.role == "total" or role_said(item.label) == "total":
            head = None
        elif item.role == "subtotal" and not role_said(item.label) and any(said[at + 1 : at + 2]):
            head = None  # a unit with sections of its own
        elif head is not None and first is not None:
            if at > first and _stands_outside(item, rows[head], rows[first]):
                head = None
            else:
                found[item.row] = said[head] or ""
    return found


def _has_heads(rows: Sequence[Item], said: Sequence[str | None]) -> bool:
    """Whether a named row is the sum of others not named so, or two without figures stand above such."""
    heads = [
        at
        for at, (value, below) in enumerate(zip(said, rows[1:], strict=False))
        if value and not said[at + 1] and role_said(below.label) not in _SUMS
    ]
    sums = any(rows[at].role == "subtotal" or _has_parts(rows, at) for at in heads)
    return sums or sum(not rows[at].role for at in heads) > 1


def _has_parts(rows: Sequence[Item], at: int) -> bool:
    return any(below.role == "of_which" for below in rows[at + 1 : at + 2])


def _stands_outside(item: Item, head: Item, first: Item) -> bool:
    """Whether a row is no part of what a head heads, by ordinals and indents as its first part has them."""
    own, above, inside = level_of(item.label), level_of(head.label), level_of(first.label)
    if above is not None:
        return own is not None and own <= above
    if inside is not None and own is None and not item.code:
        return item.indent <= head.indent
    return item.indent <= head.indent < first.indent
