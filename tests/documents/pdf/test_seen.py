"""Text that nobody sees is in no cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.documents.document_builders import pdf_of
from warehouse.documents.model import Table
from warehouse.documents.pdf import read_pdf

if TYPE_CHECKING:
    from tests.documents.pdf.paper import Paper

    NewPaper = Callable[..., Paper]
    Texts = Callable[[Table], list[list[str]]]

ROWS = [["项目", "预算数", "上年"], ["合计", "1,234.50", ""], ["教育支出", "234.50", ""]]


def kinds(notices: tuple[object, ...]) -> list[str]:
    return [notice.kind for notice in notices if notice.kind != "fallback"]


@pytest.mark.parametrize("compressed", [0, 1])
@pytest.mark.parametrize("how", ["mode 3", "mode 7", "transparent"])
def test_text_that_is_not_painted_is_no_text(new_paper: NewPaper, grid: Texts, how: str, compressed: int):
    paper = new_paper(pageCompression=compressed)
    paper.table(ROWS)
    canvas = paper.canvas
    canvas.saveState()
    if how == "transparent":
        canvas.setFillAlpha(0)
    for top in (124, 144):
        text = canvas.beginText(255, 842 - top - 9)
        text.setFont("STSong-Light", 10)
        text.setTextRenderMode(0 if how == "transparent" else int(how[-1]))
        text.textOut("77.77")
        canvas.drawText(text)
    canvas.restoreState()
    document = read_pdf(paper.data())
    assert grid(document.tables[0]) == ROWS
    assert kinds(document.notices) == ["hidden_text"]


def test_a_figure_painted_over_and_printed_anew_is_the_new_one(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.table([ROWS[0], ["合计", "9,999.99", ""], ["教育支出", "234.50", ""]])
    paper.canvas.setFillGray(1)
    paper.box(151, 121, 98, 18, stroke=0, fill=1)
    paper.canvas.setFillGray(0)
    paper.text(153, 124, "1,234.50")
    document = read_pdf(paper.data())
    assert grid(document.tables[0]) == ROWS
    assert kinds(document.notices) == ["hidden_text"]


@pytest.mark.parametrize("grey", [1.0, 0.9, 0.0])
def test_a_figure_painted_over_with_nothing_printed_anew_is_not_there(
    new_paper: NewPaper, grid: Texts, grey: float
):
    paper = new_paper()
    paper.table([ROWS[0], [*ROWS[1][:2], "77.77"], ROWS[2]])
    paper.canvas.setFillGray(grey)
    paper.box(251, 121, 98, 18, stroke=0, fill=1)
    document = read_pdf(paper.data())
    assert grid(document.tables[0]) == ROWS
    assert kinds(document.notices) == ["hidden_text"]


def test_grounds_painted_before_text_or_rules_hide_nothing(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.canvas.setFillGray(0.9)
    paper.box(50, 100, 300, 20, stroke=0, fill=1)
    paper.canvas.setFillGray(0)
    paper.table(ROWS)
    document = read_pdf(paper.data())
    assert grid(document.tables[0]) == ROWS
    assert kinds(document.notices) == []


@pytest.mark.parametrize("compressed", [0, 1])
@pytest.mark.parametrize("height", [0, 0.8])
def test_the_text_of_a_hidden_row_is_not_there(
    new_paper: NewPaper, grid: Texts, height: float, compressed: int
):
    paper = new_paper(pageCompression=compressed)
    paper.table(ROWS)
    canvas = paper.canvas
    canvas.saveState()
    clip = canvas.beginPath()
    clip.rect(50, 842 - 140, 300, height)
    canvas.clipPath(clip, stroke=0, fill=0)
    for x, text in ((53, "其中：隐藏行"), (253, "77.77")):
        paper.text(x, 136, text)
    canvas.restoreState()
    document = read_pdf(paper.data())
    assert grid(document.tables[0]) == ROWS
    assert kinds(document.notices) == ["hidden_text"]


def test_a_layer_that_is_switched_off_is_not_read(grid: Texts):
    """Letters over letters: 66.66 of the hidden layer stands where the amounts do."""

    def printed(texts: list[tuple[int, int, str]]) -> str:
        return "".join(f"1 0 0 1 {x} {y} Tm ({text}) Tj " for x, y, text in texts)

    rules = "".join(f"50 {y} m 250 {y} l S " for y in (700, 680, 660))
    rules += "".join(f"{x} 700 m {x} 660 l S " for x in (50, 150, 250))
    seen = printed([(55, 685, "Item"), (155, 685, "Amount"), (55, 665, "Total"), (155, 665, "16.60")])
    hidden = printed([(155, 665, "66.66"), (55, 667, "66.66")])
    content = f"{rules}BT /F 10 Tf {seen}ET /OC /L BDC BT /F 10 Tf {hidden}ET EMC".encode()
    data = pdf_of(
        b"<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[6 0 R]/D<</OFF[6 0 R]>>>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>/Properties<</L 6 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/OCG/Name(draft)>>",
    )
    document = read_pdf(data)
    assert grid(document.tables[0]) == [["Item", "Amount"], ["Total", "16.60"]]
    assert kinds(document.notices) == ["hidden_text"]


@pytest.mark.parametrize(
    "field",
    [
        b"/Subtype/Widget/FT/Tx/T(a)/V(16.60)/DA(/F 10 Tf 0 g)/F 4",
        b"/Subtype/FreeText/Contents(16.60)/DA(/F 10 Tf 0 g)/F 4/AP<</N 7 0 R>>",
    ],
    ids=["field", "note"],
)
def test_what_viewers_show_over_a_page_is_read(grid: Texts, field: bytes):
    rules = "".join(f"50 {y} m 250 {y} l S " for y in (700, 680, 660))
    rules += "".join(f"{x} 700 m {x} 660 l S " for x in (50, 150, 250))
    printed = "".join(
        f"1 0 0 1 {x} {y} Tm ({text}) Tj "
        for x, y, text in ((55, 685, "Item"), (155, 685, "Amount"), (55, 665, "Total"))
    )
    content = f"{rules}BT /F 10 Tf {printed}ET".encode()
    appearance = b"BT /F 10 Tf 2 4 Td (16.60) Tj ET"
    data = pdf_of(
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]/NeedAppearances true"
        b"/DR<</Font<</F 5 0 R>>>>>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Annots[6 0 R]"
        b"/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/Annot/Rect[152 662 248 678]/P 3 0 R%s>>" % field,
        b"<</Type/XObject/Subtype/Form/BBox[0 0 96 16]/Resources<</Font<</F 5 0 R>>>>/Length %d>>"
        b"stream\n%s\nendstream" % (len(appearance), appearance),
    )
    assert grid(read_pdf(data).tables[0]) == [["Item", "Amount"], ["Total", "16.60"]]
