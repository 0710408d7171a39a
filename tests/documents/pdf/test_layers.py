"""Pages whose text is not what is seen are read as they look."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from tests.documents.document_builders import pdf_of
from warehouse.documents import pdf
from warehouse.documents.model import Document, Line
from warehouse.documents.pdf import read_pdf, sources
from warehouse.documents.pdf.content import Glyph, PageContent
from warehouse.documents.pdf.scan import page as scan
from warehouse.documents.pdf.sources import is_gibberish

if TYPE_CHECKING:
    from tests.documents.pdf.paper import Paper

    NewPaper = Callable[[], Paper]

LAYER = ["一般公共预算支出表", "合计 1,880.36", "行政运行 520.02", "住房保障支出 64.10"]


def seen(_: bytes, number: int) -> PageContent:
    """What recognition gives."""
    glyphs = [(90, 50.0 + 10 * i, 60.0 + 10 * i, 10, text, 0.9) for i, text in enumerate("合计1,880.86")]
    return PageContent(number, 595, 842, glyphs, [], [])


def unseen(_: bytes, number: int) -> PageContent:
    return PageContent(number, 0, 0, [], [], [])


def write(canvas: Canvas, texts: Iterable[str], mode: int) -> None:
    text: PDFTextObject = canvas.beginText(50, 700)
    text.setTextRenderMode(mode)
    text.setFont("STSong-Light", 12)
    for line in texts:
        text.textLine(line)
    text.setTextRenderMode(0)
    canvas.drawText(text)


def page(
    *, mode: int = 0, picture_last: bool = False, share: float = 1.0, see_through: bool = False
) -> bytes:
    """A picture and the lines of LAYER on a page, one over the other, and a page number that is seen."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(595, 842))
    scan = Image.new("LA", (60, 80), (200, 40)) if see_through else Image.new("L", (60, 80), 220)

    def draw() -> None:
        canvas.drawImage(ImageReader(scan), 0, 0, 595 * share, 842 * share, mask="auto")

    if not picture_last:
        draw()
    write(canvas, LAYER, mode)
    if picture_last:
        draw()
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Line)]


def kinds(document: Document) -> list[str]:
    return [notice.kind for notice in document.notices if notice.kind != "fallback"]


@pytest.mark.parametrize("data", [page(mode=3), page(mode=3, picture_last=True), page(picture_last=True)])
def test_a_layer_that_nobody_sees_is_not_taken(data: bytes):
    document = read_pdf(data, read_scan=seen)
    assert texts(document) == ["合计1,880.86"]
    assert kinds(document) == ["hidden_text"]


@pytest.mark.parametrize("data", [page(), page(picture_last=True, see_through=True)])
def test_text_that_is_seen_on_a_picture_is_taken(data: bytes):
    document = read_pdf(data, read_scan=seen)
    assert "".join(texts(document)).startswith(LAYER[0])
    assert kinds(document) == ["picture"]


def test_the_layer_stays_where_recognition_sees_nothing_or_is_not_there():
    for read_scan in (unseen, None):
        document = read_pdf(page(mode=3), read_scan=read_scan)
        assert "".join(texts(document)).startswith(LAYER[0])
        assert kinds(document) == ["hidden_text"]


def test_a_picture_beside_text_is_reported_and_a_small_one_is_not():
    assert kinds(read_pdf(page(share=0.6), read_scan=seen)) == ["picture"]
    assert kinds(read_pdf(page(share=0.2), read_scan=seen)) == []


def test_a_long_scan_ends_in_time_with_the_pages_that_were_read(
    new_paper: NewPaper, monkeypatch: pytest.MonkeyPatch
):
    paper = new_paper()
    for _ in range(4):
        paper.canvas.drawInlineImage(Image.new("L", (60, 80), 200), 0, 0, 595, 842)
        paper.page()
    used = iter([0.1, 0.5, 0.81, 0.9])
    monkeypatch.setattr(sources, "share_of_time_used", lambda: next(used))
    monkeypatch.setattr(scan, "read_scan", seen)
    document = pdf.read_pdf_and_scans(paper.data())
    assert texts(document) == ["合计1,880.86"] * 2
    skipped = [notice.page for notice in document.notices if notice.kind == "scan_skipped"]
    assert skipped == [3, 4]


def test_text_drawn_as_outlines_is_read_optically(new_paper: NewPaper):
    paper = new_paper()
    path = paper.canvas.beginPath()
    for i in range(400):
        x, y = 50 + i % 40 * 12, 700 - i // 40 * 20
        path.moveTo(x, y)
        for j in range(4):
            path.curveTo(x + j, y + 5, x + 5, y + j, x + 8, y + 8)
        path.close()
    paper.canvas.drawPath(path, stroke=0, fill=1)
    paper.page()
    document = read_pdf(paper.data(), read_scan=seen)
    assert texts(document) == ["合计1,880.86"]


def glyphs(text: str) -> list[Glyph]:
    return [(10.0, 10.0 * i, 10.0 * i + 9, 10.0, character, None) for i, character in enumerate(text)]


@pytest.mark.parametrize(
    ("text", "is_text"),
    [
        ("一般公共预算支出表合计" + "\ue001\ue00b\ue002\ue003\ue004" * 8, False),  # digits in private use
        ("一般公共预算支出表合计" + "\ue001\ue00b\ue002" * 2 + "1,234.56" * 8, True),
        ("一般公共预算支出表合计" + "A,BCD.EF行政运行GHI.JK住房保障" * 4, False),  # letters for digits
        ("一般公共预算支出表合计" + "丁,丂丄丅.丆万行政运行" * 6, False),
        ("部门预算公开见www.example.gov.cn，邮箱a@b.cn，" * 8 + "合计1.00", True),
        ("单位：万元，收入,支出,结余.共计" * 8, True),
        ("ABCDEFGHIJ" * 8, False),
        ("General budget expenditure of the departments in millions of yuan, 2024. " * 4, True),
        ("1,234.56 78.90 12.00 B 3.14 " * 5, True),
    ],
)
def test_numbers_without_digits_are_no_text(text: str, *, is_text: bool):
    assert is_gibberish(glyphs(text)) is not is_text


def type_3_page(to_unicode: str) -> bytes:
    """A page in a Type 3 font that draws squares for letters, with a Unicode map or without one."""
    chars = "ABCDEFGHIJ"
    procs = [b"500 0 0 0 400 700 d1 0 0 400 700 re f"] * len(chars)
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    ]
    objects.append(
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F 5 0 R >> >> >>"
    )
    lines = b" ".join(b"0 -20 Td (" + chars.encode() + b") Tj" for _ in range(6))
    content = b"BT /F 12 Tf 50 700 Td " + lines + b" ET"
    objects.append(b"<< /Length %d >> stream\n%s\nendstream" % (len(content), content))
    names = " ".join(f"/g{i}" for i in range(len(chars)))
    refs = " ".join(f"/g{i} {7 + i} 0 R" for i in range(len(chars)))
    objects.append(
        f"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 500 700] /FontMatrix [0.001 0 0 0.001 0 0]"
        f" /FirstChar 65 /LastChar 74 /Widths [{'500 ' * 10}]"
        f" /Encoding << /Type /Encoding /Differences [65 {names}] >>"
        f" /CharProcs << {refs} >> {to_unicode} >>".encode()
    )
    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00> <FF>"
        b" endcodespacerange 1 beginbfrange <41> <4A> <E000> endbfrange endcmap end end"
    )
    objects.append(b"<< /Length %d >> stream\n%s\nendstream" % (len(cmap), cmap))
    objects += [b"<< /Length %d >> stream\n%s\nendstream" % (len(p), p) for p in procs]
    return pdf_of(*objects)


@pytest.mark.parametrize("to_unicode", ["/ToUnicode 6 0 R", ""])
def test_a_type_3_font_without_characters_is_read_optically(to_unicode: str):
    document = read_pdf(type_3_page(to_unicode), read_scan=seen)
    assert texts(document) == ["合计1,880.86"]
