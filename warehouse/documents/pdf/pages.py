"""One page: glyphs and rules → lines and the parts of tables that stand on it, in reading order."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from statistics import median

from warehouse.documents.captions import MONEY_UNIT, plain
from warehouse.documents.model import Box, Notice
from warehouse.documents.pdf.content import Glyph, PageContent
from warehouse.documents.pdf.frame import as_displayed
from warehouse.documents.pdf.frames import captions_within, is_hollow, trimmed
from warehouse.documents.pdf.grid import Grid, find_grids, merge
from warehouse.documents.pdf.sideways import text_within
from warehouse.documents.pdf.stacked import parted
from warehouse.documents.pdf.text import PAGE_NUMBER, WIDE_FROM, Run, TextLine, join, lines_of, runs_of
from warehouse.documents.pdf.unruled import find_unruled

_REST_OF_YEAR = re.compile(r"\d{1,3}年")
_YEAR = re.compile(r"(?<!\d)(19|20)\d\d年")

_OUTSIDE = -1
_BEFORE_NUMBERS = "-—–－─第 "
"""What a page number can begin with."""

_MAX_RULES = 10_000
"""Of one page; the densest real table has 1,900."""

_LARGE = 30.0
"""Points; the largest text in cells seen is 16."""

_TOO_LARGE = 3.0
"""Times the usual size of the page."""

_OVER = 0.2
"""Of the size: texts that share more than this lie one over the other."""

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
        by_cell, rest = _distribute(outside, glyphs, grid, clipped)
        if is_hollow(by_cell, grid):
            continue
        outside = [*rest, *captions_within(by_cell, grid)]
        if clipped:
            content.notices.append(Notice("clipped_text", f"left out: {' | '.join(clipped)}", content.number))
        if by_cell:
            parts = parted(*trimmed(grid, by_cell))
            blocks += [_part(content, part, texts, glyphs) for part, texts in parts]
    outside = [*outside, *numbers]
    for grid in find_unruled(outside, glyphs, content.horizontal):
        by_cell, outside = _distribute(outside, glyphs, grid, [])
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


def _distribute(
    runs: Iterable[Run], glyphs: list[Glyph], grid: Grid, clipped: list[str]
) -> tuple[dict[int, list[Run]], list[Run]]:
    """Runs by the number of their cell, and those outside the grid.

    A text too long for its cell that lies over another cell's text cannot be seen there: that piece of it is
    left out and put down in `clipped`.
    """
    xs, ys, owners = grid.xs, grid.ys, grid.owners
    left, right, top, bottom = xs[0] - 1, xs[-1] + 1, ys[0] - 1, ys[-1] + 1
    inside: dict[int, list[Run]] = {_OUTSIDE: []}
    crossing: list[tuple[Run, list[int]]] = []
    for run in runs:
        middle = run.base - 0.35 * run.size
        if not (top <= middle <= bottom and run.x1 >= left and run.x0 <= right):
            inside[_OUTSIDE].append(run)
            continue
        row = owners[min(max(bisect_right(ys, middle) - 1, 0), len(ys) - 2)]
        quarter = run.size / 4
        first, last = bisect_right(xs, run.x0 + quarter), bisect_right(xs, run.x1 - quarter)
        if 0 < first <= last < len(xs) and row[first - 1] == row[last - 1]:
            inside.setdefault(row[first - 1], []).append(run)
        else:
            crossing.append((run, row))
    for run, row in crossing:
        pieces = list(_cut(run, glyphs, grid, row))
        seen = _seen(pieces, inside)
        if len(seen) < len(pieces):
            clipped += [piece.text for owner, piece in pieces if (owner, piece) not in seen]
        elif _is_one_text([piece for _, piece in pieces], xs):
            seen = [(_main(pieces), run)]
        for owner, part in seen:
            inside.setdefault(owner, []).append(part)
    return inside, inside.pop(_OUTSIDE)


def _main(pieces: Sequence[tuple[int, Run]]) -> int:
    """The number of the cell in which most of a text that crosses rules stands."""
    return max(pieces, key=lambda piece: len(piece[1].text))[0]


def _seen(pieces: Sequence[tuple[int, Run]], inside: dict[int, list[Run]]) -> Sequence[tuple[int, Run]]:
    """The pieces of a text that crosses rules, but for those that lie over another cell's text."""
    if len(pieces) < 2:
        return pieces
    main = _main(pieces)
    return [
        (owner, piece)
        for owner, piece in pieces
        if owner == main or not any(_overlap(piece, other) for other in inside.get(owner, ()))
    ]


def _is_one_text(pieces: Sequence[Run], xs: Sequence[float]) -> bool:
    """Whether all rules that a text crosses run through a character, or through a number."""
    return len(pieces) > 1 and all(_is_cut(before, after, xs) for before, after in pairwise(pieces))


def _is_cut(before: Run, after: Run, xs: Sequence[float]) -> bool:
    """Whether a rule runs through the character at the seam, or through a number."""
    if before.text[-1] in ".," or after.text[0] in ".,":
        return before.text[-1].isdigit() or after.text[0].isdigit()
    if before.text[-1].isdigit() and _REST_OF_YEAR.match(after.text):
        return _YEAR.search(before.text[-3:] + after.text[:4]) is not None
    margin = 0.2 * before.size
    return any(
        glyph_x0 + margin < x < glyph_x1 - margin
        for x in xs
        for glyph_x0, glyph_x1 in ((before.x1 - before.size, before.x1), (after.x0, after.x0 + after.size))
        if before.text[-1] >= WIDE_FROM and after.text[0] >= WIDE_FROM
    )


def _overlap(piece: Run, other: Run) -> bool:
    return (
        abs(piece.base - other.base) < piece.size
        and other.x0 < piece.x1 - _OVER * piece.size
        and piece.x0 < other.x1 - _OVER * piece.size
    )


def _cut(run: Run, glyphs: list[Glyph], grid: Grid, row: Sequence[int]) -> Iterator[tuple[int, Run]]:
    """The pieces of a run in the cells that they lie in."""
    numbers = range(run.first, run.last)
    for owner, part in groupby(numbers, lambda i: _owner(grid, row, _middle(glyphs[i]))):
        piece = list(part)
        for cut in runs_of(glyphs[piece[0] : piece[-1] + 1]):
            yield owner, cut._replace(first=cut.first + piece[0], last=cut.last + piece[0])


def _owner(grid: Grid, row: Sequence[int], x: float) -> int:
    """The number of the cell at `x`."""
    xs = grid.xs
    if not xs[0] - 1 <= x <= xs[-1] + 1:
        return _OUTSIDE
    return row[min(max(bisect_right(xs, x) - 1, 0), len(xs) - 2)]


def _middle(glyph: Glyph) -> float:
    """Where a glyph is printed: some fonts declare Latin characters and digits twice as wide as they are."""
    _, x0, x1, size, text, _ = glyph
    return x0 + (min(x1 - x0, 0.6 * size) if text < WIDE_FROM else x1 - x0) / 2


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
