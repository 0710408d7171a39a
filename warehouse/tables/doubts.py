"""Figures from optical recognition that break a sum of their table, or are printed unlike all others in it.

They are published as read, and in doubt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from decimal import Decimal

from warehouse.tables.header_rows import Grid
from warehouse.tables.identities import Figures, Place, Sum, holds, sums_of
from warehouse.tables.model import Amount
from warehouse.tables.readings import Reading, figures_by
from warehouse.tables.roles import Item

_FEW = 2
"""So many failures may be misreadings even where no sum of the kind holds: a small table has one or two."""


_SURE = 0.95
_SEVERAL = 8
_MOSTLY = 0.75
"""Of the figures of a table: how many have the same decimals."""


def with_doubts(
    amounts: Sequence[Amount], reading: Reading, items: Mapping[int, Sequence[Item]], grid: Grid
) -> list[Amount]:
    """The amounts of a table; those from optical recognition that break a sum say which (`Amount.doubt`).

    In doubt is what stands in a sum that fails and in none that holds, or was not recognised for sure: a
    figure and its sum may be misread alike. Where that leaves none, all figures of the failing sum are.
    A kind of sum that mostly fails is not meant, and says nothing.
    """
    if all(amount.confidence is None for amount in amounts):
        return list(amounts)
    places = {(a.row, reading.column_of(a.row, a.col)): a for a in amounts}
    unsure = {place for place, a in places.items() if a.confidence is not None and a.confidence < _SURE}
    labels = {a.row: a.item_label for a in amounts}
    reasons = _reasons(sums_of(reading.header, items), figures_by(reading, grid), labels, unsure)
    unlike = _unlike([amount.value_text for amount in amounts])
    return [
        amount
        if amount.confidence is None
        else replace(
            amount,
            doubt=reasons.get((amount.row, reading.column_of(amount.row, amount.col)))
            or unlike.get(amount.value_text),
        )
        for amount in amounts
    ]


def _unlike(texts: Sequence[str]) -> dict[str, str]:
    """Why figures are in doubt that have not the decimals of their table: ticks and specks look like digits.

    Only where the table prints all its decimals, zeros at the end too.
    """
    decimals = Counter(len(text.partition(".")[2]) for text in texts)
    usual, count = decimals.most_common(1)[0]
    zeros = sum(text.endswith("0") and len(text.partition(".")[2]) == usual for text in texts)
    if not usual or zeros < _FEW or count < max(_SEVERAL, _MOSTLY * len(texts)):
        return {}
    said = f"printed without the {usual} decimals of the other figures of its table"
    return {text: said for text in texts if len(text.partition(".")[2]) != usual}


def _reasons(
    sums: Sequence[Sum], figures: Figures, labels: Mapping[int, str], unsure: AbstractSet[Place]
) -> dict[Place, str]:
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
        for place in [place for place in places if place not in firm or place in unsure] or places:
            reasons.setdefault(place, said)
    return reasons | _alike(judged, reasons, unsure)


def _alike(
    judged: Sequence[tuple[Sum, bool]], reasons: Mapping[Place, str], unsure: AbstractSet[Place]
) -> dict[Place, str]:
    """Unsure figures in a sum that holds with an unsure one in doubt: both may be misread alike."""
    found: dict[Place, str] = {}
    for each, held in judged:
        places = [place for place in (each.total, *each.parts) if place in unsure]
        said = next((reasons[place] for place in places if held and place in reasons), None)
        if said is not None:
            found |= {place: said for place in places if place not in reasons}
    return found
