"""Styles of the cells of binary workbooks (XLSB, [MS-XLSB]), and their merged areas."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator

from warehouse.documents.model import ReadOutcome, UnreadableDocumentError
from warehouse.documents.package import open_zip, parse_xml, read_member
from warehouse.documents.sheets.cell_styles import (
    ERROR_CODES,
    NARROW,
    CellStyle,
    SheetStyles,
    refuse_vast_area,
)
from warehouse.documents.sheets.number_format import BUILT_IN

_BUNDLED_SHEET = 156
_FONT, _FORMAT, _XF, _BEGIN_CELL_XFS, _END_CELL_XFS = 43, 44, 47, 617, 618
_ROW, _COLUMNS, _VIEW, _MERGED = 0, 60, 137, 176
_NUMBERS, _TEXTS, _CELL_ERRORS = {2, 5, 9}, {6, 7, 8}, {3, 11}
_CELLS = _NUMBERS | _TEXTS | _CELL_ERRORS | {4, 10}
_STRUCK, _IS_HIDDEN, _SHOWS_ZEROS, _NO_HEIGHT = 0x08, 0x01, 0x10, 0x10
_LEFT = {0, 1, 7}  # general, left, distributed


def xlsb_styles(data: bytes) -> list[tuple[str, SheetStyles]]:
    """Of each sheet in the order of the workbook, with its name.

    Raises:
        UnreadableDocumentError: CORRUPT, ENCRYPTED or TOO_LARGE.
    """
    with open_zip(data) as package:
        names = set(package.namelist())
        try:
            styles = _styles(read_member(package, "xl/styles.bin")) if "xl/styles.bin" in names else []
            return [(name, _sheet(read_member(package, part), styles)) for name, part in _parts(package)]
        except (struct.error, IndexError) as error:
            raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"broken binary workbook: {error}") from error


def _records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of a part; kind and size are numbers of seven bits a byte."""
    position = 0
    while position < len(part):
        kind, position = _number(part, position, 2)
        size, position = _number(part, position, 4)
        yield kind, part[position : position + size]
        position += size


def _number(part: bytes, position: int, most: int) -> tuple[int, int]:
    value = 0
    for i in range(most):
        byte = part[position + i]
        value |= (byte & 0x7F) << 7 * i
        if not byte & 0x80:
            return value, position + i + 1
    return value, position + most


def _text(body: bytes, position: int) -> tuple[str, int]:
    """A text, and where what follows it begins; none where its length is that of nothing."""
    length = struct.unpack_from("<I", body, position)[0]
    end = position + 4 + (0 if length == 0xFFFF_FFFF else 2 * length)
    return body[position + 4 : end].decode("utf-16-le", "replace"), end


def _parts(package: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Sheet names and the parts that hold them."""
    path = "xl/_rels/workbook.bin.rels"
    relations = parse_xml(read_member(package, path), path)
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for kind, body in _records(read_member(package, "xl/workbook.bin")):
        if kind == _BUNDLED_SHEET:
            relation, position = _text(body, 8)
            target = targets.get(relation, "")
            yield _text(body, position)[0], target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _styles(part: bytes) -> list[CellStyle]:
    codes: dict[int, str] = dict(BUILT_IN)
    struck: list[bool] = []
    found: list[CellStyle] = []
    of_cells = False
    for kind, body in _records(part):
        if kind in {_BEGIN_CELL_XFS, _END_CELL_XFS}:
            of_cells = kind == _BEGIN_CELL_XFS
        elif kind == _FORMAT:
            codes[struct.unpack_from("<H", body)[0]] = _text(body, 2)[0]
        elif kind == _FONT:
            struck.append(bool(body[2] & _STRUCK))
        elif kind == _XF and of_cells:
            number, font = struct.unpack_from("<HH", body, 2)
            indent = body[11] if body[12] & 7 in _LEFT else 0
            found.append(
                CellStyle(codes.get(number), indent, font < len(struck) and struck[font], is_unseen=False)
            )
    return found


def _sheet(part: bytes, styles: list[CellStyle]) -> SheetStyles:
    found = SheetStyles()
    row = last_column = -1
    for kind, body in _records(part):
        if kind == _ROW:
            row = struct.unpack_from("<I", body)[0]
            if body[11] & _NO_HEIGHT:
                found.hidden_rows.add(row)
        elif kind in _CELLS:
            column, style = struct.unpack_from("<II", body)
            last_column = max(last_column, column)
            if kind in _CELL_ERRORS:
                found.errors[row, column] = ERROR_CODES.get(body[8], "#VALUE!")
            if style & 0xFF_FFFF < len(styles):
                found.note((row, column), styles[style & 0xFF_FFFF], is_text=kind in _TEXTS)
        else:
            _note_sheet(kind, body, found)
    refuse_vast_area(row, last_column)
    return found


def _note_sheet(kind: int, body: bytes, found: SheetStyles) -> None:
    """What is said of columns, of merged areas, of the whole sheet."""
    if kind == _COLUMNS:
        first, last, width, _, options = struct.unpack_from("<4IH", body)
        places = range(first, min(last, 16_383) + 1)
        if options & _IS_HIDDEN or not width:
            found.hidden_columns.update(places)
        elif width <= 256 * NARROW:
            found.narrow_columns.update(places)
    elif kind == _MERGED:
        top, bottom, left, right = struct.unpack_from("<4I", body)
        found.merged.append(((top, left), (bottom, right)))
    elif kind == _VIEW and not body[0] & _SHOWS_ZEROS:
        found.shows_zeros = False
