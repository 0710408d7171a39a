"""OpenDocument spreadsheets (ODS), packed or as one flat XML file: cells as the program has printed them."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from lxml import etree

from warehouse.documents.grid import MAX_POSITIONS
from warehouse.documents.model import (
    Document,
    Line,
    Notice,
    ReadOutcome,
    Table,
    UnreadableDocumentError,
)
from warehouse.documents.sheets.number_format import exact
from warehouse.documents.sheets.sheet import Sheet, sheet_blocks
from warehouse.documents.word.odt import (
    Story,
    attribute,
    local,
    number,
    packed_roots,
    printed_texts,
    read_story,
    what_was_left_out,
)

_GROUPS = {"table-rows", "table-header-rows", "table-row-group", "table-columns", "table-header-columns",
           "table-column-group"}  # fmt: skip
_FILTERED = {"collapse", "filter"}


def read_ods(data: bytes) -> Document:
    """The visible sheets in order; hidden rows and columns give a notice only.

    Raises:
        UnreadableDocumentError: CORRUPT, ENCRYPTED or TOO_LARGE.
    """
    content, *others = packed_roots(data)
    return read_ods_xml(content, (content, *others))


def read_ods_xml(root: etree._Element, roots: Iterable[etree._Element] = ()) -> Document:
    """The same from the XML: `root` holds the sheets, `roots` the styles.

    Raises:
        UnreadableDocumentError: CORRUPT where the XML holds no sheets; TOO_LARGE.
    """
    body = root.find("{*}body/{*}spreadsheet")
    if body is None:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, "the OpenDocument file holds no spreadsheet")
    story = read_story(roots or (root,))
    hidden = _hidden_tables(root)
    blocks: list[Line | Table] = []
    notices: list[Notice] = []
    for table in body.iterfind("{*}table"):
        name = attribute(table, "name")
        if attribute(table, "style-name") in hidden:
            notices.append(Notice("hidden_sheet", f"sheet {name!r} is hidden and was not read"))
        else:
            blocks.extend(sheet_blocks(_sheet(table, name, story), notices))
    return Document("ods", tuple(blocks), notices=(*notices, *what_was_left_out(story)))


def _hidden_tables(root: etree._Element) -> set[str]:
    return {
        attribute(style, "name")
        for style in root.iter("{*}style")
        for properties in style.iterfind("{*}table-properties")
        if attribute(properties, "display") == "false"
    }


def _sheet(table: etree._Element, name: str, story: Story) -> Sheet:
    rows: list[list[str]] = []
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = []
    hidden_rows: set[int] = set()
    waiting = 0
    for row in _elements(table, "table-row"):
        repeated = number(row, "number-rows-repeated")
        texts, spans = _row(row, story)
        if not texts:
            waiting += repeated  # blank rows count once something follows
            continue
        _refuse_vast(len(rows) + waiting + repeated, len(texts))
        rows.extend([""] for _ in range(waiting))
        waiting = 0
        for index in range(len(rows), len(rows) + repeated):
            rows.append(texts)
            merged += [((index, c), (index + down - 1, c + right - 1)) for c, down, right in spans]
            if attribute(row, "visibility") in _FILTERED:
                hidden_rows.add(index)
    return Sheet(name, rows, merged, hidden_rows, _hidden_columns(table))


def _row(row: etree._Element, story: Story) -> tuple[list[str], list[tuple[int, int, int]]]:
    """The texts of a row up to its last one, and the column, rows and columns of each merged cell."""
    texts: list[str] = []
    spans: list[tuple[int, int, int]] = []
    waiting = 0
    for cell in row:
        if local(cell) not in {"table-cell", "covered-table-cell"}:
            continue
        repeated = number(cell, "number-columns-repeated")
        text = _text(cell, story) if local(cell) == "table-cell" else ""
        span = number(cell, "number-rows-spanned"), number(cell, "number-columns-spanned")
        if not text and span == (1, 1):
            waiting += repeated
            continue
        _refuse_vast(1, len(texts) + waiting + repeated)
        texts += [""] * waiting + [text] * repeated
        waiting = 0
        if span != (1, 1):
            spans.append((len(texts) - 1, *span))
    return texts, spans


def _refuse_vast(rows: int, columns: int) -> None:
    if rows * columns > MAX_POSITIONS:
        raise UnreadableDocumentError(ReadOutcome.TOO_LARGE, f"a sheet of {rows} rows and {columns} columns")


def _text(cell: etree._Element, story: Story) -> str:
    paragraphs = ["".join(printed_texts(element, story, [])) for element in cell.iterfind("{*}p")]
    text = "\n".join(paragraphs) if paragraphs else _unprinted(cell)
    if text and attribute(cell, "style-name") in story.struck:
        story.struck_texts += 1
        return ""
    indent = story.indents.get(attribute(cell, "style-name"), "")
    return indent + text if text and not text[0].isspace() else text


def _unprinted(cell: etree._Element) -> str:
    """The figure of a cell that its program has not printed."""
    value = attribute(cell, "value")
    try:
        return exact(float(value)) if value and isfinite(float(value)) else ""
    except ValueError:
        return ""


def _hidden_columns(table: etree._Element) -> set[int]:
    hidden: set[int] = set()
    start = 0
    for column in _elements(table, "table-column"):
        end = start + min(number(column, "number-columns-repeated"), 16_384)
        if attribute(column, "visibility") in _FILTERED:
            hidden.update(range(start, end))
        start = end
    return hidden


def _elements(parent: etree._Element, name: str) -> Iterable[etree._Element]:
    for element in parent:
        if local(element) == name:
            yield element
        elif local(element) in _GROUPS:
            yield from _elements(element, name)
