"""Tables that touch each other in one grid are tables of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from warehouse.documents.model import Line, Table
from warehouse.documents.pdf import read_pdf

if TYPE_CHECKING:
    from tests.documents.pdf.paper import Paper

    NewPaper = Callable[[], Paper]
    Texts = Callable[[Table], list[list[str]]]

UPPER = [["科目编码", "科目名称", "预算数"], ["201", "一般公共服务支出", "100.00"], ["", "合计", "100.00"]]
LOWER = [
    ["项目", "合计", "上年", "今年"],
    ["会议费", "3.00", "1.00", "2.00"],
    ["培训费", "4.00", "3.00", "1.00"],
]


def captions(paper: Paper, top: float, *texts: str) -> float:
    """Texts in cells over the whole width; returns the lower edge."""
    for i, text in enumerate(texts):
        paper.box(50, top + 20 * i, 300, 20)
        paper.text(150, top + 4 + 20 * i, text)
    return top + 20 * len(texts)


def test_a_title_and_a_unit_within_a_grid_begin_another_table(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    bottom = paper.table(UPPER, top=captions(paper, 100, "一般公共预算支出表", "单位：万元"))
    start = captions(paper, bottom, "会议费培训费支出表", "单位：元")
    paper.table(LOWER, top=start, widths=[75.0] * 4)
    document = read_pdf(paper.data())
    assert [grid(table) for table in document.tables] == [UPPER, LOWER]
    assert [block.text for block in document.blocks if isinstance(block, Line)] == [
        "一般公共预算支出表",
        "单位：万元",
        "会议费培训费支出表",
        "单位：元",
    ]


def test_the_rest_of_a_table_above_another_joins_its_beginning(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.table(UPPER[:2], top=captions(paper, 740, "一般公共预算支出表", "单位：万元"))
    paper.page()
    bottom = paper.table([["205", "教育支出", "60.00"], *UPPER[2:]], top=50)
    start = captions(paper, bottom, "会议费培训费支出表", "单位：元")
    paper.table(LOWER, top=start, widths=[75.0] * 4)
    assert [grid(table) for table in read_pdf(paper.data()).tables] == [
        [*UPPER[:2], ["205", "教育支出", "60.00"], *UPPER[2:]],
        LOWER,
    ]


def test_a_heading_over_the_whole_width_of_a_form_parts_nothing(new_paper: NewPaper):
    paper = new_paper()
    bottom = paper.table(UPPER)
    paper.table(LOWER, top=captions(paper, bottom, "年度绩效目标"), widths=[75.0] * 4)
    assert len(read_pdf(paper.data()).tables) == 1
