"""PDF bytes → `Document`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from warehouse.collection import collect_rarely
from warehouse.documents.captions import CAPTION, MONEY_UNIT, plain, split_captions
from warehouse.documents.grid import tile
from warehouse.documents.model import (
    Cell,
    Document,
    Line,
    Notice,
    ReadOutcome,
    Table,
    UnreadableDocumentError,
)
from warehouse.documents.pdf.content import ScanReader
from warehouse.documents.pdf.hiding import signs_of
from warehouse.documents.pdf.memory import give_back
from warehouse.documents.pdf.opening import open_pdf
from warehouse.documents.pdf.pages import PageLayout, PageLine, TablePart, lay_out
from warehouse.documents.pdf.running import without_running_text
from warehouse.documents.pdf.sheets import pages_on
from warehouse.documents.pdf.sources import pages
from warehouse.documents.pdf.stitch import stitch
from warehouse.documents.pdf.words import words_of

_TITLE = re.compile(
    r".{0,50}(表|预算|决算|情况)(\(.{1,20}\))?|\d*.{2,30}(局|委员会|部|厅|办公室|中心|院|委|会|处|府)"
)

_LONG = 50
"""Pages, after which what the open file took is given back before tables are made of all pages."""


@collect_rarely()
def read_pdf(data: bytes, *, read_scan: ScanReader | None = None) -> Document:
    """The lines and tables of a PDF in reading order, tables over several pages joined.

    Args:
        data: The file.
        read_scan: Reads a page that has a picture instead of text; without it such a page is a notice
            (`scanned_page`).

    Raises:
        UnreadableDocumentError: EMPTY, WRONG_TYPE, ENCRYPTED (a password is needed), CORRUPT, TOO_LARGE, or
            NO_TEXT where no page has text.
    """
    layouts, notices = _read_pages(data, read_scan)
    page_count = layouts[-1].number if layouts else 0
    if page_count > _LONG:
        give_back()
    if not any(layout.blocks for layout in layouts):
        broken = any(notice.kind == "unreadable_page" for notice in notices)
        outcome = ReadOutcome.CORRUPT if broken else ReadOutcome.NO_TEXT
        raise UnreadableDocumentError(
            outcome, f"none of the {page_count} pages has text: {_summary(notices)}"
        )
    layouts, running = without_running_text(layouts)
    stitched = stitch(layouts)
    del layouts
    blocks = tuple(block for part in _let_go(stitched) for block in _blocks(part))
    return Document("pdf", blocks, page_count, (*notices, *running))


def _read_pages(data: bytes, read_scan: ScanReader | None) -> tuple[list[PageLayout], list[Notice]]:
    """All pages laid out, each of several on one sheet for itself, and what was noticed.

    The open file and its caches are gone afterwards.
    """
    layouts: list[PageLayout] = []
    notices: list[Notice] = []
    words = words_of(data)
    file = open_pdf(data, words)
    signs = signs_of(data, words)
    if signs.has_fields:
        data = _with_fields_printed(data)
        file = open_pdf(data, words_of(data))
    del words
    for content in pages(file, data, read_scan, hides=signs.may_hide):
        for part in pages_on(content):
            layouts.append(replace(lay_out(part.content), top=part.top, height=part.height))
            notices += part.content.notices
    return layouts, notices


def _with_fields_printed(data: bytes) -> bytes:
    """The file with its fields and notes printed on their pages."""
    from warehouse.documents.pdf.seen import with_fields_printed  # noqa: PLC0415 8 MB that few files need

    return with_fields_printed(data)


def _let_go(parts: list[PageLine | TablePart]) -> Iterator[PageLine | TablePart]:
    """Each part in turn; the list is emptied, so that cells are not in memory twice."""
    parts.reverse()
    while parts:
        yield parts.pop()


def _summary(notices: list[Notice]) -> str:
    kinds = sorted({notice.kind for notice in notices})
    return ", ".join(f"{sum(n.kind == kind for n in notices)} × {kind}" for kind in kinds) or "blank pages"


def _blocks(block: PageLine | TablePart) -> list[Line | Table]:
    """The block as others know it; titles, units and notes that stand inside a grid are lines around it."""
    if isinstance(block, PageLine):
        return [Line(block.text, block.page, block.box)]
    whole = _table(block)
    before, table, after = split_captions(whole, merged_only=True)
    if not _are_captions(before):  # the heading of a form, not what stands above it
        before, table, after = [], whole, []
    if table is not None and table is not whole:
        table = replace(tile(table.cells, table.row_count), page=table.cells[0].page)
    return [*before, *([table] if table else []), *after]


def _table(part: TablePart) -> Table:
    """The table, without columns in which no cell begins (their edges come from other rows of the page)."""
    starts = sorted({cell.col for cell in part.cells})
    place = {col: i for i, col in enumerate(starts)}
    for absent in range(len(part.edges) - 1, -1, -1):
        place.setdefault(absent, place.get(absent + 1, len(starts)))
    cells = tuple(
        Cell(
            c.row,
            place[c.col],
            c.text,
            c.row_span,
            place[c.col + c.col_span] - place[c.col],
            c.page,
            c.box,
            c.confidence,
        )
        for c in part.cells
    )
    return Table(part.row_count, len(starts), cells, part.page)


def _are_captions(lines: Sequence[Line]) -> bool:
    """Whether every text that stood alone in its row reads like a title, a unit or an owner."""
    rows: dict[float, list[str]] = {}
    for line in lines:
        if line.box:
            rows.setdefault(line.box[1], []).append(plain(line.text))
    return all(
        len(texts) > 1 or any(pattern.fullmatch(texts[0]) for pattern in (CAPTION, MONEY_UNIT, _TITLE))
        for texts in rows.values()
    )
