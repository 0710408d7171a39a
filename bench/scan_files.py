"""Scanned pages put into a PDF in the ways of scanners, printers' drivers and officials who add to them."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterable
from typing import Any

import cv2
import numpy as np
import pypdfium2
from PIL import Image
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from bench.scan_pages import Coloured, rendered, scanned

_DPI = 200
_FONT = "STSong-Light"
_JUNK = list("预算支出收入单位0123456789.,合计项目lI|")

Drawn = Callable[[Any, Coloured, float, float], None]
"""Puts a page of some width and height in points on a canvas."""


def drawn(pages: Iterable[Coloured], *ways: Drawn) -> bytes:
    """A PDF of these pages, all that is drawn one over the other."""
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    file = io.BytesIO()
    canvas = Canvas(file)
    for page in pages:
        height, width = (side * 72 / _DPI for side in page.shape[:2])
        canvas.setPageSize((width, height))
        for way in ways:
            way(canvas, page, width, height)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def whole(canvas: Any, page: Coloured, width: float, height: float) -> None:  # noqa: ANN401 - no types
    """As one picture."""
    canvas.drawImage(_reader(page), 0, 0, width, height)


def tiled(rows: int, columns: int) -> Drawn:
    """Cut into strips or tiles."""

    def draw(canvas: Any, page: Coloured, width: float, height: float) -> None:  # noqa: ANN401 - no types
        for row, strip in enumerate(np.array_split(page, rows)):
            for column, tile in enumerate(np.array_split(strip, columns, axis=1)):
                left = sum(part.shape[1] for part in np.array_split(strip, columns, axis=1)[:column])
                below = sum(part.shape[0] for part in np.array_split(page, rows)[row + 1 :])
                scale = width / page.shape[1], height / page.shape[0]
                sides = tile.shape[1] * scale[0], tile.shape[0] * scale[1]
                canvas.drawImage(_reader(tile), left * scale[0], below * scale[1], *sides)

    return draw


def mirrored(canvas: Any, page: Coloured, width: float, height: float) -> None:  # noqa: ANN401 - no types
    """A picture the wrong way round, put right by the page's instructions."""
    canvas.saveState()
    canvas.transform(-1, 0, 0, 1, width, 0)
    whole(canvas, np.ascontiguousarray(page[:, ::-1]), width, height)
    canvas.restoreState()


def masked(canvas: Any, page: Coloured, width: float, height: float) -> None:  # noqa: ANN401 - no types
    """A black picture that shows where its soft mask lets it."""
    ink = np.zeros((*page.shape[:2], 4), np.uint8)
    ink[..., 3] = 255 - cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    canvas.drawImage(ImageReader(Image.fromarray(ink, "RGBA")), 0, 0, width, height, mask="auto")


def misread_layer(canvas: Any, page: Coloured, width: float, height: float) -> None:  # noqa: ANN401, ARG001 - no types
    """Text that is not painted, as a poor recognition gives it."""
    chance = np.random.default_rng(1)
    text = canvas.beginText()
    text.setTextRenderMode(3)
    text.setFont(_FONT, 9)
    for y in range(40, int(height) - 40, 19):
        text.setTextOrigin(50, y)
        text.textOut("".join(chance.choice(_JUNK, 30)))
    canvas.drawText(text)


def with_header(canvas: Any, page: Coloured, width: float, height: float) -> None:  # noqa: ANN401, ARG001 - no types
    """A line of real text over the scan, and a page number."""
    canvas.setFont(_FONT, 10)
    canvas.drawString(60, height - 20, "某某市人民政府信息公开专用页")
    canvas.drawString(width / 2, 15, f"- {canvas.getPageNumber()} -")


def every_second_scanned(text: bytes) -> bytes:
    """The file with its even pages as scans."""
    printed, pictures = (pypdfium2.PdfDocument(data) for data in (text, scanned(list(rendered(text)))))
    mixed = pypdfium2.PdfDocument.new()
    for i in range(len(printed)):
        mixed.import_pages(pictures if i % 2 else printed, [i])
    file = io.BytesIO()
    mixed.save(file)
    return file.getvalue()


def in_jpeg2000(pages: Iterable[Coloured]) -> bytes:
    """Each page compressed as JPEG 2000."""
    return _encoded(pages, _jpeg2000)


def in_jbig2(pages: Iterable[Coloured]) -> bytes:
    """Each page in black and white, as one region of JBIG2 that is coded as faxes are (MMR)."""
    return _encoded(pages, _jbig2)


def _reader(page: Coloured) -> Any:  # noqa: ANN401 - reportlab ships no types
    return ImageReader(Image.fromarray(cv2.cvtColor(page, cv2.COLOR_BGR2RGB)))


def _jpeg2000(page: Image.Image) -> tuple[bytes, bytes]:
    file = io.BytesIO()
    page.save(file, "JPEG2000", quality_mode="rates", quality_layers=[30])
    return b"/Filter /JPXDecode", file.getvalue()


def _jbig2(page: Image.Image) -> tuple[bytes, bytes]:
    file = io.BytesIO()
    one_bit = page.convert("L").point(lambda grey: 255 * (grey <= 160)).convert("1")
    one_bit.save(file, "TIFF", compression="group4", strip_size=2**30)
    tags = Image.open(file).tag_v2  # type: ignore[attr-defined]
    (start,), (length,) = tags[273], tags[279]
    coded = file.getvalue()[start : start + length]
    size = struct.pack(">II", *page.size)
    information = struct.pack(">IBBBI", 0, 48, 0, 1, 19) + size + bytes(11)
    region = size + bytes(9) + b"\x01" + coded
    segment = struct.pack(">IBBBI", 1, 38, 0, 1, len(region)) + region
    return b"/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /JBIG2Decode", information + segment


def _encoded(pages: Iterable[Coloured], encode: Callable[[Image.Image], tuple[bytes, bytes]]) -> bytes:
    """A PDF with one encoded picture a page."""
    objects: list[bytes] = []
    for page in pages:
        picture = Image.fromarray(cv2.cvtColor(page, cv2.COLOR_BGR2RGB))
        width, height = (side * 72 / _DPI for side in picture.size)
        head, data = encode(picture)
        shown = b"q %f 0 0 %f 0 0 cm /I Do Q" % (width, height)
        first = 3 + len(objects)
        names = b"/Contents %d 0 R /Resources << /XObject << /I %d 0 R >> >>" % (first + 1, first + 2)
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %f %f] %s >>" % (width, height, names),
            _stream(b"", shown),
            _stream(b"/Type /XObject /Subtype /Image /Width %d /Height %d " % picture.size + head, data),
        ]
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 3 + len(objects), 3))
    tree = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(objects) // 3, kids)
    return _file([b"<< /Type /Catalog /Pages 2 0 R >>", tree, *objects])


def _stream(head: bytes, data: bytes) -> bytes:
    return b"<< %s /Length %d >> stream\n%s\nendstream" % (head, len(data), data)


def _file(objects: list[bytes]) -> bytes:
    data, starts = b"%PDF-1.5\n", []
    for number, content in enumerate(objects, 1):
        starts.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(data))
    return data + head + table + end
