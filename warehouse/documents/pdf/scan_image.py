"""The picture of a page: made even and straight, and what stands on it as rules and as ink. No text yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from warehouse.documents.pdf.content import Rule

Picture = NDArray[np.uint8]
"""Grey, one byte a pixel, 255 is paper."""

Mask = NDArray[np.uint8]
"""255 where something is, else 0."""

_TEXT_DARKER_THAN = 150
_RULES_DARKER_THAN = 195
"""Hairlines are spread over two grey pixels; watermarks are mostly paler still."""

_BACKGROUND = 25
"""Pixels; wider than any stroke or rule, narrower than shading."""

_MAX_SKEW = 4.0
_NOT_SKEWED = 0.04
"""Degrees; turning by less would blur more than it straightens."""

_MIN_RULE = 28
"""Pixels at 200 dpi (10 points): shorter than the lowest row."""

_FREE_RULE = 165
"""Pixels (60 points): a rule of this length needs no other rule to end at."""

_TOUCHES = 3
_MAX_THICKNESS = 14

_RULE_FILLS = 0.85
"""Share of a cell's side that is ink if it is a rule and not a character."""

_TOUCHES_CELL = 10


class Region(NamedTuple):
    """Pixels from `left` to before `right` and from `top` to before `bottom`."""

    left: int
    top: int
    right: int
    bottom: int


def _bytes(values: NDArray[Any]) -> NDArray[np.uint8]:
    return np.asarray(values, np.uint8)


def _darker(picture: Picture, limit: int) -> Mask:
    return _bytes(cv2.threshold(picture, limit, 255, cv2.THRESH_BINARY_INV)[1])


def even(picture: Picture) -> Picture:
    """The picture on white paper: shadows and shading are divided out."""
    kernel = np.ones((_BACKGROUND, _BACKGROUND), np.uint8)
    paper = cv2.GaussianBlur(cv2.dilate(picture, kernel), (_BACKGROUND, _BACKGROUND), 0)
    return _bytes(cv2.divide(picture, paper, scale=255))


def text_ink(picture: Picture) -> Mask:
    """Where text or rules are, without single specks."""
    ink = _darker(picture, _TEXT_DARKER_THAN)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    is_speck = stats[:, cv2.CC_STAT_AREA] < 4
    is_speck[0] = True
    return np.where(is_speck, 0, 255).astype(np.uint8)[labels] if count > 1 else ink


def skew_of(picture: Picture) -> float:
    """By how many degrees the picture must be turned clockwise for its lines to run straight.

    Straight lines of text and rules make the sums over rows (and over columns, for pages on their side) jump
    from one to the next; the angle with the largest jumps is the right one.
    """
    factor = min(1.0, 1200 / max(picture.shape))
    small = _bytes(cv2.resize(255 - picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))
    coarse = max(np.arange(-_MAX_SKEW, _MAX_SKEW + 0.1, 0.5), key=lambda angle: _straightness(small, angle))
    fine = coarse + np.arange(-0.5, 0.51, 0.05)
    angle = float(max(fine, key=lambda angle: _straightness(small, angle)))
    return angle if abs(angle) > _NOT_SKEWED else 0.0


def _straightness(picture: Picture, angle: float) -> float:
    turned = turned_by(picture, angle, paper=0)
    return sum(float(np.square(np.diff(turned.sum(axis, dtype=np.float64))).sum()) for axis in (0, 1))


def turned_by(picture: Picture, angle: float, paper: int = 255) -> Picture:
    """The picture turned clockwise by some degrees about its middle, its size kept."""
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1.0)
    turned = cv2.warpAffine(
        picture,
        matrix,
        (width, height),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=paper,
    )
    return _bytes(turned)


def find_rules(picture: Picture) -> tuple[list[Rule], list[Rule]]:
    """Horizontal and vertical rules of an even, straight picture, in pixels.

    Long strokes of characters are told from rules by where they end: a short rule ends at other rules.
    """
    mask = _darker(picture, _RULES_DARKER_THAN)
    horizontal, vertical = _anchored(list(_pieces(mask)), list(_pieces(np.ascontiguousarray(mask.T))))
    return _trimmed(horizontal, vertical), _trimmed(vertical, horizontal)


class _Piece(NamedTuple):
    """A rule as drawn; `top` and `bottom` are its sides, left and right if it is vertical."""

    rule: Rule
    top: int
    bottom: int


def _pieces(mask: Mask) -> Iterator[_Piece]:
    """Thin horizontal runs of the mask; a rule that climbs by a pixel stays one piece."""
    thick = cv2.dilate(mask, np.ones((3, 1), np.uint8))
    closed = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, 5), np.uint8))
    runs = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, _MIN_RULE), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(runs, connectivity=8)
    for label, (left, top, width, height, _) in enumerate(stats.tolist()[1:], 1):
        if height > max(2 * _MAX_THICKNESS, 0.01 * width):
            continue
        # strokes of characters that touch the rule are shorter than half of it
        filled = (labels[top : top + height, left : left + width] == label).sum(1)
        rows = np.flatnonzero(filled > 0.5 * filled.max())
        first, last = top + int(rows[0]), top + int(rows[-1]) + 1
        if last - first <= max(_MAX_THICKNESS, 0.01 * width):
            yield _Piece(Rule((first + last) / 2, left, left + width), first, last)


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
    """The rules without strokes of characters that continue them for less than a row past their last crossing."""
    rules: list[Rule] = []
    for (at, start, end), _, _ in pieces:
        crossed = [p.rule.at for p in others if p.rule.start - _TOUCHES <= at <= p.rule.end + _TOUCHES]
        first = min((c for c in crossed if start <= c < start + _MIN_RULE), default=start)
        last = max((c for c in crossed if end - _MIN_RULE < c <= end), default=end)
        rules.append(Rule(at, first, last))
    return rules


def _is_long(rule: Rule) -> bool:
    return rule.end - rule.start >= _FREE_RULE


def _ends_at(rule: Rule, others: Iterable[_Piece]) -> bool:
    """Whether two different rules bound this one."""
    met = [p for p in others if p.rule.start - _TOUCHES <= rule.at <= p.rule.end + _TOUCHES]
    return all(
        any(p.top - _TOUCHES <= end <= p.bottom + _TOUCHES for p in met) for end in (rule.start, rule.end)
    )


def tight(ink: Mask, region: Region) -> Region | None:
    """The part of a region that has ink, or None."""
    left, top, right, bottom = region
    part = ink[top:bottom, left:right]
    columns, rows = np.flatnonzero(part.any(0)), np.flatnonzero(part.any(1))
    if not columns.size:
        return None
    return Region(
        left + int(columns[0]), top + int(rows[0]), left + int(columns[-1]) + 1, top + int(rows[-1]) + 1
    )


def inside(ink: Mask, cell: Region) -> Region:
    """A cell without what its rules, which run around it, leave of ink at its sides."""
    left, top, right, bottom = cell
    part = ink[top:bottom, left:right] > 0
    if not part.size:
        return cell
    across, along = part.mean(1) > _RULE_FILLS, part.mean(0) > _RULE_FILLS
    return Region(
        left + _border(along),
        top + _border(across),
        right - _border(along[::-1]),
        bottom - _border(across[::-1]),
    )


def _border(is_rule: NDArray[np.bool_]) -> int:
    at_border = np.flatnonzero(is_rule[: min(_TOUCHES_CELL, is_rule.size // 3)])
    return int(at_border[-1]) + 2 if at_border.size else 1


def ink_lines(ink: Mask, region: Region, em: float) -> list[Region]:
    """Lines of text in a region, from top to bottom, tightly.

    Args:
        ink: Of the page.
        region: A cell without its rules.
        em: Height of the page's characters in pixels, so that 二 is not taken for two lines.
    """
    left, top, right, bottom = region
    has_ink = ink[top:bottom, left:right].any(1)
    changes = np.flatnonzero(np.diff(has_ink, prepend=False, append=False))
    runs = [(int(start), int(end)) for start, end in changes.reshape(-1, 2)]
    tallest = max((end - start for start, end in runs), default=0)
    line_height = tallest if tallest > 0.5 * em else em
    lines: list[tuple[int, int]] = []
    for start, end in runs:
        if lines and end - lines[-1][0] <= 1.1 * line_height:
            lines[-1] = lines[-1][0], end
        else:
            lines.append((start, end))
    parts = (tight(ink, Region(left, top + start, right, top + end)) for start, end in lines)
    return [part for part in parts if part is not None]
