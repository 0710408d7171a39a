"""Workbooks of Excel 5 and 95 (BIFF5), made of records; no program at hand writes them."""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping, Sequence

from warehouse.documents.ole import packed

PLAIN, MONEY, STRUCK = range(3)
"""Cell formats: general, `#,##0.00`, struck out."""


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def biff5_records(
    rows: Sequence[Sequence[str | float | None]],
    formats: Mapping[tuple[int, int], int] | None = None,
    hidden_rows: Collection[int] = (),
) -> bytes:
    """The records of a workbook of one sheet, texts in GBK; whole numbers are packed as such programs do."""
    font = struct.pack("<HHHHH4x", 200, 0, 0x7FFF, 400, 0) + _text("宋体", "B")
    struck = struct.pack("<HHHHH4x", 200, 8, 0x7FFF, 400, 0) + _text("宋体", "B")
    head = record(0x809, struct.pack("<HHHH", 0x500, 5, 0, 0)) + record(0x42, struct.pack("<H", 936))
    head += record(0x31, font) + record(0x31, struck)
    head += record(0x41E, struct.pack("<H", 164) + _text("#,##0.00", "B"))
    for font_number, number_format in ((0, 0), (0, 164), (1, 0)):
        head += record(0xE0, struct.pack("<HH12x", font_number, number_format))
    name = _text("收支总表", "B")
    sheet_at = len(head) + 4 + 6 + len(name) + 4
    head += record(0x85, struct.pack("<IH", sheet_at, 0) + name) + record(0x0A)
    return head + _sheet(rows, formats or {}, hidden_rows)


def _sheet(
    rows: Sequence[Sequence[str | float | None]],
    formats: Mapping[tuple[int, int], int],
    hidden_rows: Collection[int],
) -> bytes:
    data = record(0x809, struct.pack("<HHHH", 0x500, 0x10, 0, 0))
    data += record(0x200, struct.pack("<HHHHH", 0, len(rows), 0, 9, 0))
    for r in range(len(rows)):
        data += record(0x208, struct.pack("<8H", r, 0, 9, 255, 0, 0, 0x20 if r in hidden_rows else 0, 0))
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            place = struct.pack("<HHH", r, c, formats.get((r, c), PLAIN))
            if isinstance(value, str):
                data += record(0x204, place + _text(value, "H"))
            elif isinstance(value, int):
                data += record(0x27E, place + struct.pack("<I", (value << 2 | 2) & 0xFFFF_FFFF))
            elif value is not None:
                data += record(0x06, place + struct.pack("<dH4xH", value, 0, 0))
    return data + record(0x23E, struct.pack("<HHHI", 0x6B6, 0, 0, 0)) + record(0x0A)


def _text(text: str, length: str) -> bytes:
    raw = text.encode("gbk")
    return struct.pack(f"<{length}", len(raw)) + raw


def in_container(records: bytes) -> bytes:
    return packed({"Book": records})
