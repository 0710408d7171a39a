"""Tables over pages are one table; two tables are two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.documents.pdf.sources import whole
from warehouse.documents.model import Line, Table
from warehouse.documents.pdf import read_pdf
from warehouse.documents.pdf.content import PageContent

if TYPE_CHECKING:
    from tests.documents.pdf.paper import Paper

    NewPaper = Callable[[], Paper]
    Texts = Callable[[Table], list[list[str]]]

HEADER = [["科目编码", "科目名称", "预算数"], ["栏次", "1", "2"]]
BODY = [
    ["", "合计", "190.00"],
    ["201", "一般公共服务支出", "100.00"],
    ["20113", "商贸事务", "100.00"],
    ["2011301", "行政运行", "100.00"],
    ["", "其中：", ""],
    ["208", "社会保障和就业支出", "40.00"],
    ["221", "住房保障支出", "50.00"],
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(
    cuts=st.sets(st.integers(1, len(BODY) - 1), max_size=3),
    header=st.booleans(),
    caption=st.booleans(),
    shift=st.sampled_from([0, 12]),
)
def test_a_table_cut_anywhere_is_one_table(
    new_paper: NewPaper, grid: Texts, *, cuts: set[int], header: bool, caption: bool, shift: int
):
    paper = new_paper()
    bounds = [0, *sorted(cuts), len(BODY)]
    for number, start in enumerate(bounds[:-1]):
        if number == 0 or caption:
            paper.text(200, 40, "一般公共预算支出表" if number == 0 else "一般公共预算支出表（续）", size=14)
            paper.text(420, 70, "单位：万元")
        rows = BODY[start : bounds[number + 1]]
        paper.table([*HEADER, *rows] if number == 0 or header else rows, left=50 + shift * (number % 2))
        paper.text(290, 815, f"- {number + 1} -")
        paper.page()
    (table,) = read_pdf(paper.data()).tables
    assert grid(table) == [*HEADER, *BODY]
    assert [cell.page for cell in table.cells if cell.col == 0][-1] == len(bounds) - 1


def two_pages(
    new_paper: NewPaper, first: list[list[str]], second: list[list[str]], titles: tuple[str, str]
) -> bytes:
    paper = new_paper()
    for title, rows in zip(titles, (first, second), strict=True):
        if title:
            paper.text(200, 40, title, size=14)
        paper.text(420, 70, "单位：万元")
        paper.table(rows)
        paper.page()
    return paper.data()


@pytest.mark.parametrize(
    "seen",
    [{"科": "料"}, {"栏": ".", "次": ""}, {"预": "", "算": "", "数": ""}, {"目": "日", "称": "称章"}],
    ids=["a character", "the label of column numbers", "a text under a stamp", "a piece of a stamp"],
)
def test_a_repeated_header_that_is_misread_is_a_header(
    new_paper: NewPaper, grid: Texts, seen: dict[str, str]
):
    paper = new_paper()
    for rows in (BODY[:3], BODY[3:]):
        paper.table([*HEADER, *rows])
        paper.page()
    pages = whole(paper.data())

    def misread(_: bytes, number: int) -> PageContent:
        content = pages.read(number)
        here = seen if number == 2 else {}
        read = [(*place, here.get(text, text), 0.9) for *place, text, _ in content.glyphs]
        return replace(content, glyphs=[glyph for glyph in read if glyph[4]])

    pictures = new_paper()
    for _ in range(2):
        pictures.canvas.drawInlineImage(Image.new("L", (60, 80), 200), 0, 0, 595, 842)
        pictures.page()
    (table,) = read_pdf(pictures.data(), read_scan=misread).tables
    assert grid(table) == [*HEADER, *BODY]


def test_two_tables_with_the_same_columns_stay_apart(new_paper: NewPaper, grid: Texts):
    titles = ("一般公共预算支出表", "政府性基金预算支出表")
    document = read_pdf(two_pages(new_paper, [*HEADER, *BODY], [*HEADER, *BODY[:2]], titles))
    assert [grid(table) for table in document.tables] == [[*HEADER, *BODY], [*HEADER, *BODY[:2]]]
    assert [block.text for block in document.blocks if isinstance(block, Line)] == [
        titles[0],
        "单位：万元",
        titles[1],
        "单位：万元",
    ]


def test_forms_one_after_another_stay_apart(new_paper: NewPaper):
    def form(name: str) -> list[list[str]]:
        return [["项目名称", name, ""], ["主管部门", "商务局", ""], ["数量指标", "次数", "5次"]]

    title = "项目支出绩效目标表"
    assert len(read_pdf(two_pages(new_paper, form("招商"), form("展会"), (title, title))).tables) == 2


def test_a_table_that_begins_again_with_its_total_is_another(new_paper: NewPaper):
    second = [*HEADER, ["", "合计", "7.00"], ["201", "一般公共服务支出", "7.00"]]
    document = read_pdf(two_pages(new_paper, [*HEADER, *BODY], second, ("支出表", "支出表")))
    assert len(document.tables) == 2


def test_another_header_without_a_title_begins_another_table(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.table([*HEADER, *BODY])
    paper.page()
    staff = [["单位名称", "单位性质", "经费保障形式"], ["商务局本级", "行政", "财政拨款"]]
    paper.table(staff)
    assert [grid(table) for table in read_pdf(paper.data()).tables] == [[*HEADER, *BODY], staff]


def test_a_table_after_prose_is_another(new_paper: NewPaper):
    paper = new_paper()
    paper.table([*HEADER, *BODY])
    paper.text(50, 400, "说明：本表反映年度预算。")
    paper.page()
    paper.table([*HEADER, *BODY[:2]])
    assert len(read_pdf(paper.data()).tables) == 2


def test_the_rest_of_a_cell_cut_by_the_page_break_joins_its_row(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.table([["序号", "项目", "金额"], ["1", "电子政务外网运行维护", "9.00"]], widths=[50, 106, 80])
    paper.page()
    paper.table([["", "服务费", ""], ["2", "展会补助", "3.00"]], widths=[50, 106, 80])
    (table,) = read_pdf(paper.data()).tables
    assert grid(table) == [
        ["序号", "项目", "金额"],
        ["1", "电子政务外网运行维护服务费", "9.00"],
        ["2", "展会补助", "3.00"],
    ]


@pytest.mark.parametrize("label", ["二、外交支出", "合计", "2080505"])
def test_a_row_of_its_own_with_blank_amounts_is_not_the_rest_of_a_cell(
    new_paper: NewPaper, grid: Texts, label: str
):
    paper = new_paper()
    paper.table([["项目", "金额"], ["一般公共服务支出费", "9.00"]], widths=[98, 80])
    paper.page()
    paper.table([[label, ""], ["三、国防支出", "3.00"]], widths=[98, 80])
    (table,) = read_pdf(paper.data()).tables
    assert [row[0] for row in grid(table)] == ["项目", "一般公共服务支出费", label, "三、国防支出"]


def test_a_merged_label_goes_on_over_the_page_break(new_paper: NewPaper):
    paper = new_paper()
    for page, texts in enumerate((["数量", "质量"], ["时效", "成本"])):
        for top in (100, 120, 140):
            paper.line(150 if top == 120 else 50, top, 250, top)
        for x in (50, 150, 250):
            paper.line(x, 100, x, 140)
        if page == 0:
            paper.text(60, 112, "产出指标")
        for i, text in enumerate(texts):
            paper.text(155, 104 + 20 * i, text)
        paper.page()
    (table,) = read_pdf(paper.data()).tables
    label = next(cell for cell in table.cells if cell.text == "产出指标")
    assert (label.row, label.row_span, table.row_count) == (0, 4, 4)


@pytest.mark.parametrize(
    "again",
    ["一般公共预算支出表（2）", "续公开05表：一般公共预算支出表", "一般公共预算支出表（续表一）", "续表2"],
)
def test_a_title_with_a_mark_of_continuation_is_no_new_title(new_paper: NewPaper, grid: Texts, again: str):
    paper = new_paper()
    paper.text(50, 20, "公开05表")
    for title, rows in (("一般公共预算支出表", BODY[:3]), (again, BODY[3:])):
        paper.text(200, 40, title, size=14)
        paper.table([*HEADER, *rows])
        paper.page()
    (table,) = read_pdf(paper.data()).tables
    assert grid(table) == [*HEADER, *BODY]


def test_a_note_below_each_page_does_not_end_the_table(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    for rows in ([*HEADER, *BODY[:3]], BODY[3:5], BODY[5:]):
        paper.text(50, paper.table(rows) + 5, "注：本表按照财政部门批复的部门预算编制。")
        paper.page()
    (table,) = read_pdf(paper.data()).tables
    assert grid(table) == [*HEADER, *BODY]


@pytest.mark.parametrize(("factor", "tables"), [(0.9, 1), (0.5, 2)])
def test_a_page_scaled_as_a_whole_goes_on_without_a_header(new_paper: NewPaper, factor: float, tables: int):
    widths = [50.0, 120.0, 70.0, 90.0, 60.0]
    rows = [[f"2011{i:03}", f"第{i}项", "1.00", "2.00", "3.00"] for i in range(6)]
    paper = new_paper()
    paper.table([["编码", "名称", "合计", "基本支出", "项目支出"], *rows[:3]], widths=widths)
    paper.page()
    paper.table(rows[3:], widths=[factor * width for width in widths])
    assert len(read_pdf(paper.data()).tables) == tables


WIDE = [
    ["科目编码", "科目名称", "合计", "基本支出", "项目支出", "上年结转"],
    ["", "合计", "190.00", "90.00", "70.00", "30.00"],
    ["201", "一般公共服务支出", "100.00", "60.00", "40.00", ""],
    ["208", "社会保障和就业支出", "50.00", "30.00", "", "20.00"],
    ["221", "住房保障支出", "40.00", "", "30.00", "10.00"],
]


@pytest.mark.parametrize("over_first", [True, False])
@pytest.mark.parametrize("repeated", [0, 2])
def test_columns_that_go_on_to_the_right_on_other_pages_belong_to_their_rows(
    new_paper: NewPaper, grid: Texts, *, over_first: bool, repeated: int
):
    left, right = [row[:3] for row in WIDE], [[*row[:repeated], *row[3:]] for row in WIDE]
    parts = [left[:3], right[:3], left[3:], right[3:]]
    paper = new_paper()
    for i, rows in enumerate(parts if over_first else [parts[0], parts[2], parts[1], parts[3]]):
        if i == 0:
            paper.text(200, 40, "一般公共预算支出表")
        paper.table(rows)
        paper.page()
    (table,) = read_pdf(paper.data()).tables
    assert grid(table) == WIDE
    last = next(cell for cell in table.cells if cell.text == "10.00")
    assert last.page == 4


def test_figures_after_another_title_are_no_columns_to_the_right(new_paper: NewPaper):
    paper = new_paper()
    for title, rows in (("支出表", [row[:3] for row in WIDE]), ("收入表", [row[3:] for row in WIDE])):
        paper.text(200, 40, title)
        paper.table(rows, widths=[70] * len(rows[0]))
        paper.page()
    assert len(read_pdf(paper.data()).tables) == 2
