"""Number formats, hidden rows and hidden columns of workbooks, which the reader of values does not report."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

import olefile
from lxml import etree

from warehouse.documents.model import ReadOutcome, UnreadableDocumentError
from warehouse.documents.number_format import BUILT_IN
from warehouse.documents.package import open_zip, parse_xml, read_member

MAX_POSITIONS = 5_000_000
"""Rows times columns of one sheet's used area; beyond it a stray cell far out would cost gigabytes."""
MAX_DECLARED_POSITIONS = 2**24
"""What an XLS sheet may declare as its area: all of its 65,536 rows and 256 columns, used or not."""


@dataclass(slots=True)
class SheetStyles:
    """Of one sheet; rows and columns count from 0 in the sheet."""

    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    """Number format codes of cells that hold numbers, where they have one."""
    shows_zeros: bool = True
    """Whether cells that hold 0 print it (a setting of the sheet)."""
    indents: dict[tuple[int, int], int] = field(default_factory=dict)
    """Steps by which the text of a cell stands to the right, where it does."""
    formulas_without_value: int = 0
    """Cells whose figure no program has worked out yet."""
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    """Cells that print an error (#REF!) in the place of a figure."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def xlsx_styles(data: bytes) -> dict[str, SheetStyles]:
    """By sheet name.

    Raises:
        UnreadableDocumentError: CORRUPT, ENCRYPTED or TOO_LARGE.
    """
    with open_zip(data) as package:
        names = set(package.namelist())
        formats, indents = _xlsx_formats(package) if "xl/styles.xml" in names else ([], [])
        return {
            name: _xlsx_sheet(read_member(package, part), part, formats, indents)
            for name, part in _xlsx_parts(package)
            if part in names
        }


def active_sheet(data: bytes, file_format: str) -> str | None:
    """The sheet that a workbook shows where it stands in a text; None where it does not say.

    Raises:
        UnreadableDocumentError: CORRUPT, ENCRYPTED or TOO_LARGE.
    """
    names: list[str] = []
    index = 0
    if file_format == "xlsx":
        with open_zip(data) as package:
            names = [name for name, _ in _xlsx_parts(package)]
            workbook = parse_xml(read_member(package, "xl/workbook.xml"), "xl/workbook.xml")
        view = next(workbook.iter("{*}workbookView"), None)
        tab = "" if view is None else view.get("activeTab", "")
        index = _index(tab, -1) + 1
    elif file_format == "xls":
        stream = _xls_stream(data) or b""
        for kind, body in _records(stream, 0):
            if kind == _BOUND_SHEET:
                names.append(_xls_text(body[6:], 1))
            elif kind == _WORKBOOK_WINDOW and len(body) >= 12:
                index = struct.unpack_from("<H", body, 10)[0]
    return names[index] if index < len(names) else None


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _xlsx_formats(package: zipfile.ZipFile) -> tuple[list[str | None], list[int]]:
    """Number format code, and indent, by index of cell style."""
    root = parse_xml(read_member(package, "xl/styles.xml"), "xl/styles.xml")
    codes: dict[int, str] = dict(BUILT_IN)
    for element in root.iter("{*}numFmt"):
        if (number := element.get("numFmtId", "")).isdigit():
            codes[int(number)] = element.get("formatCode", "")
    styles = root.find("{*}cellXfs")
    numbers = [] if styles is None else [style.get("numFmtId", "0") for style in styles]
    formats = [codes.get(int(number)) if number.isdigit() else None for number in numbers]
    return formats, [] if styles is None else [_xlsx_indent(style) for style in styles]


def _xlsx_indent(style: etree._Element) -> int:
    alignment = style.find("{*}alignment")
    steps = "" if alignment is None else alignment.get("indent", "")
    if alignment is None or alignment.get("horizontal", "left") not in {"left", "general", "distributed"}:
        return 0
    return int(steps) if steps.isdigit() and len(steps) < 3 else 0


def _xlsx_parts(package: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Sheet names and the parts that hold them."""
    if "xl/workbook.xml" not in package.namelist():
        return
    workbook = parse_xml(read_member(package, "xl/workbook.xml"), "xl/workbook.xml")
    relations = parse_xml(read_member(package, "xl/_rels/workbook.xml.rels"), "xl/_rels/workbook.xml.rels")
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for sheet in workbook.iter("{*}sheet"):
        relation = next((str(v) for k, v in sheet.attrib.items() if str(k).endswith("}id")), "")
        target = targets.get(relation, "")
        yield sheet.get("name", ""), target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _xlsx_sheet(content: bytes, part: str, formats: list[str | None], indents: list[int]) -> SheetStyles:
    if b"<!DOCTYPE" in content[:4096]:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"{part} declares a document type")
    styles = SheetStyles()
    row = column = last_row = last_column = -1
    events = etree.iterparse(
        io.BytesIO(content),
        events=("start", "end"),
        tag=[f"{{*}}{name}" for name in ("row", "col", "c", "sheetView", "mergeCell")],
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
    )
    try:
        for event, element in events:
            name = _local(element)
            if event == "start" and name == "row":
                row, column = _index(element.get("r", ""), row + 1), -1
                if _is_hidden(element, "ht"):
                    styles.hidden_rows.add(row)
            elif event == "start" and name == "col" and _is_hidden(element, "width"):
                first, last = _index(element.get("min", ""), 0), _index(element.get("max", ""), 0)
                styles.hidden_columns.update(range(first, min(last, 16_383) + 1))
            elif event == "start" and name == "sheetView" and element.get("showZeros") in {"0", "false"}:
                styles.shows_zeros = False
            elif event == "end" and name == "c":
                row, column = _position(element.get("r", ""), row, column + 1)
                if len(element):
                    last_row, last_column = max(last_row, row), max(last_column, column)
                    if (code := _format(element, formats)) is not None:
                        styles.formats[row, column] = code
                    _note_cell(element, (row, column), indents, styles)
            if event == "end" and name in {"row", "mergeCell"}:
                element.clear()
    except etree.XMLSyntaxError as error:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"{part} is not well-formed: {error}") from error
    _refuse_vast_area(last_row, last_column)
    return styles


def _is_hidden(element: etree._Element, size: str) -> bool:
    """Whether a row or column says so, or has no size."""
    return element.get("hidden") in {"1", "true"} or element.get(size) in {"0", "0.0"}


def _note_cell(cell: etree._Element, place: tuple[int, int], indents: list[int], styles: SheetStyles) -> None:
    """What the reader of values does not say of a cell."""
    style = cell.get("s", "")
    if style.isdigit() and int(style) < len(indents) and (steps := indents[int(style)]):
        styles.indents[place] = steps
    if cell.get("t") == "e":
        styles.errors[place] = cell.findtext("{*}v") or "#VALUE!"
    elif cell.find("{*}f") is not None and not cell.findtext("{*}v"):
        styles.formulas_without_value += 1


def _index(text: str, default: int) -> int:
    return int(text) - 1 if text.isascii() and text.isdigit() and len(text) < 8 else default


def _position(reference: str, row: int, column: int) -> tuple[int, int]:
    """`C7` → (6, 2); the running position where a cell does not state its own."""
    match = re.fullmatch(r"([A-Z]{1,3})(\d{1,7})", reference)
    if match is None:
        return row, column
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, number - 1


def _format(cell: etree._Element, formats: list[str | None]) -> str | None:
    style = cell.get("s", "")
    if cell.get("t", "n") != "n" or not style.isdigit() or int(style) >= len(formats):
        return None
    return formats[int(style)]


# What follows is for XLS, BIFF8 as [MS-XLS] describes it.

_BOUND_SHEET, _FORMAT, _XF, _FILE_PASS, _BOF, _EOF = 0x85, 0x41E, 0xE0, 0x2F, 0x809, 0x0A
_NUMBER, _RK, _MUL_RK, _FORMULA = 0x203, 0x27E, 0xBD, 0x06
_OTHER_CELLS = {0xFD, 0x204, 0x205, 0xD6}  # shared string, string, truth value or error, rich string
_DIMENSIONS = 0x200
_TRUTH_OR_ERROR, _ERROR = 0x205, 2
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_WORKBOOK_WINDOW = 0x3D
_COLUMN_INFO, _ROW, _WINDOW = 0x7D, 0x208, 0x23E


def xls_styles(data: bytes) -> dict[str, SheetStyles]:
    """By sheet name; nothing for Excel 95 and older.

    Raises:
        UnreadableDocumentError: CORRUPT, or ENCRYPTED.
    """
    try:
        stream = _xls_stream(data)
        return {} if stream is None else _xls_sheets(stream)
    except (OSError, IndexError, struct.error, ValueError, TypeError) as error:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"broken Excel file: {error}") from error


def _xls_stream(data: bytes) -> bytes | None:
    with olefile.OleFileIO(io.BytesIO(data)) as container:
        return container.openstream("Workbook").read() if container.exists("Workbook") else None


def _records(stream: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    """The records of one substream, up to its end."""
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        yield kind, stream[position + 4 : position + 4 + size]
        if kind == _EOF:
            return
        position += 4 + size


def _xls_sheets(stream: bytes) -> dict[str, SheetStyles]:
    codes: dict[int, str] = dict(BUILT_IN)
    styles: list[int] = []
    sheets: list[tuple[str, int]] = []
    for kind, body in _records(stream, 0):
        if kind == _FILE_PASS:
            raise UnreadableDocumentError(ReadOutcome.ENCRYPTED, "the workbook needs a password")
        if kind == _FORMAT:
            codes[struct.unpack_from("<H", body)[0]] = _xls_text(body[2:], 2)
        elif kind == _XF:
            styles.append(struct.unpack_from("<H", body, 2)[0])
        elif kind == _BOUND_SHEET:
            sheets.append((_xls_text(body[6:], 1), struct.unpack_from("<I", body)[0]))
    formats = [codes.get(number) for number in styles]
    return {name: _xls_sheet(stream, offset, formats) for name, offset in sheets}


def _xls_text(body: bytes, length_bytes: int) -> str:
    length = int.from_bytes(body[:length_bytes], "little")
    wide = body[length_bytes] & 1
    raw = body[length_bytes + 1 :][: length * (2 if wide else 1)]
    return raw.decode("utf-16-le" if wide else "latin-1", "replace")


def _refuse_vast_sheet(stream: bytes, offset: int) -> None:
    """Refuse what the reader of values would reserve or fill gigabytes for."""
    last_row = last_column = -1
    for kind, body in _records(stream, offset):
        if kind == _DIMENSIONS:
            first, last, left, right = struct.unpack_from("<IIHH", body)
            if (last - first) * (right - left) > MAX_DECLARED_POSITIONS:
                raise UnreadableDocumentError(
                    ReadOutcome.TOO_LARGE, f"a sheet of {last} rows, {right} columns"
                )
        elif kind in {_NUMBER, _RK, _MUL_RK, _FORMULA} | _OTHER_CELLS:
            row, column = struct.unpack_from("<HH", body)
            if kind == _MUL_RK:
                column = struct.unpack_from("<H", body, len(body) - 2)[0]
            last_row, last_column = max(last_row, row), max(last_column, column)
    _refuse_vast_area(last_row, last_column)


def _refuse_vast_area(last_row: int, last_column: int) -> None:
    if (last_row + 1) * (last_column + 1) > MAX_POSITIONS:
        raise UnreadableDocumentError(
            ReadOutcome.TOO_LARGE, f"a sheet that uses {last_row + 1} rows and {last_column + 1} columns"
        )


def _xls_error(kind: int, body: bytes) -> str | None:
    """The error that a cell prints, its own or its formula's."""
    if kind == _FORMULA and body[6] == _ERROR and body[12:14] == b"\xff\xff":
        return _ERRORS.get(body[8], "#VALUE!")
    return _ERRORS.get(body[6], "#VALUE!") if kind == _TRUTH_OR_ERROR and body[7] == 1 else None


def _xls_sheet(stream: bytes, offset: int, formats: list[str | None]) -> SheetStyles:
    _refuse_vast_sheet(stream, offset)
    found = SheetStyles()

    def note(row: int, column: int, style: int) -> None:
        if style < len(formats) and (code := formats[style]) is not None:
            found.formats[row, column] = code

    for kind, body in _records(stream, offset):
        if (error := _xls_error(kind, body)) is not None:
            found.errors[struct.unpack_from("<HH", body)] = error
        if kind in {_NUMBER, _RK, _FORMULA}:
            note(*struct.unpack_from("<HHH", body))
        elif kind == _MUL_RK:
            row, first = struct.unpack_from("<HH", body)
            for i in range((len(body) - 6) // 6):
                note(row, first + i, struct.unpack_from("<H", body, 4 + 6 * i)[0])
        elif kind == _COLUMN_INFO:
            first, last, _, _, options = struct.unpack_from("<5H", body)
            if options & 1:
                found.hidden_columns.update(range(first, min(last, 255) + 1))
        elif kind == _WINDOW and not struct.unpack_from("<H", body)[0] & 0x10:
            found.shows_zeros = False
        elif kind == _ROW and struct.unpack_from("<H", body, 12)[0] & 0x20:
            found.hidden_rows.add(struct.unpack_from("<H", body)[0])
    return found
