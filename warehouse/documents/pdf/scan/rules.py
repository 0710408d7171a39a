"""The rules on the picture of a page, by their shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from warehouse.documents.pdf.content import Rule
from warehouse.documents.pdf.scan.image import RULES_DARKER_THAN, Mask, Picture, darker

_MIN_RULE = 28
"""Pixels at 200 dpi (10 points): shorter than the lowest row."""

_MIN_ROW = 20
"""Pixels (7 points): rows and columns are no narrower."""

_FREE_RULE = 165
"""Pixels (60 points): a rule of this length needs no other rule to end at."""

_PALER = 60
"""Grey by which a short rule may be paler than the palest long one; strokes of watermarks are far paler."""

_DOT = 4, 14
"""Pixels: how thick and how long the dots and dashes of a rule are."""

_DOTS_APART = 15
"""Pixels: at most, an angle of two rules between them included."""

_DOTTED = 30
"""Pixels: shorter rows of dots are marks of text."""

_TOUCHES = 2
_MAX_THICKNESS = 14


def with_dots_joined(picture: Picture) -> Picture:
    """The picture with dotted and dashed rules drawn through: rows of small marks, each by itself."""
    mask = darker(picture, RULES_DARKER_THAN)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    widths, heights = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    thick, long = _DOT
    drawn = picture
    for across, along in ((heights, widths), (widths, heights)):
        is_dot = (across <= thick) & (along <= long)
        is_dot[0] = False  # the paper
        dots = np.where(is_dot, 255, 0).astype(np.uint8)[labels]
        flat = along is widths
        rows = _joined(dots if flat else np.ascontiguousarray(dots.T))
        drawn = np.where(rows if flat else rows.T, np.uint8(0), drawn)
    return drawn


def _joined(dots: Mask) -> NDArray[np.bool_]:
    """Where rows of dots run, without their gaps; up to the rules in which they end, which swallow a dot."""
    closed = cv2.morphologyEx(dots, cv2.MORPH_CLOSE, np.ones((1, _DOTS_APART), np.uint8))
    rows = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, _DOTTED), np.uint8))
    return cv2.dilate(rows, np.ones((1, _DOTS_APART), np.uint8)) > 0


def find_rules(picture: Picture) -> tuple[list[Rule], list[Rule]]:
    """Horizontal and vertical rules of an even, straight picture, in pixels.

    Long strokes of characters are told from rules by where they end: a short rule ends at other rules.
    """
    horizontal, vertical = _without_pale_strokes(
        list(_pieces(picture)), list(_pieces(np.ascontiguousarray(picture.T)))
    )
    horizontal, vertical = _anchored(horizontal, vertical)
    return _trimmed(horizontal, vertical), _trimmed(vertical, horizontal)


class _Piece(NamedTuple):
    """A rule as drawn; `top` and `bottom` are its sides, left and right if it is vertical."""

    rule: Rule
    top: int
    bottom: int
    grey: float
    """Of its darkest line of pixels."""


def _pieces(picture: Picture) -> Iterator[_Piece]:
    """Thin horizontal runs of dark pixels; a rule that climbs by a pixel stays one piece."""
    mask = darker(picture, RULES_DARKER_THAN)
    thick = cv2.dilate(mask, np.ones((3, 1), np.uint8))
    closed = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, 3), np.uint8))
    runs = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, _MIN_RULE), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(runs, connectivity=8)
    for label, (left, top, width, height, _) in enumerate(stats.tolist()[1:], 1):
        filled = (labels[top : top + height, left : left + width] == label).sum(1)
        for first, last in _full_rows(filled, is_thin=height <= max(2 * _MAX_THICKNESS, 0.01 * width)):
            grey = float(picture[top + first : top + last, left : left + width].min(0).mean())
            rule = Rule(top + (first + last) / 2, left, left + width)
            piece = _Piece(rule, top + first, top + last, grey)
            if last - first <= max(_MAX_THICKNESS, 0.01 * width) and (
                _is_long(rule) or _is_alone(piece, mask)
            ):
                yield piece


def _full_rows(filled: NDArray[np.int_], *, is_thin: bool) -> list[tuple[int, int]]:
    """The rows of a run that are a rule, first and last: others are strokes of characters that touch it.

    What is thicker is a mark over one rule, or over several: a stamp, or something filled.
    """
    is_full = filled > 0.5 * filled.max()
    if is_thin:
        rows = np.flatnonzero(is_full)
        return [(int(rows[0]), int(rows[-1]) + 1)]
    edges = np.flatnonzero(np.diff(is_full, prepend=False, append=False)).reshape(-1, 2)
    return [(int(first), int(last)) for first, last in edges]


def _without_pale_strokes(*directions: list[_Piece]) -> tuple[list[_Piece], list[_Piece]]:
    """The pieces without short ones that are much paler than the long ones: strokes of a watermark."""
    palest = max((p.grey for pieces in directions for p in pieces if _is_long(p.rule)), default=255.0)
    horizontal, vertical = ([p for p in pieces if p.grey <= palest + _PALER] for pieces in directions)
    return horizontal, vertical


def _is_alone(piece: _Piece, mask: Mask) -> bool:
    """Whether there is little ink right beside a piece; a stroke of a character has other strokes there."""
    start, end = int(piece.rule.start) + _TOUCHES, int(piece.rule.end) - _TOUCHES
    beside = mask[max(piece.top - 5, 0) : max(piece.top - 1, 0)], mask[piece.bottom + 1 : piece.bottom + 5]
    return all(rows[:, start:end].any(0).mean() < 0.3 for rows in beside if rows.size)


def _anchored(horizontal: Sequence[_Piece], vertical: Sequence[_Piece]) -> tuple[list[_Piece], list[_Piece]]:
    """Long rules, and short ones that end at kept rules on both sides."""
    kept = [[p for p in pieces if _is_long(p.rule)] for pieces in (horizontal, vertical)]
    while True:
        grown = [
            [p for p in pieces if _is_long(p.rule) or _ends_at(p.rule, others)]
            for pieces, others in ((horizontal, kept[1]), (vertical, kept[0]))
        ]
        if grown == kept:
            return grown[0], grown[1]
        kept = grown


def _trimmed(pieces: Iterable[_Piece], others: Sequence[_Piece]) -> list[Rule]:
    """The rules, without strokes of characters that continue them past their last crossing."""
    rules: list[Rule] = []
    for (at, start, end), *_ in pieces:
        crossed = [p.rule.at for p in others if p.rule.start - _TOUCHES <= at <= p.rule.end + _TOUCHES]
        first = min((c for c in crossed if start <= c < start + _MIN_RULE), default=start)
        last = max((c for c in crossed if end - _MIN_RULE < c <= end), default=end)
        rules.append(Rule(at, first, last))
    return rules


def _is_long(rule: Rule) -> bool:
    return rule.end - rule.start >= _FREE_RULE


def _ends_at(rule: Rule, others: Iterable[_Piece]) -> bool:
    """Whether two different rules bound this one, but for strokes of characters that continue it."""
    met = [
        p.rule.at
        for p in others
        if p.rule.start - _TOUCHES <= rule.at <= p.rule.end + _TOUCHES
        and p.bottom >= rule.start - _TOUCHES
        and p.top <= rule.end + _TOUCHES
    ]
    if not met or max(met) - min(met) < _MIN_ROW:
        return False
    return min(met) - rule.start < _MIN_RULE and rule.end - max(met) < _MIN_RULE
