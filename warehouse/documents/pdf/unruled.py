"""Tables printed without rules: columns found by the white gutters between their texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from warehouse.documents.pdf.content import Rule
from warehouse.documents.pdf.grid import Grid, find_grids
from warehouse.documents.pdf.text import Run

_AMOUNT = re.compile(r"\s*-?[\d,]*\d\.\d+%?\s*")
_APART = 1.0
"""Of the size: texts of one line further apart than this stand in different columns."""

_LINE_FEED = 3.5
"""Of the size: lines further apart than this do not belong to one table."""

_MIN_DATA_LINES = 3


class _Segment(NamedTuple):
    x0: float
    x1: float
    is_amount: bool


class _Row(NamedTuple):
    base: float
    size: float
    segments: list[_Segment]

    @property
    def has_amount(self) -> bool:
        return any(segment.is_amount for segment in self.segments)

    @property
    def is_columnar(self) -> bool:
        return len(self.segments) > 2 or (len(self.segments) == 2 and self.has_amount)


def find_unruled(runs: Sequence[Run]) -> list[Grid]:
    """Grids for the blocks of lines that are columns of amounts; none for prose.

    A block has at least three lines with amounts beside other texts, and a gutter through all of them.
    A line with a single text between two such lines is the rest of a wrapped label.
    """
    if sum(_AMOUNT.fullmatch(run.text) is not None for run in runs) < _MIN_DATA_LINES:
        return []
    return [grid for block in _blocks(_rows(runs)) for grid in _grid(block)]


def _rows(runs: Sequence[Run]) -> list[_Row]:
    rows: list[_Row] = []
    group: list[Run] = []
    for run in sorted(run for run in runs if run.text.strip()):
        if group and run.base - group[-1].base > 0.4 * run.size:
            rows.append(_row(group))
            group = []
        group.append(run)
    return [*rows, _row(group)] if group else rows


def _row(group: list[Run]) -> _Row:
    segments: list[_Segment] = []
    for run in sorted(group, key=lambda run: run.x0):
        is_amount = _AMOUNT.fullmatch(run.text) is not None
        if segments and run.x0 - segments[-1].x1 < _APART * run.size:
            last = segments[-1]
            segments[-1] = _Segment(last.x0, max(last.x1, run.x1), last.is_amount and is_amount)
        else:
            segments.append(_Segment(run.x0, run.x1, is_amount))
    return _Row(group[0].base, max(run.size for run in group), segments)


def _blocks(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Lines near each other, from the first to the last that has columns."""
    block: list[_Row] = []
    for row in rows:
        far = block and row.base - block[-1].base > _LINE_FEED * row.size
        two_alone = block and not row.is_columnar and not block[-1].is_columnar
        if far or two_alone:
            yield _trimmed(block)
            block = []
        if block or row.is_columnar:
            block.append(row)
    yield _trimmed(block)


def _trimmed(block: list[_Row]) -> list[_Row]:
    end = max((i for i, row in enumerate(block) if row.is_columnar), default=-1)
    return block[: end + 1]


def _grid(block: Sequence[_Row]) -> list[Grid]:
    data = [row for row in block if row.has_amount and row.is_columnar]
    if len(data) < _MIN_DATA_LINES:
        return []
    gutters = _gutters(data)
    if not gutters:
        return []
    left = min(segment.x0 for row in block for segment in row.segments) - 2
    right = max(segment.x1 for row in block for segment in row.segments) + 2
    top, bottom = block[0].base - 1.1 * block[0].size, block[-1].base + 0.3 * block[-1].size
    seams = [
        (before.base + after.base - 0.8 * after.size) / 2
        for before, after in pairwise(block)
        if after.is_columnar
    ]
    horizontal = [Rule(at, left, right) for at in (top, *seams, bottom)]
    return find_grids(horizontal, [Rule(at, top, bottom) for at in (left, *gutters, right)])


def _gutters(rows: Sequence[_Row]) -> list[float]:
    """The middles of the white stripes that run through all rows."""
    segments = sorted(segment for row in rows for segment in row.segments)
    gutters: list[float] = []
    reach = segments[0].x1
    for segment in segments[1:]:
        if segment.x0 - reach > 0.5 * rows[0].size:
            gutters.append((segment.x0 + reach) / 2)
        reach = max(reach, segment.x1)
    return gutters
