"""The header of a table without rules: which texts head which columns, and how they are nested.

A header text stands over the middle of its columns, and right above them or halfway up where it has no parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise, zip_longest

from warehouse.documents.pdf.grid import Span
from warehouse.documents.pdf.unruled.labels import Label, label_of, labels_of
from warehouse.documents.pdf.unruled.lines import Column, Text

_HEADLESS = 30.0
"""What a column without a header costs, in points of white between header and column."""

_FAR = 100.0
"""What a header costs that stands over another column, or on the wrong side of its own."""

_LEVEL = 0.3
"""Of the size: labels that begin no further apart stand in one line."""

_MOST_TEXTS = 60
"""Of a header; more are no header."""


@dataclass(frozen=True, slots=True)
class Head:
    """The header: edges of all columns, its cells, and the seams between its rows."""

    edges: list[float]
    spans: list[Span] = field(default_factory=list)
    seams: list[float] = field(default_factory=list)
    bottom: float = 0.0
    leaf_count: int = 0

    @property
    def depth(self) -> int:
        """How many rows the header has."""
        return len(self.seams) + 1 if self.spans else 0


def read_head(texts: Sequence[Text], columns: Sequence[Column], pitch: float) -> Head:
    """The header over some columns.

    Args:
        texts: What stands above the body.
        columns: What the body covers; columns that are blank in the body are added where a header names them.
        pitch: How far the rows of the body stand apart.
    """
    labels = labels_of(texts, columns, pitch)
    if not labels or len(labels) > _MOST_TEXTS:
        return Head(_edges(columns))
    leaves, parents = _leaves(labels, columns)
    stripes, heads = _headed(leaves, columns)
    edges = _edges(stripes, heads)
    levels = _levels(parents)
    top, bottom = min(label.top for label in labels), max(label.bottom for label in labels)
    spans: list[Span] = []
    depth_of = [0] * len(heads)
    for level, row in enumerate(levels):
        for first, last in _stretches(row, heads, _under(row, heads, top, bottom), edges):
            spans.append(Span(level, first, 1, last - first))
            depth_of[first:last] = [level + 1] * (last - first)
    spans += _gaps(spans, depth_of)
    spans += [Span(at, col, len(levels) + 1 - at, 1) for col, at in enumerate(depth_of)]
    return Head(
        edges,
        sorted(spans),
        _seams(levels, leaves),
        bottom,
        len(leaves),
    )


def _leaves(labels: Sequence[Label], columns: Sequence[Column]) -> tuple[list[Label], list[Label]]:
    """Labels of single columns from left to right, and labels of several."""
    floor = max(labels, key=lambda label: label.middle).top
    leaves = [label for label in labels if label.bottom > floor + 0.5 * label.size]
    parents: list[Label] = []
    rest = [label for label in labels if label not in leaves]
    for label in sorted(rest, key=lambda label: -label.middle):
        if _is_parent(label, leaves, parents, columns):
            parents.append(label)
        else:
            leaves.append(label)
    return sorted(leaves, key=lambda leaf: leaf.center), parents


def _is_parent(
    label: Label, leaves: Sequence[Label], parents: Sequence[Label], columns: Sequence[Column]
) -> bool:
    lower = [other for other in (*leaves, *parents) if other.middle - label.middle > 0.6 * label.size]
    if any(min(label.x1, other.x1) - max(label.x0, other.x0) > 0.2 * label.size for other in lower):
        return True
    left = [leaf for leaf in leaves if leaf.center < label.center]
    right = [leaf for leaf in leaves if leaf.center > label.center]
    if not left or not right:
        return False
    ordered = sorted(leaves, key=lambda leaf: leaf.center)
    heads = _matched(ordered, columns)
    headless = [i for i in range(len(columns)) if i not in heads]
    before = max(
        (i for leaf, i in zip(ordered, heads, strict=True) if leaf in left and i is not None), default=-1
    )
    after = min(
        (i for leaf, i in zip(ordered, heads, strict=True) if leaf in right and i is not None), default=99
    )
    return not any(before < i < after for i in headless)


def _matched(leaves: Sequence[Label], columns: Sequence[Column]) -> list[int | None]:
    """For each leaf its column, both from left to right; None where the column is blank.

    Of all ways the one with the least white between leaves and columns.
    """
    best: list[tuple[float, tuple[int | None, ...]]] = [(_HEADLESS * j, ()) for j in range(len(columns) + 1)]
    for leaf in leaves:
        alone = _FAR if any(column.x0 < leaf.center < column.x1 for column in columns) else 0.0
        row = [(best[0][0] + alone, (*best[0][1], None))]
        for j in range(1, len(columns) + 1):
            blank = best[j][0] + alone, (*best[j][1], None)
            headless = row[j - 1][0] + _HEADLESS, row[j - 1][1]
            cost, path = best[j - 1]
            headed = cost + _misfit(leaf, j - 1, columns), (*path, j - 1)
            row.append(min(headed, blank, headless, key=lambda option: option[0]))
        best = row
    return list(best[-1][1])


def _misfit(leaf: Label, at: int, columns: Sequence[Column]) -> float:
    """How badly a leaf stands over a column: not at all where it is over it, little beside it."""
    column = columns[at]
    if column.x0 <= leaf.center <= column.x1:
        return 0.0
    others = [other for i, other in enumerate(columns) if i != at]
    low, high = sorted((leaf.center, (column.x0 + column.x1) / 2))
    if any(other.x0 < high and other.x1 > low for other in others):
        return _FAR
    gap = max(column.x0 - leaf.x1, leaf.x0 - column.x1, 0.0)
    wrong_side = (leaf.center > column.x1) == column.is_amount and not column.is_number
    return 0.2 * gap + (0.5 * _FAR if wrong_side and gap > 0 else 0.0)


def numbered(numbers: Sequence[Text], columns: Sequence[Column]) -> list[Column]:
    """The columns, and those blank in the body that a line of numbers tells of (栏次)."""
    return _headed([label_of(number) for number in numbers], columns)[0]


def _headed(leaves: Sequence[Label], columns: Sequence[Column]) -> tuple[list[Column], list[Label | None]]:
    """All columns, blank ones included, which cover what their header covers, and the header of each."""
    heads = _matched(leaves, columns)
    made: list[tuple[Column, Label | None]] = [
        (column, None) for i, column in enumerate(columns) if i not in heads
    ]
    for leaf, i in zip(leaves, heads, strict=True):
        made.append((columns[i] if i is not None else Column(leaf.x0, leaf.x1), leaf))
    made.sort(key=lambda pair: pair[0])
    return [column for column, _ in made], [head for _, head in made]


def _edges(columns: Sequence[Column], heads: Sequence[Label | None] = ()) -> list[float]:
    """Halfway between what columns and their headers cover, but never through the body of one."""
    reach = [
        (min(column.x0, head.x0), max(column.x1, head.x1)) if head else (column.x0, column.x1)
        for column, head in zip_longest(columns, heads)
    ]
    inner = [
        min(max((before_end + after_start) / 2, before.x1), after.x0)
        for (before, after), ((_, before_end), (after_start, _)) in zip(
            pairwise(columns), pairwise(reach), strict=True
        )
    ]
    for i in range(1, len(inner)):
        inner[i] = max(inner[i], inner[i - 1] + 0.5)
    return [reach[0][0] - 2, *inner, max(end for _, end in reach) + 2]


def _levels(parents: Sequence[Label]) -> list[list[Label]]:
    """Labels of several columns, row by row from the top, each row from the left."""
    levels: list[list[Label]] = []
    for label in sorted(parents, key=lambda label: label.middle):
        if levels and label.middle - levels[-1][0].middle < 0.6 * label.size:
            levels[-1].append(label)
        else:
            levels.append([label])
    return [sorted(level, key=lambda label: label.center) for level in levels]


def _under(row: Sequence[Label], heads: Sequence[Label | None], top: float, bottom: float) -> list[bool]:
    """For each column whether its header stands below a row of labels, and not beside it over its height."""
    upper, lower = min(label.top for label in row), max(label.bottom for label in row)
    beside = (top + bottom) / 2, (upper + bottom) / 2
    below = (lower + bottom) / 2
    surely = [
        head
        for head in heads
        if head and abs(head.middle - below) < min(abs(head.middle - middle) for middle in beside)
    ]
    return [
        head is None or any(abs(head.top - other.top) < _LEVEL * head.size for other in surely)
        for head in heads
    ]


def _stretches(
    row: Sequence[Label],
    heads: Sequence[Label | None],
    free: Sequence[bool],
    edges: Sequence[float],
) -> list[tuple[int, int]]:
    """For each label of a row the columns that it spans: it stands over their middle, or at their left."""
    result: list[tuple[int, int]] = []
    for first, last in _runs(free):
        over = [label for label in row if edges[first] <= label.center <= edges[last]]
        if not over or len(over) > last - first:
            continue
        cuts = min(
            combinations(range(first + 1, last), len(over) - 1),
            key=lambda cuts: _misplaced(over, [first, *cuts, last], heads, edges),
        )
        result += pairwise([first, *cuts, last])
    return result


def _runs(free: Sequence[bool]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for i, is_free in enumerate(free):
        if is_free and runs and runs[-1][1] == i:
            runs[-1] = runs[-1][0], i + 1
        elif is_free:
            runs.append((i, i + 1))
    return runs


def _misplaced(
    labels: Sequence[Label], cuts: Sequence[int], heads: Sequence[Label | None], edges: Sequence[float]
) -> float:
    off = 0.0
    for label, (first, last) in zip(labels, pairwise(cuts), strict=True):
        head, end = heads[first], heads[last - 1]
        from_left = abs(label.x0 - head.x0) if head else edges[-1]
        over_heads = abs(label.center - (head.x0 + end.x1) / 2) if head and end else edges[-1]
        off += min(abs(label.center - (edges[first] + edges[last]) / 2), over_heads, from_left)
    return off


def _gaps(spans: Sequence[Span], depth_of: Sequence[int]) -> list[Span]:
    """Blank cells above labels of a lower level that nothing stands over."""
    taken = {(span.row, col) for span in spans for col in range(span.col, span.col + span.col_span)}
    return [
        Span(row, col, 1, 1)
        for col, depth in enumerate(depth_of)
        for row in range(depth)
        if (row, col) not in taken
    ]


def _seams(levels: Sequence[Sequence[Label]], leaves: Sequence[Label]) -> list[float]:
    """Between the rows of labels of several columns, and under the last of them."""
    seams: list[float] = []
    for i, level in enumerate(levels):
        bottom = max(label.bottom for label in level)
        below = levels[i + 1] if i + 1 < len(levels) else [x for x in leaves if x.top > level[0].middle]
        seams.append((bottom + min((label.top for label in below), default=bottom + 2)) / 2)
    return seams
