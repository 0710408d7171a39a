"""Ruling lines → grids: rows, columns and the cells that span several of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from warehouse.documents.pdf.content import Rule

SNAP = 2.5
"""Points; rules this near to each other are one (both borders of neighbouring cells, double rules)."""

REACH = 3.0
"""Points; how far a rule may end before the rule that it meets, or before its own next piece."""

_LONGEST_DASH = 10.0
"""Points; a dash, or the white between two, is no longer."""

_MANY_PIECES = 6

_FREE = -1
_MOST_POSITIONS = 200_000
"""Of one grid; a mesh with more is a drawing, as no page has room for so many texts."""

_MIN_LENGTH = 4.0
_MIN_OUTER = 6.0
_ONE_ROW = 40.0
_ONE_COLUMN = 250.0
_FEW_RULES = 3
"""Of a table of one row under its header: only the rule between these need reach into the outer columns."""


class Span(NamedTuple):
    """A cell in terms of its grid."""

    row: int
    col: int
    row_span: int
    col_span: int


@dataclass(frozen=True, slots=True)
class Grid:
    """Edges of columns and rows, ascending, and the cells that cover every position once."""

    xs: list[float]
    ys: list[float]
    spans: list[Span]
    owners: list[list[int]]
    """For each position, the number of the cell that covers it."""
    is_mesh: bool = False
    """Whether there are too many rules for a table, so that they were left out and one cell covers all."""

    @property
    def area(self) -> float:
        """Of the whole grid, in square points."""
        return (self.xs[-1] - self.xs[0]) * (self.ys[-1] - self.ys[0])


def find_grids(horizontal: Iterable[Rule], vertical: Iterable[Rule]) -> list[Grid]:
    """The grids of a page, smallest first so that a glyph belongs to the innermost one.

    Rules that touch each other make one grid. A side on which the rules of the other direction stick out has
    lost its outer rule, which is put back.
    """
    merged_h, merged_v = merge(horizontal), merge(vertical)
    grids = [
        grid
        for part_h, part_v in _connected(merged_h, merged_v)
        if (grid := _grid(part_h, part_v)) is not None
    ]
    return sorted(grids, key=lambda grid: grid.area)


def merge(rules: Iterable[Rule]) -> list[Rule]:
    """Rules drawn in pieces, twice, or as both borders of two cells → one rule each, sorted by place."""
    merged: list[Rule] = []
    group: list[Rule] = []
    first = last = 0.0
    for rule in sorted(rules):
        at = rule[0]
        if group and (at - last > SNAP / 2 or at - first > SNAP):
            merged += _join(group)
            group = []
        if not group:
            first = at
        group.append(rule)
        last = at
    return merged + _join(group)


def _join(group: list[Rule]) -> list[Rule]:
    """Pieces at one place, joined where they touch."""
    if not group:
        return []
    at = group[len(group) // 2].at
    pieces = sorted([(start, end) for _, start, end in group])
    joined: list[Rule] = []
    start, end = pieces[0]
    reach = _reach(pieces) if len(pieces) > _MANY_PIECES else REACH
    for piece_start, piece_end in pieces[1:]:
        if piece_start - end > reach:
            joined.append(Rule(at, start, end))
            start, end = piece_start, piece_end
        elif piece_end > end:
            end = piece_end
    joined.append(Rule(at, start, end))
    return [rule for rule in joined if rule.end - rule.start >= _MIN_LENGTH]


def _reach(pieces: Sequence[tuple[float, float]]) -> float:
    """How far the pieces of one rule may lie apart: dashes as far as most of them do."""
    length = median([end - start for start, end in pieces])
    gap = median([after - end for (_, end), (after, _) in pairwise(pieces)])
    return gap + 0.5 if REACH - 0.5 < gap < _LONGEST_DASH and length < _LONGEST_DASH else REACH


def _connected(horizontal: Sequence[Rule], vertical: Sequence[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    """Rules grouped by touching; groups without both directions are no grids."""
    parent = list(range(len(horizontal) + len(vertical)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    ats = [rule.at for rule in horizontal]
    for j, (x, y0, y1) in enumerate(vertical, len(horizontal)):
        first = bisect_left(ats, y0 - REACH)
        for i in range(first, len(horizontal)):
            y, x0, x1 = horizontal[i]
            if y > y1 + REACH:
                break
            if x0 - REACH <= x <= x1 + REACH:
                parent[root(i)] = root(j)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for i, rule in enumerate([*horizontal, *vertical]):
        groups.setdefault(root(i), ([], []))[i >= len(horizontal)].append(rule)
    return [group for group in groups.values() if group[0] and group[1]]


def _grid(horizontal: list[Rule], vertical: list[Rule]) -> Grid | None:
    xs = _edges(vertical, horizontal, alone=_ONE_COLUMN if len(horizontal) <= _FEW_RULES else 0.0)
    ys = _edges(horizontal, vertical, alone=_ONE_ROW)
    if len(xs) < 2 or len(ys) < 2:
        return None
    if len(xs) * len(ys) > _MOST_POSITIONS:
        return Grid([xs[0], xs[-1]], [ys[0], ys[-1]], [Span(0, 0, 1, 1)], [[0]], is_mesh=True)
    # below[r][c]: a rule closes position (r, c) at its bottom; right[r][c]: at its right
    below = _closed(horizontal, ys, xs)
    right = [list(row) for row in zip(*_closed(vertical, xs, ys), strict=True)]
    spans, owners = _spans(below, right, len(ys) - 1, len(xs) - 1)
    return Grid(xs, ys, spans, owners)


def _edges(rules: Sequence[Rule], crossing: Sequence[Rule], *, alone: float = 0.0) -> list[float]:
    """Places of the rules, and of the outer rules that are missing where crossing rules stick out.

    Two must stick out, or one that goes no further than `alone`: it parts a row, or a column, of two cells.
    """
    edges: list[float] = []
    for at in sorted(rule.at for rule in rules):
        if not edges or at - edges[-1] > SNAP:
            edges.append(at)
    starts = sorted(rule.start for rule in crossing)
    ends = sorted((rule.end for rule in crossing), reverse=True)
    if len(starts) > 1 and edges and starts[1] < edges[0] - _MIN_OUTER:
        edges.insert(0, starts[1])
    elif starts and edges and _MIN_OUTER < edges[0] - starts[0] < alone:
        edges.insert(0, starts[0])
    if len(ends) > 1 and edges and ends[1] > edges[-1] + _MIN_OUTER:
        edges.append(ends[1])
    elif ends and edges and _MIN_OUTER < ends[0] - edges[-1] < alone:
        edges.append(ends[0])
    return edges


def _nearest(edges: Sequence[float], at: float) -> int:
    index = bisect_left(edges, at)
    if index == len(edges) or (index and at - edges[index - 1] < edges[index] - at):
        return index - 1
    return index


def _closed(rules: Sequence[Rule], across: Sequence[float], along: Sequence[float]) -> list[list[bool]]:
    """For each interval `across` the rules, which intervals `along` them a rule closes at its far end.

    A rule closes the intervals whose middles it passes. The last list is that of the first edge.
    """
    middles = [(before + after) / 2 for before, after in pairwise(along)]
    closed = [[False] * len(middles) for _ in across]
    for at, start, end in rules:
        first, last = bisect_left(middles, start), bisect_right(middles, end)
        if first < last:
            closed[_nearest(across, at) - 1][first:last] = [True] * (last - first)
    return closed


def _spans(
    below: list[list[bool]], right: list[list[bool]], row_count: int, column_count: int
) -> tuple[list[Span], list[list[int]]]:
    """Cells: each grows to the right, then down, until rules stop it; together they cover every position."""
    owners = [[_FREE] * column_count for _ in range(row_count)]
    spans: list[Span] = []
    for row in range(row_count):
        for col in range(column_count):
            if owners[row][col] != _FREE:
                continue
            end = col + 1
            if right[row][col] and below[row][col]:  # as nearly all are
                owners[row][col] = len(spans)
                spans.append(Span(row, col, 1, 1))
                continue
            while end < column_count and not right[row][end - 1] and owners[row][end] == _FREE:
                end += 1
            bottom = row + 1
            while bottom < row_count and _goes_on(below[bottom - 1], right[bottom], owners[bottom], col, end):
                bottom += 1
            for covered in owners[row:bottom]:
                covered[col:end] = [len(spans)] * (end - col)
            spans.append(Span(row, col, bottom - row, end - col))
    return spans, owners


def _goes_on(below: list[bool], right: list[bool], owners: list[int], start: int, end: int) -> bool:
    """Whether a cell of columns `start` to `end` has no rule under it and none inside the next row."""
    if any(below[start:end]) or any(right[start : end - 1]) or owners[start:end] != [_FREE] * (end - start):
        return False
    opens_left = start == 0 or right[start - 1]
    return opens_left and (end == len(owners) or right[end - 1])
