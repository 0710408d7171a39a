"""Tables printed without rules, or with horizontal ones alone: columns found by the white between texts.

A table is a block of lines between captions, in which figures stand in columns. Its columns are the stripes
that texts of its body cover; its rows are lines of figures with the lines of wrapped labels; its header is
read by `unruled_head`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from warehouse.documents.captions import MONEY_UNIT, plain
from warehouse.documents.pdf.content import Rule
from warehouse.documents.pdf.grid import Grid, Span
from warehouse.documents.pdf.text import WIDE_FROM, Run
from warehouse.documents.pdf.unruled_head import Column, Head, Text, read_head

_AMOUNT = re.compile(r"\s*[(（]?-?[\d,，]*\d\.\d+%?[)）]?-?\s*")
_COMPOUND = re.compile(r"(\d{3,7})[\s\u3000]+([^\d年].*)|(-?[\d,]+\.\d\d)\s*([^\d\s.%万亿元].*)")
"""A code and its name, or an amount and the label of the list beside it."""

_PROSE = re.compile(r".{8,}[,，。；].*|.*[,，。；].{8,}|[百千万亿]*元.*")
_OWN_ROW = re.compile(
    r"[(（]?[一二三四五六七八九十]+[)）、.]|\d+[、.．)）]|[(（]\d+[)）]|\d{3,}|其中|合计|小计|总计"
)
_CAPTION = re.compile(
    r".{2,60}表(?:[(（].*[)）])?|.*公开\d+表|部门公开表\d+|表\d+|备?注[:：].*|.{0,4}说明[:：].*"
)
_UNIT = re.compile(rf".*(?:{MONEY_UNIT.pattern})")

_APART = 0.3
"""Of the size: texts of one line further apart than this may stand in different columns."""

_APART_FROM_AMOUNT = 0.1
"""The same where one of them is an amount: it may stand at the edge of its cell."""

_GUTTER = 0.3
"""Of the size: the narrowest white stripe between two columns."""

_OVERLAP = -0.5
"""Points; an amount and a label that touch stand in two columns, unless they overlap by more."""

_LINE_FEED = 4.5
"""Of the size: lines further apart than this do not belong to one table."""

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


class _Line(NamedTuple):
    base: float
    size: float
    texts: list[Text]

    @property
    def amounts(self) -> int:
        return sum(_is_amount(text) for text in self.texts)

    @property
    def is_strong(self) -> bool:
        """Whether the line is surely a row: an amount beside another text."""
        return self.amounts > 0 and len(self.texts) > 1


def find_unruled(runs: Sequence[Run], rules: Sequence[Rule] = ()) -> list[Grid]:
    """Grids for the blocks of lines that are columns of amounts; none for prose.

    Args:
        runs: The text outside ruled tables.
        rules: Horizontal rules outside ruled tables: they part rows.
    """
    if sum(is_amount(run.text) for run in runs) < _MIN_AMOUNTS:
        return []
    return [grid for block in _blocks(_lines(runs)) if (grid := _grid(block, sorted(rules))) is not None]


def is_amount(text: str) -> bool:
    """Whether a text is an amount with decimals and nothing else."""
    return _AMOUNT.fullmatch(text) is not None


def _is_amount(text: Text) -> bool:
    return is_amount(text.text)


def _lines(runs: Sequence[Run]) -> list[_Line]:
    lines: list[_Line] = []
    group: list[Run] = []
    for run in sorted(run for run in runs if run.text.strip()):
        if group and run.base - group[-1].base > 0.3 * min(run.size, group[-1].size):
            lines.append(_line(group))
            group = []
        group.append(run)
    return [*lines, _line(group)] if group else lines


def _line(group: list[Run]) -> _Line:
    texts: list[Text] = []
    for text in sorted(text for run in group for text in _texts_of(run)):
        if texts and text.x0 - texts[-1].x1 < _least_gap(texts[-1], text):
            last = texts[-1]
            texts[-1] = last._replace(x1=max(last.x1, text.x1), text=last.text + text.text)
        else:
            texts.append(text)
    return _Line(group[0].base, max(run.size for run in group), texts)


def _least_gap(before: Text, after: Text) -> float:
    if _COMPOUND.fullmatch(f"{before.text} {after.text}"):
        return 0.0
    return after.size * (_APART_FROM_AMOUNT if _is_amount(before) or _is_amount(after) else _APART)


def _texts_of(run: Run) -> list[Text]:
    """A run without the white space around it; a code and its name, an amount and a label are two texts."""
    whole = Text(run.x0, run.x1, run.base, run.size, run.text)
    compound = _COMPOUND.fullmatch(run.text.strip())
    parts = [part for part in compound.groups() if part] if compound else [run.text]
    return [_part_of(whole, part) for part in parts]


def _part_of(whole: Text, part: str) -> Text:
    """A part of a text where it stands, by the usual widths of characters."""
    shown = part.strip()
    unit = (whole.x1 - whole.x0) / (_width(whole.text) or 1)
    x0 = whole.x0 + unit * _width(whole.text[: whole.text.rindex(shown)])
    return whole._replace(x0=x0, x1=x0 + unit * _width(shown), text=shown)


def _width(text: str) -> float:
    return sum(1.0 if character >= WIDE_FROM else 0.5 for character in text)


def _blocks(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Lines near each other, between captions."""
    block: list[_Line] = []
    for line in lines:
        far = block and line.base - block[-1].base > _LINE_FEED * max(line.size, block[-1].size)
        caption = _is_caption(line)
        if far or caption:
            yield block
            block = []
        if not caption:
            block.append(line)
    yield block


def _is_caption(line: _Line) -> bool:
    texts = [plain(text.text) for text in line.texts]
    if any(_UNIT.fullmatch(text) for text in texts):
        return True
    return not line.amounts and len(texts) < 3 and any(_CAPTION.fullmatch(text) for text in texts)


def _grid(block: Sequence[_Line], rules: Sequence[Rule]) -> Grid | None:
    strong = [i for i, line in enumerate(block) if line.is_strong]
    if not strong:
        return None
    last = _last_row(block, strong[-1])
    first = _first_row(block, strong[0], _columns(block[strong[0] : last + 1]))
    body = block[first : last + 1]
    columns = _columns(body)
    if len(columns) < 2 or _are_prose(body) or _are_prose([line for line in body if line.is_strong]):
        return None
    start = _head_start(block, first, columns)
    head = read_head([text for line in block[start:first] for text in line.texts], columns, _pitch(body))
    if len(strong) < _MIN_DATA_LINES and not _is_headed(head, columns, body):
        return None
    top = block[start].base - 1.1 * block[start].size
    return _assembled(head, _row_seams(body, columns, rules), top, body)


def _are_prose(lines: Sequence[_Line]) -> bool:
    """Whether more than one line in three has a piece of a sentence, or a unit of money behind a number."""
    sentences = sum(
        any(_PROSE.fullmatch(text.text) and not _is_amount(text) for text in line.texts) for line in lines
    )
    return 3 * sentences > len(lines)


def _is_headed(head: Head, columns: Sequence[Column], body: Sequence[_Line]) -> bool:
    """Whether there are several amounts and each column has a header."""
    amounts = sum(line.amounts for line in body)
    return amounts >= _MIN_AMOUNTS and head.leaf_count >= len(columns)


def _first_row(block: Sequence[_Line], first: int, columns: Sequence[Column]) -> int:
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


def _is_near(before: _Line, after: _Line, feed: float) -> bool:
    return after.base - before.base < feed * min(before.size, after.size)


def _last_row(block: Sequence[_Line], last: int) -> int:
    """The last line of the body: the last of figures, of several texts, or of their wrapped label."""
    end = last
    pitch = _pitch(block)
    for i in range(last + 1, len(block)):
        near = i == end + 1 and _is_near(block[end], block[i], _MOST_FEED)
        numbered = i == end + 1 and block[i].base - block[end].base < 1.2 * pitch
        if len(block[i].texts) > 1 or near or (numbered and _OWN_ROW.match(block[i].texts[0].text)):
            end = i
    return end


def _columns(body: Sequence[_Line]) -> list[Column]:
    """The stripes that texts cover; a text alone in its line counts where it reaches into no second one."""
    columns = _stripes([text for line in body for text in line.texts if len(line.texts) > 1])
    for text in (line.texts[0] for line in body if len(line.texts) == 1):
        over = [i for i, column in enumerate(columns) if text.x0 < column.x1 and text.x1 > column.x0]
        if len(over) == 1:
            (i,) = over
            columns[i] = columns[i]._replace(x0=min(columns[i].x0, text.x0), x1=max(columns[i].x1, text.x1))
    return columns


def _stripes(texts: Sequence[Text]) -> list[Column]:
    columns: list[Column] = []
    for text in sorted(texts):
        touching = _is_amount(text) != (len(columns) > 0 and columns[-1].is_amount)
        if columns and text.x0 - columns[-1].x1 <= (_OVERLAP if touching else _GUTTER * text.size):
            last = columns[-1]
            columns[-1] = Column(last.x0, max(last.x1, text.x1), last.is_amount or _is_amount(text))
        else:
            columns.append(Column(text.x0, text.x1, _is_amount(text)))
    return columns


def _head_start(block: Sequence[_Line], first: int, columns: Sequence[Column]) -> int:
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


def _row_seams(body: Sequence[_Line], columns: Sequence[Column], rules: Sequence[Rule]) -> list[float]:
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


def _pitch(body: Sequence[_Line]) -> float:
    """How far rows stand apart."""
    bases = [line.base for line in body if line.is_strong]
    return median(b - a for a, b in pairwise(bases)) if len(bases) > 1 else 0.0


def _is_wrapped(before: _Line, after: _Line, pitch: float, columns: Sequence[Column]) -> bool:
    """Whether two lines belong to one row: one of them is part of the label of the other."""
    if before.is_strong and after.is_strong:
        return False
    if _OWN_ROW.match(plain(after.texts[0].text)) and not _is_near(before, after, 0.9):
        return False
    if not _is_near(before, after, _MOST_FEED):
        return False
    if _is_near(before, after, _OVERLAPPING):
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


def _assembled(head: Head, seams: list[float], top: float, body: Sequence[_Line]) -> Grid:
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
