"""A file reads the same without the shapes of its characters; its words are those of all its objects."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfbase import pdfmetrics, ttfonts

from tests.documents.document_builders import pdf_of
from tests.documents.pdf.paper import Paper
from tests.documents.pdf.sources import parted, whole
from warehouse.documents.pdf.lean import lean, may_be_lean
from warehouse.documents.pdf.words import Words, words_of

ROWS = [["Item", "Amount"], ["Total", "1,234.50"], ["Salaries", "1,000.00"]]
MAPPED = b"/Subtype /Type0 /Encoding /Identity-H /ToUnicode 5 0 R"
COMMON = b"/Subtype /TrueType /Encoding /WinAnsiEncoding /FontDescriptor 6 0 R"


def embedded() -> bytes:
    """A table in a font whose program is in the file, beside a picture."""
    pdfmetrics.registerFont(ttfonts.TTFont("Vera", "Vera.ttf"))
    paper = Paper()
    for r, row in enumerate(ROWS):
        for c, text in enumerate(row):
            paper.box(50 + 100 * c, 100 + 20 * r, 100, 20)
            paper.text(53 + 100 * c, 104 + 20 * r, text, font="Vera")
    paper.canvas.drawInlineImage(Image.new("RGB", (8, 8)), 300, 300, 20, 20)
    paper.page()
    return paper.data()


def packed(*objects: bytes, packer: bytes = b"/Filter /FlateDecode") -> bytes:
    """A PDF with these objects in a stream of objects."""
    places = [sum(map(len, objects[:i])) for i in range(len(objects))]
    head = b" ".join(b"%d %d" % (number, place) for number, place in enumerate(places, 10)) + b" "
    body = head + b"".join(objects)
    body = zlib.compress(body) if packer else body
    dictionary = b"<< /Type /ObjStm /N %d /First %d /Length %d %s >>"
    described = dictionary % (len(objects), len(head), len(body), packer)
    return pdf_of(b"<< /Type /Catalog >>", described + b"\nstream\r\n" + body + b"\nendstream")


def test_a_page_reads_the_same_without_the_programs_of_its_fonts():
    data = embedded()
    assert may_be_lean(words_of(data))
    without = lean(data)
    assert len(without) == len(data)
    assert len(zlib.compress(without)) < len(zlib.compress(data)) / 3
    assert whole(without).read(1) == whole(data).read(1) == parted(data).read(1)


@pytest.mark.parametrize(
    "city", ["重庆-商务局", "烟台-2026年烟台市商务局", "江苏省人大", "苏州-审计局", "普陀区"]
)
def test_a_real_document_reads_the_same(shared: Path, city: str):
    data = next((shared / "real" / "pdf").glob(f"*{city}*")).read_bytes()
    with_all, without = whole(data), whole(lean(data))
    assert may_be_lean(words_of(data))
    for number in range(1, with_all.page_count + 1, 3):
        assert without.read(number) == with_all.read(number), f"page {number}"


def test_where_a_map_leaves_characters_out_the_program_is_asked(monkeypatch: pytest.MonkeyPatch):
    usual = ttfonts.makeToUnicodeCMap
    monkeypatch.setattr(
        ttfonts, "makeToUnicodeCMap", lambda name, codes: usual(name, [*codes[:48], 0xFFFD, *codes[49:]])
    )
    data = embedded()
    assert may_be_lean(words_of(data))
    assert "\ufffd" in {text for *_, text, _ in whole(lean(data)).read(1).glyphs}
    assert parted(data).read(1) == whole(data).read(1)


@pytest.mark.parametrize(
    ("objects", "tells"),
    [
        ([MAPPED, COMMON], True),
        ([b"/Subtype /Type1 /BaseFont /Helvetica", MAPPED], True),
        ([b"/Subtype /Type0 /Encoding /GBK-EUC-H"], True),
        ([b"/Subtype /CIDFontType2 /FontDescriptor 7 0 R"], True),
        ([MAPPED, b"/Subtype /Type0 /Encoding /Identity-H"], False),
        ([b"/Subtype /Type0 /Encoding /Identity-H /ToUnicode /Identity-H"], False),
        ([b"/Subtype /TrueType /Encoding 9 0 R /FontDescriptor 6 0 R"], False),
        ([b"/F1 <<" + MAPPED + b">> /F2 << /Subtype /Type1 /FontDescriptor 6 0 R >>"], False),
        ([MAPPED, b"/Encrypt 9 0 R"], False),
    ],
)
def test_programs_are_kept_where_a_font_tells_nothing_else(objects: list[bytes], tells: bool):
    plain = pdf_of(*(b"<< %s >>" % each for each in objects))
    assert may_be_lean(words_of(plain)) == tells
    if b"/Encrypt" not in plain:
        assert may_be_lean(words_of(packed(*(b"<< %s >>" % each for each in objects)))) == tells


def test_words_are_those_of_packed_objects_too():
    for packer in (b"/Filter /FlateDecode", b""):
        words = words_of(packed(b"<< /Rotate 90 >>", b"<< /CropBox [0 0 9 9] >>", packer=packer))
        assert words.is_whole
        assert b"/Rotate 90" in words.text
        assert b"/CropBox [0 0 9 9]" in words.text


@pytest.mark.parametrize(
    "packer", [b"/Filter /LZWDecode", b"/Filter /FlateDecode /DecodeParms << /Predictor 12 >>"]
)
def test_words_are_not_whole_where_objects_cannot_be_unpacked(packer: bytes):
    data = packed(b"<< /Rotate 90 >>", packer=packer)
    if b"LZW" in packer:
        data = data.replace(zlib.compress(b"")[:2], b"\x00\x00")
    assert not words_of(data).is_whole


def test_words_leave_out_what_streams_hold():
    data = pdf_of(b"<< /Length 12 >>\nstream\n/Rotate 90 Q\nendstream", b"(a stream of words)")
    assert words_of(data) == Words(data.replace(b"/Rotate 90 Q\n", b""))
