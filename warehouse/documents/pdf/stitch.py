"""Tables that go on over pages → one table.

The part at the top of a page continues the table at the bottom of the page before where nothing new stands
between them and the columns agree. What is repeated (headers, title, unit) is dropped, a cell cut by the page
break is joined. Two tables of one form stay apart: a new title says so, or first rows that begin again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from warehouse.documents.pdf.beside import joined_right
from warehouse.documents.pdf.edges import common_edges
from warehouse.documents.pdf.pages import PageLayout, PageLine, PartCell, TablePart

_HEADER_ROWS = 8
_COMPARED_ROWS = 40
_COMPARED_CELLS = 150
_CAPTION = re.compile(
    r"[(（]?(金额|货币)?单位[:：]?(人民币)?[百千万亿]*元[)）]?|预算年度[:：]?|(19|20)\d\d年?度?|续表.*|[(（]续[表\d一二三]*[)）]"
)
_CONTINUED = re.compile(r"[(（]?续表?[一二三四五六七八九十\d]*[)）]?|第\d+页(共\d+页)?|\(\d{1,2}\)$")
_BETWEEN = ":-— "
_NAME = 3
"""Characters; a known line of fewer is no part of another."""
_AMOUNT = re.compile(r"-?[\d,]*\d\.\d+%?")
_SHORT = 12
_NOTE = re.compile(r"\s*(备?注|说明)")
_ENDING = re.compile(r"备?注|说明|.*表$|.*[部分章]")
_FIGURE = re.compile(r"-?[\d,]+(\.\d+)?%?")
_OWN_ROW = re.compile(
    r"[(（]?[一二三四五六七八九十]+[)）、.]|\d+[、.．)）]\D|[(（]\d+[)）]|\d{3,}|其中|合计|小计|总计"
)

_MARKS = re.compile(r"[\W_]+")
_ALIKE = 0.75
_FIRST_NUMBERED = 3
"""Columns before it have letters, or nothing."""

_ALIKE_ALONE = 0.85
"""Of a text alone in its row: 一、本年收入 and 二、本年收入 are two rows."""

Block = PageLine | TablePart


def stitch(layouts: Sequence[PageLayout]) -> list[Block]:
    """All blocks of a document in reading order, tables continued over pages joined."""
    pages: list[list[Block]] = []
    for layout in layouts:
        wider = _widened(pages[-1], layout.blocks) if pages else None
        if wider is None:
            pages.append(layout.blocks)
        else:
            pages[-1] = [*pages[-1][: _last_table(pages[-1])], *wider]
    blocks: list[Block] = []
    for block in _stacked(pages):
        wider = _widened(blocks, [block])
        if wider is None:
            blocks.append(block)
        else:
            last = _last_table(blocks)
            blocks[last:] = wider
    return blocks


def _widened(blocks: Sequence[Block], more: Sequence[Block]) -> list[Block] | None:
    """The last table of `blocks`, going on to the right in the only one of `more`, with the lines around.

    None where it does not, or where another title stands between the two.
    """
    tables = [block for block in more if isinstance(block, TablePart)]
    if len(tables) != 1 or not any(isinstance(block, TablePart) for block in blocks):
        return None
    last = _last_table(blocks)
    left, lines = (
        blocks[last],
        [block for block in (*blocks[last + 1 :], *more) if isinstance(block, PageLine)],
    )
    if not isinstance(left, TablePart) or any(_is_title(line.text) for line in lines):
        return None
    joined = joined_right(left, tables[0])
    if joined is None:
        return None
    above = [line for line in lines if not _NOTE.match(line.text)]
    return [*above, joined, *(line for line in lines if _NOTE.match(line.text))]


def _is_title(line: str) -> bool:
    return _is_new(line, set()) and _NOTE.match(line) is None


def _stacked(pages: Sequence[list[Block]]) -> list[Block]:
    """The blocks of all pages, tables that go on at the top of the next page joined."""
    blocks: list[Block] = []
    open_at: int | None = None
    began_on: list[Block] = []
    for page in pages:
        if not page:
            continue
        rest = page
        first = next((i for i, block in enumerate(rest) if isinstance(block, TablePart)), None)
        if open_at is not None and first is not None:
            joined = _continued(blocks[open_at:], rest[: first + 1], rest[first + 1 :], began_on)
            if joined is not None:
                blocks[open_at] = joined
                rest = rest[first + 1 :]
        blocks += rest
        if first is None:
            open_at = None
        elif any(isinstance(block, TablePart) for block in rest):
            open_at = _last_table(blocks)
            began_on = page
    return blocks


def _last_table(blocks: Sequence[Block]) -> int:
    return next(i for i in range(len(blocks) - 1, -1, -1) if isinstance(blocks[i], TablePart))


def _continued(
    upper: Sequence[Block], lower: Sequence[Block], rest: Sequence[Block], began_on: Sequence[Block]
) -> TablePart | None:
    """The table that begins `upper` joined with the part that ends `lower`; None where that is another.

    What stands below both, `rest` being the end of the page, is a note that each page repeats.
    """
    table, part = upper[0], lower[-1]
    if not isinstance(table, TablePart) or not isinstance(part, TablePart):
        return None
    before, known, repeated = _texts(lower), _texts(began_on), _texts(rest)
    after = [text for text in _texts(upper) if text not in repeated]
    return continued(table, part, before, after, {_bare(text) for text in known} if before else set())


def _texts(blocks: Sequence[Block]) -> list[str]:
    return [block.text for block in blocks if isinstance(block, PageLine)]


def _bare(text: str) -> str:
    """The text for comparison: without white space, width and marks of continuation."""
    if text.isascii():
        return "".join(text.split())
    return _CONTINUED.sub("", "".join(unicodedata.normalize("NFKC", text).split()))


def continued(
    table: TablePart, part: TablePart, before: Sequence[str], after: Sequence[str], known: set[str]
) -> TablePart | None:
    """The table with `part` of the following page joined to it, or None where `part` is another table.

    Args:
        table: What is known of the table so far.
        part: The first grid on the following page.
        before: Lines above `part` on its page.
        after: Lines below `table` on its last page.
        known: Lines of the page on which the table began, as `_bare` gives them.
    """
    if any(_is_new(line, known) for line in before):
        return None
    old, new = _first_rows(table), _first_rows(part)
    if any(cell.confidence is not None for cell in part.cells):
        new = [_as_before(row, old) for row in new]
    start, repeated = _repeated(old, new)
    if not (repeated and before) and any(_is_content(line, repeated) for line in after):
        return None
    if _begins_again(old, new, start, repeated) or (not repeated and _has_other_header(table, part)):
        return None
    edges = common_edges(table.edges, part.edges)
    if edges is None:
        if not repeated or len(table.edges) != len(part.edges):
            return None
        edges = table.edges, table.edges
    return _join(table, part, edges, repeated)


def _is_content(line: str, repeated: int) -> bool:
    """Whether a line under the table ends it; a few characters do not where headers follow again."""
    bare = _bare(line)
    return bool(bare) and (not repeated or len(bare) > _SHORT or _ENDING.match(bare) is not None)


def _is_new(line: str, known: set[str]) -> bool:
    bare = _bare(line)
    if not bare or bare in known or _CAPTION.fullmatch(bare):
        return False
    for text in sorted(known, key=len, reverse=True):
        if len(text) >= _NAME:
            bare = bare.replace(text, "")
    return bool(bare.strip(_BETWEEN))


def _first_rows(table: TablePart) -> list[list[str]]:
    """The printed texts of the first rows from left to right, blank cells left out."""
    rows: list[list[str]] = [[] for _ in range(min(table.row_count, _COMPARED_ROWS))]
    for cell in table.cells:
        if cell.row >= len(rows):
            break
        if cell.text:
            rows[cell.row].append("".join(cell.text.split()))
    return rows


def _as_before(row: list[str], rows: list[list[str]]) -> list[str]:
    """A row as one of the known rows where it seems to be that, but for characters recognised wrongly."""
    return next((known for known in rows if _is_misread(row, known)), row)


def _is_misread(row: list[str], known: list[str]) -> bool:
    """Whether a row is a known one but for misread characters, a text under a stamp or a speck.

    Both print the same figures, if any, and no amounts; taken as a whole they are alike.
    """
    figures, printed = (list(filter(_FIGURE.fullmatch, texts)) for texts in (row, known))
    if len(row) == len(known) and (_numbers_columns(printed) or _numbers_columns(figures)):
        same = sum(now == was for now, was in zip(row, known, strict=True))
        return same >= max(1, min(_ALIKE * len(known), len(printed), len(figures)))
    if figures != printed or any(map(_AMOUNT.fullmatch, printed)):
        return False
    now, was = (_MARKS.sub("", "".join(texts)) for texts in (row, known))
    least = _ALIKE if len(known) > 1 else _ALIKE_ALONE
    return now == was or SequenceMatcher(None, now, was, autojunk=False).ratio() >= least


def _numbers_columns(figures: list[str]) -> bool:
    """Whether figures are 1, 2, 3 …, or 2, 3 …, as under headers."""
    numbers = [int(text) for text in figures if text.isdecimal()]
    if not 1 < len(numbers) == len(figures):
        return False
    return numbers[0] <= _FIRST_NUMBERED and all(b - a == 1 for a, b in pairwise(numbers))


def _repeated(old: list[list[str]], new: list[list[str]]) -> tuple[int, int]:
    """Where in the old rows the first rows of the new part stand already, and how many they are."""
    best = (0, 0)
    for start in range(len(old)):
        count = 0
        while (
            count < len(new)
            and start + count < len(old)
            and _is_header(new[count], old[start + count], start)
        ):
            count += 1
        if count > best[1]:
            best = start, count
    return best


def _is_header(now: list[str], was: list[str], start: int) -> bool:
    """Whether a row repeats a header; one that stands deeper in a form must show that it is one."""
    if not now or now != was or any(_AMOUNT.fullmatch(text) for text in now):
        return False
    return start < _HEADER_ROWS or (len(now) > 2 and not any(text[0].isdigit() for text in now))


def _begins_again(old: list[list[str]], new: list[list[str]], start: int, repeated: int) -> bool:
    """Whether the new part is another table of the same form, as its first own row shows.

    A table that goes on does not print the label of its first row again with other values; nor does it print
    something else first and then the headers again.
    """
    if repeated < len(new) and start + repeated < len(old):
        was, now = old[start + repeated], new[repeated]
        labels = [row[0] for row in old[start + repeated + 1 :] if row]
        if was and now and was[0] == now[0] and was != now and was[0] not in labels and _is_label(was[0]):
            return True
    if repeated == 0:
        headers = [row for row in old[:_HEADER_ROWS] if len(row) > 1 and not any(map(_AMOUNT.fullmatch, row))]
        return any(row in headers for row in new[1:4])
    return False


def _has_other_header(table: TablePart, part: TablePart) -> bool:
    """Whether the first row of the part has words where the table has figures, as a header has."""
    if len(table.edges) != len(part.edges):
        return False
    above: dict[int, list[bool]] = {}
    for cell in table.cells[-_COMPARED_CELLS:]:
        if cell.text.strip() and cell.col_span == 1:
            above.setdefault(cell.col, []).append(_FIGURE.fullmatch(cell.text.strip()) is not None)
    figures = {col for col, are in above.items() if sum(are) > 0.6 * len(are)}
    first = [cell for cell in part.cells if cell.row == 0]
    words = [c for c in first if c.col in figures and c.text.strip() and not any(map(str.isdigit, c.text))]
    return len(words) > 1 or (len(words) == len(figures) == 1 and all(c.text.strip() for c in first))


def _is_label(text: str) -> bool:
    return not any(character.isdigit() for character in text)


def _join(
    table: TablePart, part: TablePart, edges: tuple[list[float], list[float]], dropped: int
) -> TablePart:
    """The table with the rows of the part below it, but for the first `dropped` ones."""
    part_edges, all_edges = edges
    if all_edges != table.edges:
        _move_columns(table.cells, table.edges, all_edges)
    if part_edges != all_edges or len(part_edges) != len(part.edges):
        _move_columns(part.cells, part_edges, all_edges)
        _fill_sides(part, part_edges, all_edges)
    for cell in part.cells:
        if cell.row < dropped < cell.row + cell.row_span:  # a merged label that is printed again
            cell.row, cell.row_span, cell.text = dropped, cell.row + cell.row_span - dropped, ""
    lower = [cell for cell in part.cells if cell.row >= dropped]
    shift = table.row_count - dropped
    lowest = [cell for cell in part.bottom_cells if cell.row >= dropped]
    first = [cell for cell in lower if cell.row == dropped]
    above = {(cell.col, cell.col_span): cell for cell in table.bottom_cells}
    if _is_cut(first, above):
        gone = _join_cut_row(first, above)
        shift -= 1
    else:
        gone = _join_spans(first, above)
    for cell in lower:
        cell.row += shift
    row_count = part.row_count + shift
    table.cells += [cell for cell in lower if id(cell) not in gone]
    lowest = [cell for cell in (*table.bottom_cells, *lowest) if id(cell) not in gone]
    lowest = [cell for cell in lowest if cell.row + cell.row_span == row_count]
    return TablePart(table.page, all_edges, row_count, table.cells, table.top, lowest)


def _move_columns(cells: Sequence[PartCell], edges: Sequence[float], all_edges: list[float]) -> None:
    """Count the cells' columns by more edges than those of their part."""
    place = [all_edges.index(edge) for edge in edges]
    for cell in cells:
        first, last = place[cell.col], place[cell.col + cell.col_span]
        cell.col, cell.col_span = first, last - first


def _fill_sides(part: TablePart, edges: Sequence[float], all_edges: list[float]) -> None:
    """Give the part a blank cell over its height where it lacks outer columns."""
    first, last = all_edges.index(edges[0]), all_edges.index(edges[-1])
    for start, end in ((0, first), (last, len(all_edges) - 1)):
        if start < end:
            _, top, _, bottom = part.cells[0].box
            bottom = max(bottom, *(cell.box[3] for cell in part.bottom_cells))
            box = all_edges[start], top, all_edges[end], bottom
            beside = PartCell(0, start, part.row_count, end - start, part.page, box)
            part.cells.append(beside)
            part.bottom_cells.append(beside)
    part.cells.sort(key=lambda cell: (cell.row, cell.col))


def _is_cut(first: Sequence[PartCell], above: dict[tuple[int, int], PartCell]) -> bool:
    """Whether the first row of a part is the rest of the row above the page break.

    It holds nothing but the rest of texts that filled the last line of their cell; merged cells may go on.
    """
    printed = [cell for cell in first if cell.text.strip()]
    if not printed or len(printed) == len(first) or any(cell.row_span > 1 for cell in printed):
        return False
    if any((cell.col, cell.col_span) not in above for cell in first):
        return False
    return all(
        above[cell.col, cell.col_span].is_full
        and not _AMOUNT.fullmatch(cell.text.strip())
        and not _OWN_ROW.match(cell.text.strip())
        for cell in printed
    )


def _join_cut_row(first: Sequence[PartCell], above: dict[tuple[int, int], PartCell]) -> set[int]:
    """Append the texts of the first row to the cells above; the ids of its cells, which are gone."""
    for cell in first:
        upper = above[cell.col, cell.col_span]
        upper.text += cell.text.strip()
        upper.is_full = cell.is_full
        upper.row_span += cell.row_span - 1
    return {id(cell) for cell in first}


def _join_spans(first: Sequence[PartCell], above: dict[tuple[int, int], PartCell]) -> set[int]:
    """Make merged cells that reach over the page break one again; ids of the lower ones, which are gone."""
    gone: set[int] = set()
    for cell in first:
        upper = above.get((cell.col, cell.col_span))
        if upper is None or (upper.row_span == 1 and cell.row_span == 1):
            continue
        if not (cell.text.strip() and upper.text.strip()):
            upper.row_span += cell.row_span
            upper.text = upper.text or cell.text
            gone.add(id(cell))
    return gone
