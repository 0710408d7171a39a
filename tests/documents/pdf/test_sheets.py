"""Several pages on one sheet are read one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from warehouse.documents.model import Line, Table
from warehouse.documents.pdf import read_pdf
from warehouse.documents.pdf.content import PageContent, Rule
from warehouse.documents.pdf.sheets import pages_on

if TYPE_CHECKING:
    from tests.documents.pdf.paper import Paper

    NewPaper = Callable[..., Paper]
    Texts = Callable[[Table], list[list[str]]]

HEADER = ["科目编码", "科目名称", "预算数"]
BODY = [[f"2011{i:03}", f"第{i}项支出", f"{i}.50"] for i in range(1, 13)]
TITLE = "一般公共预算支出表"


def draw(paper: Paper, left: float, top: float, rows: list[list[str]], number: int) -> None:
    """A page of 400 points by 580, with its title, its unit, a table and its number."""
    paper.text(left + 140, top + 40, TITLE, size=14)
    paper.text(left + 290, top + 70, "单位：万元")
    paper.table([HEADER, *rows], left=left + 50, top=top + 100, row_height=22)
    paper.text(left + 195, top + 556, f"- {number} -")


@pytest.mark.parametrize("places", [[(0, 0), (421, 0)], [(0, 0), (421, 0), (0, 595), (421, 595)]])
def test_a_table_over_pages_side_by_side_is_one_table(
    new_paper: NewPaper, grid: Texts, places: list[tuple[int, int]]
):
    tall = len(places) == 4
    paper = new_paper((842, 1190 if tall else 595))
    share = len(BODY) // len(places)
    for i, (left, top) in enumerate(places):
        draw(paper, left, top, BODY[i * share : (i + 1) * share], i + 1)
    document = read_pdf(paper.data())
    (table,) = document.tables
    assert grid(table) == [HEADER, *BODY]
    assert [b.text for b in document.blocks if isinstance(b, Line)] == [TITLE, "单位：万元"]
    assert document.page_count == 1
    last = next(cell for cell in table.cells if cell.text == "12.50")
    left, top = places[-1]
    bottom = top + 100 + 22 * (share + 1)
    assert last.box == pytest.approx((left + 250, bottom - 22, left + 350, bottom), abs=1)


def test_prose_beside_a_table_is_read_before_it(new_paper: NewPaper, grid: Texts):
    paper = new_paper((842, 595))
    prose = [f"本部门第{i}项职责是贯彻执行国家有关方针政策和法律法规" for i in range(1, 9)]
    for i, line in enumerate(prose):
        paper.text(40, 100 + 22 * i, line)
    draw(paper, 421, 0, BODY[:4], 2)
    document = read_pdf(paper.data())
    assert [b.text for b in document.blocks if isinstance(b, Line)] == [*prose, TITLE, "单位：万元"]
    assert grid(document.tables[0]) == [HEADER, *BODY[:4]]


def test_two_lists_under_one_title_stay_one_page(new_paper: NewPaper):
    paper = new_paper((842, 595))
    paper.text(350, 40, "部门收支总体情况表", size=16)
    for left in (50, 450):
        paper.table([HEADER, *BODY[:4]], left=left)
        paper.text(left, 80, f"单位：{left}")
    lines = [b.text for b in read_pdf(paper.data()).blocks if isinstance(b, Line)]
    assert len(lines) == 2


def test_the_fold_of_a_scanned_book_parts_pages_that_are_not_of_one_width():
    edges = [(40.0, 400.0), (480.0, 1160.0)]
    columns = [Rule(x0 + (x1 - x0) * i / 5, 100, 400) for x0, x1 in edges for i in range(6)]
    rows = [Rule(100 + 60 * i, x0, x1) for x0, x1 in edges for i in range(6)]
    sheet = PageContent(
        1, 1200, 595, [(150, 60, 70, 9, "甲", 0.9), (150, 500, 510, 9, "乙", 0.9)], rows, columns
    )
    assert [part.content for part in pages_on(sheet)] == [sheet]
    first, second = pages_on(replace(sheet, fold=440))
    assert [glyph[4] for glyph in first.content.glyphs] == ["甲"]
    assert [glyph[4] for glyph in second.content.glyphs] == ["乙"]
    assert len(first.content.vertical) == len(second.content.vertical) == 6
