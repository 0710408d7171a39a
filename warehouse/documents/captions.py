"""Title, unit and note rows that stand inside a grid → lines around it.

Spreadsheets, and many Word and web tables, keep the title, `单位：万元` and the name of the unit in the first
rows of the grid, and notes in the last. A reader hands them on as lines, so that a grid begins with its
headers, as it does in formats that print them outside the table.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from itertools import pairwise

from warehouse.documents.grid import tile
from warehouse.documents.model import Cell, Line, Table

MONEY_UNIT = re.compile(r"[(【\[]?(?:金额|货币|计量|计价)?单位[::]?(?:人民币)?(?:百万|[万亿千百])?元[)】\]]?")
UNIT_LINE = re.compile(
    r"(?:(?:(?:编制|填报|公开|预算|申报|主管|报送)?(?:单位|部门)(?:名称)?|制表)[::].{1,60})?"
    rf"(?:{MONEY_UNIT.pattern})"
)
"""The unit of money, alone or behind the name of the unit or department in one text."""
AS_OF = re.compile(r"(?:预算|截止|截至|编制|填报|公开)?(?:日期|年度|时间|年份)[::].*")
CAPTION = re.compile(
    r"(?:.{0,4}(?:公开|附|决|预)?.{0,2}表[\d一二三四五六七八九十]*[-—\d]*(?:表)?"
    r"|(?:编制|填报|公开|预算|申报|主管|报送)?(?:单位|部门|日期|年度|时间)(?:名称|\(盖章\)|\(公章\)|及名称)*[::].*"
    r"|\d{4}年度?)"
)
COLUMN_GROUP = re.compile(r".*(?:[预决]算数|执行数|完成数|金额)")
NOTE = re.compile(
    r"(?:备?注|说明|填表说明|填报说明|编制说明)[\d(]*[:;、.)].*|.*(?:空表列示|以空表|本表无数据|本表为空|本表无内容).*"
)
TITLE = re.compile(r".{2,60}(?:表|一览|明细|汇总)(?:[((].*[))])?|.*公开\d+表")
AMOUNT = re.compile(r"-?[\d,]+(?:\.\d+)?%?")

_MAX_CAPTION_ROWS = 8
_MAX_CAPTION_TEXTS = 5


def split_captions(table: Table, *, merged_only: bool = False) -> tuple[list[Line], Table | None, list[Line]]:
    """Lines before the table, the table without its caption and note rows, lines after it.

    A leading row is a caption where one text stands alone in it, or where it states the unit of money or only
    names unit, year and number of the form. A trailing row is a note where one text stands alone in it and
    either spans the whole width or reads like a note. The table is None where nothing but captions is left.

    Args:
        table: As read, caption rows included.
        merged_only: Where the format states spans reliably (Word, HTML), a text that stands alone is a
            caption only if its cell spans the whole width.
    """
    rows = _texts_by_row(table)
    seams = _seams(table)
    top = 0
    while top < min(table.row_count, _MAX_CAPTION_ROWS) and _is_caption(table, rows, top, merged_only):
        top = next(row for row in range(top + 1, table.row_count + 1) if seams[row])
    bottom = table.row_count
    while bottom > top and seams[bottom - 1] and _is_note(table, rows[bottom - 1]):
        bottom -= 1
    while bottom > top and bottom < table.row_count and seams[bottom - 1] and not rows[bottom - 1]:
        bottom -= 1
    before = _lines(rows[:top], table.sheet)
    after = _lines(rows[bottom:], table.sheet)
    return before, _rows_between(table, top, bottom), after


def stacked_tables(table: Table) -> list[Table]:
    """The tables that stand below each other in one grid: each begins with a title that has its row alone.

    A title within the grid counts only where a unit of money follows it and rows of cells stand above.
    """
    rows, seams = _texts_by_row(table), _seams(table)
    cuts = [0]
    for index in range(2, table.row_count - 2):
        alone = rows[index][0] if len(rows[index]) == 1 else None
        if alone is None or not seams[index]:
            continue
        below = [plain(cell.text) for row in rows[index + 1 : index + 4] for cell in row]
        has_rows = any(len(row) > 1 for row in rows[cuts[-1] : index])
        if has_rows and TITLE.fullmatch(plain(alone.text)) and any(map(UNIT_LINE.fullmatch, below)):
            cuts.append(index)
    if len(cuts) == 1:
        return [table]
    parts = (_rows_between(table, *bounds) for bounds in pairwise([*cuts, table.row_count]))
    return [_without_margins(part) for part in parts if part is not None]


def _without_margins(table: Table) -> Table:
    """The table without the blank columns at its sides and rows at its end, which another table needs."""
    filled = [cell for cell in table.cells if cell.text.strip()]
    left = min((cell.col for cell in filled), default=0)
    right = max((cell.col for cell in filled), default=left)
    bottom = max((cell.row for cell in filled), default=0)
    cells = (
        replace(cell, col=cell.col - left, col_span=min(cell.col_span, right + 1 - cell.col))
        for cell in table.cells
        if left <= cell.col <= right and cell.row <= bottom
    )
    return tile(cells, bottom + 1, sheet=table.sheet)


def _texts_by_row(table: Table) -> list[list[Cell]]:
    rows: list[list[Cell]] = [[] for _ in range(table.row_count)]
    for cell in table.cells:
        if cell.text.strip():
            rows[cell.row].append(cell)
    return rows


def _seams(table: Table) -> list[bool]:
    """For each row, and the end, whether the table can be cut above it: no cell reaches across."""
    seams = [True] * (table.row_count + 1)
    for cell in table.cells:
        for row in range(cell.row + 1, cell.row + cell.row_span):
            seams[row] = False
    return seams


def plain(text: str) -> str:
    """The text for comparison: no white space, compatibility forms (full width, brackets) made plain."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _is_caption(table: Table, rows: list[list[Cell]], index: int, merged_only: bool) -> bool:
    cells = rows[index]
    if len(cells) == 1 and _spans_all(table, cells[0]):
        return table.column_count > 1 and not _is_content(cells[0])
    if any(cell.row_span > 1 for cell in table.cells if cell.row == index) or len(cells) > _MAX_CAPTION_TEXTS:
        return False
    if not cells:
        return True
    if len(cells) == 1 and not merged_only and (index == 0 or cells[0].col == 0 or cells[0].col_span == 1):
        # Not the header of a group of columns: those begin further right and span several.
        return table.column_count > 1 and not _is_content(cells[0])
    following = rows[index + 1] if index + 1 < len(rows) else []
    return _states_unit(cells) and not any(_is_amount(cell) for cell in following)


def _is_content(cell: Cell) -> bool:
    """An amount, or the header over all columns (2024年预算数), not a title."""
    text = plain(cell.text)
    return AMOUNT.fullmatch(text) is not None or COLUMN_GROUP.fullmatch(text) is not None


def _states_unit(cells: list[Cell]) -> bool:
    """Whether a row says the unit of money or the time, or holds nothing but the like."""
    texts = [plain(cell.text) for cell in cells]
    return any(UNIT_LINE.fullmatch(text) or AS_OF.fullmatch(text) for text in texts) or all(
        CAPTION.fullmatch(text) for text in texts
    )


def _is_amount(cell: Cell) -> bool:
    return AMOUNT.fullmatch(plain(cell.text)) is not None and not _is_year(cell)


def _is_year(cell: Cell) -> bool:
    return re.fullmatch(r"20\d\d", plain(cell.text)) is not None


def _is_note(table: Table, cells: list[Cell]) -> bool:
    if len(cells) != 1 or table.column_count == 1 or cells[0].row_span > 1:
        return False
    cell = cells[0]
    return cell.col == 0 and (
        NOTE.fullmatch(plain(cell.text)) is not None
        or (_spans_all(table, cell) and not AMOUNT.fullmatch(plain(cell.text)))
    )


def _spans_all(table: Table, cell: Cell) -> bool:
    return cell.col_span == table.column_count


def _lines(rows: list[list[Cell]], sheet: str | None) -> list[Line]:
    return [
        Line(part, cell.page, cell.box, sheet)
        for cells in rows
        for cell in cells
        for part in cell.text.split("\n")
        if part.strip()
    ]


def _rows_between(table: Table, top: int, bottom: int) -> Table | None:
    if top == 0 and bottom == table.row_count:
        return table
    if top >= bottom:
        return None
    cells = tuple(replace(cell, row=cell.row - top) for cell in table.cells if top <= cell.row < bottom)
    return replace(table, row_count=bottom - top, cells=cells)
