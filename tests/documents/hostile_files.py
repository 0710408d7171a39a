"""Files made to break a reader: circles, bombs, absurd sizes, and files of two kinds at once."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable

from tests.documents.document_builders import pdf_of, with_part, word_document, word_with_body, zipped
from tests.documents.test_hostile import small_xls, small_xlsx
from tests.documents.word_variants import word_variant

GOOD = word_document(["项目", "预算数"], ["合计", "1.00"])
TABLE = "<table><tr><td>项目<td>预算数<tr><td>合计<td>1.00</table>"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"


def page(*objects: bytes, more: bytes = b"/MediaBox [0 0 595 842]") -> bytes:
    """A PDF of one page, whose content is object 4; `objects` begin with it."""
    kids = b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>"
    return pdf_of(_CATALOG, kids, b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R %s >>" % more, *objects)


def stream(data: bytes, head: bytes = b"") -> bytes:
    return b"<< %s /Length %d >> stream\n%s\nendstream" % (head, len(data), data)


def packed(piece: bytes, times: int, head: bytes = b"") -> bytes:
    """A stream of many equal pieces."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(piece) for _ in range(times)) + packer.flush()
    return stream(data, b"/Filter /FlateDecode " + head)


def tree(*kids: bytes) -> bytes:
    """A page tree; its nodes are numbered from 2."""
    return pdf_of(_CATALOG, *(b"<< /Type /Pages /Count 2 /Kids [%s] >>" % those for those in kids))


def deep_tree(depth: int) -> bytes:
    nodes = [b"<< /Type /Pages /Count 1 /Kids [%d 0 R] >>" % (i + 1) for i in range(2, depth)]
    return pdf_of(_CATALOG, *nodes, b"<< /Type /Page /MediaBox [0 0 9 9] >>")


def circle_of_tables() -> bytes:
    """A table of references that names itself as the one before."""
    data = page(stream(b""))
    at = data.rindex(b"startxref")
    start = data[at:].split()[1]
    return data[:at].replace(b"trailer <<", b"trailer << /Prev " + start) + data[at:]


def forms(depth: int, calls: int, last: bytes = b"0 0 m 9 9 l S") -> bytes:
    """Forms that show the next one so many times."""
    said = b"/Type /XObject /Subtype /Form /BBox [0 0 595 842]"
    shown = [
        stream(
            b"/F%d Do " % (i + 1) * calls,
            said + b"/Resources << /XObject << /F%d %d 0 R >> >>" % (i + 1, i + 1),
        )
        for i in range(5, 4 + depth)
    ]
    first = stream(b"/F5 Do ")
    return page(
        first,
        *shown,
        stream(last, said),
        more=b"/MediaBox [0 0 595 842] /Resources << /XObject << /F5 5 0 R >> >>",
    )


def with_image(side: int, media: bytes = b"[0 0 595 842]") -> bytes:
    """A page with a picture of so many pixels each way, which are not all there."""
    head = b"/Type /XObject /Subtype /Image /ColorSpace /DeviceGray /BitsPerComponent 8 /Width %d /Height %d"
    return page(
        stream(b"q 500 0 0 700 4 4 cm /I Do Q"),
        packed(bytes(1000), 1000, head % (side, side)),
        more=b"/MediaBox %s /Resources << /XObject << /I 5 0 R >> >>" % media,
    )


def long_text() -> bytes:
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    said = b"BT /F1 9 Tf 50 700 Td (abc) Tj ET\n" * 2**15
    return page(
        packed(said, 480), font, more=b"/MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >>"
    )


def sheet(rows: str, after: str = "") -> bytes:
    xml = f'<worksheet xmlns="{_SHEET}">{rows}{after}</worksheet>'
    return with_part(small_xlsx(), "xl/worksheets/sheet1.xml", xml.encode())


def shared_strings(count: int, cells: int) -> bytes:
    """A workbook of many cells, all showing one long text, among many."""
    rows = "".join(f'<row r="{r}"><c r="A{r}" t="s"><v>0</v></c></row>' for r in range(1, cells + 1))
    file = io.BytesIO(sheet(f"<sheetData>{rows}</sheetData>"))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as package:
        said = "<si><t>" + "x" * 30_000 + "</t></si>"
        package.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_SHEET}">{said * count}</sst>')
    return file.getvalue()


MERGED = '<mergeCell ref="A1:XFD1048576"/>'
ONE_CELL = '<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'
TWO_CORNERS = ONE_CELL.replace(
    "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData>'
)


def many_entries_for_one_member() -> bytes:
    """A directory that lists the same megabyte 4,000 times."""
    data = zipped(("a.html", TABLE.encode() + b" " * 10**6))
    start, end, count = data.find(b"PK\x01\x02"), data.rfind(b"PK\x05\x06"), 4000
    entry = data[start:end]
    tail = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(entry) * count, start, 0)
    return data[:start] + entry * count + tail


def gbk_name() -> bytes:
    name = "..\\..\\附件：预算.docx".encode("gbk")
    return zipped(("x" * len(name), GOOD)).replace(b"x" * len(name), name)


def nested(depth: int) -> bytes:
    data = GOOD
    for _ in range(depth):
        data = zipped(("内.zip", data))
    return data


def with_sectors(data: bytes, follows: Callable[[int, int], int]) -> bytes:
    """An OLE file whose first table of sectors is changed: (sector, the one after it) → the one after it."""
    changed = bytearray(data)
    size, table = 1 << struct.unpack_from("<H", data, 30)[0], struct.unpack_from("<I", data, 76)[0]
    for sector in range(size // 4):
        at = (table + 1) * size + 4 * sector
        struct.pack_into("<I", changed, at, follows(sector, struct.unpack_from("<I", data, at)[0]))
    return bytes(changed)


def garbled(data: bytes, count: int) -> bytes:
    """The file with bytes changed after its header."""
    chance = random.Random(5)  # noqa: S311 no secret, but the same file each time
    changed = bytearray(data)
    for _ in range(count):
        changed[chance.randrange(512, len(changed))] = chance.randrange(256)
    return bytes(changed)


def records_of_texts(data: bytes) -> bytes:
    """A sheet whose records all say that they hold 64 kilobytes of shared texts."""
    changed = bytearray(data)
    start = data.find(b"\x09\x08")
    for at in range(start + 20, min(start + 4000, len(changed) - 4), 4):
        changed[at : at + 4] = b"\xfc\x00\xff\xff"
    return bytes(changed)


def mhtml() -> bytes:
    head = "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n"
    return f"{head}Content-Type: text/html; charset=utf-8\r\n\r\n<html>{TABLE}</html>\r\n--b--\r\n".encode()


REFUSED = {"too_large", "corrupt", "no_text"}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

FILES: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "kids in a circle": (lambda: tree(b"3 0 R", b"2 0 R 3 0 R"), {"corrupt"}),
    "2 to the 40 pages": (
        lambda: tree(*(b"%d 0 R %d 0 R" % (i, i) for i in range(3, 43))),
        {"corrupt", "too_large"},
    ),
    "pages 20,000 deep": (lambda: deep_tree(20_000), REFUSED),
    "brackets 200,000 deep": (
        lambda: page(stream(b""), more=b"/X " + b"[" * 200_000 + b"]" * 200_000),
        {"too_large"},
    ),
    "references in a circle": (circle_of_tables, {"no_text", "corrupt"}),
    "content in a circle": (lambda: page(b"5 0 R", b"4 0 R"), {"no_text", "corrupt"}),
    "forms 1,000 deep": (lambda: forms(1000, 1), {"no_text"}),
    "forms that show each other": (lambda: forms(3, 1, b"/F5 Do"), {"no_text"}),
    "2 to the 30 forms": (lambda: forms(30, 2), {"no_text", "timeout", "out_of_memory"}),
    "text of 500 MB": (long_text, {"out_of_memory", "too_large", "timeout"}),
    "picture of 100,000 pixels each way": (lambda: with_image(100_000), {"no_text", "too_large"}),
    "page of 900,000 points": (lambda: with_image(50, b"[0 0 10 900000]"), {"no_text"}),
    "a million cells": (
        lambda: word_with_body(
            "<w:tbl>" + f"<w:tr>{'<w:tc><w:p/></w:tc>' * 100}</w:tr>" * 10_000 + "</w:tbl>"
        ),
        {"too_large"},
    ),
    "a cell over two thousand million columns": (
        lambda: word_with_body(
            "<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='2000000000'/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>"
        ),
        {"no_text", "read", "too_large"},
    ),
    "dimension of a whole sheet": (
        lambda: sheet('<dimension ref="A1:XFD1048576"/>', ONE_CELL),
        {"read", "no_tables"},
    ),
    "cells in two corners of a sheet": (lambda: sheet(TWO_CORNERS), {"too_large"}),
    "a thousand merged sheets": (
        lambda: sheet(ONE_CELL, "<mergeCells>" + MERGED * 1000 + "</mergeCells>"),
        {"read", "no_tables", "corrupt", "too_large"},
    ),
    "one long text in many cells": (lambda: shared_strings(1, 20_000), {"out_of_memory", "too_large"}),
    "shared texts of 240 MB": (lambda: shared_strings(8000, 1), {"too_large"}),
    "100,000 nested tables": (
        lambda: b"<html>" + b"<table><tr><td>x" * 100_000 + b"y" * (50 * 2**20),
        {*REFUSED, "no_tables"},
    ),
    "columns by the thousand million": (
        lambda: b"<table><tr><td colspan=1000000000>x<td>1<tr><td>2<td>3</table>",
        {"read", "too_large"},
    ),
    "rows by the thousand million": (
        lambda: b"<table>" + (b"<tr>" + b"<td rowspan=65534 colspan=1000>x" * 10) * 5000,
        {"too_large"},
    ),
    "a line of 200 MB": (lambda: b"1," * (100 * 2**20), {"too_large", "out_of_memory", "corrupt"}),
    "archives 50 deep": (lambda: nested(50), {"too_large"}),
    "many entries for one member": (many_entries_for_one_member, {"too_large"}),
    "a name in GBK that points elsewhere": (gbk_name, {"read"}),
    "rar": (lambda: b"Rar!\x1a\x07\x01\x00" + bytes(range(256)), {"unsupported"}),
    "7z": (lambda: b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(range(256)), {"unsupported"}),
    "sectors that follow themselves": (
        lambda: with_sectors(small_xls(), lambda i, _: i),
        {"corrupt", "wrong_type", "out_of_memory"},
    ),
    "chains of sectors without an end": (
        lambda: with_sectors(small_xls(), lambda i, after: max(i - 5, 0) if after == 0xFFFFFFFE else after),
        {"read", "corrupt", "out_of_memory"},
    ),
    "garbled workbook": (lambda: garbled(small_xls(), 600), {"corrupt", "wrong_type"}),
    "records of texts": (lambda: records_of_texts(small_xls()), {"corrupt"}),
    "web archive as a Word file": (mhtml, {"read"}),
    "rtf of two gigabytes": (lambda: b"{\\rtf1 \\bin2147483647 xx}", {"corrupt"}),
    "pdf, then a package": (lambda: page(stream(b"")) + GOOD, {"no_text", "corrupt", "no_tables", "read"}),
    "package, then a pdf": (lambda: GOOD + page(stream(b"")), {"read"}),
    "page that is a pdf": (lambda: f"<html>{TABLE}</html>".encode() + page(stream(b"")), {"read"}),
    "pdf that is a page": (f"%PDF-1.4\n<html>{TABLE}</html>".encode, {"corrupt"}),
    "picture that is a pdf": (lambda: b"\x89PNG\r\n\x1a\n" + page(stream(b"")), {"corrupt"}),
    "Word file cut in its tables": (lambda: OLE + word_variant("merged")[8:], {"corrupt", "wrong_type"}),
    "a picture whose list of tags is a circle": (
        lambda: b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHII", 256, 4, 1, 500) + b"\x08\0\0\0",
        {"corrupt"},
    ),
}
