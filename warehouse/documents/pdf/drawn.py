"""What a page draws besides its characters: rules, areas, outlines; each a path of the fast source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from warehouse.documents.pdf.content import Rule
from warehouse.documents.pdf.frame import Frame
from warehouse.documents.pdf.ink import MAX_RULE_WIDTH, is_ground, is_white

Path = dict[str, Any]
"""Its colours, its operations, and its bounds in PDF space."""

Bounds = tuple[float, float, float, float]
"""Left, bottom, width and height in PDF space."""

_OUTLINES = 2000
"""Strokes of shapes; the outlines of three lines of text."""
_SHAPE = 8
"""Strokes; rectangles have fewer."""

_ROUNDED = 11
"""Instructions; four sides, their round corners and what goes before and after."""

_tuple_of = tuple.__new__
"""A named tuple in half the time that calling its class takes."""


def is_outlines(paths: Sequence[Path]) -> bool:
    """Whether so much is drawn that it may be text without characters."""
    counts: list[int] = [path["operations_count"] for path in paths]
    return sum(count for count in counts if count > _SHAPE) > _OUTLINES


def has_white_areas(paths: list[Path]) -> bool:
    """Whether something may have been painted over."""
    return any(
        path["fill_color"] is not None
        and min(path["bbox"][2:]) > MAX_RULE_WIDTH
        and is_white(path["fill_color"])
        for path in paths
    )


def grounds_of(paths: list[Path]) -> list[Bounds]:
    """The areas on which pale text can be read."""
    return [
        path["bbox"]
        for path in paths
        if path["fill_color"] is not None and is_ground(path["fill_color"], *path["bbox"][2:])
    ]


def is_covered(characters: list[Any], paths: list[Path]) -> bool:
    """Whether characters lie in areas that are painted after all rules of the page.

    The ground of a cell is painted before the rules around it.
    """
    areas: list[Bounds] = []
    for path in reversed(paths):
        bounds = path["bbox"]
        if path["fill_color"] is None or min(bounds[2:]) <= MAX_RULE_WIDTH:
            return bool(areas) and any(_is_in(char.bbox, areas) for char in characters)
        areas.append(bounds)
    return False


def _is_in(character: Bounds, areas: list[Bounds]) -> bool:
    x, y, _, size = character
    middle = y + 0.35 * size
    return any(
        left <= x <= left + width and bottom <= middle <= bottom + height
        for left, bottom, width, height in areas
    )


def rules(paths: Iterable[Path], frame: Frame) -> tuple[list[Rule], list[Rule]]:
    """Horizontal and vertical rules of the reading frame."""
    horizontal: list[Rule] = []
    vertical: list[Rule] = []
    (along, start), (down, top) = frame.axes
    is_sideways = frame.is_sideways
    for stroke in _strokes(paths):
        if is_sideways:
            y, x, height, width = stroke
        else:
            x, y, width, height = stroke
        x0 = x + start if along > 0 else start - x - width
        y0 = y + top if down > 0 else top - y - height
        if width >= height:
            horizontal.append(_tuple_of(Rule, (y0 + height / 2, x0, x0 + width)))
        else:
            vertical.append(_tuple_of(Rule, (x0 + width / 2, y0, y0 + height)))
    return horizontal, vertical


def _strokes(paths: Iterable[Path]) -> list[Bounds]:
    """Straight visible strokes in PDF space: lines, sides of stroked rectangles, thin filled rectangles."""
    strokes: list[Bounds] = []
    for path in paths:
        color = path["stroke_color"]
        stroked = color is not None and not is_white(color)
        if not stroked:
            fill = path["fill_color"]
            # Neither is told of an area filled in the colour that a page begins with, which is black.
            if is_white(fill) if fill is not None else color is not None:
                continue
        bounds: Bounds = path["bbox"]
        if bounds[2] <= MAX_RULE_WIDTH or bounds[3] <= MAX_RULE_WIDTH:
            strokes.append(bounds)
        elif stroked or path["operations_count"] > 1:
            strokes.extend(_subpaths(path["operations"], stroked=stroked))
    return strokes


def _subpaths(operations: list[Path], *, stroked: bool) -> Iterator[tuple[float, float, float, float]]:
    """Thin boxes of a path with several parts: sides of what is stroked, thin parts of what is filled."""
    for points in _polylines(operations, rounded=stroked and len(operations) <= _ROUNDED):
        if stroked:
            for (x0, y0), (x1, y1) in pairwise(points):
                if min(abs(x1 - x0), abs(y1 - y0)) <= 0.5:
                    yield min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)
        else:
            xs, ys = [p[0] for p in points], [p[1] for p in points]
            width, height = max(xs) - min(xs), max(ys) - min(ys)
            if min(width, height) <= MAX_RULE_WIDTH:
                yield min(xs), min(ys), width, height


def _polylines(operations: list[Path], *, rounded: bool) -> Iterator[list[tuple[float, float]]]:
    """The subpaths of a path as lists of corners; curves part them if they are corners of a box, `rounded`.

    What else has curves is no rule and is left out.
    """
    points: list[tuple[float, float]] = []
    curved = False
    for operation in operations:
        kind = operation["op"]
        if kind in {"move_to", "rectangle"}:
            if len(points) > 1 and not curved:
                yield points
            points, curved = [(operation["x"], operation["y"])], False
        if kind == "rectangle":
            x, y = points[0]
            right, top = x + operation["width"], y + operation["height"]
            yield [(x, y), (right, y), (right, top), (x, top), (x, y)]
            points = []
        elif kind == "line_to":
            points.append((operation["x"], operation["y"]))
        elif kind == "close_path" and points:
            points.append(points[0])
        elif kind == "curve_to":
            if rounded and len(points) > 1:
                yield points
            points, curved = [(operation["x"], operation["y"])], not rounded
    if len(points) > 1 and not curved:
        yield points
