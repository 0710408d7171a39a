"""Text on its side is text of narrow cells, and a watermark elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from warehouse.documents.model import Table
from warehouse.documents.pdf import read_pdf

if TYPE_CHECKING:
    from tests.documents.pdf.paper import Paper

    NewPaper = Callable[[], Paper]
    Texts = Callable[[Table], list[list[str]]]

ROWS = [["单位", "项目", "合计"], ["", "办公费", "1.00"], ["", "水费", "2.00"], ["", "电费", "3.00"]]


def sideways(paper: Paper, x: float, top: float, text: str, angle: int, *, size: float = 9) -> None:
    """A line that begins at (x, top) and runs up (90) or down (270)."""
    canvas = paper.canvas
    canvas.saveState()
    canvas.translate(x, paper.height - top)
    canvas.rotate(angle)
    canvas.setFont("STSong-Light", size)
    canvas.drawString(0, 0, text)
    canvas.restoreState()


def page_with_label(paper: Paper) -> None:
    """A table whose first column is merged below the header."""
    paper.table([row[1:] for row in ROWS], left=90)
    for top in (100, 120, 180):
        paper.line(50, top, 90, top)
    paper.line(50, 100, 50, 180)
    paper.text(53, 104, "单位")


@pytest.mark.parametrize(("angle", "start", "lines"), [(90, 178, (66, 80)), (270, 122, (78, 64))])
def test_a_label_on_its_side_is_the_text_of_its_cell(
    new_paper: NewPaper, grid: Texts, angle: int, start: int, lines: tuple[int, int]
):
    paper = new_paper()
    page_with_label(paper)
    for x, text in zip(lines, ("某市商务", "局本级"), strict=True):
        sideways(paper, x, start, text, angle)
    document = read_pdf(paper.data())
    (table,) = document.tables
    label = next(cell for cell in table.cells if cell.text == "某市商务局本级")
    assert (label.row, label.col, label.row_span) == (1, 0, 3)
    assert grid(table)[1:] == [["某市商务局本级", *ROWS[1][1:]], *ROWS[2:]]
    assert [notice.kind for notice in document.notices] == ["fallback"]


@pytest.mark.parametrize(("size", "grey"), [(60, 0.0), (9, 0.8)], ids=["large", "pale"])
def test_a_watermark_on_its_side_is_in_no_cell(new_paper: NewPaper, size: float, grey: float):
    paper = new_paper()
    page_with_label(paper)
    paper.canvas.setFillGray(grey)
    sideways(paper, 76, 175, "仅供内部", 90, size=size)
    document = read_pdf(paper.data())
    assert [notice.kind for notice in document.notices if notice.kind != "fallback"] == ["watermark"]
    assert not any("仅" in cell.text for cell in document.tables[0].cells)
