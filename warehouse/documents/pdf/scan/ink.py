"""Where ink stands on the picture of a page: its lines of text, before anything is recognised."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from warehouse.documents.pdf.scan.image import TEXT_DARKER_THAN, Mask, Picture, darker

_SPECK = 4
"""Pixels; less ink than this in one place is no part of a character. A decimal point has nine."""

_RULE_FILLS = 0.85
"""Share of a cell's side that is ink if it is a rule and not a character."""

_RULE_WITHIN = 10
"""Pixels from the middle of a rule, in which its ink and that of a double rule lies."""

_TOUCHING = 0.15
"""Share of a line's usual ink in a row that still is the gap to the next line."""

_MARKS = 8, 90
"""Pixels: the lowest mark that is a character and no point or stroke, and the highest."""

_MARK_OF_EM = 0.92
"""Height of whole 汉字 as a share of the font's size."""

_LOW = 0.45
"""Of the size: lower ink is 一 or a dash alone; digits are 0.65 to 0.72 high."""

_USUAL_EM = 25.0
"""Pixels: 9 points at 200 dpi."""

_AT_EDGE = 3
"""Pixels from the edge of a cell within its rules, in which nothing is printed."""

_SPECK_OF_EM = 0.3
"""Width of a speck, at most; 一 alone in its line is 0.7 wide."""

_APART = 0.6
"""Of the font's size: the white between texts that may belong to two columns."""

_HIGH = 0.6
"""Of a line's height: points and commas are lower."""

_STROKE = 0.2
"""Of the height of digits: how wide a minus sign is at least."""

_PAPER = 3
"""Pixels of white around the picture of a line."""


class Region(NamedTuple):
    """Pixels from `left` to before `right` and from `top` to before `bottom`."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """In pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top

    def within(self, other: Region) -> Region:
        """What both have in common."""
        return Region(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )


class InkLine(NamedTuple):
    """A line of text: its ink, and what of the page its picture shows, faint ends of strokes included."""

    ink: Region
    shown: Region

    def picture(self, page: Picture) -> Picture:
        """The line alone, with a margin of white paper."""
        left, top, right, bottom = self.shown
        return np.pad(page[top:bottom, left:right], _PAPER, constant_values=255)

    def x(self, fraction: float) -> float:
        """Where on the page a place of `picture` is, given as a fraction of its width."""
        at = self.shown.left - _PAPER + fraction * (self.shown.width + 2 * _PAPER)
        return min(max(at, self.shown.left), self.shown.right)


def text_ink(picture: Picture) -> Mask:
    """Where text or rules are, without single specks."""
    ink = darker(picture, TEXT_DARKER_THAN)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    is_ink = stats[:, cv2.CC_STAT_AREA] >= _SPECK
    is_ink[0] = False  # the paper
    return np.asarray(np.where(is_ink, 255, 0).astype(np.uint8)[labels])


def em_of(ink: Mask) -> float:
    """The size of a page's font in pixels, by the height of most of its larger marks."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    widths, heights = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    low, high = _MARKS
    heights = heights[(heights >= low) & (heights <= high) & (widths <= 1.5 * heights)]
    return float(np.percentile(heights, 80)) / _MARK_OF_EM if heights.size else _USUAL_EM


def inside(ink: Mask, cell: Region) -> Region:
    """A cell without what its rules, along whose middles it runs, have of ink at its sides."""
    left, top, right, bottom = cell
    part = ink[top:bottom, left:right] > 0
    if not part.size:
        return cell
    rows, columns = part.mean(1) > _RULE_FILLS, part.mean(0) > _RULE_FILLS
    return Region(
        left + _rule(columns), top + _rule(rows), right - _rule(columns[::-1]), bottom - _rule(rows[::-1])
    )


def _rule(is_filled: NDArray[np.bool_]) -> int:
    """How many pixels the rule at the beginning of a cell takes up."""
    at_border = np.flatnonzero(is_filled[: min(_RULE_WITHIN, is_filled.size // 3)])
    return int(at_border[-1]) + 2 if at_border.size else 1


def lines_in(ink: Mask, region: Region, em: float) -> list[InkLine]:
    """The lines of text in a region, from top to bottom.

    Args:
        ink: Of the page.
        region: A cell without its rules.
        em: Height of the page's characters in pixels, so that 二 is not taken for two lines.
    """
    left, top, right, bottom = region
    filled = (ink[top:bottom, left:right] > 0).sum(1)
    whole = np.flatnonzero(np.diff(filled > 0, prepend=False, append=False)).reshape(-1, 2).tolist()
    runs = [part for start, end in whole for part in _split(filled, start, end, em)]
    tallest = max((end - start for start, end in runs), default=0)
    line_height = tallest if tallest > 0.5 * em else em
    lines: list[tuple[int, int]] = []
    for start, end in runs:
        if lines and end - lines[-1][0] <= 1.1 * line_height:
            lines[-1] = lines[-1][0], end
        else:
            lines.append((start, end))
    if len(lines) > 1:
        marks = ink[top:bottom, left:right] > 0
        lines = [line for line in lines if not _is_rest(marks, line, em)]
    limits = [0, *((above[1] + below[0]) // 2 for above, below in pairwise(lines)), bottom - top]
    found: list[InkLine] = []
    for (start, end), (upper, lower) in zip(lines, pairwise(limits), strict=False):
        room = Region(left, top + upper, right, top + lower)
        line = line_in(ink, Region(left, top + start, right, top + end), room, em)
        if line is not None:
            found.append(line)
    return found


def parts_of(ink: Mask, line: InkLine, em: float) -> list[InkLine]:
    """A line outside grids, parted where white of more than half a character follows more than a comma.

    Texts of neighbouring columns are recognised apart: neither takes the place of the other.
    """
    left, top, right, bottom = line.ink
    marks = ink[top:bottom, left:right] > 0
    runs = np.flatnonzero(np.diff(marks.any(0), prepend=False, append=False)).reshape(-1, 2).tolist()
    cuts = [
        left + (end + start) // 2
        for (begin, end), (start, _) in pairwise(runs)
        if start - end > _APART * em and _is_high(marks[:, begin:end])
    ]
    if not cuts:
        return [line]
    edges = [line.shown.left, *cuts, line.shown.right]
    rooms = (Region(start, line.shown.top, end, line.shown.bottom) for start, end in pairwise(edges))
    parts = (line_in(ink, room._replace(top=top, bottom=bottom), room, em) for room in rooms)
    return [part for part in parts if part is not None]


def _is_high(mark: NDArray[np.bool_]) -> bool:
    rows = np.flatnonzero(mark.any(1))
    return bool(rows[-1] - rows[0] > _LOW * mark.shape[0])


def digits_in(ink: Mask, line: InkLine) -> int:
    """How many marks as high as digits a line has, parts of a broken one over each other taken together."""
    count, reach = 0, 0
    for start, end, _, _ in sorted(_high_marks(ink, line)):
        count += start >= reach
        reach = max(reach, end)
    return count


def figure_in(ink: Mask, line: InkLine) -> Region:
    """From the first to the last mark of a line that is as high as a digit; empty where there is none."""
    marks = _high_marks(ink, line)
    if not marks:
        return Region(line.shown.left, line.ink.top, line.shown.left, line.ink.bottom)
    starts, ends, tops, bottoms = zip(*marks, strict=True)
    return Region(min(starts), min(tops), max(ends), max(bottoms))


def _high_marks(ink: Mask, line: InkLine) -> list[tuple[int, int, int, int]]:
    """Left, right, top and bottom of marks that are higher than points, commas and strokes."""
    left, top, right, bottom = line.ink
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink[top:bottom, left:right], connectivity=8)
    return [
        (left + x, left + x + width, top + y, top + y + height)
        for x, y, width, height, _ in stats[1:].tolist()
        if height > _HIGH * line.ink.height
    ]


def is_low(ink: Mask, line: InkLine) -> bool:
    """Whether the ink of a line is lower than any digit, though its picture has the height of a line."""
    left, top, right, bottom = line.ink
    rows = np.flatnonzero(ink[top:bottom, left:right].any(1))
    return not rows.size or rows[-1] - rows[0] < _LOW * line.ink.height


def has_stroke(ink: Mask, area: Region) -> bool:
    """Whether an area about as high as digits holds a stroke in its middle and nothing else: a minus sign."""
    left, top, right, bottom = area
    rows = np.flatnonzero((ink[top:bottom, left:right] > 0).sum(1) > _STROKE * area.height)
    return bool(rows.size) and area.height / 4 < rows[0] and rows[-1] < 0.8 * area.height


def _is_rest(marks: NDArray[np.bool_], line: tuple[int, int], em: float) -> bool:
    """Whether a low line of a cell with other lines is a speck, or what a rule left at the cell's edge."""
    start, end = line
    if end - start >= _LOW * em:
        return False
    columns = np.flatnonzero(marks[start:end].any(0))
    is_at_edge = start <= _AT_EDGE or end >= marks.shape[0] - _AT_EDGE
    return is_at_edge or columns[-1] - columns[0] < _SPECK_OF_EM * em


def _split(filled: NDArray[np.int_], start: int, end: int, em: float) -> list[tuple[int, int]]:
    """Rows `start` to `end`, cut where lines of text only touch; `filled` counts the ink of each row."""
    half = round(em / 2)
    if end - start <= max(1.7 * em, 2 * half):
        return [(start, end)]
    inner = filled[start + half : end - half]
    cut = start + half + int(np.argmin(inner))
    if inner.min() > _TOUCHING * filled[start:end].mean():
        return [(start, end)]
    return _split(filled, start, cut, em) + _split(filled, cut, end, em)


def line_in(ink: Mask, region: Region, room: Region, em: float) -> InkLine | None:
    """The ink of a region as one line, or None; its picture keeps within `room`."""
    left, top, right, bottom = region
    part = ink[top:bottom, left:right]
    columns, rows = np.flatnonzero(part.any(0)), np.flatnonzero(part.any(1))
    if not columns.size:
        return None
    tight = Region(
        left + int(columns[0]), top + int(rows[0]), left + int(columns[-1]) + 1, top + int(rows[-1]) + 1
    )
    if tight.height < _LOW * em:  # shown with the height of a line, or it would look like a bar
        missing = round((em - tight.height) / 2)
        tight = tight._replace(top=tight.top - missing, bottom=tight.bottom + missing).within(room)
    aside, above = round(0.3 * tight.height), max(2, round(0.1 * tight.height))
    shown = Region(tight.left - aside, tight.top - above, tight.right + aside, tight.bottom + above)
    return InkLine(tight, shown.within(room))
