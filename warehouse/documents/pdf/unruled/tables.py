"""Tables printed without rules, or with horizontal ones alone: columns found by the white between texts.

A table is a block of lines (`unruled_lines`) between captions, in which figures stand in columns. Its columns
are the stripes that texts of its body cover; its rows are lines of figures with the lines of wrapped labels;
its header is read by `unruled_head`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from warehouse.documents.captions import plain
from warehouse.documents.pdf.content import Glyph, Rule
from warehouse.documents.pdf.grid import Grid, Span
from warehouse.documents.pdf.text import Run
from warehouse.documents.pdf.unruled.head import Head, numbered, read_head
from warehouse.documents.pdf.unruled.lines import (
    Column,
    Text,
    TextLine,
    blocks_of,
    lines_of,
    may_have_amounts,
    without_drawn_lines,
)

_PROSE = re.compile(r".{8,}[,，。；].*|.*[,，。；].{8,}|[百千万亿]*元.*")
_OWN_ROW = re.compile(
    r"[(（]?[一二三四五六七八九十]+[)）、.]|\d+[、.．)）]|[(（]\d+[)）]|\d{3,}|其中|合计|小计|总计"
)
_GUTTER = 0.3
"""Of the size: the narrowest white stripe between two columns."""

_OVERLAP = -0.5
"""Points; figures and a label that touch stand in two columns, unless they overlap by more."""

_WRAP_FEED = 1.5
"""Of the size: lines of one cell are no further apart."""

_FULL = 1.3
"""Of the size: a line that ends no further from the end of its column leaves no room for a character."""

_ALIGNED = 1.5
"""Points; texts that begin at one place begin no further apart."""

_MOST_FEED = 2.0
"""The same where the upper line fills its column."""

_OVERLAPPING = 0.9
"""Of the size: lines nearer to each other overlap, so that they cannot be two rows."""

_MIN_DATA_LINES = 3
_MIN_AMOUNTS = 2
"""Of a table with fewer lines: fewer could be prose."""


def find_unruled(runs: Sequence[Run], glyphs: Sequence[Glyph], rules: Sequence[Rule] = ()) -> list[Grid]:
    """Grids for the blocks of lines that are columns of amounts; none for prose.

    Args:
        runs: The text outside ruled tables.
        glyphs: Of the page, as the runs count them.
        rules: Horizontal rules outside ruled tables: they part rows.
    """
    if not may_have_amounts(runs, _MIN_AMOUNTS):
        return []
    blocks = blocks_of(lines_of(without_drawn_lines(runs), glyphs))
    return [grid for block in blocks if (grid := _grid(block, sorted(rules))) is not None]


def _grid(block: Sequence[TextLine], rules: Sequence[Rule]) -> Grid | None:
    strong = [i for i, line in enumerate(block) if line.is_strong]
    if not strong:
        return None
    last = _last_row(block, strong[-1], _columns(block[strong[0] : strong[-1] + 1]))
    first = _first_row(block, strong[0], _columns(block[strong[0] : last + 1]))
    body = block[first : last + 1]
    columns = _columns(body)
    if len(columns) < 2 or _are_prose(body) or _are_prose([line for line in body if line.is_strong]):
        return None
    if first and block[first - 1].numbers_columns:
        first -= 1
        columns = numbered([text for text in block[first].texts if _is_of_one_column(text)], columns)
        body = block[first : last + 1]
    start = _head_start(block, first, columns)
    head = read_head([text for line in block[start:first] for text in line.texts], columns, _pitch(body))
    if len(strong) < _MIN_DATA_LINES and not _is_headed(head, columns, body):
        return None
    top = block[start].base - 1.1 * block[start].size
    return _assembled(head, _row_seams(body, columns, rules), top, body)


def _is_of_one_column(text: Text) -> bool:
    """Whether a text beside numbers of columns is of one column: a number, or 类; 栏次 may span several."""
    return len(text.text) == 1 or text.text[0].isdecimal()


def _are_prose(lines: Sequence[TextLine]) -> bool:
    """Whether more than one line in three has a piece of a sentence, or a unit of money behind a number."""
    sentences = sum(
        any(_PROSE.fullmatch(text.text) and not text.is_amount for text in line.texts) for line in lines
    )
    return 3 * sentences > len(lines)


def _is_headed(head: Head, columns: Sequence[Column], body: Sequence[TextLine]) -> bool:
    """Whether there are several amounts and each column has a header."""
    amounts = sum(line.amounts for line in body)
    return amounts >= _MIN_AMOUNTS and head.leaf_count >= len(columns)


def _first_row(block: Sequence[TextLine], first: int, columns: Sequence[Column]) -> int:
    """The first line of the body: above the first with an amount stand only labels, left in columns."""
    labels = [column for column in columns if not column.is_amount]
    while first and all(_is_label(text, labels) for text in block[first - 1].texts):
        first -= 1
    return first


def _is_label(text: Text, columns: Sequence[Column]) -> bool:
    return any(
        abs(text.x0 - column.x0) < _ALIGNED
        or (column.x0 <= text.x0 <= column.x1 and _OWN_ROW.match(text.text))
        for column in columns
    )


def _is_near(before: TextLine, after: TextLine, feed: float) -> bool:
    return after.base - before.base < feed * min(before.size, after.size)


def _last_row(block: Sequence[TextLine], last: int, columns: Sequence[Column]) -> int:
    """The last line of the body: the last of figures, of several texts, or of their wrapped label."""
    end = last
    pitch = _pitch(block)
    for i in range(last + 1, len(block)):
        if len(block[i].texts) == 1 and len(_over(block[i].texts[0], columns)) > 1:
            break
        near = i == end + 1 and _is_near(block[end], block[i], _MOST_FEED)
        numbered = i == end + 1 and block[i].base - block[end].base < 1.2 * pitch
        if len(block[i].texts) > 1 or near or (numbered and _OWN_ROW.match(block[i].texts[0].text)):
            end = i
    return end


def _columns(body: Sequence[TextLine]) -> list[Column]:
    """The stripes that texts cover; a text alone in its line counts where it reaches into no second one."""
    columns = _stripes([text for line in body for text in line.texts if len(line.texts) > 1])
    for text in (line.texts[0] for line in body if len(line.texts) == 1):
        over = _over(text, columns)
        if len(over) == 1:
            (i,) = over
            columns[i] = columns[i]._replace(x0=min(columns[i].x0, text.x0), x1=max(columns[i].x1, text.x1))
    return columns


def _over(text: Text, columns: Sequence[Column]) -> list[int]:
    return [i for i, column in enumerate(columns) if text.x0 < column.x1 and text.x1 > column.x0]


def _stripes(texts: Sequence[Text]) -> list[Column]:
    columns: list[Column] = []
    has_codes = False
    for text in sorted(texts):
        is_code = text.text.isdecimal()
        unlike = columns and (text.is_amount != columns[-1].is_amount or (has_codes and not is_code))
        if columns and text.x0 - columns[-1].x1 <= (_OVERLAP if unlike else _GUTTER * text.size):
            x0, x1, is_amount, is_number = columns.pop()
            is_amount, is_number = is_amount or text.is_amount, is_number and is_code
            columns.append(Column(x0, max(x1, text.x1), is_amount, is_number))
            has_codes = has_codes or is_code
        else:
            columns.append(Column(text.x0, text.x1, text.is_amount, is_code))
            has_codes = is_code
    return columns


def _head_start(block: Sequence[TextLine], first: int, columns: Sequence[Column]) -> int:
    """Where the header begins: lines of prose above it, wider than the columns leave room for, are none."""
    start = first
    left, right = columns[0].x0, columns[-1].x1
    while start:
        line = block[start - 1]
        widest = max(text.x1 - text.x0 for text in line.texts)
        if len(line.texts) == 1 and (widest > 0.5 * (right - left) or line.texts[0].x1 < left):
            break
        start -= 1
    return start


def _row_seams(body: Sequence[TextLine], columns: Sequence[Column], rules: Sequence[Rule]) -> list[float]:
    """Where a row ends and the next begins: at rules, and between lines that are no wrapped label."""
    width = columns[-1].x1 - columns[0].x0
    ruled = [
        rule.at
        for rule in rules
        if body[0].base < rule.at < body[-1].base and rule.end - rule.start > 0.6 * width
    ]
    pitch = _pitch(body)
    few_rules = 4 * len(ruled) < len(body)
    seams: list[float] = []
    widest: tuple[float, float] | None = None  # since the last seam: how far apart two lines stand, and where
    held = False  # whether a row of figures stands below the last seam
    for before, after in pairwise(body):
        held = held or before.is_strong
        between = (before.base + 0.12 * before.size + after.base - 0.88 * after.size) / 2
        gap = (after.base - before.base) / after.size
        widest = max(widest or (gap, between), (gap, between))
        at = next((at for at in ruled if before.base - 1 <= at <= after.base - 0.5 * after.size), None)
        if at is None and few_rules and not _is_wrapped(before, after, pitch, columns):
            at = between
        if at is None and held and after.is_strong:
            at = widest[1]
        if at is not None:
            seams.append(at)
            widest, held = None, False
    return seams


def _pitch(body: Sequence[TextLine]) -> float:
    """How far rows stand apart."""
    bases = [line.base for line in body if line.is_strong]
    return median(b - a for a, b in pairwise(bases)) if len(bases) > 1 else 0.0


def _is_wrapped(before: TextLine, after: TextLine, pitch: float, columns: Sequence[Column]) -> bool:
    """Whether two lines belong to one row: one of them is part of the label of the other."""
    if (before.is_strong and after.is_strong) or before.numbers_columns:
        return False
    overlapping = after.ends_figures or _is_near(before, after, _OVERLAPPING)
    if _OWN_ROW.match(plain(after.texts[0].text)) and not overlapping:
        return False
    if not _is_near(before, after, _MOST_FEED):
        return False
    if overlapping:
        return True
    if len(after.texts) == 1 and any(_fills(text, after.texts[0], columns) for text in before.texts):
        return True
    near = _is_near(before, after, min(_WRAP_FEED, 0.95 * pitch / after.size or _WRAP_FEED))
    return near and min(len(before.texts), len(after.texts)) == 1


def _fills(text: Text, rest: Text, columns: Sequence[Column]) -> bool:
    """Whether a text of a column leaves no room for the text below it."""
    return any(
        not column.is_amount
        and column.x0 <= text.x0 <= column.x1
        and column.x0 <= rest.x0 <= column.x1
        and column.x1 - text.x1 < _FULL * text.size
        for column in columns
    )


def _assembled(head: Head, seams: list[float], top: float, body: Sequence[TextLine]) -> Grid:
    """The grid of header and rows."""
    bottom = body[-1].base + 0.4 * body[-1].size
    size = body[0].size
    start = head.bottom + 0.1 * size if head.depth else top
    start = (start + body[0].base - 0.88 * size) / 2 if head.depth else body[0].base - 1.1 * size
    ys = [top, *head.seams, start, *seams, bottom] if head.depth else [start, *seams, bottom]
    spans = list(head.spans)
    column_count = len(head.edges) - 1
    for row in range(head.depth, len(ys) - 1):
        spans += [Span(row, col, 1, 1) for col in range(column_count)]
    owners = [[0] * column_count for _ in range(len(ys) - 1)]
    for number, (row, col, row_span, col_span) in enumerate(spans):
        for covered in owners[row : row + row_span]:
            covered[col : col + col_span] = [number] * col_span
    return Grid(head.edges, ys, spans, owners)
