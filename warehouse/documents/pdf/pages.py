"""One page: glyphs and rules → lines and the parts of tables that stand on it, in reading order."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from warehouse.documents.model import Box
from warehouse.documents.pdf.content import Glyph, PageContent
from warehouse.documents.pdf.frame import as_displayed
from warehouse.documents.pdf.grid import Grid, Span, find_grids
from warehouse.documents.pdf.text import TextLine, join, lines_of


@dataclass(slots=True)
class PartCell:
    """A cell of the part of a table that stands on one page."""

    row: int
    col: int
    row_span: int
    col_span: int
    text: str
    page: int
    box: Box
    confidence: float | None = None
    is_full: bool = False
    """Whether the last line reaches the right edge, so that the text may go on."""


@dataclass(slots=True)
class TablePart:
    """The part of a table that stands on one page; edges of its columns as fractions do not exist: points."""

    page: int
    edges: list[float]
    row_count: int
    cells: list[PartCell]
    top: float
    bottom: float

    @property
    def column_count(self) -> int:
        """Columns of the grid, of which some may hold only spanning cells."""
        return len(self.edges) - 1

    def rows(self) -> list[list[PartCell]]:
        """Cells by the row in which they begin, from left to right."""
        rows: list[list[PartCell]] = [[] for _ in range(self.row_count)]
        for cell in self.cells:
            rows[cell.row].append(cell)
        return rows


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
    blocks: list[PageLine | TablePart] = field(default_factory=list)


def lay_out(content: PageContent) -> PageLayout:
    """The lines and table parts of a page.

    A grid of a single cell is a frame around text, and a grid without text is a drawing: neither is a table.
    """
    grids = [g for g in find_grids(content.horizontal, content.vertical) if len(g.spans) > 1]
    inside, outside = _distribute(content.glyphs, grids)
    blocks: list[PageLine | TablePart] = []
    for grid, glyphs in zip(grids, inside, strict=True):
        if any(glyphs):
            blocks.append(_part(content, grid, glyphs))
    for line in lines_of(outside):
        box = _displayed(content, (line.x0, line.top, line.x1, line.bottom))
        blocks.append(PageLine(content.number, line.text.strip(), box, line.top, line.confidence))
    blocks.sort(key=lambda block: block.top)
    return PageLayout(content.number, content.height, blocks)


def _distribute(
    glyphs: Sequence[Glyph], grids: Sequence[Grid]
) -> tuple[list[list[list[Glyph]]], list[Glyph]]:
    """Glyphs by grid and cell, and those outside: the middle of a glyph decides."""
    inside: list[list[list[Glyph]]] = [[[] for _ in grid.spans] for grid in grids]
    owners = [_owners(grid) for grid in grids]
    frames = [(g.xs[0] - 1, g.xs[-1] + 1, g.ys[0] - 1, g.ys[-1] + 1) for g in grids]
    outside: list[Glyph] = []
    for glyph in glyphs:
        x = (glyph.x0 + glyph.x1) / 2
        y = glyph.base - 0.35 * glyph.size
        for i, (x0, x1, y0, y1) in enumerate(frames):
            if x0 <= x <= x1 and y0 <= y <= y1:
                grid = grids[i]
                row = min(max(bisect_right(grid.ys, y) - 1, 0), len(grid.ys) - 2)
                col = min(max(bisect_right(grid.xs, x) - 1, 0), len(grid.xs) - 2)
                inside[i][owners[i][row][col]].append(glyph)
                break
        else:
            outside.append(glyph)
    return inside, outside


def _owners(grid: Grid) -> list[list[int]]:
    """For each position of the grid, the number of the cell that covers it."""
    owners = [[0] * (len(grid.xs) - 1) for _ in range(len(grid.ys) - 1)]
    for number, (row, col, row_span, col_span) in enumerate(grid.spans):
        for covered in owners[row : row + row_span]:
            covered[col : col + col_span] = [number] * col_span
    return owners


def _part(content: PageContent, grid: Grid, glyphs: Sequence[list[Glyph]]) -> TablePart:
    cells = [
        _cell(content, grid, span, lines_of(of_cell))
        for span, of_cell in zip(grid.spans, glyphs, strict=True)
    ]
    return TablePart(content.number, grid.xs, len(grid.ys) - 1, cells, grid.ys[0], grid.ys[-1])


def _cell(content: PageContent, grid: Grid, span: Span, lines: Sequence[TextLine]) -> PartCell:
    x0, x1 = grid.xs[span.col], grid.xs[span.col + span.col_span]
    top, bottom = grid.ys[span.row], grid.ys[span.row + span.row_span]
    return PartCell(
        *span,
        text=join([line.text for line in lines]),
        page=content.number,
        box=_displayed(content, (x0, top, x1, bottom)),
        confidence=min((line.confidence for line in lines if line.confidence is not None), default=None),
        is_full=bool(lines) and x1 - lines[-1].x1 < 1.7 * lines[-1].size,
    )


def _displayed(content: PageContent, box: Box) -> Box:
    x0, top, x1, bottom = as_displayed(box, content.turn, content.width, content.height)
    return round(x0, 2), round(top, 2), round(x1, 2), round(bottom, 2)
