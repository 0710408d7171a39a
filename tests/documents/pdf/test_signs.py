"""A sign whose font does not name it is seen on the page, and no space."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reportlab.pdfbase import pdfmetrics, ttfonts

from tests.documents.pdf.paper import Paper
from tests.documents.pdf.sources import whole
from warehouse.documents.pdf.content import UNNAMED, PageContent
from warehouse.documents.pdf.pages import lay_out
from warehouse.documents.pdf.signs import UNREAD, with_signs
from warehouse.documents.pdf.spaces import with_spaces


def without_names(figures: list[str], names: str, rotation: int = 0) -> tuple[PageContent, bytes]:
    """A page with these figures under each other, some of its characters without a name."""
    pdfmetrics.registerFont(ttfonts.TTFont("Vera", "Vera.ttf"))
    paper = Paper((842, 595) if rotation else (595, 842))  # the library swaps the sides of a turned page
    paper.canvas.setPageRotation(rotation)
    for i, figure in enumerate(figures):
        paper.text(100, 100 + 30 * i, figure, font="Vera")
    paper.page()
    data = paper.data()
    content = whole(data).read(1)
    glyphs = [
        (base, x0, x0 + size if text in names else x1, size, UNNAMED if text in names else text, sure)
        for base, x0, x1, size, text, sure in content.glyphs
    ]
    return replace(content, glyphs=glyphs), data


@pytest.mark.parametrize("rotation", [0, 90])
def test_a_minus_without_a_name_is_a_minus_and_a_space_a_space(rotation: int):
    content, data = without_names(["-733.69", " 1,234.00", "5.00-3.00", "total 88"], "- ", rotation)
    lines = [line.text for line in lay_out(with_spaces(with_signs(content, data))).blocks]
    assert lines == ["-733.69", "1,234.00", "5.00-3.00", "total 88"]


def test_what_is_no_minus_keeps_its_figure_from_being_read():
    content, data = without_names(["(733.69)", "5.00"], "(")
    assert [glyph[4] for glyph in sorted(with_signs(content, data).glyphs)][:2] == [UNREAD, "7"]


def test_a_page_that_cannot_be_drawn_is_left_as_it_is():
    content, data = without_names(["-733.69", "total 1,000.00 2,000.00"], "-")
    unchanged = replace(content, glyphs=sorted(content.glyphs))
    assert with_signs(content, b"%PDF-1.4 broken") == unchanged
    assert with_signs(replace(content, number=2), data) == replace(unchanged, number=2)
