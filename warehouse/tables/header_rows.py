"""The grid of a table → the rows of its header: below captions in the grid, above the figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from warehouse.documents.model import Cell
from warehouse.immutable import immutable
from warehouse.tables import meanings, money
from warehouse.tables.text import key

Grid = Sequence[Sequence[Cell]]

CODE_PARTS = {"类": "code_class", "款": "code_group", "项": "code_item"}
"""Texts that divide a column of codes into three, and the roles of the columns below them."""

_COLUMN_NUMBER = re.compile(
    r"\(?\d{1,2}\)?(?:栏)?|\d{1,2}=[\d+\-=()*/]+|[A-Z]|\*\*|[-—]|\d{1,2}\.?|[甲乙丙丁]"
)
_SEVERAL = 3
_COLUMN_NUMBER_LABEL = re.compile(r"(?:栏次|档次|列次|栏目|行次|序号|栏号|合计)?(?:[-—*]*)|\*\*")
_YEAR = re.compile(r"20\d\d年?")
_CAPTION = re.compile(r".*(?:单位[::]|年度[::]|部门[::]|(?:万|^)元$).*|20\d\d年?度?|.{2,40}表(?:\(.*\))?")
_NUMBERS_END = frozenset("0123456789)%元")
_HAN = re.compile(r"[\u3400-\u9fff]")
_MAX_CAPTION_ROWS = 6
_MAX_HEADER_ROWS = 9


@immutable
class HeaderRows:
    """Rows `first` to `end - 1` are the header; captions in the grid stand above, the body from `end` on.

    `numbers` are the rows among them that only number the columns (栏次).
    """

    first: int
    end: int
    numbers: frozenset[int] = frozenset()


def distinct(row: Sequence[Cell]) -> list[Cell]:
    """The cells of a grid row, each once, from the left; cells spanning from above included."""
    return [cell for index, cell in enumerate(row) if index == 0 or row[index - 1] is not cell]


def _texts(row: Sequence[Cell]) -> list[str]:
    return [text for cell in distinct(row) if (text := key(cell.text))]


def is_data_row(row: Sequence[Cell]) -> bool:
    """Whether a row prints numbers that are neither years nor numbers of columns."""
    texts = _texts(row)
    if not any(text[-1] in _NUMBERS_END for text in texts):
        return False
    if any(money.LIKE_MONEY.fullmatch(text) for text in texts):
        return True
    return not numbers_columns(row) and any(
        money.parse_number(text) is not None and not _YEAR.fullmatch(text) for text in texts
    )


def numbers_columns(row: Sequence[Cell]) -> bool:
    """Whether a row only numbers the columns: `栏次 1 2 3`, `** 1 2 3`, `A B 1 2=3+4`."""
    texts = [text for text in _texts(row) if text not in CODE_PARTS]
    if len(texts) > 1 and (_COLUMN_NUMBER_LABEL.fullmatch(texts[0]) or _is_misread_label(row[0], texts)):
        texts = [text for text in texts[1:] if text != texts[0]]
    if not texts or not all(_COLUMN_NUMBER.fullmatch(text) for text in texts):
        return any(cell.confidence is not None for cell in row) and _numbers_all_but_one(texts)
    numbers = [int(match.group()) for text in texts if (match := re.match(r"\d+", text.strip("(")))]
    return bool(numbers) and numbers[0] in (1, 2, 3, 4) and all(b - a == 1 for a, b in pairwise(numbers))


def _is_misread_label(first: Cell, texts: Sequence[str]) -> bool:
    """Whether what optical recognition made of 栏次 stands before several numbers."""
    return first.confidence is not None and len(texts) > _SEVERAL and len(texts[0]) <= len("栏次")


def _numbers_all_but_one(texts: Sequence[str]) -> bool:
    """Whether texts count from 1, 2 or 3, but for one that optical recognition got wrong."""
    counted = max(sum(text == str(first + i) for i, text in enumerate(texts)) for first in (1, 2, 3))
    return len(texts) > _SEVERAL and counted >= len(texts) - 1


def is_caption_row(row: Sequence[Cell]) -> bool:
    """Whether a row on top of a grid holds title, unit, year or name of the unit instead of headers."""
    cells = [cell for cell in distinct(row) if cell.text.strip()]
    if not cells:
        return True
    if any(cell.row_span > 1 for cell in cells) or len(cells) > 5:
        return False
    texts = [key(cell.text) for cell in cells]
    if len(cells) == 1 and cells[0].col_span == len(row) > 1:
        return _CAPTION.fullmatch(texts[0]) is not None
    return all(
        _CAPTION.fullmatch(text) or re.match(r"(?!20\d\d年)\d{3,6}[^\d]{3,}", text) for text in texts
    ) and any("单位:" in text or "年度:" in text for text in texts)


def below_captions(grid: Grid) -> int:
    """The first row that is no caption."""
    first = 0
    while first < min(len(grid), _MAX_CAPTION_ROWS) and is_caption_row(grid[first]):
        first += 1
    return first


def find_header_rows(grid: Grid) -> HeaderRows:
    """Where the header stands: after captions in the grid, as deep as its merged cells and its words go."""
    first = below_captions(grid)
    if first == len(grid):
        return HeaderRows(0, 0)
    data = next((row for row in range(first, len(grid)) if is_data_row(grid[row])), len(grid))
    limit = min(data, first + _MAX_HEADER_ROWS)
    if limit <= first or not (_looks_like_header(grid[first]) or _heads_figures(grid, first, data)):
        return HeaderRows(first, first)
    end = first + 1
    while end < limit:
        spanned = min(max(cell.row + cell.row_span for row in grid[first:end] for cell in row), limit)
        if spanned > end:
            end = spanned
        elif _goes_on(grid, first, end):
            end += 1
        else:
            break
    return _with_column_numbers(grid, first, end)


def _with_column_numbers(grid: Grid, first: int, end: int) -> HeaderRows:
    numbers = {row for row in range(first, end) if numbers_columns(grid[row])}
    while end < len(grid) and numbers_columns(grid[end]):
        numbers.add(end)
        end += 1
    return HeaderRows(first, end, frozenset(numbers))


def _looks_like_header(row: Sequence[Cell]) -> bool:
    texts = _texts(row)
    known = sum(meanings.is_header_word(text) for text in texts)
    return known * 2 >= len(texts) and known > 0 and (len(texts) > 1 or known == len(texts))


def _heads_figures(grid: Grid, first: int, data: int) -> bool:
    """Whether a row of few known words, or of names alone, heads columns of figures."""
    texts = _texts(grid[first])
    if not any(map(meanings.is_header_word, texts)) and not all(map(_HAN.search, texts)):
        return False
    headed = 0
    for col, cell in enumerate(grid[first]):
        figures = [text for row in grid[data:] if not money.is_blank(text := row[col].text)]
        numbers = sum(money.parse_number(text) is not None for text in figures)
        headed += bool(cell.text.strip()) and numbers > 0 and numbers == len(figures)
    return headed > 1


def _goes_on(grid: Grid, first: int, end: int) -> bool:
    """Whether the row below a header row divides the cells above it, and so is header too."""
    row, above = grid[end], grid[end - 1]
    texts = _texts(row)
    if len(texts) < 2 or sum(meanings.is_header_word(text) for text in texts) * 2 < len(texts):
        return numbers_columns(row)
    for start, stop in _spans(above):
        below = {
            id(cell): key(cell.text)
            for cell in row[start:stop]
            if cell.text.strip() and cell.col_span < stop - start
        }
        if len(below) > 1:
            return True
    return not any(key(cell.text) for cell in above if cell.row >= first) or _fills_gaps(row, above)


def _spans(row: Sequence[Cell]) -> list[tuple[int, int]]:
    """Stretches of columns under one header text, the blank cells to its right taken for part of it.

    Where nothing is merged, a text that heads several columns is printed in each of them.
    """
    texts = [key(cell.text) for cell in row]
    starts = [index for index, text in enumerate(texts) if text and (index == 0 or texts[index - 1] != text)]
    return [
        (start, stop) for start, stop in zip(starts, [*starts[1:], len(row)], strict=True) if stop - start > 1
    ]


def _fills_gaps(row: Sequence[Cell], above: Sequence[Cell]) -> bool:
    """Whether a row has header words only where the row above is blank (a header drawn in steps)."""
    pairs = [
        (cell, upper)
        for cell, upper in zip(row, above, strict=True)
        if cell.text.strip() and cell is not upper
    ]
    return len(pairs) > 1 and all(not upper.text.strip() for _, upper in pairs)


def repeated_header_rows(rows: HeaderRows, grid: Grid) -> frozenset[int]:
    """Rows of the body that print the header again: of two texts or more, the same in the same columns."""
    printed_above = {tuple(key(cell.text) for cell in grid[row]) for row in range(rows.first, rows.end)}
    first = {texts[0] for texts in printed_above if texts}
    return frozenset(
        at
        for at, row in enumerate(grid[rows.end :], start=rows.end)
        if key(row[0].text) in first
        and (texts := tuple(key(cell.text) for cell in row)) in printed_above
        and len({*texts} - {""}) > 1
    )
