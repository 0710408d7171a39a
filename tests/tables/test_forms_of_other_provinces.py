"""Forms that none of the five documents has: read by their words, as any new form must be."""

from __future__ import annotations

from decimal import Decimal

from tests.tables.made_tables import document
from warehouse.tables import recognise
from warehouse.tables.model import Amount, Recognition


def _find(recognition: Recognition, label: str, path: str) -> Amount:
    (found,) = (
        amount for amount in recognition.amounts if (amount.item_label, amount.column_path) == (label, path)
    )
    return found


def test_a_central_form_compares_with_the_execution_of_the_year_before() -> None:
    recognition = recognise(
        document(
            "部门公开表5",
            "一般公共预算支出表",
            "部门：某部 2024年度 单位：万元",
            """
            功能分类科目|<|2023年执行数|2024年预算数|<|<|2024年预算数比2023年执行数|<
            科目编码|科目名称|^|小计|基本支出|项目支出|增减额|增减%
            201|一般公共服务支出|92,430.002767|100.00|60.00|40.00|-330.02|-0.33
            """,
        )
    )
    table = recognition.tables[0]
    assert (table.table_type, table.fiscal_year) == ("general_public_expenditure", 2024)
    executed = _find(recognition, "一般公共服务支出", "2023年执行数")
    assert (executed.period, executed.amount_yuan) == ("previous_execution", Decimal("924300027.67"))
    assert _find(recognition, "一般公共服务支出", "2024年预算数/小计").nature == "all"
    change = _find(recognition, "一般公共服务支出", "2024年预算数比2023年执行数/增减额")
    assert (change.period, change.amount_yuan) == ("change", Decimal("-3300200.00"))
    assert len(recognition.amounts) == 5


def test_sichuan_prints_units_and_subjects_in_one_column() -> None:
    recognition = recognise(
        document(
            "表1-2",
            "部门支出总表",
            "部门：某市商务局 金额单位：元",
            """
            项目|<|<|<|<|合计|基本支出|项目支出|上缴上级支出|对附属单位补助支出
            科目编码|<|<|单位代码|单位名称（科目）|^|^|^|^|^
            类|款|项|^|^|^|^|^|^|^
            ||||合 计|5,000.00|3,000.00|2,000.00||
            |||301|某市商务局|5,000.00|3,000.00|2,000.00||
            201|13|01|301|　行政运行|3,000.00|3,000.00|||
            201|13|08|301|　招商引资|2,000.00||2,000.00||
            """,
        )
    )
    assert recognition.tables[0].table_type == "expenditure_summary"
    leaf = _find(recognition, "行政运行", "合计")
    assert (leaf.item_code, leaf.agency_code, leaf.row_role, leaf.unit) == ("2011301", "301", "leaf", "元")
    assert _find(recognition, "某市商务局", "合计").row_role == "subtotal"
    assert _find(recognition, "合计", "合计").row_role == "total"


def test_shaanxi_sets_four_lists_side_by_side() -> None:
    recognition = recognise(
        document(
            "部门综合预算收支总表",
            "单位：万元",
            """
            收入|<|支出|<|<|<|<|<
            项目|预算数|支出功能分科目（按大类）|预算数|部门经济科目（按大类）|预算数|政府支出经济分类科目（按大类）|预算数
            一、部门预算|8.00|一、部门预算|8.00|一、部门预算|8.00|一、部门预算|8.00
            1、财政拨款|8.00|1、一般公共服务支出|8.00|1、人员经费和公用经费支出|6.00|1、机关工资福利支出|5.00
            收入总计|8.00|支出总计|8.00|支出总计|8.00|支出总计|8.00
            """,
        )
    )
    assert recognition.tables[0].table_type == "revenue_expenditure_summary"
    assert [(amount.side, amount.item_label) for amount in recognition.amounts[4:8]] == [
        ("revenue", "1、财政拨款"),
        ("expenditure", "1、一般公共服务支出"),
        ("expenditure", "1、人员经费和公用经费支出"),
        ("expenditure", "1、机关工资福利支出"),
    ]


def test_final_accounts_number_lines_and_columns() -> None:
    recognition = recognise(
        document(
            "某市商务局2023年度部门决算",
            "收入支出决算总表",
            "公开01表",
            "部门：某市商务局 金额单位：万元",
            """
            收入|<|<|支出|<|<
            项目|行次|金额|项目|行次|金额
            栏次||1|栏次||2
            一、一般公共预算财政拨款收入|1|2,940.05|一、一般公共服务支出|32|2,106.66
            二、事业收入|2||二、外交支出|33|
            本年收入合计|27|2,940.05|本年支出合计|58|2,106.66
            """,
            "一般公共预算财政拨款基本支出决算表",
            "金额单位：万元",
            """
            人员经费|<|<|公用经费|<|<
            科目编码|科目名称|决算数|科目编码|科目名称|决算数
            301|工资福利支出|95.36|302|商品和服务支出|10.23
            30101|基本工资|95.36|30201|办公费|10.23
            人员经费合计|<|95.36|公用经费合计|<|10.23
            """,
        )
    )
    assert (recognition.facts.fiscal_year, recognition.facts.phase) == (2023, "final_account")
    assert recognition.tables[0].header_row_count == 3
    assert [(amount.side, amount.value_text, amount.row_role) for amount in recognition.amounts[:4]] == [
        ("revenue", "2,940.05", "leaf"),
        ("expenditure", "2,106.66", "leaf"),
        ("revenue", "2,940.05", "total"),
        ("expenditure", "2,106.66", "total"),
    ]
    paid = _find(recognition, "办公费", "公用经费/决算数")
    assert (paid.item_code, paid.nature, paid.period, paid.side) == (
        "30201",
        "public",
        "current_execution",
        None,
    )


def test_hunan_and_others_print_header_and_total_in_one_row() -> None:
    recognition = recognise(
        document(
            "收入决算表",
            "单位：万元",
            """
            项目|<|<|<|本年收入合计|财政拨款收入|其他收入
            功能分类科目编码|<|<|科目名称|^|^|^
            类|款|项|合计|2,946.25|2,940.05|6.20
            201|||一般公共服务支出|2,946.25|2,940.05|6.20
            """,
        )
    )
    total = _find(recognition, "合计", "本年收入合计")
    assert (total.item_code, total.row_role, total.fund_type) == ("", "total", "all")
    assert _find(recognition, "一般公共服务支出", "其他收入").item_code == "201"


def test_names_may_go_from_general_to_special_in_two_columns() -> None:
    recognition = recognise(
        document(
            "收入预算总表",
            "单位：万元",
            "项目名称|<|金额\n收入总计|<|9.00\n一般公共预算资金|小计|8.00\n^|专项收入|8.00",
        )
    )
    assert [(amount.item_label, amount.row_role) for amount in recognition.amounts] == [
        ("收入总计", "total"),
        ("小计", "subtotal"),
        ("专项收入", "leaf"),
    ]


def test_a_document_unit_counts_where_the_text_declares_it() -> None:
    recognition = recognise(
        document(
            "说明：本套表金额单位均为万元。",
            "部门收入总表",
            "单位名称|合计|财政拨款收入|事业收入\n某局|3.00|2.00|1.00",
        )
    )
    assert [amount.amount_yuan for amount in recognition.amounts] == [
        Decimal("30000.00"),
        Decimal("20000.00"),
        Decimal("10000.00"),
    ]
    assert "text, for all tables" in recognition.tables[0].reason


def test_labels_under_a_blank_header_are_labels() -> None:
    recognition = recognise(
        document(
            "“三公”经费支出表",
            "单位：万元",
            "|2023年预算数|2024年预算数\n因公出国（境）费|1.00|2.00\n公务接待费|3.00|4.00",
        )
    )
    assert [(amount.item_label, amount.period) for amount in recognition.amounts] == [
        ("因公出国（境）费", "previous_budget"),
        ("因公出国（境）费", "current_budget"),
        ("公务接待费", "previous_budget"),
        ("公务接待费", "current_budget"),
    ]


def test_units_that_follow_each_other_are_told_by_their_headings() -> None:
    body = "项目|金额\n一、拨款|5.00\n收入合计|5.00"
    recognition = recognise(
        document(
            "一、某市商务局2024年部门预算",
            "收入总表",
            "单位：万元",
            body,
            "支出总表",
            "单位：万元",
            body,
            "二、某市投资促进中心2024年单位预算",
            "收入总表",
            "单位：万元",
            body,
        )
    )
    assert [table.agency_name for table in recognition.tables] == [
        "某市商务局",
        "某市商务局",
        "某市投资促进中心",
    ]


def test_a_title_may_share_its_line_with_number_and_unit() -> None:
    recognition = recognise(
        document("表1　部门收支总表　　单位：万元", "项目|预算数\n一、拨款|5.00\n收入总计|5.00")
    )
    (table,) = recognition.tables
    assert (table.table_type, table.table_title, table.unit) == (
        "revenue_expenditure_summary",
        "部门收支总表",
        "万元",
    )


def test_rows_may_be_periods_and_rates_where_the_items_are_the_headers() -> None:
    recognition = recognise(
        document(
            "“三公”经费预算表",
            "单位：万元",
            """
            项目|合计|因公出国（境）费|公务接待费
            2023年预算|5.00|1.00|4.00
            2024年预算|4.00|0.50|3.50
            增减额|-1.00|-0.50|-0.50
            增减%|-20.00|-50.00|-12.50
            """,
        )
    )
    assert [(amount.value_text, amount.period) for amount in recognition.amounts[::3]] == [
        ("5.00", "previous_budget"),
        ("4.00", "current_budget"),
        ("-1.00", "change"),
    ]
    assert len(recognition.amounts) == 9
