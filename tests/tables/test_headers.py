from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables.made_tables import grid
from warehouse.documents.model import Cell
from warehouse.tables.header_rows import find_header_rows, numbers_columns
from warehouse.tables.headers import read_header

FUNDS = ["一般公共预算", "政府性基金预算", "国有资本经营预算", "财政专户管理资金", "单位资金"]
NATURES = ["基本支出", "项目支出", "经营支出", "上缴上级支出"]


def _columns(text: str, **known: object) -> list[tuple[str, str]]:
    return [(column.path, column.role) for column in read_header(grid(text), **known).columns]  # type: ignore[arg-type]


def test_merged_headers_join_and_column_numbers_are_left_out() -> None:
    header = read_header(
        grid("""
            序号|功能分类科目|<|合计|本年收入|<|上年结转
            ^|科目编码|科目名称|^|小计|财政拨款收入|^
            栏次|1|2|3|4|5|6
            1||合计|3771.28|3771.28|3771.28|
        """)
    )
    assert header.row_count == 3
    assert [column.path for column in header.columns] == [
        "序号",
        "功能分类科目/科目编码",
        "功能分类科目/科目名称",
        "合计",
        "本年收入/小计",
        "本年收入/财政拨款收入",
        "上年结转",
    ]
    assert [column.role for column in header.columns] == ["ordinal", "code", "name", *["amount"] * 4]
    assert [column.fund_type for column in header.columns[3:]] == [
        "all",
        "all",
        "fiscal_appropriation",
        "carryover",
    ]


def test_three_header_rows_and_two_code_parts() -> None:
    assert _columns("""
        科目编码|<|<|单位代码|单位（科目名称）|合计|基本支出|<|<|项目支出
        类|款|项|^|^|^|小计|人员经费|<|^
        ^|^|^|^|^|^|^|工资福利支出|对个人和家庭的补助|^
        201|13|01||行政运行|520.02|520.02|444.01|10.66|
    """) == [
        ("科目编码/类", "code_class"),
        ("科目编码/款", "code_group"),
        ("科目编码/项", "code_item"),
        ("单位代码", "agency_code"),
        ("单位（科目名称）", "name"),
        ("合计", "amount"),
        ("基本支出/小计", "amount"),
        ("基本支出/人员经费/工资福利支出", "amount"),
        ("基本支出/人员经费/对个人和家庭的补助", "amount"),
        ("项目支出", "amount"),
    ]


def test_natures_come_from_the_path() -> None:
    columns = read_header(
        grid("""
            科目名称|总计|基本支出|<|<|项目支出|事业单位经营支出
            ^|^|小计|人员经费|公用经费|^|^
            合计|3.00|2.00|1.00|1.00|1.00|
        """)
    ).columns
    assert [column.nature for column in columns[1:]] == [
        "all",
        "basic",
        "personnel",
        "public",
        "project",
        "operating",
    ]
    assert [column.fund_type for column in columns[1:]] == [None] * 6


@pytest.mark.parametrize(
    ("header", "year", "phase", "period"),
    [
        ("2024年预算数", 2024, "budget", "current_budget"),
        ("2025年预算数", 2026, "budget", "previous_budget"),
        ("2025年执行数", 2026, "budget", "previous_execution"),
        ("2024年", 2024, "budget", "current_budget"),
        ("2024年", 2024, "final_account", "current_execution"),
        ("2024年预算数", None, None, "current_budget"),
        ("2019年预算数", 2024, "budget", None),
        ("决算数", 2024, "final_account", "current_execution"),
        ("年初预算数", 2024, "final_account", "current_initial_budget"),
        ("全年预算数", 2024, "final_account", "current_adjusted_budget"),
        ("上年预算数", 2024, "budget", "previous_budget"),
        ("金额", 2024, "budget", None),
    ],
)
def test_periods_are_set_against_the_fiscal_year(
    header: str, year: int | None, phase: str | None, period: str | None
) -> None:
    columns = read_header(grid(f"项目|{header}\n合计|1.00"), fiscal_year=year, phase=phase).columns
    assert columns[1].period == period


def test_two_lists_side_by_side_have_sides() -> None:
    columns = read_header(
        grid("""
            收入|<|支出|<|<
            项目|预算数|项目|合计|一般公共预算
            一、本年收入|5.00|一、本年支出|5.00|5.00
        """)
    ).columns
    assert [(column.group, column.side) for column in columns] == [
        (0, "revenue"),
        (0, "revenue"),
        (1, "expenditure"),
        (1, "expenditure"),
        (1, "expenditure"),
    ]


def test_the_same_list_twice_has_no_sides() -> None:
    columns = read_header(
        grid("""
            经济分类科目编码|科目名称|决算数|经济分类科目编码|科目名称|决算数
            301|工资福利支出|95.36|302|商品和服务支出|10.23
        """)
    ).columns
    assert [column.group for column in columns] == [0, 0, 0, 1, 1, 1]
    assert {column.side for column in columns} == {None}


def test_units_in_headers_and_quantities_are_no_amounts() -> None:
    columns = read_header(
        grid("项目|数量|单价|价值（金额单位：万元）|占比（%）\n2、车辆（台、辆）|3|14.66|43.99|3.7")
    ).columns
    assert [column.role for column in columns] == ["name", "quantity", "unit_price", "amount", "percent"]
    assert columns[3].unit == "万元"


def test_captions_inside_the_grid_are_no_header() -> None:
    rows = find_header_rows(
        grid("""
            收支预算总表|<|<|<
            322商务部门|预算年度：2024|<|单位：万元
            收入|<|支出|<
            项目|预算数|项目|预算数
            收入总计|1.00|支出总计|1.00
        """)
    )
    assert (rows.first, rows.end) == (2, 4)


def test_items_may_head_the_columns_of_a_single_row() -> None:
    assert _columns("""
        “三公”经费合计|因公出国（境）费|公务用车购置及运行费|<|<|公务接待费
        ^|^|小计|公务用车购置费|公务用车运行费|^
        5.10||2.60||2.60|2.50
    """)[2:4] == [("公务用车购置及运行费/小计", "amount"), ("公务用车购置及运行费/公务用车购置费", "amount")]


def test_a_part_without_header_has_none() -> None:
    rows = find_header_rows(grid("20702|文物|15,384.15|12,068.20\n2070204|文物保护|2,803.29|"))
    assert rows.first == rows.end == 0


@pytest.mark.parametrize("text", ["栏次|1|2|3", "1|2|3|4", "**|1|2|3", "A|1|2=3+4|3", "档次||1|2"])
def test_rows_that_only_number_the_columns(text: str) -> None:
    assert numbers_columns(grid(text)[0])


@pytest.mark.parametrize("text", ["1|一、一般公共预算拨款收入|3769.83", "合计|7|7", "1|5|9"])
def test_rows_of_data_do_not_number_the_columns(text: str) -> None:
    assert not numbers_columns(grid(text)[0])


@given(
    st.lists(st.sampled_from(FUNDS), min_size=2, max_size=4, unique=True),
    st.lists(st.sampled_from(NATURES), min_size=2, max_size=4, unique=True),
    st.booleans(),
    st.lists(st.decimals(min_value=0, max_value=10**6, places=2), min_size=1, max_size=5),
)
def test_headers_of_any_two_groups_end_where_the_data_begins(
    funds: list[str], natures: list[str], numbered: bool, values: list[Decimal]
) -> None:
    width = 2 + len(funds) + len(natures)
    lines = [
        ["科目编码", "科目名称", "资金", *["<"] * (len(funds) - 1), "支出", *["<"] * (len(natures) - 1)],
        ["^", "^", *funds, *natures],
    ]
    if numbered:
        lines.append(["栏次", *(str(number) for number in range(1, width))])
    body = [["2010301", "行政运行", *[f"{value:,.2f}"] * (width - 2)] for value in values]
    header = read_header(grid("\n".join("|".join(line) for line in lines + body)))
    assert header.row_count == len(lines)
    assert [column.path for column in header.columns[2:]] == [f"资金/{fund}" for fund in funds] + [
        f"支出/{nature}" for nature in natures
    ]


def test_column_numbers_are_known_though_one_of_them_was_misread():
    def read(text: str, confidence: float | None) -> list[Cell]:
        return [replace(cell, confidence=confidence) for cell in grid(text)[0]]

    assert numbers_columns(read(".2|1|2|3|4|5", 0.9))
    assert numbers_columns(read("栏次|1|2U|3|4|5", 0.9))
    assert not numbers_columns(read("栏次|1|2U|3|4|5", None))
    assert not numbers_columns(read("小学|1|4|3|7|5", 0.9))
