"""Flaws that producers of PDF leave in pages: browsers, office suites, printer drivers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from warehouse.documents.model import Table
from warehouse.documents.pdf import read_pdf

if TYPE_CHECKING:
    from paper import Paper

    NewPaper = Callable[[], Paper]
    Texts = Callable[[Table], list[list[str]]]

ROWS = [
    ["项目", "预算数", "备注"],
    ["合计", "1,234.50", ""],
    ["一般公共服务支出", "1,000.00", "年初"],
    ["教育支出", "234.50", ""],
]


def only(data: bytes) -> Table:
    (table,) = read_pdf(data).tables
    return table


@pytest.mark.parametrize("fill", [(0.27, 0.45, 0.77), (0.75, 0, 0), (1, 0.75, 0)])
def test_white_text_on_a_header_of_any_colour_is_text(
    new_paper: NewPaper, grid: Texts, fill: tuple[float, float, float]
):
    paper = new_paper()
    paper.canvas.setFillColorRGB(*fill)
    paper.box(50, 100, 300, 20, stroke=0, fill=1)
    paper.canvas.setFillColorRGB(1, 1, 1)
    for i, text in enumerate(ROWS[0]):
        paper.text(53 + 100 * i, 104, text)
    paper.canvas.setFillColorRGB(0, 0, 0)
    paper.table([["", "", ""], *ROWS[1:]])
    assert grid(only(paper.data())) == ROWS


def test_a_pale_watermark_whose_baseline_runs_along_a_rule_is_left_out(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.table(ROWS)
    paper.box(50, 119.6, 300, 0.8, stroke=0, fill=1)
    paper.canvas.setFillColorRGB(0.87, 0.87, 0.87)
    paper.text(60, 120 - 0.88 * 12, "某市财政局", size=12)
    assert grid(only(paper.data())) == ROWS


def _pdf(objects: list[bytes]) -> bytes:
    """A file of these objects, the first of which is the catalogue; readers rebuild the missing table."""
    numbered = b"".join(b"%d 0 obj\n%s\nendobj\n" % (i, body) for i, body in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + numbered + b"trailer\n<</Root 1 0 R>>\n%%EOF\n"


def _stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


def test_characters_of_a_type_3_font_whose_meaning_is_written_beside_them_are_read():
    codes = {0x21: 0x5408, 0x22: 0x8BA1, 0x23: 0x2F83, 0x24: 0x4E2D, 0x25: 0x2ED4, 0x26: 0x90E8}
    unicode_map = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def /CMapType 2 def\n"
        b"1 begincodespacerange <00> <FF> endcodespacerange\n%d beginbfchar\n"
        % len(codes)
        + b"".join(b"<%02X> <%04X>\n" % pair for pair in codes.items())
        + b"endbfchar endcmap CMapName currentdict /CMap defineresource pop end end"
    )
    names = b"".join(b"/g%02X " % code for code in codes)
    glyphs = b"".join(b"/g%02X 6 0 R " % code for code in codes)
    font = (
        b"<</Type/Font/Subtype/Type3/FontMatrix[.001 0 0 .001 0 0]/FontBBox[0 0 1000 1000]"
        b"/FirstChar 33/LastChar 38/Widths[%s]/Encoding<</Type/Encoding/Differences[33 %s]>>"
        b"/CharProcs<<%s>>/ToUnicode 7 0 R>>"
    ) % (b"1000 " * len(codes), names, glyphs)
    text = (
        b"BT /F1 10 Tf 100 700 Td <2122> Tj /Span<</ActualText <FEFF81EA>>> BDC <23> Tj EMC <24> Tj "
        b"/Span<</ActualText <FEFF95E8>>> BDC <25> Tj EMC <26> Tj ET"
    )
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
    data = _pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            page + b"/Resources<</Font<</F1 5 0 R>>>>>>",
            _stream(text),
            font,
            _stream(b"1000 0 0 0 900 900 d1 0 0 900 900 re f"),
            _stream(unicode_map),
        ]
    )
    document = read_pdf(data)
    assert [block.text for block in document.blocks] == ["合计自中门部"]
    assert [notice.kind for notice in document.notices] == ["fallback"]
