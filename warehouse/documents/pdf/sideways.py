"""Text on its side: labels of cells that are too narrow for upright ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from warehouse.documents.model import Box
from warehouse.documents.pdf.content import Sideways
from warehouse.documents.pdf.text import WIDE_FROM, plain

_SAME_LINE = 0.2
"""Of the size: characters whose baselines lie no further apart stand in one line."""

_APART = 3.0
"""Of the size: characters of one label are set no further apart."""

_OVER = 0.5
"""Of the size: how far a label may reach over the rules of its cell."""


class Mark(NamedTuple):
    """A character on its side: whether its line runs up, where its baseline begins, its size."""

    runs_up: bool
    x: float
    y: float
    size: float
    text: str


def sideways_of(marks: Iterable[Mark]) -> list[Sideways]:
    """The lines that characters on their side make."""
    lines: list[list[Mark]] = []
    for runs_up, group in groupby(sorted(marks), lambda mark: mark.runs_up):
        column: list[Mark] = []
        for mark in group:
            if column and mark.x - column[-1].x > _SAME_LINE * mark.size:
                lines += _lines(column, runs_up=runs_up)
                column = []
            column.append(mark)
        lines += _lines(column, runs_up=runs_up)
    return [_sideways(line) for line in lines]


def _lines(column: list[Mark], *, runs_up: bool) -> list[list[Mark]]:
    """The marks on one baseline in the order in which they are read, cut where they stand far apart."""
    lines: list[list[Mark]] = []
    for mark in sorted(column, key=lambda mark: -mark.y if runs_up else mark.y):
        if lines and abs(mark.y - lines[-1][-1].y) <= _APART * mark.size:
            lines[-1].append(mark)
        else:
            lines.append([mark])
    return lines


def _sideways(line: Sequence[Mark]) -> Sideways:
    runs_up, x, start, size, _ = line[0]
    last = line[-1]
    width = last.size if last.text >= WIDE_FROM else last.size / 2
    end = last.y - width if runs_up else last.y + width
    left, right = (x - 0.88 * size, x + 0.12 * size) if runs_up else (x - 0.12 * size, x + 0.88 * size)
    box = left, min(start, end), right, max(start, end)
    return Sideways(box, plain("".join(mark.text for mark in line)), runs_up)


def text_within(box: Box, lines: Sequence[Sideways]) -> str:
    """The lines that lie in a cell, as one text: the first is that on the left of lines that run up."""
    inside = [line for line in lines if _lies_in(line.box, box)]
    inside.sort(key=lambda line: line.box[0] if line.runs_up else -line.box[0])
    return "".join(line.text.strip() for line in inside)


def _lies_in(inner: Box, outer: Box) -> bool:
    room = _OVER * (inner[2] - inner[0])
    return (
        outer[0] - room <= inner[0]
        and inner[2] <= outer[2] + room
        and outer[1] - room <= inner[1]
        and inner[3] <= outer[3] + room
    )
