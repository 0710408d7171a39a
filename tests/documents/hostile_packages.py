"""Archives and office files made to break a reader: members over each other, odd names, absurd spans."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable

from tests.documents.document_builders import word_with_body, zipped
from tests.documents.hostile_files import TABLE, sheet
from tests.documents.test_hostile import small_xls

_DATA = TABLE.encode()


def with_members(names: list[str], data: bytes = _DATA, compression: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), data, compression)
    return file.getvalue()


def member_of_itself() -> bytes:
    """An archive whose member is the whole archive."""
    name, start = b"r.zip", 30 + 5
    size = start + 46 + 5 + 22
    said = struct.pack("<HHIIIHH", 0, 0, 0, size, size, len(name), 0)
    local = struct.pack("<IHHH", 0x04034B50, 20, 0, 0) + said + name
    entry = (
        struct.pack("<IHHHH", 0x02014B50, 20, 20, 0, 0) + said + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    )
    return local + entry + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(entry), start, 0)


def with_header(local: int, entry: int, value: int) -> bytes:
    """An archive of one member, a field of which says something else, in both of its headers."""
    data = bytearray(zipped(("a.html", _DATA)))
    struct.pack_into("<H", data, local, value)
    struct.pack_into("<H", data, data.find(b"PK\x01\x02") + entry, value)
    return bytes(data)


def symbolic_link() -> bytes:
    """A link to a file of the machine that reads it, beside a table."""
    link = zipfile.ZipInfo("a.html")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    file = io.BytesIO(zipped(("b.html", _DATA)))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    return file.getvalue()


def large_by_word() -> bytes:
    """A ZIP64 archive that says that it has 2 to the 60 members."""
    data = zipped(("a.html", _DATA))
    start, end = data.find(b"PK\x01\x02"), data.rfind(b"PK\x05\x06")
    many = 2**60
    large = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, many, many, many, start)
    locator = struct.pack("<IIQI", 0x07064B50, 0, end, 1)
    last = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return data[:end] + large + locator + last


def fields_without_end(count: int) -> bytes:
    begin = "<w:r><w:fldChar w:fldCharType='begin'/></w:r>"
    return word_with_body(f"<w:p>{begin * count}<w:r><w:t>x</w:t></w:r></w:p>")


def spanned(columns: object, rows: int) -> bytes:
    cell = "<w:tc>{}<w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    wide = cell.format(f"<w:tcPr><w:gridSpan w:val='{columns}'/></w:tcPr>", "合计")
    row = f"<w:tr>{wide}{cell.format('', '1.00')}</w:tr>"
    return word_with_body(f"<w:tbl>{row * rows}</w:tbl>")


def overlapping_ranges() -> bytes:
    first, last = (f'<row r="{r}"><c r="{c}{r}"><v>{r}</v></c></row>' for c, r in (("A", 1), ("G", 400)))
    merged = "".join(f'<mergeCell ref="A1:{column}{row}"/>' for row in range(1, 400) for column in "ABCDEFG")
    return sheet(f"<sheetData>{first}{last}</sheetData>", f"<mergeCells>{merged}</mergeCells>")


def directory_in_a_circle() -> bytes:
    """An OLE file whose entries name each other as neighbours."""
    data = bytearray(small_xls())
    size, first = 1 << struct.unpack_from("<H", data, 30)[0], struct.unpack_from("<I", data, 48)[0]
    for entry in range(size // 128):
        struct.pack_into("<III", data, (first + 1) * size + 128 * entry + 68, entry, entry, 0)
    return bytes(data)


def in_utf16(encoding: str, mark: bytes) -> bytes:
    return mark + f"<html><meta charset=gb2312>{TABLE}</html>".encode(encoding)


FILES: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "archive that holds itself": (member_of_itself, {"corrupt"}),
    "100,000 members": (lambda: with_members([f"{i}.html" for i in range(100_000)], b""), {"too_large"}),
    "member with a password": (lambda: with_header(6, 8, 1), {"encrypted"}),
    "member packed in an unknown way": (lambda: with_header(8, 10, 99), {"unsupported"}),
    "link to another file": (symbolic_link, {"read"}),
    "names of drives": (lambda: with_members(["C:\\a.html", "/b.html", "\\\\server\\c.html"]), {"read"}),
    "member without a name": (
        lambda: zipped(("xax.html", _DATA)).replace(b"xax.html", b"\0/\x1b[\xff\xfeml"),
        {"read"},
    ),
    "name of 65,000 characters": (lambda: with_members(["x" * 65_000 + ".html"]), {"read"}),
    "members of no bytes": (lambda: with_members(["a.pdf", "b.doc"], b""), {"empty", "no_text"}),
    "2 to the 60 members": (large_by_word, {"corrupt"}),
    "300 megabytes by LZMA": (
        lambda: with_members(["a.html"], bytes(300 * 2**20), compression=zipfile.ZIP_LZMA),
        {"too_large"},
    ),
    "100,000 fields without end": (lambda: fields_without_end(100_000), {"no_tables"}),
    "cell over a million columns": (lambda: spanned(10**6, 3), {"read"}),
    "cells over no columns": (lambda: spanned(-5, 3), {"read"}),
    "cells over columns by name": (lambda: spanned("x", 3), {"read"}),
    "ranges over each other": (overlapping_ranges, {"read"}),
    "cells beyond any sheet": (
        lambda: sheet(
            '<sheetData><row r="99999999999"><c r="ZZZZZZZ99999999999"><v>1</v></c></row></sheetData>'
        ),
        {"corrupt", "out_of_memory"},
    ),
    "directory in a circle": (directory_in_a_circle, {"wrong_type", "corrupt", "read"}),
    "a million rows by a million columns": (
        lambda: b"<table><tr><td rowspan=1000000 colspan=1000000>x<td>1<tr><td>2<td>3</table>",
        {"read", "too_large"},
    ),
    "rows over all that follow": (
        lambda: b"<table>" + b"<tr><td rowspan=65534>x<td>1" * 60_000,
        {"too_large"},
    ),
    "tables 5,000 deep": (
        lambda: b"<table><tr><td>x" * 5000 + b"</table>" * 5000,
        {"no_tables", "too_large"},
    ),
    "groups a million deep": (lambda: b"{\\rtf1" + b"{\\b " * 10**6, {"too_large"}),
    "text in UTF-16": (lambda: in_utf16("utf-16-le", b"\xff\xfe"), {"read"}),
    "text in UTF-16 without its mark": (lambda: in_utf16("utf-16-be", b"\xfe\xff"), {"read"}),
    "halves of characters": (
        lambda: (
            "<table><tr><td>项目&#xD800;&#0;<td>预算数<tr><td>合计<td>1.00</table>".encode() + b"\xed\xa0\x80"
        ),
        {"read"},
    ),
    "a line of a gigabyte": (lambda: b"1," * 2**29, {"too_large", "out_of_memory"}),
}
