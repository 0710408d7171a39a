"""PDF files made to break a reader: circles of objects, deep nesting, absurd boxes, too many things."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable
from functools import partial

from tests.documents.hostile_files import GOOD, TABLE, page, stream

_CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
_A4 = b"/MediaBox [0 0 595 842]"
_PRINTED = (
    b"BT /F1 9 Tf 50 700 Td (Budget 1,234.50) Tj ET "
    b"40 690 m 300 690 l 300 720 l 40 720 l 40 690 l 170 690 m 170 720 l S "
)
_LITTLE = {"read", "no_tables", "no_text", "corrupt"}


def text_page(content: bytes, more: bytes = _A4, *objects: bytes) -> bytes:
    """A page of these instructions with a font; further objects are numbered from 6."""
    fonts = b" /Resources << /Font << /F1 5 0 R >> >>"
    return page(stream(zlib.compress(content), b"/Filter /FlateDecode"), _FONT, *objects, more=more + fonts)


def many_objects(count: int) -> bytes:
    """Objects that are all listed in a valid cross-reference table."""
    first = [_CATALOG, b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>", b"<< /Type /Page /Parent 2 0 R >>"]
    parts, starts, at = [b"%PDF-1.4\n"], [], 9
    for number in range(1, count + 1):
        part = b"%d 0 obj %s\nendobj\n" % (number, first[number - 1] if number <= len(first) else b"0")
        starts.append(at)
        at += len(part)
        parts.append(part)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (count + 1, at)
    return b"".join([*parts, b"xref\n0 %d\n0000000000 65535 f \n" % (count + 1), table, end])


def packed_within_each_other(depth: int) -> bytes:
    """Streams of objects, each said to be packed in the next one."""
    last = b"%d 0 obj\n%s\nendobj\n" % (depth, stream(b"1 0 << >>", b"/Type /ObjStm /N 1 /First 4"))
    entries = [(0, 0, 0), *((2, i + 1, 0) for i in range(1, depth)), (1, 9, 0)]
    table = b"".join(struct.pack(">BIH", *entry) for entry in entries)
    head = b"/Type /XRef /Size %d /W [1 4 2] /Root 1 0 R" % (depth + 1)
    start = 9 + len(last)
    listed = b"%d 0 obj\n%s\nendobj\n" % (depth + 1, stream(table, head))
    return b"%PDF-1.5\n" + last + listed + b"startxref\n%d\n%%%%EOF" % start


def nested(opening: bytes, closing: bytes, depth: int) -> bytes:
    return page(stream(_PRINTED), more=_A4 + b" /X " + opening * depth + b"1 " + closing * depth)


def chain(count: int) -> bytes:
    """Contents that are a reference to a reference to a reference."""
    return page(b"5 0 R", *(b"%d 0 R" % (6 + i) for i in range(count)))


def annotated(count: int, fields: bytes) -> bytes:
    notes = b"<< /Type /Annot %s >> " % fields
    return text_page(_PRINTED, _A4 + b" /Annots [%s]" % (notes * count))


def scattered(count: int, piece: bytes) -> bytes:
    """A piece of instructions many times, anywhere on the page."""
    chance = random.Random(1)  # noqa: S311 no secret, but the same file each time
    places = ((chance.randrange(595), chance.randrange(842)) for _ in range(count))
    return text_page(_PRINTED + b"\n".join(piece % (x, y) for x, y in places))


def scanned_on(box: bytes) -> bytes:
    """A page of this size that is a picture."""
    head = b"/Type /XObject /Subtype /Image /ColorSpace /DeviceGray /BitsPerComponent 8 /Width 99 /Height 99"
    return page(
        stream(b"q 500 0 0 700 4 4 cm /I Do Q"),
        stream(bytes(99 * 99), head),
        more=b"/MediaBox %s /Resources << /XObject << /I 5 0 R >> >>" % box,
    )


def with_actions() -> bytes:
    """A file that would run a program, open an address and unpack another file."""
    run = b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> /AA << /WC << /S /Launch /F (x.exe) >> >>"
    file = b"<< /Type /Filespec /F (..\\\\a) /EF << /F 6 0 R >> >>"
    names = b"/Names << /EmbeddedFiles << /Names [(a) %s] >> >>" % file
    return text_page(
        _PRINTED, _A4 + b" /AA << /O << /S /URI /URI (http://127.0.0.1:1/) >> >>", stream(b"MZ")
    ).replace(_CATALOG, _CATALOG[:-2] + run + names + b" >>")


def shown_by_itself(kind: bytes) -> bytes:
    """A pattern, or a mask of a picture, that is made of itself."""
    if kind == b"/Pattern":
        head = b"/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 9 9] /XStep 0.001 /YStep 0.001"
        inner = stream(
            b"/Pattern cs /P scn 0 0 50 50 re f", head + b" /Resources << /Pattern << /P 5 0 R >> >>"
        )
        shown = b"/Pattern cs /P scn 0 0 500 500 re f " + _PRINTED
        return page(stream(shown), inner, more=_A4 + b" /Resources << /Pattern << /P 5 0 R >> >>")
    return scanned_on(b"[0 0 595 842]").replace(b"/Width 99", b"/SMask 5 0 R /Width 99")


FILES: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "ten million objects that are listed": (lambda: many_objects(10_000_000), {"too_large"}),
    "a million objects that are listed": (lambda: many_objects(1_000_000), {"no_text", "corrupt"}),
    "objects packed in objects": (lambda: packed_within_each_other(2000), {"corrupt"}),
    "objects packed in a circle": (lambda: packed_within_each_other(2), {"corrupt"}),
    "arrays 100,000 deep": (lambda: nested(b"[", b"]", 100_000), {"too_large"}),
    "dictionaries 100,000 deep": (lambda: nested(b"<< /A ", b">>", 100_000), {"too_large"}),
    "arrays 100,000 deep in a content": (lambda: text_page(b"[" * 100_000 + _PRINTED), {"too_large"}),
    "references 50,000 deep": (lambda: chain(50_000), {"no_text", "corrupt"}),
    "100,000 notes": (lambda: annotated(100_000, b"/Subtype /Link /Rect [0 0 9 9]"), {"read"}),
    "a million rules": (
        lambda: scattered(1_000_000, b"%d %d m 590 9 l S"),
        {"read", "too_large", "out_of_memory"},
    ),
    "100,000 numbers": (lambda: scattered(100_000, b"BT /F1 2 Tf %d %d Td (9.05) Tj ET"), _LITTLE),
    **{
        f"page {box.decode()}": (partial(text_page, _PRINTED, b"/MediaBox " + box), _LITTLE)
        for box in (
            b"[0 0 14400 14400]",
            b"[0 0 0 0]",
            b"[NaN nan inf NaN]",
            b"[595 842 0 0]",
            b"[-595 -842 0 0]",
            b"[0 0 1e30 1e30]",
            b"[/A (b) null 1]",
            b"[0 0 595 842] /CropBox [1000 1000 2000 2000]",
            b"[0 0 595 842] /Rotate 45",
        )
    },
    "scan of five metres": (lambda: scanned_on(b"[0 0 14400 14400]"), _LITTLE),
    "scan of no size": (lambda: scanned_on(b"[0 0 0 0]"), _LITTLE),
    "scan of any size": (lambda: scanned_on(b"[nan nan nan nan]"), _LITTLE),
    "with actions": (with_actions, {"read"}),
    "pattern of itself": (lambda: shown_by_itself(b"/Pattern"), {"read"}),
    "mask of itself": (lambda: shown_by_itself(b"/SMask"), {"no_text"}),
    "a page of HTML, then a pdf": (lambda: f"<html>{TABLE}</html>".encode() + text_page(_PRINTED), {"read"}),
    "a package, then a pdf with text": (lambda: GOOD + text_page(_PRINTED), {"read"}),
}
