"""Several pages printed on one sheet → each of them, in the order in which they are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from warehouse.documents.pdf.content import PageContent, Rule
from warehouse.documents.pdf.text import WIDE_FROM

_GUTTER = 0.006
_NARROWEST = 3.0
"""Half the white between two pages: share of the sheet's side, and points."""

_FEW = 3
"""Rules of one direction, and lines of prose; each of two pages side by side has more."""

_LONG_LINE = 18
"""Chinese characters; a label in a table without rules is seldom as long."""

_ALIKE = 12.0
"""Points; print begins at about one height on pages of one document."""


class Part(NamedTuple):
    """A page on a sheet, how far below the sheet's upper edge it begins, and its height."""

    content: PageContent
    top: float
    height: float


def pages_on(sheet: PageContent) -> list[Part]:
    """The pages on a sheet: two or four where tables or prose stand beside an empty middle, else one."""
    middle, room = sheet.fold or sheet.width / 2, max(_NARROWEST, _GUTTER * sheet.width)
    left, right = middle - room, middle + room
    whole = [Part(sheet, 0.0, sheet.height)]
    if _is_crossed(sheet.horizontal, left, right):
        return whole
    if any(x0 < right and x1 > left and text.strip() for _, x0, x1, _, text, _ in sheet.glyphs):
        return whole
    if not _are_pages(sheet, middle):
        return whole
    columns = _beside(sheet, middle, room)
    rows = [_below(column) for column in columns]
    if not all(len(parts) == 2 for parts in rows) or not (_is_upright(sheet) or _begin_alike(rows)):
        return [Part(column, 0.0, sheet.height) for column in columns]
    return [column[row] for row in range(2) for column in rows]


def _is_upright(sheet: PageContent) -> bool:
    """Whether a sheet is taller than wide: two pages side by side would be narrow strips."""
    return sheet.height > sheet.width


def _is_crossed(rules: Sequence[Rule], start: float, end: float) -> bool:
    return any(rule.start < end and rule.end > start for rule in rules)


def _are_pages(sheet: PageContent, middle: float) -> bool:
    """Whether there is a table or prose on both sides of the middle."""
    return all(_is_page(sheet, side) for side in ((0.0, middle), (middle, sheet.width)))


def _is_page(sheet: PageContent, side: tuple[float, float]) -> bool:
    start, end = side
    columns = {round(rule.at) for rule in sheet.vertical if start < rule.at < end}
    rows = {round(rule.at) for rule in sheet.horizontal if start <= rule.start < end}
    if len(columns) > _FEW and len(rows) > _FEW:
        return True
    lines = Counter(
        base for base, x0, _, _, text, _ in sheet.glyphs if text >= WIDE_FROM and start < x0 < end
    )
    return sum(count >= _LONG_LINE for count in lines.values()) > _FEW


def _beside(sheet: PageContent, middle: float, room: float) -> list[PageContent]:
    """The left and the right half; a line that marks the fold belongs to neither."""
    halves = []
    for is_left in (True, False):
        half = replace(
            sheet,
            glyphs=[glyph for glyph in sheet.glyphs if (glyph[1] < middle) == is_left],
            horizontal=[rule for rule in sheet.horizontal if (rule.start < middle) == is_left],
            vertical=[
                rule
                for rule in sheet.vertical
                if (rule.at < middle) == is_left and abs(rule.at - middle) > room / 2
            ],
            sideways=[line for line in sheet.sideways if (line.box[0] < middle) == is_left],
            notices=sheet.notices if is_left else [],
        )
        halves.append(half)
    return halves


def _below(column: PageContent) -> list[Part]:
    """The upper and the lower half of a column, or the whole of it where print crosses its middle."""
    middle, room = column.height / 2, max(_NARROWEST, _GUTTER * column.height)
    top, bottom = middle - room, middle + room
    if _is_crossed(column.vertical, top, bottom):
        return [Part(column, 0.0, column.height)]
    if any(base > top and base - 0.8 * size < bottom for base, _, _, size, _, _ in column.glyphs):
        return [Part(column, 0.0, column.height)]
    halves = []
    for is_upper in (True, False):
        half = replace(
            column,
            glyphs=[glyph for glyph in column.glyphs if (glyph[0] < middle) == is_upper],
            horizontal=[rule for rule in column.horizontal if (rule.at < middle) == is_upper],
            vertical=[rule for rule in column.vertical if (rule.start < middle) == is_upper],
            sideways=[line for line in column.sideways if (line.box[1] < middle) == is_upper],
            notices=column.notices if is_upper else [],
        )
        halves.append(Part(half, 0.0 if is_upper else middle, middle))
    return halves


def _begin_alike(columns: Sequence[Sequence[Part]]) -> bool:
    """Whether print begins at about the same height in the upper and the lower pages."""
    starts = [
        min((glyph[0] for glyph in part.content.glyphs), default=0.0) - part.top
        for column in columns
        for part in column
        if part.content.glyphs
    ]
    return max(starts) - min(starts) < _ALIKE
