"""Every file ends with a document or with a named reason."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from warehouse.documents.model import ReadOutcome, UnreadableDocumentError
from warehouse.documents.pdf import opening, read_pdf
from warehouse.documents.pdf.content import Glyph, PageContent, Rule
from warehouse.documents.pdf.picture import draw_cell
from warehouse.documents.pdf.sources import is_gibberish

if TYPE_CHECKING:
    from tests.documents.pdf.paper import Paper

    NewPaper = Callable[..., Paper]


def outcome(data: bytes) -> ReadOutcome:
    with pytest.raises(UnreadableDocumentError) as caught:
        read_pdf(data)
    assert caught.value.reason
    return caught.value.outcome


def scanned() -> bytes:
    page = io.BytesIO()
    canvas = Canvas(page)
    canvas.drawImage(ImageReader(Image.new("L", (60, 80), 200)), 0, 0, 595, 842)
    canvas.showPage()
    canvas.save()
    return page.getvalue()


def test_files_that_are_no_readable_pdf(new_paper: NewPaper):
    paper = new_paper()
    paper.text(50, 50, "正文")
    whole = paper.data()
    assert outcome(b"") is ReadOutcome.EMPTY
    assert outcome(b"<html><body>404</body></html>") is ReadOutcome.WRONG_TYPE
    assert outcome(whole[: len(whole) // 2]) is ReadOutcome.CORRUPT
    assert outcome(whole[: whole.rindex(b"%%EOF")]) is ReadOutcome.CORRUPT
    assert outcome(b"%PDF-1.7\n" + b"\0" * 2000) is ReadOutcome.CORRUPT


def test_damaged_files_end_with_a_document_or_a_reason(new_paper: NewPaper):
    paper = new_paper()
    paper.table([["项目", "预算数"], ["合计", "12.50"]])
    whole = paper.data()
    ended = set()
    for at in range(0, len(whole) - 60, max(1, len(whole) // 60)):
        for damaged in (whole[:at] + b"\0" * 40 + whole[at + 40 :], whole[:at] + whole[at + 57 :]):
            try:
                read_pdf(damaged)
                ended.add(ReadOutcome.READ)
            except UnreadableDocumentError as error:
                ended.add(error.outcome)
    assert ReadOutcome.READ in ended
    assert ended <= {ReadOutcome.READ, ReadOutcome.CORRUPT, ReadOutcome.NO_TEXT, ReadOutcome.WRONG_TYPE}


def test_a_password_is_needed_or_not(new_paper: NewPaper):
    paper = new_paper(encrypt=StandardEncryption("open sesame", ownerPassword="owner"))
    paper.text(50, 50, "正文")
    assert outcome(paper.data()) is ReadOutcome.ENCRYPTED
    paper = new_paper(encrypt=StandardEncryption("", ownerPassword="owner"))
    paper.text(50, 50, "正文")
    assert [block.text for block in read_pdf(paper.data()).blocks] == ["正文"]


def test_too_many_objects_or_pages(new_paper: NewPaper, monkeypatch: pytest.MonkeyPatch):
    paper = new_paper()
    for _ in range(4):
        paper.text(50, 50, "正文")
        paper.page()
    data = paper.data()
    monkeypatch.setattr(opening, "MAX_PAGES", 3)
    assert outcome(data) is ReadOutcome.TOO_LARGE
    monkeypatch.undo()
    assert outcome(data.replace(b"/Size ", b"/Size 99000000 ")) is ReadOutcome.TOO_LARGE


def test_a_scan_has_no_text_unless_somebody_reads_it():
    assert outcome(scanned()) is ReadOutcome.NO_TEXT

    def read_scan(data: bytes, number: int) -> PageContent:
        assert data.startswith(b"%PDF-")
        rules = [Rule(at, 10, 200) for at in (10.0, 30.0, 50.0)]
        sides = [Rule(at, 10, 50) for at in (10.0, 100.0, 200.0)]
        glyphs = [
            (24, 15, 25, 10, "项", 0.9),
            (24, 25, 35, 10, "目", 0.7),
            (44, 110, 115, 10, "5", 0.99),
        ]
        return PageContent(number, 595, 842, glyphs, rules, sides)

    document = read_pdf(scanned(), read_scan=read_scan)
    cells = {cell.text: cell for cell in document.tables[0].cells}
    assert cells["项目"].confidence == pytest.approx(0.7)
    assert cells["5"].confidence == pytest.approx(0.99)
    assert [notice.kind for notice in document.notices] == ["scanned_page"]


def test_a_scanned_page_among_text_pages_is_reported(new_paper: NewPaper):
    paper = new_paper()
    paper.text(50, 50, "正文")
    paper.page()
    paper.canvas.drawImage(ImageReader(Image.new("L", (60, 80), 200)), 0, 0, 595, 842)
    paper.page()
    document = read_pdf(paper.data())
    assert [(notice.kind, notice.page) for notice in document.notices] == [("scanned_page", 2)]


def test_text_that_is_no_text_is_recognised():
    def glyphs(text: str) -> list[Glyph]:
        return [(10, 10.0 * i, 10.0 * i + 9, 10, character, None) for i, character in enumerate(text)]

    assert is_gibberish(glyphs("\ue001\ue002\uf0a3" * 20))
    assert is_gibberish(glyphs("\ufffd" * 40))
    assert is_gibberish(glyphs("仈仉仌仛仝仞仟" * 20))
    assert not is_gibberish(glyphs("一、一般公共服务支出 1,234.50（万元）★①" * 3))
    assert not is_gibberish(glyphs("General budget expenditure 2024 ÷ ≥ 95%"))


def test_a_number_is_shown_on_its_page(new_paper: NewPaper):
    paper = new_paper()
    paper.table([["项目", "预算数"], ["合计", "12.50"]])
    data = paper.data()
    cell = next(cell for cell in read_pdf(data).tables[0].cells if cell.text == "12.50")
    assert cell.page == 1
    assert cell.box is not None
    picture = Image.open(io.BytesIO(draw_cell(data, cell.page, cell.box, dpi=72))).convert("RGB")
    assert picture.size == (595, 842)
    x0, top, x1, bottom = cell.box
    red, green, _ = picture.getpixel((round((x0 + x1) / 2), round(top - 1.5)))
    assert red > 180
    assert green < 80
    assert picture.getpixel((round((x0 + x1) / 2), round(bottom + 12))) == (255, 255, 255)
    with pytest.raises(ValueError, match="page 9 of 1"):
        draw_cell(data, 9, cell.box)
