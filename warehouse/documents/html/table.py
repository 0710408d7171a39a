"""A table of a web page as it is collected → lines and tables: cells in their places, layouts dissolved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from warehouse.documents.captions import AMOUNT, plain, split_captions, stacked_tables
from warehouse.documents.grid import tile, without_slivers
from warehouse.documents.model import Cell, Line, ReadOutcome, Table, UnreadableDocumentError
from warehouse.documents.typed.spaced import is_amount

Block = Line | Table

MAX_COLUMNS = 2000
MAX_PLACES = 4_000_000
"""Of a grid that cells cover; spans that overlap count anew."""
_SHORT = 40
"""Characters of a cell of data; the parts of a page's layout hold more."""
_NEARLY_ALL = 0.75
_MAX_HEAD_ROWS = 6

_INDEX_NUMBER = re.compile(r"[\s\[【]*索\s*引\s*号")
SPACES = re.compile(r"[ \t\r\n\f]+")
_JOIN = "\x1d"
_JOINED = re.compile("\x1d[ \t\r\n\f\x1e]*")
BREAK = "\x1e"
"""A break between paragraphs, until white space (in which line breaks mean nothing) is collapsed."""
_BLANK = f" \t\r\n\f{_JOIN}{BREAK}"


@dataclass(slots=True)
class HtmlCell:
    """A cell with what it holds, in order."""

    row_span: int
    col_span: int
    parts: list[Part] = field(default_factory=list)
    has_link: bool = False
    is_gone: bool = False
    """Written in its row, but not shown."""
    is_narrow: bool = False
    """Not wider than edges of rows may differ."""


@dataclass(slots=True)
class HtmlTable:
    """A table while the page is walked through."""

    rows: list[list[HtmlCell]] = field(default_factory=list)
    cell: HtmlCell | None = None
    loose: list[Part] = field(default_factory=list)
    """What stands in the table but in no cell: its caption."""

    groups: list[int] = field(default_factory=list)
    """For each row whether it is of the head (0), of a body (1) or of the foot (2)."""
    parts: dict[str, etree._Element] = field(default_factory=dict)
    """The first head and the first foot: they stand on top and at the bottom wherever they are written."""
    is_waiting: bool = False
    """A head whose rows may stand in the table that follows."""

    def begin_row(self, element: etree._Element) -> None:
        """Begin a row of the part of the table that holds the element."""
        part = element.getparent()
        part = element if part is None else part
        name = part.tag if part is not None and isinstance(part.tag, str) else ""
        is_first = self.parts.setdefault(name, part) is part
        self.groups.append({"thead": 0, "tfoot": 2}.get(name, 1) if is_first else 1)
        self.rows.append([])
        self.cell = None

    def sort_parts(self) -> None:
        """Put the head first and the foot last."""
        order = sorted(range(len(self.rows)), key=self.groups.__getitem__)
        self.rows = [self.rows[index] for index in order]

    def sink(self) -> list[Part]:
        """Where what comes next goes."""
        return self.loose if self.cell is None else self.cell.parts


Part = str | Block | HtmlTable
"""What a cell or a page holds: texts, what has been read, and heads that wait for their table."""


def joined(text: str) -> str:
    """An indent or a number, to which the text that follows is joined, even that of a paragraph within."""
    return text + _JOIN if text else ""


def _text(parts: list[str]) -> str:
    """Paragraphs as lines; white space collapsed as browsers do, non-breaking and full-width spaces kept."""
    text = SPACES.sub(" ", _JOINED.sub("", "".join(parts)))
    lines = [line.strip(" ").replace("\xa0", " ").rstrip() for line in text.split(BREAK)]
    return "\n".join(line for line in lines if line.strip())


def settled(parts: Sequence[Part]) -> list[str | Block]:
    """The parts, heads for which no table has come read as tables of their own."""
    found: list[str | Block] = []
    for part in parts:
        if isinstance(part, HtmlTable):
            found += finish(part)
        else:
            found.append(part)
    return found


def last_character(parts: Sequence[Part]) -> str:
    """The character behind which the next text stands."""
    text = next((part for part in reversed(parts) if not isinstance(part, str) or part), "")
    return text[-1:] if isinstance(text, str) else ""


def put_table(table: HtmlTable, sink: list[Part]) -> None:
    """Add a table to what stands before it: to its head, where that is a table of its own."""
    place = len(sink) - 1
    while place >= 0 and isinstance(blank := sink[place], str) and not blank.strip(_BLANK):
        place -= 1
    head = sink[place] if place >= 0 else None
    if isinstance(head, HtmlTable) and _is_head_of(head, table):
        del sink[place:]
        table.rows[:0] = head.rows
        table.groups[:0] = [0] * len(head.rows)
    sink.append(BREAK)
    if _is_head(table):
        sink.append(table)
    else:
        sink += finish(table)
    sink.append(BREAK)


def _is_head(table: HtmlTable) -> bool:
    """Whether a table holds nothing but short texts in a few rows, and no figures."""
    cells = [cell for row in table.rows for cell in row]
    if not 0 < len(table.rows) <= _MAX_HEAD_ROWS or len(cells) < 2:
        return False
    return all(
        not cell.has_link
        and all(isinstance(part, str) for part in cell.parts)
        and len(text := _cell_text(cell)) <= _SHORT
        and not AMOUNT.fullmatch(plain(text))
        for cell in cells
    )


def _is_head_of(head: HtmlTable, table: HtmlTable) -> bool:
    """Whether a table begins with figures below a head that has as many columns."""
    first = [cell for cell in table.rows[0] if not cell.is_gone] if table.rows else []
    has_amount = any(is_amount(plain(_cell_text(cell))) for cell in first[1:])
    return has_amount and _width(head) == sum(cell.col_span for cell in first)


def _width(table: HtmlTable) -> int:
    return max((cell.col + cell.col_span for cell in _place(table)), default=0)


def blocks_of(parts: Sequence[Part]) -> list[Block]:
    """Texts as lines, between the tables."""
    blocks: list[Block] = []
    run: list[str] = []
    for part in [*settled(parts), None]:
        if isinstance(part, str):
            run.append(part)
            continue
        blocks.extend(Line(line) for line in _text(run).split("\n") if line)
        run = []
        if part is not None:
            blocks.append(part)
    return blocks


def finish(table: HtmlTable) -> Iterator[Block]:
    """The table with its captions and notes as lines; what it holds where it only lays out the page."""
    yield from blocks_of(table.loose)
    table.sort_parts()
    for cell in (cell for row in table.rows for cell in row):
        cell.parts = [*settled(cell.parts)]
    cells = _place(table)
    inner = [part for row in table.rows for cell in row for part in cell.parts if isinstance(part, Table)]
    columns = len({cell.col for cell in cells})
    rows = sum(1 for row in table.rows if row)
    if columns < 2 or rows < 2 or _is_furniture(table, cells) or (inner and not _is_data(table)):
        for row in table.rows:
            for html_cell in row:
                yield from blocks_of(html_cell.parts)
        return
    for part in stacked_tables(tile(cells, len(table.rows))):
        before, kept, after = split_captions(part, merged_only=True)
        yield from before
        if kept is not None:
            yield kept
        yield from after
    yield from inner


def _is_data(table: HtmlTable) -> bool:
    """Whether a table with tables in it is more than a layout: nearly all of its cells are short texts."""
    cells = [cell for row in table.rows for cell in row]
    short = sum(
        not cell.has_link
        and not any(isinstance(part, Table) for part in cell.parts)
        and len(_cell_text(cell)) <= _SHORT
        for cell in cells
    )
    with_text = sum(1 for cell in cells if _cell_text(cell))
    return short >= _NEARLY_ALL * len(cells) and 2 * with_text > len(cells)


def _is_furniture(table: HtmlTable, cells: list[Cell]) -> bool:
    """A menu of links, or the box with index number and date of issue that government pages carry."""
    texts = [cell.text for cell in cells if cell.text.strip()]
    links = sum(cell.has_link for row in table.rows for cell in row)
    return not texts or 2 * links > len(texts) or any(_INDEX_NUMBER.match(text) for text in texts)


def _place(table: HtmlTable) -> list[Cell]:
    """Cells where the table model of HTML puts them: each at the next free column of its row.

    Cells that are not shown leave their place to the next one, as browsers do (scripts that merge cells hide
    what a merged one covers), unless rows are of one length with their places only.
    """
    if not any(cell.is_gone for row in table.rows for cell in row):
        return _without_slivers(_placed(table, with_gone=True), table)
    shown, all_cells = (_placed(table, with_gone=with_gone) for with_gone in (False, True))
    return (
        shown if _is_even(shown, len(table.rows)) or not _is_even(all_cells, len(table.rows)) else all_cells
    )


def _without_slivers(cells: list[Cell], table: HtmlTable) -> list[Cell]:
    stated = [cell.is_narrow and cell.col_span == 1 for row in table.rows for cell in row]
    if not any(stated):
        return cells
    return without_slivers(cells, {cell.col for cell, narrow in zip(cells, stated, strict=True) if narrow})


def _is_even(cells: Sequence[Cell], row_count: int) -> bool:
    """Whether the rows that have cells are of one length."""
    lengths = [0] * row_count
    for cell in cells:
        for row in range(cell.row, cell.row + cell.row_span):
            lengths[row] = max(lengths[row], cell.col + cell.col_span)
    return len({length for length in lengths if length}) <= 1


def _placed(table: HtmlTable, *, with_gone: bool) -> list[Cell]:
    cells: list[Cell] = []
    occupied: dict[int, set[int]] = {}
    places = 0
    for r, row in enumerate(table.rows):
        taken = occupied.pop(r, set())
        column = 0
        for cell in row:
            if cell.is_gone and not with_gone:
                continue
            while column in taken:
                column += 1
            down = min(cell.row_span, len(table.rows) - r)
            columns = range(column, column + cell.col_span)
            places += down * cell.col_span
            if places > MAX_PLACES:
                raise UnreadableDocumentError(
                    ReadOutcome.TOO_LARGE, f"cells over more than {MAX_PLACES:,} places of a table"
                )
            for below in range(r + 1, r + down):
                occupied.setdefault(below, set()).update(columns)
            cells.append(Cell(r, column, _cell_text(cell), down, cell.col_span))
            column += cell.col_span
            if column > MAX_COLUMNS:
                raise UnreadableDocumentError(
                    ReadOutcome.TOO_LARGE, f"a table of more than {MAX_COLUMNS} columns"
                )
    return cells


def _cell_text(cell: HtmlCell) -> str:
    return _text([part if isinstance(part, str) else BREAK + _part_text(part) + BREAK for part in cell.parts])


def _part_text(part: Block | HtmlTable) -> str:
    return part.text if isinstance(part, Line) else ""
