"""Workbooks in XML Spreadsheet 2003, what some systems export as `.xls`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from warehouse.documents.grid import MAX_POSITIONS
from warehouse.documents.model import Document, Line, Notice, ReadOutcome, Table, UnreadableDocumentError
from warehouse.documents.sheets.number_format import shown
from warehouse.documents.sheets.sheet import Sheet, sheet_blocks

_FORMATS = {
    "Standard": "#,##0.00",
    "Fixed": "0.00",
    "Percent": "0.00%",
    "General Number": "General",
}
"""Number formats that have a name; others that have one are not of decimal numbers."""


def read_spreadsheet_xml(root: etree._Element) -> Document:
    """The visible sheets in order, as `read_xlsx` gives them.

    Raises:
        UnreadableDocumentError: TOO_LARGE.
    """
    notices: list[Notice] = []
    blocks: list[Line | Table] = []
    styles = {_value(style, "ID"): style for style in root.iterfind("{*}Styles/{*}Style")}
    for worksheet in root.iterfind("{*}Worksheet"):
        name = _value(worksheet, "Name")
        if (worksheet.findtext("{*}WorksheetOptions/{*}Visible") or "").startswith("SheetHidden"):
            notices.append(Notice("hidden_sheet", f"sheet {name!r} is hidden and was not read"))
            continue
        blocks.extend(sheet_blocks(_sheet(worksheet, name, styles), notices))
    return Document("xls", tuple(blocks), notices=tuple(notices))


@dataclass(slots=True)
class _Filled:
    """Texts by place, and what is merged or hidden."""

    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def _sheet(worksheet: etree._Element, name: str, styles: dict[str, etree._Element]) -> Sheet:
    table = worksheet.find("{*}Table")
    filled = _Filled()
    for index, column in _placed(table, "Column"):
        if _value(column, "Hidden") == "1":
            filled.hidden_columns.update(range(index, index + min(_count(column, "Span"), 16_384) + 1))
    for r, row in _placed(table, "Row"):
        if _value(row, "Hidden") == "1":
            filled.hidden_rows.update(range(r, r + min(_count(row, "Span"), 1_000_000) + 1))
        for c, cell in _placed(row, "Cell"):
            filled.texts[r, c] = _text(cell, styles)
            down, right = _count(cell, "MergeDown"), _count(cell, "MergeAcross")
            if down or right:
                filled.merged.append(((r, c), (r + down, c + right)))
    height = max((r for r, _ in filled.texts), default=-1) + 1
    width = max((c for _, c in filled.texts), default=-1) + 1
    if height * width > MAX_POSITIONS:
        raise UnreadableDocumentError(ReadOutcome.TOO_LARGE, f"a sheet of {height} rows and {width} columns")
    rows = [[filled.texts.get((r, c), "") for c in range(width)] for r in range(height)]
    return Sheet(name, rows, filled.merged, filled.hidden_rows, filled.hidden_columns)


def _placed(parent: etree._Element | None, name: str) -> Iterator[tuple[int, etree._Element]]:
    """Children with their index from 0: each follows the one before unless it states its own."""
    index = -1
    for element in parent.iterfind(f"{{*}}{name}") if parent is not None else ():
        index = _count(element, "Index") - 1 if _value(element, "Index") else index + 1
        yield index, element
        index += _count(element, "MergeAcross" if name == "Cell" else "Span")


def _text(cell: etree._Element, styles: dict[str, etree._Element]) -> str:
    data = cell.find("{*}Data")
    if data is None:
        return ""
    text = "".join(str(part) for part in data.itertext())
    style = styles.get(_value(cell, "StyleID"))
    kind = _value(data, "Type")
    if kind == "Number":
        try:
            return shown(float(text), _format(style))
        except ValueError:
            return text
    if kind == "DateTime":
        return text.removesuffix("T00:00:00.000")
    indent = _indent(style)
    return "\u3000" * indent + text if text and not text[0].isspace() else text


def _format(style: etree._Element | None) -> str | None:
    element = None if style is None else style.find("{*}NumberFormat")
    code = "" if element is None else _value(element, "Format")
    return _FORMATS.get(code, code) or None


def _indent(style: etree._Element | None) -> int:
    element = None if style is None else style.find("{*}Alignment")
    return 0 if element is None else min(_count(element, "Indent"), 20)


def _value(element: etree._Element, name: str) -> str:
    return next((str(v) for k, v in element.attrib.items() if str(k).rpartition("}")[2] == name), "")


def _count(element: etree._Element, name: str) -> int:
    text = _value(element, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
