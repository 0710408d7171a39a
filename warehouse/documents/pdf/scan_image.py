"""The picture of a page: made even and straight, and its rules."""

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

TEXT_DARKER_THAN = 150
"""Grey from which on it is no ink of text."""

_RULES_DARKER_THAN = 195
"""Hairlines are spread over two grey pixels; watermarks are mostly paler still."""

_BACKGROUND = 25
"""Pixels; wider than any stroke or rule, narrower than shading."""

_COLOURED = 60
"""Difference between the channels of a pixel that is neither black, grey nor white."""

_STAMP = 150
"""Pixels (19 mm): seals are 38 to 50 mm wide."""

_SIGNATURE = 60
"""Pixels (8 mm): writing in blue is this high, print in blue is not."""

_PRINT = 50
"""Grey of print under a seal, whose own ink is brighter where it is brightest."""

_DARKEST = 25
"""Per cent of a seal's pixels that may lie on print."""

_MOSTLY = 0.8
_STAMP_GAP = 15
"""Pixels between the parts of a seal."""

_SOME_INK = 0.001
"""Share of a page; with less of it nothing tells how dark its print is."""

_MAX_SKEW = 4.0
_NOT_SKEWED = 0.04
"""Degrees; turning by less would blur more than it straightens."""

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

_DOTTED = 38
"""Pixels: shorter rows of dots are marks of text."""

_TOUCHES = 2
_MAX_THICKNESS = 14


def _bytes(values: NDArray[Any]) -> NDArray[np.uint8]:
    return np.asarray(values, np.uint8)


def darker(picture: Picture, limit: int) -> Mask:
    """Where the picture is darker than a limit."""
    return _bytes(cv2.threshold(picture, limit, 255, cv2.THRESH_BINARY_INV)[1])


def without_stamps(coloured: NDArray[np.uint8]) -> Picture:
    """A picture in colour (blue, green, red) as a grey one, in which stamps are no more than a shade.

    The ink of a seal is bright in one colour, print under it in none, and so is the blue of a signature. What
    is smaller, such as a line of red text, stays.
    """
    grey = _bytes(cv2.cvtColor(coloured, cv2.COLOR_BGR2GRAY))
    brightest = coloured.max(2)
    is_coloured = _bytes(np.where(brightest - coloured.min(2) > _COLOURED, 255, 0))
    if np.count_nonzero(is_coloured) < _STAMP**2 / 50:
        return grey
    kernel = np.ones((_STAMP_GAP, _STAMP_GAP), np.uint8)
    is_blue = coloured[:, :, 0] == brightest
    closed = cv2.morphologyEx(is_coloured, cv2.MORPH_CLOSE, kernel)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed)
    for label, (left, top, width, height, _) in enumerate(stats.tolist()[1:], 1):
        if max(width, height) < _STAMP or min(width, height) < _SIGNATURE:
            continue
        inside = slice(top, top + height), slice(left, left + width)
        ink = (labels[inside] == label) & (is_coloured[inside] > 0)
        if min(width, height) >= _STAMP or is_blue[inside][ink].mean() > _MOSTLY:
            around = (
                slice(max(top - _STAMP_GAP, 0), top + height + _STAMP_GAP),
                slice(max(left - _STAMP_GAP, 0), left + width + _STAMP_GAP),
            )
            own = 0.85 * max(float(np.percentile(brightest[inside][ink], _DARKEST)), 2.0 * _PRINT)
            grey[around] = np.clip((brightest[around].astype(float) - _PRINT) * 255 / (own - _PRINT), 0, 255)
    return grey


def even(picture: Picture) -> Picture:
    """The picture black on white: shadows and shading are divided out, pale print is darkened."""
    kernel = np.ones((_BACKGROUND, _BACKGROUND), np.uint8)
    smooth = cv2.GaussianBlur(picture, (7, 7), 0)  # or the brightest grain of each place would be its paper
    paper = cv2.GaussianBlur(cv2.dilate(smooth, kernel), (_BACKGROUND, _BACKGROUND), 0)
    flat = _bytes(cv2.divide(picture, paper, scale=255))
    ink = flat[flat < _RULES_DARKER_THAN]
    black = np.percentile(ink, 10) if ink.size > _SOME_INK * flat.size else 0
    return _bytes(np.clip((flat.astype(np.float32) - black) * (255 / (255 - black)), 0, 255))


def without_pale(picture: Picture) -> Picture:
    """The picture without watermarks: white where nothing near is as dark as text."""
    near_ink = cv2.dilate(darker(picture, TEXT_DARKER_THAN), np.ones((5, 5), np.uint8))
    return np.where(near_ink > 0, picture, np.uint8(255))


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


def with_dots_joined(picture: Picture) -> Picture:
    """The picture with dotted and dashed rules drawn through: rows of small marks, each by itself."""
    mask = darker(picture, _RULES_DARKER_THAN)
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
    """Where rows of dots run, without their gaps."""
    closed = cv2.morphologyEx(dots, cv2.MORPH_CLOSE, np.ones((1, _DOTS_APART), np.uint8))
    return cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, _DOTTED), np.uint8)) > 0


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
    mask = darker(picture, _RULES_DARKER_THAN)
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
