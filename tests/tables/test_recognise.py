from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables.made_tables import document, split, table
from warehouse.documents.model import Cell, Document, Line, Notice, Table
from warehouse.tables import recognise
from warehouse.tables.model import Recognition


def _rows(recognition: Recognition) -> list[tuple[str, str, str, str, str]]:
    return [
        (amount.item_code, amount.item_label, amount.column_path, amount.value_text, amount.row_role)
        for amount in recognition.amounts
    ]


def test_coded_rows_know_their_parents() -> None:
    recognition = recognise(
        document(
            "2024年部门预算公开",
            "一般公共预算支出表",
            "单位：万元",
            """
            科目编码|科目名称|合计|基本支出|项目支出
            |合计|3.00|2.00|1.00
            201|一般公共服务支出|3.00|2.00|1.00
            20113|商贸事务|3.00|2.00|1.00
            2011301|行政运行|2.00|2.00|
            2011308|招商引资|1.00||1.00
            """,
        )
    )
    assert [row for row in _rows(recognition) if row[2] == "合计"] == [
        ("", "合计", "合计", "3.00", "total"),
        ("201", "一般公共服务支出", "合计", "3.00", "subtotal"),
        ("20113", "商贸事务", "合计", "3.00", "subtotal"),
        ("2011301", "行政运行", "合计", "2.00", "leaf"),
        ("2011308", "招商引资", "合计", "1.00", "leaf"),
    ]
    assert recognition.amounts[0].amount_yuan == Decimal("30000.00")
    assert (recognition.facts.fiscal_year, recognition.facts.phase, recognition.facts.scope) == (
        2024,
        "budget",
        "department",
    )


@pytest.mark.parametrize(
    "rows",
    [
        """
        科目编码|科目名称|合计|基本支出|项目支出|
        201|一般公共服务支出||9.00|5.00|4.00
        205|教育支出||3.00|1.00|2.00
        """,
        """
        科目编码|科目名称||合计|基本支出|项目支出
        201|一般公共服务支出|9.00|5.00|4.00|
        205|教育支出|3.00|1.00|2.00|
        """,
    ],
)
def test_headers_beside_their_figures_are_moved_where_only_so_totals_add_up(rows: str) -> None:
    recognition = recognise(document("支出总表", "单位：万元", rows))
    assert [(amount.column_path, amount.value_text) for amount in recognition.amounts[:3]] == [
        ("合计", "9.00"),
        ("基本支出", "5.00"),
        ("项目支出", "4.00"),
    ]
    assert [notice.kind for notice in recognition.notices] == ["reading_chosen"]


def test_a_total_that_no_reading_satisfies_is_published_as_printed() -> None:
    rows = "科目编码|科目名称|合计|基本支出|项目支出|\n201|一般公共服务支出||9.00|5.00|3.00"
    recognition = recognise(document("支出总表", "单位：万元", rows))
    assert [(amount.column_path, amount.value_text) for amount in recognition.amounts] == [
        ("基本支出", "9.00"),
        ("项目支出", "5.00"),
        ("", "3.00"),
    ]
    assert recognition.notices == ()


def test_code_parts_that_are_printed_once_go_on() -> None:
    recognition = recognise(
        document(
            "收入总体情况表",
            "单位：万元",
            """
            科目编码|<|<|科目名称|合计
            类|款|项|^|^
            |||合　计|5.00
            201|||一般公共服务支出|5.00
            |40||　信访事务|5.00
            ||01|　　行政运行|2.00
            ||50|　　事业运行|3.00
            """,
        )
    )
    assert [row[0] for row in _rows(recognition)] == ["", "201", "20140", "2014001", "2014050"]
    assert [row[4] for row in _rows(recognition)] == ["total", "subtotal", "subtotal", "leaf", "leaf"]


def test_code_and_name_in_one_cell_are_taken_apart_where_the_header_speaks_of_subjects() -> None:
    recognition = recognise(
        document(
            "一般公共预算支出表", "单位：元", "功能科目名称|支出预算\n合计|1.00\n[201]一般公共服务支出|1.00"
        )
    )
    assert _rows(recognition)[1][:2] == ("201", "一般公共服务支出")


def test_a_second_classification_stands_beside_the_first() -> None:
    recognition = recognise(
        document(
            "2024年一般公共预算基本支出表",
            "单位：万元",
            """
            政府预算支出经济分类科目|<|部门预算支出经济分类科目|<|合计
            科目编码|科目名称|科目编码|科目名称|^
            50101|工资奖金津补贴|30101|基本工资|167.34
            """,
        )
    )
    amount = recognition.amounts[0]
    assert (amount.item_code, amount.item_label) == ("30101", "基本工资")
    assert (amount.item_code_2, amount.item_label_2) == ("50101", "工资奖金津补贴")


def test_units_have_agency_codes_and_are_subtotals_of_their_items() -> None:
    recognition = recognise(
        document(
            "部门支出总体情况表",
            "单位：万元",
            """
            科目编码|<|<|单位代码|单位（科目名称）|合计
            类|款|项|^|^|^
            ||||合计|5.00
            |||044|驻马店市商务局|5.00
            201|13|01||行政运行|5.00
            """,
        )
    )
    unit = recognition.amounts[1]
    assert (unit.item_code, unit.agency_code, unit.item_label, unit.row_role) == (
        "",
        "044",
        "驻马店市商务局",
        "subtotal",
    )


def test_ordinals_indents_and_of_which_give_roles() -> None:
    recognition = recognise(
        document(
            "财政拨款“三公”经费支出表",
            "单位：万元",
            """
            项目|合计
            合计|9.00
            一、因公出国（境）费|2.00
            其中：教学科研人员因公出国（境）费|1.00
            其他因公出国（境）费|1.00
            二、公务用车购置及运行费|4.00
            （一）公务用车购置费|3.00
            （二）公务用车运行费|1.00
            三、公务接待费|3.00
            """,
        )
    )
    assert [row[4] for row in _rows(recognition)] == [
        "total",
        "leaf",
        "of_which",
        "of_which",
        "subtotal",
        "leaf",
        "leaf",
        "leaf",
    ]


def test_rows_without_ordinal_between_ordinals_are_parts() -> None:
    recognition = recognise(
        document(
            "收支总表",
            "单位：万元",
            """
            收入|<|支出|<
            项目|预算数|项目|预算数
            一、财政拨款收入|3.00|一、教育支出|5.00
            一般公共预算收入|2.00|二、其他支出|0.00
            政府性基金预算收入|1.00||
            二、事业收入|2.00||
            上年结转|0.00||
            收入总计|5.00|支出总计|5.00
            """,
        )
    )
    assert [
        (amount.item_label, amount.row_role) for amount in recognition.amounts if amount.side == "revenue"
    ] == [
        ("一、财政拨款收入", "subtotal"),
        ("一般公共预算收入", "leaf"),
        ("政府性基金预算收入", "leaf"),
        ("二、事业收入", "leaf"),
        ("上年结转", "leaf"),
        ("收入总计", "total"),
    ]


def test_a_series_that_begins_below_a_row_without_ordinal_is_its_parts() -> None:
    recognition = recognise(
        document(
            "“三公”经费支出预算表",
            "单位：万元",
            """
            项目|合计
            公务接待费|1.00
            公务用车购置及运行费|9.00
            ①公务用车购置费|0.00
            ②公务用车运行维护费|9.00
            合计|10.00
            """,
            "财政拨款收支总表",
            "单位：万元",
            """
            收入|<|支出|<
            项目|金额|项目|金额
            一、一般公共预算拨款|5.00|一、教育支出|7.00
            本年收入合计|5.00||
            年初财政拨款结转和结余|2.00||
            一、一般公共预算拨款|2.00||
            收入总计|7.00|支出总计|7.00
            """,
        )
    )
    roles = [amount.row_role for amount in recognition.amounts if amount.side != "expenditure"]
    assert roles == [
        "leaf",
        "subtotal",
        "leaf",
        "leaf",
        "total",
        "leaf",
        "total",
        "subtotal",
        "leaf",
        "total",
    ]


def test_codes_of_units_give_roles() -> None:
    recognition = recognise(
        document(
            "收入总表",
            "单位：万元",
            "单位代码|单位名称|合计|事业收入\n|合计|5.00|5.00\n101|某局|5.00|5.00\n101001|某局本级|5.00|5.00",
        )
    )
    assert [amount.row_role for amount in recognition.amounts[::2]] == ["total", "subtotal", "leaf"]


def test_blank_gives_no_amount_a_printed_zero_does() -> None:
    recognition = recognise(
        document("支出总表", "单位：万元", "科目名称|合计|基本支出|项目支出\n合计|0|-|\n行政运行|0.00|—|1.00")
    )
    assert [(amount.value_text, amount.amount_yuan) for amount in recognition.amounts] == [
        ("0", Decimal("0.00")),
        ("0.00", Decimal("0.00")),
        ("1.00", Decimal("10000.00")),
    ]


def test_without_a_unit_figures_are_reported_not_guessed() -> None:
    recognition = recognise(document("部门支出总表", "科目名称|合计|基本支出|项目支出\n合计|3.00|2.00|1.00"))
    assert recognition.amounts == ()
    assert recognition.tables[0].unit is None
    assert [(notice.kind, notice.table_ordinal) for notice in recognition.notices] == [("unread_amounts", 1)]
    assert "no unit of money" in recognition.notices[0].detail


def test_figures_that_are_damaged_are_reported() -> None:
    recognition = recognise(
        document(
            "部门支出总表", "单位：万元", "科目名称|合计|基本支出|项目支出\n合计|3.00|2.0 0 1.1|1,00,0.00"
        )
    )
    assert [amount.value_text for amount in recognition.amounts] == ["3.00"]
    assert "2.001.1" in recognition.notices[0].detail


def test_a_table_of_no_known_type_keeps_its_cells_and_its_amounts() -> None:
    recognition = recognise(document("政府网站工作年度报表", "单位：万元", "事宜|经费合计\n运行维护|12.00"))
    assert recognition.tables[0].table_type == "unrecognised"
    assert [cell.text for cell in recognition.cells] == ["事宜", "经费合计", "运行维护", "12.00"]
    assert recognition.amounts[0].amount_yuan == Decimal("120000.00")
    assert recognition.notices[0].kind == "unrecognised_table"


@pytest.mark.parametrize("header", ["", "科目编码|科目名称|合计|基本支出|项目支出\n"])
def test_parts_of_a_table_take_header_title_and_unit_from_the_part_before(header: str) -> None:
    recognition = recognise(
        document(
            "2026年部门支出总体情况表",
            "单位：万元",
            "科目编码|科目名称|合计|基本支出|项目支出\n|合计|3.00|2.00|1.00\n201|一般公共服务支出|3.00|2.00|1.00",
            "— 12 —",
            split(f"{header}20113|商贸事务|3.00|2.00|1.00"),
        )
    )
    part = recognition.tables[1]
    assert (part.table_type, part.table_title, part.unit) == (
        "expenditure_summary",
        "2026年部门支出总体情况表",
        "万元",
    )
    assert part.continues_ordinal == 1
    assert [amount.column_path for amount in recognition.amounts if amount.table_ordinal == 2] == [
        "合计",
        "基本支出",
        "项目支出",
    ]


@pytest.mark.parametrize("title", ["2026年部门支出总体情况表（续）", "2026年部门支出总体情况表"])
def test_a_title_printed_again_over_the_rest_begins_no_new_table(title: str) -> None:
    header = "科目编码|科目名称|合计|基本支出|项目支出\n"
    recognition = recognise(
        document(
            "2026年部门支出总体情况表",
            "单位：万元",
            split(f"{header}|合计|3.00|2.00|1.00"),
            title,
            "单位：万元",
            split(f"{header}201|一般公共服务支出|3.00|2.00|1.00"),
        )
    )
    assert [table.continues_ordinal for table in recognition.tables] == [None, 1]
    assert {table.table_title for table in recognition.tables} == {"2026年部门支出总体情况表"}


def test_the_same_form_of_another_unit_is_a_table_of_its_own() -> None:
    header = "科目编码|科目名称|合计|基本支出|项目支出\n"
    blocks = [
        block
        for unit in ("甲局", "乙局")
        for block in (
            "部门支出总表",
            f"单位名称：某市{unit}",
            "单位：万元",
            split(f"{header}|合计|3.00|2.00|1.00\n201|一般公共服务支出|3.00|2.00|1.00"),
        )
    ]
    recognition = recognise(document(*blocks))
    assert [table.continues_ordinal for table in recognition.tables] == [None, None]
    assert [table.agency_name for table in recognition.tables] == ["某市甲局", "某市乙局"]
    assert recognition.facts.agency_name is None


def test_the_name_of_a_sheet_is_the_title_where_there_is_no_other() -> None:
    made = replace(split("项目|预算数（元）\n因公出国（境）费|0\n公务接待费|10,000"), sheet="表7“三公”经费")
    recognition = recognise(Document("xlsx", (made,)))
    assert (recognition.tables[0].table_type, recognition.tables[0].table_title) == (
        "three_public",
        "“三公”经费",
    )
    assert [amount.amount_yuan for amount in recognition.amounts] == [Decimal("0.00"), Decimal("10000.00")]


TEXTS = st.sampled_from(
    [
        "",
        "合计",
        "项目",
        "科目编码",
        "科目名称",
        "金额",
        "收入",
        "支出",
        "1,880.86",
        "-",
        "201",
        "类",
        "款",
        "栏次",
        "1",
        "项目名称",
        "一级指标",
        "三级指标",
        "指标值",
        "资金支出计划（%）",
        "其中：",
        "预算数",
        "绩效目标",
        "单位：万元",
        "<",
        "^",
    ]
)


@given(st.lists(st.lists(TEXTS, min_size=4, max_size=4), min_size=1, max_size=8), st.lists(TEXTS, max_size=3))
def test_no_table_is_too_strange(rows: list[list[str]], above: list[str]) -> None:
    rows[0] = ["" if text in {"<", "^"} else text for text in rows[0]]
    plain = [["" if text in {"<", "^"} else text for text in row] for row in rows]
    try:
        made = table(rows)
    except ValueError:
        made = table(plain)
    recognition = recognise(document(*(line for line in above if "|" not in line), made))
    assert len(recognition.tables) == 1
    assert len(recognition.cells) == len(made.cells)
    for amount in recognition.amounts:
        assert amount.amount_yuan == amount.amount_yuan.quantize(Decimal("0.01"))
        assert amount.unit == "万元"


def test_roles_and_code_parts_take_the_parts_of_a_table_together() -> None:
    header = "科目编码|<|<|科目名称|合计\n类|款|项|^|^\n"
    recognition = recognise(
        document(
            "2026年部门支出总体情况表",
            "单位：万元",
            split(f"{header}|||合计|3.00\n201|||一般公共服务支出|3.00\n|13||商贸事务|3.00"),
            split(f"{header}||01|行政运行|2.00\n||08|招商引资|1.00"),
        )
    )
    assert [(amount.item_code, amount.row_role) for amount in recognition.amounts] == [
        ("", "total"),
        ("201", "subtotal"),
        ("20113", "subtotal"),
        ("2011301", "leaf"),
        ("2011308", "leaf"),
    ]


@pytest.mark.parametrize(
    ("below", "note"),
    [
        (["注：本表无数据"], "注：本表无数据"),
        (["备注：本表仅含当年财政拨款"], None),
        (["国有资本经营预算支出表", "我单位没有国有资本经营预算支出"], None),
    ],
)
def test_notes_of_emptiness_stand_right_below(below: list[str], note: str | None) -> None:
    recognition = recognise(
        document("政府性基金预算支出表", "单位：万元", "科目名称|合计|基本支出\n合计||", *below)
    )
    assert recognition.tables[0].empty_note == note


def test_a_merged_amount_is_one_amount() -> None:
    cells = (
        *(Cell(0, col, text) for col, text in enumerate(["项目名称", "采购物品名称", "预算金额"])),
        Cell(1, 0, "设备更新", row_span=2),
        Cell(1, 1, "办公桌"),
        Cell(1, 2, "40.53", row_span=2),
        Cell(2, 1, "办公椅"),
    )
    recognition = recognise(
        Document("docx", (Line("政府采购预算表"), Line("单位：万元"), Table(3, 3, cells)))
    )
    assert [(amount.row, amount.item_label) for amount in recognition.amounts] == [(1, "设备更新")]
    assert [line.item_name for line in recognition.procurement] == ["办公桌", "办公椅"]


def test_procurement_assets_and_units_are_lines() -> None:
    recognition = recognise(
        document(
            "部门政府采购预算",
            "单位：万元",
            """
            政府采购项目来源|<|采购物品名称|政府采购目录序号|计量单位|数量|单价|政府采购金额|<
            项目名称|预算资金|^|^|^|^|^|合计|一般公共预算拨款
            合计|||||||0.82|0.82
            日常公用经费|40.53|复印纸|A05040101|箱|68|0.01|0.82|0.82
            """,
            "部门固定资产占用情况表",
            "项目|数量|价值（金额单位：万元）\n资产总额|4|43.99\n2、车辆（台、辆）|3|43.99",
            "部门机构设置情况",
            "单位名称|单位性质|单位规格|经费保障形式\n市工信局本级|行政|正处级|财政拨款",
        )
    )
    line = recognition.procurement[1]
    assert (line.project_name, line.item_name, line.catalogue_code) == ("日常公用经费", "复印纸", "A05040101")
    assert (line.measure_unit, line.quantity, line.unit_price_yuan) == ("箱", Decimal(68), Decimal("100.00"))
    assert line.amount_yuan == Decimal("8200.00")
    assert recognition.procurement[0].row_role == "total"
    assert [(asset.item_label, asset.quantity, asset.row_role) for asset in recognition.assets] == [
        ("资产总额", Decimal(4), "total"),
        ("2、车辆（台、辆）", Decimal(3), "leaf"),
    ]
    unit = recognition.organisations[0]
    assert (unit.unit_name, unit.unit_nature, unit.unit_rank, unit.funding_form) == (
        "市工信局本级",
        "行政",
        "正处级",
        "财政拨款",
    )
    assert "68" not in {amount.value_text for amount in recognition.amounts}


def test_lists_of_procurement_go_from_kinds_to_goods_in_several_columns() -> None:
    recognition = recognise(
        document(
            "政府采购支出表",
            "单位：万元",
            """
            采购品目大类|专项名称|经济科目|采购品目名称|采购组织形式|总计
            合计|||||5.00
            一、货物A|||||5.00
            |办公设备更新|办公设备购置|||5.00
            |||便携式计算机|分散自行组织|5.00
            """,
        )
    )
    assert [(amount.item_label, amount.row_role) for amount in recognition.amounts] == [
        ("合计", "total"),
        ("一、货物A", "subtotal"),
        ("办公设备购置", "subtotal"),
        ("便携式计算机", "leaf"),
    ]


def test_notices_of_the_reader_and_lines_are_kept() -> None:
    read = Document("pdf", (Line("目录", page=1),), 1, (Notice("watermark", "仅供内部审核", 1),))
    recognition = recognise(read)
    assert [(notice.kind, notice.detail) for notice in recognition.notices] == [("watermark", "仅供内部审核")]
    assert [line.text for line in recognition.lines] == ["目录"]
    assert recognition.facts.fiscal_year is None


def test_recognition_is_a_pure_function() -> None:
    made = document(
        "收支总表", "单位：万元", "收入|<|支出|<\n项目|预算数|项目|预算数\n收入总计|1.00|支出总计|1.00"
    )
    assert recognise(made) == recognise(made)
