"""Tables without any rules: columns, rows and nested headers found by where their texts stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from warehouse.documents.model import Table
from warehouse.documents.pdf import read_pdf

if TYPE_CHECKING:
    from tests.documents.pdf.paper import Paper

    NewPaper = Callable[[], Paper]
    Texts = Callable[[Table], list[list[str]]]

CENTRED = [(80, "c"), (190, "c"), (300, "c"), (380, "c"), (460, "c")]
BODY = [(60, "l"), (120, "l"), (330, "r"), (410, "r"), (490, "r")]


def only(paper: Paper) -> Table:
    (table,) = read_pdf(paper.data()).tables
    return table


def test_a_line_of_column_numbers_is_a_row_and_tells_of_blank_columns(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.row([(135, "c"), (380, "c")], 100, ["项目", "本年支出"])
    paper.row(CENTRED, 114, ["科目编码", "科目名称", "小计", "基本支出", "项目支出"])
    paper.row(CENTRED[1:], 128, ["栏次", "1", "2", "3"])
    rows = [
        ["204", "公共安全支出", "420.00", "", "420.00"],
        ["20406", "司法", "420.00", "", "420.00"],
        ["2040604", "基层司法业务", "420.00", "", "420.00"],
    ]
    for i, row in enumerate(rows):
        paper.row(BODY, 142 + 14 * i, row)
    table = only(paper)
    assert grid(table)[1:] == [
        ["科目编码", "科目名称", "小计", "基本支出", "项目支出"],
        ["", "栏次", "1", "2", "3"],
        *rows,
    ]
    spans = {cell.text: (cell.col, cell.col_span) for cell in table.cells if cell.row == 0}
    assert spans == {"项目": (0, 2), "本年支出": (2, 3)}


def test_whole_numbers_under_a_unit_of_money_are_amounts_and_codes_are_none(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.text(420, 80, "单位：元")
    paper.row(CENTRED, 100, ["科目名称", "科目编码", "合计", "基本支出", "项目支出"])
    columns = [(60, "l"), (170, "l"), *BODY[2:]]
    rows = [
        ["住房保障支出", "221", "1200", "900", "300"],
        ["住房改革支出", "22102", "1200", "900", "300"],
        ["住房公积金", "2210201", "900", "900", ""],
    ]
    for i, row in enumerate(rows):
        paper.row(columns, 120 + 20 * i, row)
    assert grid(only(paper)) == [["科目名称", "科目编码", "合计", "基本支出", "项目支出"], *rows]


def test_whole_numbers_without_a_unit_of_money_are_no_table(new_paper: NewPaper):
    paper = new_paper()
    for i in range(5):
        paper.row(BODY, 120 + 20 * i, [f"第{i}章", "部门概况", "12", "34", "56"])
    assert read_pdf(paper.data()).tables == ()


def test_texts_of_cells_whose_edges_meet_are_parted(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.row(
        [(75, "c"), (150, "c"), (222, "c"), (304, "c")],
        100,
        ["款", "名称", "政府性基金预算", "国有资本经营预算"],
    )
    for i, (code, name, amount) in enumerate(
        [
            ("", "其他支出", "1.00"),
            ("60", "彩票公益金安排的支出", "22.00"),
            ("04", "其他彩票公益金支出", "33.00"),
        ]
    ):
        paper.row([(70, "l"), (82, "l"), (257, "r")], 120 + 20 * i, [code, name, amount])
    assert grid(only(paper)) == [
        ["款", "名称", "政府性基金预算", "国有资本经营预算"],
        ["", "其他支出", "1.00", ""],
        ["60", "彩票公益金安排的支出", "22.00", ""],
        ["04", "其他彩票公益金支出", "33.00", ""],
    ]


def test_a_label_right_above_the_middle_one_of_three_is_that_of_all(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    heads = [(70, "c"), (160, "c"), (240, "c"), (320, "c"), (400, "c"), (480, "c"), (560, "c")]
    paper.row([(240, "c"), (480, "c")], 100, ["上年预算数", "本年预算数"])
    paper.row(heads[:1], 106, ["科目名称"])
    paper.row(heads[1:], 112, ["合计", "基本支出", "项目支出", "合计", "基本支出", "项目支出"])
    for i, name in enumerate(("教育支出", "普通教育", "小学教育")):
        body = [(50, "l"), *((x + 20, "r") for x, _ in heads[1:])]
        paper.row(body, 124 + 12 * i, [name, "1.00", "", "1.00", "2.00", "", "2.00"])
    table = only(paper)
    spans = {cell.text: (cell.row, cell.col, cell.col_span) for cell in table.cells if cell.row < 2}
    assert spans["上年预算数"] == (0, 1, 3)
    assert spans["本年预算数"] == (0, 4, 3)
    assert grid(table)[1][1:] == ["合计", "基本支出", "项目支出"] * 2


def test_a_note_right_below_the_last_row_is_no_part_of_its_label(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.row(CENTRED, 100, ["编码", "名称", "合计", "基本支出", "项目支出"])
    for i in range(3):
        paper.row(BODY, 114 + 14 * i, [f"{201 + i}", "教育支出", "3.00", "2.00", "1.00"])
    paper.text(60, 156, "以上为某区水务局2025年度部门预算收入情况")
    assert grid(only(paper))[-1] == ["203", "教育支出", "3.00", "2.00", "1.00"]


def test_numbers_wrapped_in_narrow_columns_are_whole(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.row(CENTRED, 100, ["编码", "名称", "合计", "基本支出", "项目支出"])
    for i in range(3):
        paper.row(BODY, 120 + 24 * i, [f"{201 + i}", "教育支出", "12,345.", "12,000.", "345.00"])
        paper.row([(295, "l"), (375, "l")], 132 + 24 * i, ["67", "67"])
    assert grid(only(paper))[1:] == [
        [code, "教育支出", "12,345.67", "12,000.67", "345.00"] for code in ("201", "202", "203")
    ]


def test_lines_made_of_hyphens_are_no_text(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    rows = [["编码", "名称", "合计", "基本支出", "项目支出"], ["201", "教育支出", "3.00", "2.00", "1.00"]]
    for top in (90, 114, 138):
        paper.text(50, top, "-" * 90)
    paper.row(CENTRED, 102, rows[0])
    paper.row(BODY, 126, rows[1])
    assert grid(only(paper)) == rows


def test_numbers_of_rows_stand_at_either_end_of_their_column(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    heads = ["行次", "科目编码", "科目名称", "合计", "备注"]
    paper.row([(80, "c"), (170, "c"), (290, "c"), (400, "c"), (500, "c")], 100, heads)
    rows = [["1", "212", "城乡社区支出", "18.00", ""], ["2", "21201", "城乡社区管理事务", "18.00", ""]]
    rows.append(["3", "2120101", "行政运行", "11.00", ""])
    for i, row in enumerate(rows):
        paper.row([(116, "r"), (122, "l"), (220, "l"), (440, "r"), (480, "l")], 120 + 20 * i, row)
    assert grid(only(paper)) == [heads, *rows]


def test_parts_of_a_code_beside_numbers_of_columns_are_columns(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.row([(70, "c"), (200, "c"), (300, "c"), (400, "c")], 100, ["编码", "科目名称", "合计", "基本支出"])
    numbers = ["类", "款", "项", "栏次", "1", "2"]
    paper.row([(60, "c"), (85, "c"), (110, "c"), (200, "c"), (300, "c"), (400, "c")], 120, numbers)
    for i, code in enumerate(("201", "203", "204")):
        paper.row(
            [(52, "l"), (150, "l"), (330, "r"), (430, "r")], 140 + 20 * i, [code, "支出", "3.00", "2.00"]
        )
    assert [row for row in grid(only(paper)) if "栏次" in row] == [numbers]
