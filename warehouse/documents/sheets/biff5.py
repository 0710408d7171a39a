"""Workbooks of Excel 5 and 95 (BIFF5): the same records as later ones, texts in the file's code page."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from warehouse.documents.model import Document, Line, Notice, ReadOutcome, Table, UnreadableDocumentError
from warehouse.documents.sheets.cell_styles import SheetStyles, Value, printed, what_was_left_out
from warehouse.documents.sheets.sheet import Sheet, sheet_blocks
from warehouse.documents.sheets.xls_styles import Texts, records, sheet_styles

_BOUND_SHEET, _SHEET = 0x85, 0x10
_NUMBER, _RK, _MUL_RK, _FORMULA, _FORMULA_TEXT = 0x203, 0x27E, 0xBD, 0x06, 0x207
_LABEL, _RICH_LABEL, _TRUTH_OR_ERROR = 0x204, 0xD6, 0x205

Place = tuple[int, int]


def read_biff5(stream: bytes) -> Document:
    """The visible sheets in order, as `read_xls` gives them.

    Raises:
        UnreadableDocumentError: CORRUPT, ENCRYPTED or TOO_LARGE.
    """
    try:
        return _read(stream)
    except (struct.error, IndexError, ValueError) as error:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"broken Excel file: {error}") from error


def _read(stream: bytes) -> Document:
    blocks: list[Line | Table] = []
    notices: list[Notice] = []
    texts = Texts()
    bounds: list[bytes] = []
    for kind, body in records(stream, 0):
        texts.note(kind, body)
        if kind == _BOUND_SHEET:
            bounds.append(body)
    for body, (name, styles) in zip(bounds, sheet_styles(stream), strict=True):
        offset, visibility, sheet_type = struct.unpack_from("<IBB", body)
        if sheet_type:
            continue  # a chart, a sheet of macros
        if visibility & 3:
            notices.append(Notice("hidden_sheet", f"sheet {name!r} is hidden and was not read"))
            continue
        blocks.extend(sheet_blocks(_sheet(stream, offset, name, (texts, styles), notices), notices))
    return Document("xls", tuple(blocks), notices=tuple(notices))


def _sheet(
    stream: bytes, offset: int, name: str, how: tuple[Texts, SheetStyles], notices: list[Notice]
) -> Sheet:
    texts, styles = how
    values = dict(_values(stream, offset, texts))
    height = max((row for row, _ in values), default=-1) + 1
    width = max((column for _, column in values), default=-1) + 1
    rows = [[printed(values.get((r, c), ""), (r, c), styles) for c in range(width)] for r in range(height)]
    notices += what_was_left_out(styles, name)
    return Sheet(name, rows, (), styles.hidden_rows, styles.hidden_columns, styles.narrow_columns)


def _values(stream: bytes, offset: int, texts: Texts) -> Iterator[tuple[Place, Value]]:
    waiting: Place | None = None
    for kind, body in records(stream, offset):
        if kind == _FORMULA_TEXT and waiting is not None:
            yield waiting, texts.read(body, 2, 2)
        if kind in {_NUMBER, _RK, _FORMULA, _LABEL, _RICH_LABEL, _TRUTH_OR_ERROR}:
            place: Place = struct.unpack_from("<HH", body)
            waiting = place if kind == _FORMULA and body[12:14] == b"\xff\xff" and not body[6] else None
            if (value := _value(kind, body, texts)) is not None:
                yield place, value
        elif kind == _MUL_RK:
            row, first = struct.unpack_from("<HH", body)
            for i in range((len(body) - 6) // 6):
                yield (row, first + i), _packed_number(struct.unpack_from("<I", body, 6 + 6 * i)[0])


def _value(kind: int, body: bytes, texts: Texts) -> Value | None:
    """The value of a cell; None where another record holds it, or styles do (an error)."""
    if kind in {_LABEL, _RICH_LABEL}:
        return texts.read(body[6:], 2, 2)
    if kind == _RK:
        return _packed_number(struct.unpack_from("<I", body, 6)[0])
    if kind == _TRUTH_OR_ERROR:
        return "" if body[7] else bool(body[6])
    if kind == _FORMULA and body[12:14] == b"\xff\xff":
        return bool(body[8]) if body[6] == 1 else "" if body[6] else None
    number: float = struct.unpack_from("<d", body, 6)[0]
    return number


def _packed_number(packed: int) -> float:
    """A number of 30 bits: whole or the upper half of a float, and whether it counts hundredths."""
    if packed & 2:
        number: float = (packed >> 2) - (1 << 30 if packed & 0x8000_0000 else 0)
    else:
        number = struct.unpack("<d", struct.pack("<Q", (packed & ~3) << 32))[0]
    return number / 100 if packed & 1 else number
