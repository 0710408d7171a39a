"""Figures from optical recognition that break a sum of their table: published as read, and in doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from warehouse.tables.headers import Grid
from warehouse.tables.identities import Figures, Place, Sum, holds, sums_of
from warehouse.tables.model import Amount
from warehouse.tables.readings import Reading, figures_by
from warehouse.tables.roles import Item

_FEW = 2
"""So many failures may be misreadings even where no sum of the kind holds: a small table has one or two."""


def with_doubts(
    amounts: Sequence[Amount], reading: Reading, items: Mapping[int, Sequence[Item]], grid: Grid
) -> list[Amount]:
    """The amounts of a table; those from optical recognition that break a sum say which (`Amount.doubt`).

    In doubt is what stands in a sum that fails and in none that holds; where every figure of a failing sum
    also stands in one that holds, all of them. A kind of sum that mostly
    fails is not meant, and says nothing.
    """
    if all(amount.confidence is None for amount in amounts):
        return list(amounts)
    reasons = _reasons(
        sums_of(reading.header, items), figures_by(reading, grid), {a.row: a.item_label for a in amounts}
    )
    return [
        amount
        if amount.confidence is None
        else replace(amount, doubt=reasons.get((amount.row, reading.column_of(amount.row, amount.col))))
        for amount in amounts
    ]


def _reasons(sums: Sequence[Sum], figures: Figures, labels: Mapping[int, str]) -> dict[Place, str]:
    """Why a figure is in doubt, by its place."""
    judged = [(each, held) for each in sums if (held := holds(each, figures)) is not None]
    held_of = Counter(each.family for each, held in judged if held)
    failed_of = Counter(each.family for each, held in judged if not held)
    firm = {place for each, held in judged if held for place in (each.total, *each.parts)}
    reasons: dict[Place, str] = {}
    for each, held in judged:
        if held or failed_of[each.family] > max(held_of[each.family], _FEW):
            continue
        places = [place for place in (each.total, *each.parts) if place in figures]
        parts = sum((figures[place] for place in places if place != each.total), Decimal(0))
        label = labels.get(each.total[0], "") or f"row {each.total[0]}"
        said = f"{label}: {figures[each.total]} is printed, its parts are {parts}"
        for place in [place for place in places if place not in firm] or places:
            reasons.setdefault(place, said)
    return reasons
