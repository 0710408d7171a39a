"""Styles of the cells of XLS workbooks: number formats, what is hidden or struck.

BIFF8 (Excel 97 to 2003) as [MS-XLS] describes it, and BIFF5 (Excel 5 and 95), which differs in its texts
and in the area that a sheet declares.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import olefile

from warehouse.documents.model import ReadOutcome, UnreadableDocumentError
from warehouse.documents.sheets.cell_styles import (
    ERROR_CODES,
    NARROW,
    CellStyle,
    SheetStyles,
    refuse_vast_area,
)
from warehouse.documents.sheets.number_format import BUILT_IN

MAX_DECLARED_POSITIONS = 2**24
"""What an XLS sheet may declare as its area: all of its 65,536 rows and 256 columns, used or not."""


_BOUND_SHEET, _FORMAT, _FONT, _XF, _FILE_PASS, _EOF = 0x85, 0x41E, 0x31, 0xE0, 0x2F, 0x0A
_BEGIN, _CODE_PAGE, _WORKBOOK_WINDOW = 0x809, 0x42, 0x3D
_NUMBER, _RK, _MUL_RK, _FORMULA = 0x203, 0x27E, 0xBD, 0x06
_TEXTS = {0xFD, 0x204, 0xD6}  # shared string, string, rich string
_TRUTH_OR_ERROR, _ERROR = 0x205, 2
_CELLS = {_NUMBER, _RK, _MUL_RK, _FORMULA, _TRUTH_OR_ERROR} | _TEXTS
_DIMENSIONS, _COLUMN_INFO, _ROW, _WINDOW = 0x200, 0x7D, 0x208, 0x23E
_BIFF8 = 0x600
_CODECS = {936: "gb18030", 950: "big5hkscs", 932: "cp932", 949: "cp949", 1200: "utf-16-le"}
_STRUCK = 0x08
_WHITE = {9, 65}  # of the palette, of the window
_CONDITIONAL_FORMAT = 0x1B0
_LEFT = {0, 1, 7}  # general, left, distributed


def xls_styles(data: bytes) -> list[tuple[str, SheetStyles]]:
    """Of each sheet in the order of the workbook, with its name.

    Raises:
        UnreadableDocumentError: CORRUPT, ENCRYPTED or TOO_LARGE.
    """
    try:
        stream = workbook_stream(data)
        return [] if stream is None else sheet_styles(stream)
    except (OSError, IndexError, struct.error, ValueError, TypeError) as error:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"broken Excel file: {error}") from error


def xls_active_sheet(data: bytes) -> str | None:
    """The sheet that the workbook shows when it is opened; None where it does not say."""
    names: list[str] = []
    index = 0
    text = Texts()
    for kind, body in records(workbook_stream(data) or b"", 0):
        text.note(kind, body)
        if kind == _BOUND_SHEET:
            names.append(text.read(body[6:], 1))
        elif kind == _WORKBOOK_WINDOW and len(body) >= 12:
            index = struct.unpack_from("<H", body, 10)[0]
    return names[index] if index < len(names) else None


def workbook_stream(data: bytes) -> bytes | None:
    """The stream of records in a compound file, that of the newer kind where there are two.

    Raises:
        UnreadableDocumentError: CORRUPT.
    """
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            name = next((name for name in ("Workbook", "Book") if container.exists(name)), None)
            return None if name is None else container.openstream(name).read()
    except (OSError, IndexError, struct.error, ValueError, TypeError) as error:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"broken Excel file: {error}") from error


def is_biff5(stream: bytes) -> bool:
    """Whether records are those of Excel 5 and 95."""
    kind, version = struct.unpack_from("<H2xH", stream.ljust(6, b"\0"))
    return bool(kind == _BEGIN and version < _BIFF8)


def records(stream: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    """The records of one substream, up to its end."""
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        yield kind, stream[position + 4 : position + 4 + size]
        if kind == _EOF:
            return
        position += 4 + size


class Texts:
    """How texts are written: with a flag of their width since BIFF8, before that in the file's code page."""

    def __init__(self) -> None:
        self.is_biff8 = True
        self.codec = "gb18030"

    def note(self, kind: int, body: bytes) -> None:
        """Learn from a record how texts are written."""
        if kind == _BEGIN:
            self.is_biff8 = struct.unpack_from("<H", body)[0] >= _BIFF8
        elif kind == _CODE_PAGE:
            self.codec = _CODECS.get(struct.unpack_from("<H", body)[0], "cp1252")

    def read(self, body: bytes, length_bytes: int, old_length_bytes: int = 1) -> str:
        """The text at the beginning of some bytes; its length takes so many, or so many before BIFF8."""
        if not self.is_biff8:
            length = int.from_bytes(body[:old_length_bytes], "little")
            return body[old_length_bytes : old_length_bytes + length].decode(self.codec, "replace")
        length = int.from_bytes(body[:length_bytes], "little")
        wide = body[length_bytes] & 1
        raw = body[length_bytes + 1 :][: length * (2 if wide else 1)]
        return raw.decode("utf-16-le" if wide else "latin-1", "replace")


def sheet_styles(stream: bytes) -> list[tuple[str, SheetStyles]]:
    """The same from the records; see there."""
    codes: dict[int, str] = dict(BUILT_IN)
    fonts: list[bytes] = []
    formats: list[bytes] = []
    sheets: list[tuple[str, int]] = []
    text = Texts()
    for kind, body in records(stream, 0):
        text.note(kind, body)
        if kind == _FILE_PASS:
            raise UnreadableDocumentError(ReadOutcome.ENCRYPTED, "the workbook needs a password")
        if kind == _FORMAT:
            codes[struct.unpack_from("<H", body)[0]] = text.read(body[2:], 2)
        elif kind == _FONT:
            fonts.append(body)
        elif kind == _XF:
            formats.append(body)
        elif kind == _BOUND_SHEET:
            sheets.append((text.read(body[6:], 1), struct.unpack_from("<I", body)[0]))
    fonts[4:4] = [b""]  # fonts have no number 4
    styles = [_style(body, codes, fonts, is_biff8=text.is_biff8) for body in formats]
    return [
        (name, _sheet(list(records(stream, offset)), styles, is_biff8=text.is_biff8))
        for name, offset in sheets
    ]


def _style(body: bytes, codes: dict[int, str], fonts: list[bytes], *, is_biff8: bool) -> CellStyle:
    number, code = struct.unpack_from("<HH", body)
    font = fonts[number] if number < len(fonts) else b""
    is_struck = bool(font[2:3] and font[2] & _STRUCK)
    if not is_biff8:
        return CellStyle(codes.get(code), 0, is_struck, is_unseen=False)
    indent = body[8] & 0xF if body[6] & 7 in _LEFT else 0
    is_filled = struct.unpack_from("<I", body, 14)[0] >> 26
    is_white = int.from_bytes(font[4:6], "little") in _WHITE
    return CellStyle(codes.get(code), indent, is_struck, is_unseen=is_white and not is_filled)


def _sheet(records: list[tuple[int, bytes]], styles: list[CellStyle], *, is_biff8: bool) -> SheetStyles:
    _refuse_vast_sheet(records, is_biff8=is_biff8)
    found = SheetStyles()
    for kind, body in records:
        if (error := _error(kind, body)) is not None:
            found.errors[struct.unpack_from("<HH", body)] = error
        if kind not in _CELLS:
            _note_sheet(kind, body, found)
            continue
        for place, style in _cells(kind, body):
            if style < len(styles):
                found.note(place, styles[style], is_text=kind in _TEXTS)
    if any(kind == _CONDITIONAL_FORMAT for kind, _ in records):
        found.unseen.clear()  # what it fills may be dark
    return found


def _note_sheet(kind: int, body: bytes, found: SheetStyles) -> None:
    """What is said of columns, of rows, of the whole sheet."""
    if kind == _COLUMN_INFO:
        first, last, width, _, options = struct.unpack_from("<5H", body)
        places = range(first, min(last, 255) + 1)
        if options & 1 or not width:
            found.hidden_columns.update(places)
        elif width <= 256 * NARROW:
            found.narrow_columns.update(places)
    elif kind == _WINDOW and not struct.unpack_from("<H", body)[0] & 0x10:
        found.shows_zeros = False
    elif kind == _ROW and struct.unpack_from("<H", body, 12)[0] & 0x20:
        found.hidden_rows.add(struct.unpack_from("<H", body)[0])


def _cells(kind: int, body: bytes) -> Iterator[tuple[tuple[int, int], int]]:
    """The places of the cells of a record, and the numbers of their formats."""
    row, first, style = struct.unpack_from("<HHH", body)
    if kind != _MUL_RK:
        yield (row, first), style
        return
    for i in range((len(body) - 6) // 6):
        yield (row, first + i), struct.unpack_from("<H", body, 4 + 6 * i)[0]


def _error(kind: int, body: bytes) -> str | None:
    """The error that a cell prints, its own or its formula's."""
    if kind == _FORMULA and body[6] == _ERROR and body[12:14] == b"\xff\xff":
        return ERROR_CODES.get(body[8], "#VALUE!")
    return ERROR_CODES.get(body[6], "#VALUE!") if kind == _TRUTH_OR_ERROR and body[7] == 1 else None


def _refuse_vast_sheet(records: list[tuple[int, bytes]], *, is_biff8: bool) -> None:
    """Refuse what the reader of values would reserve or fill gigabytes for."""
    last_row = last_column = -1
    for kind, body in records:
        if kind == _DIMENSIONS:
            first, last, left, right = struct.unpack_from("<IIHH" if is_biff8 else "<HHHH", body)
            if (last - first) * (right - left) > MAX_DECLARED_POSITIONS:
                raise UnreadableDocumentError(
                    ReadOutcome.TOO_LARGE, f"a sheet of {last} rows, {right} columns"
                )
        elif kind in _CELLS:
            row, column = struct.unpack_from("<HH", body)
            if kind == _MUL_RK:
                column = struct.unpack_from("<H", body, len(body) - 2)[0]
            last_row, last_column = max(last_row, row), max(last_column, column)
    refuse_vast_area(last_row, last_column)
