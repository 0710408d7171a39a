"""What one page shows: rules → cells, glyphs → text, each with a flaw seen on real pages."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.documents.pdf.paper import ROWS, only
from warehouse.documents.model import Line, Table
from warehouse.documents.pdf import read_pdf
from warehouse.documents.pdf.content import Glyph, PageContent, Rule
from warehouse.documents.pdf.grid import find_grids
from warehouse.documents.pdf.pages import PageLine, lay_out
from warehouse.documents.pdf.spaces import with_spaces
from warehouse.documents.pdf.text import plain, runs_of

if TYPE_CHECKING:
    from tests.documents.pdf.paper import Paper

    NewPaper = Callable[[], Paper]
    Texts = Callable[[Table], list[list[str]]]


def test_a_ruled_table_gives_its_cells_with_page_and_box(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.text(200, 60, "部门收支总表")
    paper.table(ROWS)
    document = read_pdf(paper.data())
    assert grid(document.tables[0]) == ROWS
    assert [block.text for block in document.blocks if isinstance(block, Line)] == ["部门收支总表"]
    cell = next(c for c in document.tables[0].cells if c.text == "1,234.50")
    assert (cell.page, cell.row, cell.col) == (1, 1, 1)
    assert cell.box == pytest.approx((150, 120, 250, 140), abs=1)


def test_merged_cells_are_spans(new_paper: NewPaper):
    paper = new_paper()
    for top in (100, 120, 140, 160):
        paper.line(150 if top == 120 else 50, top, 350, top)
    for x in (50, 150, 250, 350):
        paper.line(x, 120 if x == 250 else 100, x, 160)
    for x, top, text in ((55, 112, "项目"), (160, 104, "支出"), (155, 124, "基本"), (255, 124, "项目支出")):
        paper.text(x, top, text)
    paper.text(55, 144, "合计")
    cells = {c.text: c for c in only(paper.data()).cells}
    assert (cells["项目"].row_span, cells["项目"].col_span) == (2, 1)
    assert (cells["支出"].row_span, cells["支出"].col_span) == (1, 2)


@pytest.mark.parametrize("skip", ["l", "r", "t", "b", "lr", "tb", "lb"])
def test_a_missing_outer_rule_is_put_back(new_paper: NewPaper, grid: Texts, skip: str):
    paper = new_paper()
    paper.table(ROWS, skip=skip)
    assert grid(only(paper.data())) == ROWS


def test_white_rectangles_are_no_rules(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.table(ROWS)
    paper.canvas.setFillColorRGB(1, 1, 1)
    paper.canvas.setStrokeColorRGB(1, 1, 1)
    paper.box(50, 128, 300, 1, stroke=0, fill=1)
    paper.box(200, 100, 1, 80, stroke=0, fill=1)
    paper.box(70, 105, 200, 60, stroke=1, fill=0)
    paper.box(20, 20, 500, 700, stroke=0, fill=0)
    assert grid(only(paper.data())) == ROWS


def test_rules_drawn_in_pieces_and_many_boxes_in_one_path(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    path = paper.canvas.beginPath()
    for r in range(len(ROWS) + 1):
        for c in range(3):
            path.rect(50 + c * 100, 842 - 100 - 20 * r, 100, 0.5)
    paper.canvas.drawPath(path, stroke=0, fill=1)
    for x in (50, 150, 250, 350):
        for r in range(len(ROWS)):
            paper.line(x, 100 + 20 * r, x, 109 + 20 * r)
            paper.line(x + 0.4, 110 + 20 * r, x + 0.4, 120 + 20 * r)
    for r, row in enumerate(ROWS):
        for c, text in enumerate(row):
            paper.text(53 + 100 * c, 104 + 20 * r, text)
    assert grid(only(paper.data())) == ROWS


def test_thin_boxes_filled_in_the_colour_that_a_page_begins_with_are_rules(new_paper: NewPaper):
    paper = new_paper()
    for top in (100, 120, 140):
        paper.box(50, top, 200, 0.5, stroke=0, fill=1)
    for x in (50, 150, 250):
        paper.box(x, 100, 0.5, 40, stroke=0, fill=1)
    for x, top, text in ((60, 104, "项目"), (160, 104, "说明"), (60, 124, "教育支出"), (160, 124, "年初")):
        paper.text(x, top, text)
    document = read_pdf(paper.data())
    assert [cell.text for cell in document.tables[0].cells] == ["项目", "说明", "教育支出", "年初"]


def test_text_beside_the_visible_page_is_left_out_but_for_the_unit(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.table(ROWS)
    for x, top, text in ((-80, 130, "7.00"), (620, 150, "教育支出 8.00"), (60, 900, "9.00")):
        paper.text(x, top, text)
    paper.text(600, 80, "单位：万元")
    document = read_pdf(paper.data())
    assert grid(document.tables[0]) == ROWS
    assert [block.text for block in document.blocks if isinstance(block, Line)] == ["单位：万元"]
    assert [notice.kind for notice in document.notices if notice.kind != "fallback"] == ["hidden_text"]


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 3), st.integers(0, 9))
def test_rules_cut_anywhere_give_the_same_grid(rows: int, columns: int, pieces: int, seed: int):
    horizontal = [Rule(10.0 + 15 * r, 10, 10 + 40 * columns) for r in range(rows + 1)]
    vertical = [Rule(10.0 + 40 * c, 10, 10 + 15 * rows) for c in range(columns + 1)]
    whole = find_grids(horizontal, vertical)
    cut = []
    for i, (at, start, end) in enumerate(horizontal):
        points = sorted(start + (end - start) * ((seed + 7 * k + i) % 10) / 10 for k in range(pieces))
        bounds = [start, *points, end]
        cut += [Rule(at, a, b) for a, b in pairwise(bounds)]
    assert find_grids(cut, vertical) == whole
    assert len(whole[0].spans) == rows * columns


def test_a_watermark_is_in_no_cell_and_no_line(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.table(ROWS)
    paper.canvas.saveState()
    paper.canvas.setFillColorRGB(0.8, 0.8, 0.8)
    paper.canvas.translate(100, 650)
    paper.canvas.rotate(40)
    paper.canvas.setFont("STSong-Light", 34)
    paper.canvas.drawString(0, 0, "仅供内部审核")
    paper.canvas.restoreState()
    paper.canvas.setFillColorRGB(0.85, 0.85, 0.85)
    paper.text(60, 120, "内部资料", size=40)
    paper.canvas.setFillColorRGB(0, 0, 0)
    document = read_pdf(paper.data())
    assert grid(document.tables[0]) == ROWS
    assert len(document.blocks) == 1
    assert [notice.kind for notice in document.notices if notice.kind == "watermark"] == ["watermark"]


def test_a_rotated_page_is_read_as_displayed(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.canvas.setPageRotation(90)
    paper.canvas.translate(595, 0)
    paper.canvas.rotate(90)  # the page's top is now its left side, as printers do for landscape tables
    paper.height = 595
    paper.table(ROWS)
    table = only(paper.data())
    assert grid(table) == ROWS
    cell = next(c for c in table.cells if c.text == "1,234.50")
    assert cell.box == pytest.approx((150, 120, 250, 140), abs=1)


def test_text_that_runs_sideways_without_rotation_is_read_and_its_boxes_are_where_it_is_displayed(
    new_paper: NewPaper, grid: Texts
):
    paper = new_paper()
    paper.canvas.translate(595, 0)
    paper.canvas.rotate(90)
    paper.height = 595
    paper.table(ROWS)
    table = only(paper.data())
    assert grid(table) == ROWS
    x0, top, x1, bottom = next(c for c in table.cells if c.text == "1,234.50").box
    assert (x0, x1) == pytest.approx((120, 140), abs=1)
    assert (top, bottom) == pytest.approx((842 - 250, 842 - 150), abs=1)


def test_characters_printed_twice_for_bold_are_read_once(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.table(ROWS)
    for shift in (0.3, 0.6):
        for r, row in enumerate(ROWS):
            for c, text in enumerate(row):
                paper.text(53 + 100 * c + shift, 104 + 20 * r, text)
    assert grid(only(paper.data())) == ROWS


def test_wrapped_text_and_wrapped_numbers_are_joined(new_paper: NewPaper):
    paper = new_paper()
    paper.table(
        [["项目", "金额"], ["机关事业单位基\n本养老保险缴费", "11,542.00000\n0"], ["budget\noffice", ""]],
        row_height=30,
    )
    texts = [cell.text for cell in only(paper.data()).cells]
    assert "机关事业单位基本养老保险缴费" in texts
    assert "11,542.000000" in texts
    assert "budget office" in texts


def test_a_decimal_point_of_another_font_stays_in_its_number(new_paper: NewPaper):
    paper = new_paper()
    paper.table([["项目", "金额"], ["合计", ""]])
    for x, text, size in ((160, "1", 10), (170, "2", 10), (175.5, ".", 7), (180, "3", 10), (186, "4", 10)):
        paper.text(x, 124 + 0.88 * (10 - size), text, size=size, font="Helvetica")
    assert [cell.text for cell in only(paper.data()).cells][3] == "12.34"


def test_text_clipped_by_its_cell_does_not_enter_the_next(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.table([["项目", "金额"], ["", "9.50"]], widths=[60, 100])
    paper.canvas.saveState()
    clip = paper.canvas.beginPath()
    clip.rect(50, 842 - 140, 60, 20)
    paper.canvas.clipPath(clip, stroke=0)
    paper.text(53, 124, "城乡居民基本医疗保险")
    paper.canvas.restoreState()
    document = read_pdf(paper.data())
    assert grid(document.tables[0])[1][1] == "9.50"
    assert [notice.detail for notice in document.notices if notice.kind == "clipped_text"] == [
        "left out: 医疗保险"
    ]


def test_text_too_long_for_its_cell_stays_whole_beside_a_blank_one(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.table([["项目", "金额"], ["城乡居民医疗", ""]], widths=[58, 100])
    assert grid(only(paper.data()))[1] == ["城乡居民医疗", ""]


def test_compatibility_radicals_become_characters():
    assert plain("⼒⽀⽣⻓⻔⻅⻚") == "力支生长门见页"
    assert plain("（一）：，％") == "（一）：，％"


def test_an_indent_is_kept(new_paper: NewPaper):
    paper = new_paper()
    paper.table([["项目", "金额"], ["　　行政运行", "5.00"]])
    assert only(paper.data()).cells[2].text == "　　行政运行"


def test_page_numbers_and_running_titles_are_no_lines(new_paper: NewPaper):
    paper = new_paper()
    for number in range(1, 7):
        paper.text(200, 20, "某市商务局年度预算公开")
        paper.text(50, 400, f"第{number}段正文")
        paper.text(280, 815 if number % 2 else 700, f"— {number} —")
        paper.page()
    document = read_pdf(paper.data())
    assert [block.text for block in document.blocks] == [f"第{number}段正文" for number in range(1, 7)]
    assert [notice.kind for notice in document.notices if notice.kind == "running_title"] == ["running_title"]


def test_a_table_without_rules_is_found_by_its_columns(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.text(200, 60, "部门收支总表", size=14)
    paper.text(420, 85, "单位：万元")
    rows = [
        ["项目", "合计", "基本支出"],
        ["合计", "134.50", "90.00"],
        ["教育支出", "34.50", ""],
        ["卫生", "100.00", "90.00"],
    ]
    for r, row in enumerate(rows):
        for x, text in zip((60, 250, 400), row, strict=True):
            paper.text(x, 110 + 20 * r, text)
    paper.text(60, 230, "注：本表反映部门年度收支情况，不含上年结转 12.00 万元。")
    document = read_pdf(paper.data())
    (table,) = document.tables
    assert grid(table) == rows
    assert [notice.kind for notice in document.notices if notice.kind == "unruled_table"] == ["unruled_table"]


def test_prose_with_amounts_is_no_table(new_paper: NewPaper):
    paper = new_paper()
    for i in range(12):
        paper.text(60, 60 + 22 * i, f"（{i}）基本支出 {i}34.50 万元，比上年增加 12.00 万元，增长 {i}.50%")
    assert read_pdf(paper.data()).tables == ()


def test_a_page_full_of_texts_over_one_another_is_read_in_time():
    glyphs = [(100.0, 10.0 + i % 3, 14.0 + i % 3, 6.0, str(i % 10), None) for i in range(50_000)]
    runs = runs_of(sorted(glyphs))
    assert sum(run.last - run.first for run in runs) == len(glyphs)


def test_a_mesh_is_no_grid():
    lines = [Rule(float(3 * i), 0.0, 3000.0) for i in range(1000)]
    (mesh,) = find_grids(lines, lines)
    assert mesh.is_mesh
    assert len(mesh.spans) == 1
    content = PageContent(1, 3000, 3000, [(100, 50, 60, 10, "图", None)], lines, lines)
    layout = lay_out(content)
    assert [block.text for block in layout.blocks if isinstance(block, PageLine)] == ["图"]
    assert [notice.kind for notice in content.notices] == ["drawing"]


def _in_a_row(text: str, base: float) -> list[Glyph]:
    return [(base, 5.0 * i, 5.0 * i + 10, 10.0, character, None) for i, character in enumerate(text)]


def test_single_characters_without_a_name_are_spaces_and_whole_numbers_of_them_are_not():
    spaces = [*_in_a_row("\ufffd1,234.50\ufffd", 10), *_in_a_row("\ufffd\ufffd\ufffd\ufffd行政运行", 30)]
    read = with_spaces(PageContent(1, 100, 100, spaces, [], []))
    assert "".join(glyph[4] for glyph in read.glyphs) == " 1,234.50     行政运行"
    digits = [*_in_a_row("\ufffd\ufffd\ufffd\ufffd\ufffd", 10), *_in_a_row("行政运行支出预算", 30)]
    unread = PageContent(1, 100, 100, digits, [], [])
    assert with_spaces(unread) is unread
