"""Rows of one list → the role of each among the others: leaf, subtotal, total or part (其中)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from warehouse.immutable import immutable
from warehouse.tables import meanings
from warehouse.tables.labels import (
    bare,
    level_of,
    names_a_unit,
    patterns,
    role_said,
    says_of_which,
    without_of_which,
)
from warehouse.tables.text import key


@immutable
class Item:
    """What one row of one list is about; texts are "" where nothing is printed."""

    row: int
    code: str = ""
    label: str = ""
    code_2: str = ""
    label_2: str = ""
    agency_code: str = ""
    agency_name: str = ""
    kind: str = ""
    """What stands in a column of kinds left of the name (支出类别: 人员经费)."""
    indent: int = 0
    depth: int = 0
    role: str = "leaf"


def with_roles_over_parts(parts: Sequence[dict[int, list[Item]]]) -> list[dict[int, list[Item]]]:
    """The items of the parts of one table, with the roles that they have in the whole table."""
    result: list[dict[int, list[Item]]] = [{} for _ in parts]
    for group in {group for part in parts for group in part}:
        whole = iter(with_roles([item for part in parts for item in part.get(group, [])]))
        for part, made in zip(parts, result, strict=True):
            made[group] = [next(whole) for _ in part.get(group, [])]
    return result


def with_roles(items: list[Item]) -> list[Item]:
    """The rows of a list, each with the role that codes, ordinals, indents and words give it."""
    codes = {item.code for item in items if item.code}
    code_parents = _prefixes(codes, 1)
    unit_parents = _prefixes({item.agency_code for item in items}, 3)
    classes = {item.label for item in items if key(item.label) in patterns().economic_classes}
    named_classes = not codes and 1 < len(classes) < len({item.label for item in items if item.label})
    result: list[Item] = []
    parts_at: int | None = None
    for index, item in enumerate(items):
        level = level_of(item.label) if parts_at is not None else None
        if parts_at is not None and level is not None and level >= parts_at:
            role = "of_which"
        elif item.code:
            role = "subtotal" if item.code in code_parents else role_said(item.label) or "leaf"
        elif not item.label:
            role = _role_without_label(index, items)
        elif (
            item.agency_code in unit_parents
            or _heads_unnumbered(index, items)
            or _heads_series(index, items)
            or _heads_coded(index, items)
            or _heads_funds(index, items)
        ):
            role = "subtotal"
        else:
            following = items[index + 1] if index + 1 < len(items) else None
            role = _role_by_label(item, result[-1] if result else None, following)
            is_class = named_classes and item.label in classes and not item.label_2
            if role == "leaf" and is_class and _heads_items_of_class(following, classes):
                role = "subtotal"
        parts_at = _parts_at(item, role, parts_at)
        result.append(item if item.role == role else replace(item, role=role))
    return _with_only_total(result)


def _heads_items_of_class(following: Item | None, classes: Collection[str]) -> bool:
    """Whether what follows an economic class is one of its items: no other class, ordinal or sum."""
    if following is None or following.label in classes:
        return False
    return level_of(following.label) is None and role_said(following.label) is None


def _with_only_total(items: list[Item]) -> list[Item]:
    """一般公共预算收入合计 is the total of a list that has no other sum of all."""
    sums = [index for index, item in enumerate(items) if patterns().only_total.search(bare(item.label))]
    outermost = min((level for item in items if (level := level_of(item.label)) is not None), default=0)
    if any((level_of(items[index].label) or 0) > outermost for index in sums):
        return items
    if len(sums) == 1 and all(item.role != "total" for item in items) and not items[sums[0]].code:
        items[sums[0]] = replace(items[sums[0]], role="total")
    return items


def _prefixes(codes: Iterable[str], shortest: int) -> set[str]:
    """Every proper beginning of the codes: a row with one of them is the parent of another."""
    return {code[:length] for code in codes for length in range(shortest, len(code))}


def _heads_unnumbered(index: int, items: list[Item]) -> bool:
    """Whether rows without ordinal follow a row with one, and then the next ordinal: they are its parts."""
    level = level_of(items[index].label)
    if level is None:
        return False
    for parts, item in enumerate(items[index + 1 :]):
        if patterns().step.match(key(item.label)):
            return False
        deeper = level_of(item.label)
        if deeper is not None or role_said(item.label) or not item.label:
            return parts > 0 and deeper == level
    return False


def _heads_series(index: int, items: list[Item]) -> bool:
    """Whether the first of a series (①, 1、 or 一、 once more) follows a row without ordinal: its parts."""
    item, rest = items[index], items[index + 1 : index + 2]
    if not rest or not item.label or level_of(item.label) is not None or role_said(item.label):
        return False
    words = patterns()
    if not words.first.match(rest[0].label):
        return False
    return level_of(rest[0].label) != 0 or any(words.first.match(other.label) for other in items[:index])


def _heads_coded(index: int, items: list[Item]) -> bool:
    """Whether a unit (or 人员经费) without a code stands above rows with codes, or above its sections."""
    item, following = items[index], items[index + 1 : index + 2]
    if not following or role_said(item.label) is not None:
        return False
    if following[0].code:
        return True
    if not names_a_unit(item.label) or names_a_unit(following[0].label):
        return False
    is_section = meanings.nature_named(bare(following[0].label)) is not None
    return is_section or any(below.code for below in items[index + 2 : index + 3])


def _heads_funds(index: int, items: list[Item]) -> bool:
    """Whether a row of carry-over is followed by the budgets that it comes from, without ordinals."""
    item, following = items[index], items[index + 1 : index + 2]
    words = patterns()
    return (
        bool(following)
        and words.carryover.search(key(item.label)) is not None
        and words.budget_name.search(key(following[0].label)) is not None
    )


def _role_without_label(index: int, items: list[Item]) -> str:
    """A row of figures without any name, first or last of several rows, is their total."""
    return "total" if index in (0, len(items) - 1) and any(item.label for item in items) else "leaf"


def _role_by_label(item: Item, before: Item | None, following: Item | None) -> str:
    said = role_said(item.label)
    if said:
        return said
    level = level_of(item.label)
    part = before is not None and before.role == "of_which" and item.indent >= before.indent
    if part and level is None:
        return "of_which"
    if following and _holds(item, following, level):
        return "subtotal"
    return "of_which" if part and before and level == _level_of_which(before.label) else "leaf"


def _parts_at(item: Item, role: str, above: int | None) -> int | None:
    """The outermost ordinal of the parts listed since 其中, where this row is one of them; else None."""
    if role != "of_which":
        return None
    if not says_of_which(item.label):
        return above
    own = _level_of_which(item.label)
    return own if above is None or own is None else min(above, own)


def _level_of_which(label: str) -> int | None:
    """Level of the ordinal behind 其中：, or of a following part of the same row."""
    return level_of(without_of_which(label))


def _holds(item: Item, following: Item, level: int | None) -> bool:
    """Whether the next row is a part of this one: of deeper ordinal, indent or column, or of a unit."""
    if patterns().step.match(key(item.label)):
        return False
    if role_said(following.label) in {"of_which", "total"} or (following.label, following.indent) == (
        item.label,
        item.indent,
    ):
        return False
    deeper = level_of(following.label)
    if level is not None and deeper is not None:
        return deeper > level
    if item.agency_code and not following.agency_code:
        return bool(following.label or following.code)
    named = bool(item.label and following.label)
    return named and (following.indent > item.indent or following.depth > item.depth)
