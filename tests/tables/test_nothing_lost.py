"""What is not understood lands with its text and cells and is reported; what is not said is not guessed."""

from __future__ import annotations

from tests.tables.made_tables import document
from warehouse.tables import recognise
from warehouse.tables.model import Recognition

_PLAN = (
    "项目|全年预算|一季度|二季度\n人员经费|40.00|20.00|20.00\n公用经费|8.00|4.00|4.00\n合计|48.00|24.00|24.00"
)


def _kinds(recognition: Recognition) -> list[str]:
    return [notice.kind for notice in recognition.notices]


def test_a_table_of_no_known_type_lands_with_title_cells_and_amounts() -> None:
    recognition = recognise(document("2024年部门用款计划表", "单位：万元", _PLAN))
    (table,) = recognition.tables
    assert (table.table_type, table.table_title) == ("unrecognised", "2024年部门用款计划表")
    assert len(recognition.cells) == 16
    assert len(recognition.amounts) == 9
    assert {amount.table_type for amount in recognition.amounts} == {"unrecognised"}
    assert _kinds(recognition) == ["unrecognised_table"]
    assert "2024年部门用款计划表" in recognition.notices[0].detail


def test_a_table_without_title_or_known_headers_is_unrecognised() -> None:
    recognition = recognise(document("（单位：万元）", "甲|乙\n丙|1.00\n丁|2.00"))
    assert [table.table_type for table in recognition.tables] == ["unrecognised"]
    assert [cell.text for cell in recognition.cells] == ["甲", "乙", "丙", "1.00", "丁", "2.00"]
    assert _kinds(recognition) == ["unrecognised_table"]


def test_without_a_unit_there_are_no_amounts_and_each_figure_is_reported() -> None:
    recognition = recognise(document("部门收入总表", "单位名称|合计\n某局|3.00\n合计|3.00"))
    assert recognition.tables[0].unit is None
    assert recognition.amounts == ()
    assert [cell.text for cell in recognition.cells][-1] == "3.00"
    assert [(notice.kind, notice.detail) for notice in recognition.notices] == [
        (
            "unread_amounts",
            "2 cells: row 1 column 1 '3.00' has no unit of money; row 2 column 1 '3.00' has no unit of money",
        )
    ]


def test_the_unit_of_one_table_is_not_that_of_another() -> None:
    recognition = recognise(
        document(
            *("部门收入总表", "单位：万元", "单位名称|合计\n某局|3.00"),
            *("部门支出总表", "单位名称|合计|基本支出\n某局|3.00|3.00"),
        )
    )
    assert [table.unit for table in recognition.tables] == ["万元", None]
    assert len(recognition.amounts) == 1


def test_a_part_on_the_next_page_shares_title_and_unit() -> None:
    header = "科目编码|科目名称|合计|基本支出"
    recognition = recognise(
        document(
            *("部门支出总表", "单位：万元"),
            f"{header}\n201|一般公共服务支出|3.00|3.00\n20113|商贸事务|3.00|3.00",
            f"{header}\n2011301|行政运行|3.00|3.00",
        )
    )
    assert [(table.table_title, table.unit, table.continues_ordinal) for table in recognition.tables] == [
        ("部门支出总表", "万元", None),
        ("部门支出总表", "万元", 1),
    ]
    assert [amount.row_role for amount in recognition.amounts[::2]] == ["subtotal", "subtotal", "leaf"]


def test_a_numbered_heading_names_a_table_only_where_nothing_better_does() -> None:
    table = "编码|科目|小计\n220|自然资源海洋气象等支出|6.00"
    heading = "六、一般公共预算支出情况"
    recognition = recognise(document(heading, "单位：万元", table))
    assert [(made.table_type, made.table_title) for made in recognition.tables] == [
        ("general_public_expenditure", heading)
    ]
    recognition = recognise(document(heading, "支出按单位列示如下，其中本级最多。", "单位：万元", table))
    assert [made.table_type for made in recognition.tables] == ["unrecognised"]
