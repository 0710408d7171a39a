"""One page: glyphs and rules → lines and the parts of tables that stand on it, in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from warehouse.documents.captions import MONEY_UNIT, plain
from warehouse.documents.model import Box, Notice
from warehouse.documents.pdf.cells import distribute
from warehouse.documents.pdf.content import Glyph, PageContent
from warehouse.documents.pdf.frame import as_displayed
from warehouse.documents.pdf.frames import captions_within, is_hollow, trimmed
from warehouse.documents.pdf.grid import Grid, find_grids, merge
from warehouse.documents.pdf.sideways import text_within
from warehouse.documents.pdf.stacked import parted
from warehouse.documents.pdf.text import PAGE_NUMBER, Run, TextLine, join, lines_of, runs_of
from warehouse.documents.pdf.unruled.lines import without_drawn_lines
from warehouse.documents.pdf.unruled.tables import find_unruled

_BEFORE_NUMBERS = "-—–－─第 "
"""What a page number can begin with."""

_MAX_RULES = 10_000
"""Of one page; the densest real table has 1,900."""

_LARGE = 30.0
"""Points; the largest text in cells seen is 16."""

_TOO_LARGE = 3.0
"""Times the usual size of the page."""

_HALF = 0.5
_ROOM = 3.0
"""Of the width of a cell, and of the size: a line that leaves more of both blank was not wrapped."""

_FULL = 1.7
"""Of the size: a last line that ends no further from the right edge leaves no room for another character."""


@dataclass(slots=True)
class PartCell:
    """A cell of the part of a table that stands on one page."""

    row: int
    col: int
    row_span: int
    col_span: int
    page: int
    box: Box
    text: str = ""
    confidence: float | None = None
    is_full: bool = False
    """Whether the last line reaches the right edge, so that the text may go on."""


@dataclass(slots=True)
class TablePart:
    """The part of a table that stands on one page; `edges` are those of its columns, in points."""

    page: int
    edges: list[float]
    row_count: int
    cells: list[PartCell]
    """From top to bottom, then from left to right."""
    top: float
    bottom_cells: list[PartCell]
    """Those that touch the lower edge."""


@dataclass(slots=True)
class PageLine:
    """A line outside the tables."""

    page: int
    text: str
    box: Box
    top: float
    confidence: float | None = None


@dataclass(slots=True)
class PageLayout:
    """What a page shows, from top to bottom."""

    number: int
    height: float
    top: float = 0.0
    """Where it begins on its sheet."""
    blocks: list[PageLine | TablePart] = field(default_factory=list)


def lay_out(content: PageContent) -> PageLayout:
    """The lines and table parts of a page.

    A grid of a single cell is a frame around text, and a grid without text is a drawing: neither is a table.
    """
    glyphs = sorted(content.glyphs)
    outside = _on_paper(runs_of(glyphs), content)
    blocks: list[PageLine | TablePart] = []
    grids = [grid for grid in _ruled_grids(content) if len(grid.spans) > 1]
    outside = _without_large(outside, grids, content)
    numbers = [r for r in outside if r.text[:1] in _BEFORE_NUMBERS and PAGE_NUMBER.fullmatch(r.text.strip())]
    outside = [run for run in outside if run not in numbers] if numbers else outside
    for grid in grids:
        clipped: list[str] = []
        by_cell, rest = distribute(outside, glyphs, grid, clipped)
        if is_hollow(by_cell, grid):
            continue
        outside = [*rest, *captions_within(by_cell, grid)]
        if clipped:
            content.notices.append(Notice("clipped_text", f"left out: {' | '.join(clipped)}", content.number))
        if by_cell:
            parts = parted(*trimmed(grid, by_cell))
            blocks += [_part(content, part, texts, glyphs) for part, texts in parts]
    outside = [*outside, *numbers]
    unruled = find_unruled(outside, glyphs, content.horizontal)
    outside = without_drawn_lines(outside) if unruled else outside
    for grid in unruled:
        by_cell, outside = distribute(outside, glyphs, grid, [])
        blocks.append(_part(content, grid, by_cell, glyphs))
        content.notices.append(Notice("unruled_table", "columns found by alignment", content.number))
    blocks += [_line(content, line) for line in lines_of(outside, glyphs)]
    blocks.sort(key=lambda block: block.top)
    if content.sideways:
        _report_sideways(content, blocks)
    return PageLayout(content.number, content.height, blocks=blocks)


def _on_paper(runs: Sequence[Run], content: PageContent) -> Sequence[Run]:
    """The runs that are not wholly beside the visible part of the page.

    The unit of a table that the edge of its page cuts is taken: nothing else says it.
    """
    width, height = content.width, content.height
    seen = [
        run
        for run in runs
        if (run.x1 > 0 and run.x0 < width and 0 < run.base < height + run.size)
        or MONEY_UNIT.fullmatch(plain(run.text))
    ]
    if len(seen) < len(runs):
        count = len(runs) - len(seen)
        content.notices.append(
            Notice("hidden_text", f"{count} texts beside the visible page left out", content.number)
        )
    return seen


def _report_sideways(content: PageContent, blocks: Sequence[PageLine | TablePart]) -> None:
    """Name the sideways text that is in no cell."""
    labels = [cell.text for block in blocks if isinstance(block, TablePart) for cell in block.cells]
    outside = [line.text for line in content.sideways if not any(line.text.strip() in x for x in labels)]
    if outside:
        content.notices.append(Notice("watermark", f"left out: {' | '.join(outside)}", content.number))


def _without_large(runs: Sequence[Run], grids: Sequence[Grid], content: PageContent) -> Sequence[Run]:
    """The runs without those that are much too large for a table and lie on one: a level watermark."""
    if not grids or all(run.size < _LARGE for run in runs):
        return runs
    least = max(_LARGE, _TOO_LARGE * median(run.size for run in runs))
    large = {
        run.first: run.text
        for run in runs
        for grid in grids
        if run.size >= least
        and grid.ys[0] < run.base - 0.35 * run.size < grid.ys[-1]
        and grid.xs[0] < (run.x0 + run.x1) / 2 < grid.xs[-1]
    }
    if large:
        text = "".join(large.values())
        content.notices.append(Notice("watermark", f"left out: {text}", content.number))
    return [run for run in runs if run.first not in large]


def _ruled_grids(content: PageContent) -> list[Grid]:
    """The grids of a page; none on one with more rules than a table has, dotted ones taken together."""
    horizontal, vertical = content.horizontal, content.vertical
    if len(horizontal) + len(vertical) > _MAX_RULES:
        horizontal, vertical = merge(horizontal), merge(vertical)
    rule_count = len(horizontal) + len(vertical)
    if rule_count > _MAX_RULES:
        content.notices.append(Notice("drawing", f"{rule_count:,} rules are no table", content.number))
        return []
    grids = find_grids(horizontal, vertical)
    if any(grid.is_mesh for grid in grids):
        content.notices.append(Notice("drawing", "a mesh of rules is no table", content.number))
    return grids


def _part(
    content: PageContent, grid: Grid, by_cell: dict[int, list[Run]], glyphs: Sequence[Glyph]
) -> TablePart:
    xs = [round(x, 2) for x in grid.xs]
    ys = [round(y, 2) for y in grid.ys]
    page = content.number
    cells: list[PartCell] = []
    for number, (row, col, row_span, col_span) in enumerate(grid.spans):
        box = xs[col], ys[row], xs[col + col_span], ys[row + row_span]
        cell = PartCell(row, col, row_span, col_span, page, box)
        if number in by_cell:
            _write(cell, lines_of(by_cell[number], glyphs))
        elif content.sideways:
            cell.text = text_within(box, content.sideways)
        cells.append(cell)
    if content.turn:
        for cell in cells:
            cell.box = as_displayed(cell.box, content.turn, content.width, content.height)
    lowest = [cell for cell in cells if cell.row + cell.row_span == len(ys) - 1]
    return TablePart(page, xs, len(ys) - 1, cells, ys[0], lowest)


def _write(cell: PartCell, lines: Sequence[TextLine]) -> None:
    if lines:
        last = lines[-1]
        cell.text = (
            join(lines)
            if len(lines) == 1 or _is_one(cell, lines)
            else "  ".join([line.text.strip() for line in lines])
        )
        cell.is_full = cell.box[2] - last.x1 < _FULL * last.size
        if last.confidence is not None:
            cell.confidence = min(line.confidence or 0.0 for line in lines)


def _is_one(cell: PartCell, lines: Sequence[TextLine]) -> bool:
    """Whether lines are one text: digits below others that had room beside them are another number."""
    width = cell.box[2] - cell.box[0]
    return not any(
        before.text.rstrip()[-1:].isdigit()
        and after.text[:1].isdigit()
        and before.x1 - before.x0 < min(_HALF * width, width - _ROOM * before.size)
        for before, after in pairwise(lines)
    )


def _line(content: PageContent, line: TextLine) -> PageLine:
    box = line.x0, line.top, line.x1, line.bottom
    if content.turn:
        box = as_displayed(box, content.turn, content.width, content.height)
    x0, top, x1, bottom = box
    rounded = round(x0, 2), round(top, 2), round(x1, 2), round(bottom, 2)
    return PageLine(content.number, line.text.strip(), rounded, line.top, line.confidence)
