"""Binary workbooks (XLSB), made of records; no program at hand writes them."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from tests.documents.document_builders import zipped

PLAIN, MONEY, STRUCK, INDENTED = range(4)
"""Cell formats: general, `#,##0.00`, struck out, indented by two steps."""

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def record(kind: int, body: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = b""
    rest = len(body)
    while True:
        size += bytes([rest & 0x7F | (0x80 if rest > 0x7F else 0)])
        rest >>= 7
        if not rest:
            return head + size + body


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(
    rows: Sequence[Sequence[str | float]],
    formats: Mapping[tuple[int, int], int],
    merged: Sequence[tuple[int, int, int, int]] = (),
    hidden: tuple[int | None, int | None] = (None, None),
) -> bytes:
    """A workbook of one sheet.

    Args:
        rows: Texts and numbers.
        formats: By place.
        merged: First and last row, first and last column of each area.
        hidden: A row and a column.
    """
    workbook = record(131) + record(143)
    workbook += (
        record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("收支总表")) + record(144) + record(132)
    )
    fonts = b"".join(
        record(43, struct.pack("<HHHHBBB", 220, flag, 400, 0, 0, 0, 0) + bytes(9)) for flag in (0, 8)
    )
    cell_formats = ((0, 0, 0), (164, 0, 0), (0, 1, 0), (0, 0, 2))
    money = (
        record(615, struct.pack("<I", 1))
        + record(44, struct.pack("<H", 164) + wide("#,##0.00"))
        + record(616)
    )
    styles = record(278) + money + fonts + record(617, struct.pack("<I", len(cell_formats)))
    for number, font, indent in cell_formats:
        styles += record(47, struct.pack("<HHHHHBBHH", 0, number, font, 0, 0, 0, indent, 1, 0))
    styles += record(618) + record(279)
    return zipped(
        ("[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types"/>'.encode()),
        ("_rels/.rels", _relation("officeDocument", "xl/workbook.bin")),
        ("xl/workbook.bin", workbook),
        ("xl/_rels/workbook.bin.rels", _relation("worksheet", "worksheets/sheet1.bin")),
        ("xl/styles.bin", styles),
        ("xl/worksheets/sheet1.bin", _sheet(rows, formats, merged, hidden)),
    )


def _relation(kind: str, target: str) -> bytes:
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATIONS}/{kind}" Target="{target}"/></Relationships>'
    ).encode()


def _sheet(
    rows: Sequence[Sequence[str | float]],
    formats: Mapping[tuple[int, int], int],
    merged: Sequence[tuple[int, int, int, int]],
    hidden: tuple[int | None, int | None],
) -> bytes:
    width = max(map(len, rows))
    data = record(129) + record(148, struct.pack("<4I", 0, len(rows) - 1, 0, width - 1))
    if hidden[1] is not None:
        data += record(390) + record(60, struct.pack("<4IH", hidden[1], hidden[1], 2000, 0, 1)) + record(391)
    data += record(145)
    for r, row in enumerate(rows):
        flags = 0x10 if r == hidden[0] else 0
        data += record(
            0, struct.pack("<IIHBBBI", r, 0, 300, 0, flags, 0, 1) + struct.pack("<II", 0, width - 1)
        )
        for c, value in enumerate(row):
            place = struct.pack("<II", c, formats.get((r, c), PLAIN))
            if isinstance(value, str):
                data += record(6, place + wide(value))
            else:
                data += record(5, place + struct.pack("<d", value))
    data += record(146)
    if merged:
        data += record(177, struct.pack("<I", len(merged)))
        data += b"".join(record(176, struct.pack("<4I", *area)) for area in merged) + record(178)
    return data + record(130)
