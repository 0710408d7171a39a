"""Tables that go on over pages → one table.

The part at the top of a page continues the table at the bottom of the page before where nothing new stands
between them and the columns agree. What is repeated (headers, title, unit) is dropped, a cell cut by the page
break is joined. Two tables of one form stay apart: a new title, or first rows that begin again with other values, say so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from warehouse.documents.pdf.pages import PageLayout, PageLine, PartCell, TablePart

_TOLERANCE = 4.0
"""Points; how far the same column edge may lie apart on two pages (offset of the whole table taken out)."""

_HEADER_ROWS = 8
_CAPTION = re.compile(
    r"[(（]?(金额|货币)?单位[:：]?(人民币)?[百千万亿]*元[)）]?|预算年度[:：]?|(19|20)\d\d年?度?|续表.*|[(（]续[表\d一二三]*[)）]"
)
_CONTINUED = re.compile(r"[(（]?续表?[一二三四五六七八九十\d]*[)）]?|第\d+页(共\d+页)?")
_AMOUNT = re.compile(r"-?[\d,]*\d\.\d+%?")
_OWN_ROW = re.compile(
    r"[(（]?[一二三四五六七八九十]+[)）、.]|\d+[、.．)）]\D|[(（]\d+[)）]|\d{3,}|其中|合计|小计|总计"
)

Block = PageLine | TablePart


def stitch(layouts: Sequence[PageLayout]) -> list[Block]:
    """All blocks of a document in reading order, tables continued over pages joined."""
    blocks: list[Block] = []
    open_table: int | None = None
    known: set[str] = set()
    for layout in layouts:
        if not layout.blocks:
            continue
        first = next((i for i, b in enumerate(layout.blocks) if isinstance(b, TablePart)), None)
        rest = list(layout.blocks)
        if open_table is not None and first is not None:
            table, part = blocks[open_table], layout.blocks[first]
            before, after = layout.blocks[:first], blocks[open_table + 1 :]
            assert isinstance(table, TablePart) and isinstance(part, TablePart)  # noqa: S101, PT018 narrows the type
            joined = continued(table, part, [_text(b) for b in before], [_text(b) for b in after], known)
            if joined is not None:
                blocks[open_table] = joined
                rest = rest[first + 1 :]
        if len(rest) < len(layout.blocks) and not any(isinstance(b, TablePart) for b in rest):
            blocks += rest
            known |= {_bare(_text(b)) for b in rest}
            continue
        blocks += rest
        open_table = _last_table(blocks) if first is not None else None
        known = {_bare(_text(b)) for b in layout.blocks}
    return blocks


def _last_table(blocks: Sequence[Block]) -> int:
    return max(i for i, block in enumerate(blocks) if isinstance(block, TablePart))


def _text(block: Block) -> str:
    return block.text if isinstance(block, PageLine) else ""


def _bare(text: str) -> str:
    """The text for comparison: without white space, width and marks of continuation."""
    return _CONTINUED.sub("", re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)))


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
    old, new = _row_texts(table), _row_texts(part)
    start, repeated = _repeated(old, new)
    if any(_bare(line) for line in after) and not (repeated and before):
        return None
    if _begins_again(old, new, start, repeated):
        return None
    edges = _common_edges(table.edges, part.edges)
    if edges is None:
        if not repeated or len(table.edges) != len(part.edges):
            return None
        edges = table.edges, table.edges
    return _join(table, part, edges, repeated)


def _is_new(line: str, known: set[str]) -> bool:
    bare = _bare(line)
    return bool(bare) and bare not in known and _CAPTION.fullmatch(bare) is None


def _row_texts(table: TablePart) -> list[list[str]]:
    """The printed texts of each row from left to right, blank cells left out."""
    return [[t for cell in row if (t := _bare(cell.text))] for row in table.rows()]


def _repeated(old: list[list[str]], new: list[list[str]]) -> tuple[int, int]:
    """Where in the old rows the first rows of the new part stand already, and how many they are."""
    best = (0, 0)
    for start in range(min(_HEADER_ROWS, len(old))):
        count = 0
        while (
            count < len(new)
            and start + count < min(_HEADER_ROWS, len(old))
            and new[count]
            and new[count] == old[start + count]
            and not any(_AMOUNT.fullmatch(text) for text in new[count])
        ):
            count += 1
        if count > best[1]:
            best = start, count
    return best


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


def _is_label(text: str) -> bool:
    return not any(character.isdigit() for character in text)


def _common_edges(old: Sequence[float], new: Sequence[float]) -> tuple[list[float], list[float]] | None:
    """The new part's edges in the old part's terms, and all edges together; None where the columns differ.

    One part may lack edges of the other, where all its rows span them.
    """
    offset = old[0] - new[0]
    if abs((new[-1] + offset) - old[-1]) > _TOLERANCE:
        return None
    moved = [_near(old, edge + offset) for edge in new]
    missing = [edge for edge in moved if edge not in old]
    if missing and len(set(moved) & set(old)) < min(len(old), len(new)) - max(1, len(missing)) // 2:
        return None
    return moved, sorted({*old, *moved})


def _near(edges: Sequence[float], at: float) -> float:
    nearest = min(edges, key=lambda edge: abs(edge - at))
    return nearest if abs(nearest - at) <= _TOLERANCE else at


def _join(
    table: TablePart, part: TablePart, edges: tuple[list[float], list[float]], dropped: int
) -> TablePart:
    part_edges, all_edges = edges
    upper = _on(table.cells, table.edges, all_edges)
    lower = [
        replace(cell, row=cell.row - dropped)
        for cell in _on(part.cells, part_edges, all_edges)
        if cell.row >= dropped
    ]
    row_count = table.row_count
    rest = part.row_count - dropped
    if _is_cut(upper, lower, row_count):
        lower = _join_cut_row(upper, lower, row_count)
        rest -= 1
    lower = _join_spans(upper, lower, row_count)
    cells = [*upper, *(replace(cell, row=cell.row + row_count) for cell in lower)]
    return TablePart(table.page, all_edges, row_count + rest, cells, table.top, part.bottom)


def _on(cells: Sequence[PartCell], edges: Sequence[float], all_edges: list[float]) -> list[PartCell]:
    """The cells in terms of more column edges."""
    place = [all_edges.index(edge) for edge in edges]
    return [replace(c, col=place[c.col], col_span=place[c.col + c.col_span] - place[c.col]) for c in cells]


def _is_cut(upper: Sequence[PartCell], lower: Sequence[PartCell], row_count: int) -> bool:
    """Whether the first lower row is the rest of the last upper row.

    It holds nothing but the rest of texts that filled the last line of their cell.
    """
    first = [cell for cell in lower if cell.row == 0]
    printed = [cell for cell in first if cell.text.strip()]
    above = {(c.col, c.col_span): c for c in upper if c.row + c.row_span == row_count}
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


def _join_cut_row(upper: list[PartCell], lower: Sequence[PartCell], row_count: int) -> list[PartCell]:
    """Texts of the first lower row appended to the cells above; the lower rows that remain."""
    rest = {(cell.col, cell.col_span): cell for cell in lower if cell.row == 0}
    for i, cell in enumerate(upper):
        tail = rest.get((cell.col, cell.col_span))
        if tail is not None and tail.text and cell.row + cell.row_span == row_count:
            upper[i] = replace(cell, text=cell.text + tail.text.strip())
    return [
        replace(cell, row=max(cell.row - 1, 0), row_span=cell.row_span - (cell.row == 0))
        for cell in lower
        if cell.row > 0 or cell.row_span > 1
    ]


def _join_spans(upper: list[PartCell], lower: list[PartCell], row_count: int) -> list[PartCell]:
    """Merged cells that reach over the page break made one again; the lower cells that remain."""
    above = {(c.col, c.col_span): i for i, c in enumerate(upper) if c.row + c.row_span == row_count}
    remaining: list[PartCell] = []
    for cell in lower:
        i = above.get((cell.col, cell.col_span)) if cell.row == 0 else None
        spanning = i is not None and (upper[i].row_span > 1 or cell.row_span > 1)
        if i is None or not spanning or (cell.text.strip() and upper[i].text.strip()):
            remaining.append(cell)
        else:
            text = upper[i].text or cell.text
            upper[i] = replace(upper[i], row_span=upper[i].row_span + cell.row_span, text=text)
    return remaining
