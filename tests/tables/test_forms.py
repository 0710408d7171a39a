from __future__ import annotations

from decimal import Decimal

from tests.tables.made_tables import document
from warehouse.tables import recognise


def test_a_form_of_shandong_with_sections_and_relations() -> None:
    recognition = recognise(
        document(
            "政策和项目预算绩效目标表",
            "(2026年度)",
            """
            项目名称|<|审计业务经费|<|<
            主管部门及代码|<|231_烟台市审计局|实施单位|烟台市审计局本级
            项目资金（万元）|年度预算资金总额：|31.00|<|<
            ^|其中：财政拨款|0.00|<|<
            ^|其他资金|31.00|<|<
            年度绩效目标|完成审计项目|<|<|<
            一级指标|二级指标|三级指标|指标性质|指标值
            产出指标|数量指标|审计单位个数|≥|1个
            ^|质量指标|报告合格率|≥|95%
            """,
        )
    )
    project = recognition.projects[0]
    assert (project.project_name, project.agency_code, project.agency_name) == (
        "审计业务经费",
        "231",
        "烟台市审计局本级",
    )
    assert (project.budget_yuan, project.fiscal_yuan, project.other_yuan) == (
        Decimal("310000.00"),
        Decimal("0.00"),
        Decimal("310000.00"),
    )
    assert project.goal == "完成审计项目"
    assert [(line.level_1, line.level_2, line.target_text) for line in recognition.indicators] == [
        ("产出指标", "数量指标", "≥1个"),
        ("产出指标", "质量指标", "≥95%"),
    ]
    assert [(amount.column_path, amount.value_text) for amount in recognition.amounts] == [
        ("项目资金（万元）/年度预算资金总额：", "31.00"),
        ("项目资金（万元）/其中：财政拨款", "0.00"),
        ("项目资金（万元）/其他资金", "31.00"),
    ]


def test_several_forms_in_one_table_are_several_projects() -> None:
    form = (
        "项目编码|{code}|项目名称|{name}\n"
        "预算数|{money}|其中：财政资金|{money}\n"
        "一级指标|二级指标|三级指标|指标值\n"
        "产出指标|数量指标|次数|{target}"
    )
    recognition = recognise(
        document(
            "项目绩效目标表",
            "单位：元",
            "\n".join(
                form.format(code=code, name=name, money=money, target=target)
                for code, name, money, target in [
                    ("A1", "执法", "60000.00", "10次"),
                    ("A2", "宣传", "5000.00", "2场"),
                ]
            ),
        )
    )
    assert [(project.pro_code, project.budget_yuan) for project in recognition.projects] == [
        ("A1", Decimal("60000.00")),
        ("A2", Decimal("5000.00")),
    ]
    assert [(line.pro_code, line.target_text) for line in recognition.indicators] == [
        ("A1", "10次"),
        ("A2", "2场"),
    ]


def test_payment_plans_keep_what_is_printed_and_are_no_amounts() -> None:
    recognition = recognise(
        document(
            "1、专项补助绩效目标表",
            "单位：万元",
            """
            项目编码|13030324P002884100854|<|项目名称|专项补助
            预算规模及资金用途|预算数|71.80|其中：财政资金|71.80
            ^|保障经费按时拨付|<|<|<
            资金支出计划（%）|3月底|6月底|10月底|12月底
            ^|18.95||56.85|75.80
            绩效目标|1.保障经费|<|<|<
            """,
            "一级指标|二级指标|三级指标|绩效指标描述|指标值|指标值确定依据\n产出指标|数量指标|人数|支付人数|12人|计划",
        )
    )
    project = recognition.projects[0]
    assert project.plan_header == "资金支出计划（%）"
    assert project.plan_texts == ("18.95", "", "56.85", "75.80")
    assert project.purpose == "保障经费按时拨付"
    assert [amount.value_text for amount in recognition.amounts] == ["71.80", "71.80"]
    assert [(line.project_name, line.target_text) for line in recognition.indicators] == [
        ("专项补助", "12人")
    ]
    assert recognition.tables[1].table_type == "project_performance"


def test_the_rest_of_a_cell_cut_by_a_page_break_belongs_to_the_indicator_above() -> None:
    recognition = recognise(
        document(
            "项目绩效目标表",
            """
            一级指标|二级指标|三级指标|绩效指标描述|指标值|指标值确定依据
            产出指标|时效指标|报送时限|完成数据报|月后30日前|冀财建（2023）245号关于
            ^|||送时限||提前下达的通知
            ^|成本指标|补助|费用|≤100元|年初预算
            """,
        )
    )
    assert [(line.level_2, line.description, line.basis) for line in recognition.indicators] == [
        ("时效指标", "完成数据报送时限", "冀财建（2023）245号关于提前下达的通知"),
        ("成本指标", "费用", "年初预算"),
    ]


def test_a_list_of_projects_with_indicators_under_one_header() -> None:
    recognition = recognise(
        document(
            "2025年项目支出绩效目标表",
            "单位：万元",
            """
            单位编码|单位（项目）名称|资金总额|绩效目标|绩效指标|<|<|<|<
            ^|^|^|^|一级指标|三级指标|指标值|度量单位|指标值类型
            |合计|40.00||||||
            106001|长沙市公安局|40.00||||||
            106001|　安全保护经费|40.00|保障安全|产出指标|检查次数|1|次|≥
            ^|^|^|^|^|排查率|100|%|=
            """,
        )
    )
    assert [
        (project.project_name, project.budget_yuan, project.goal) for project in recognition.projects
    ] == [("安全保护经费", Decimal("400000.00"), "保障安全")]
    assert [(line.project_name, line.level_1, line.target_text) for line in recognition.indicators] == [
        ("安全保护经费", "产出指标", "≥1次"),
        ("安全保护经费", "产出指标", "=100%"),
    ]
    assert [amount.row_role for amount in recognition.amounts] == ["total", "subtotal", "leaf"]


def test_figures_of_a_form_that_cannot_be_read_are_reported() -> None:
    recognition = recognise(
        document(
            "项目绩效目标表", "单位：万元", "项目名称|商务发展专项\n当年预算|,46794.00\n绩效目标|平稳运行"
        )
    )
    assert recognition.amounts == ()
    assert recognition.projects[0].budget_yuan is None
    assert "',46794.00' is no amount" in recognition.notices[0].detail


def test_a_payment_plan_that_says_money_holds_amounts() -> None:
    recognition = recognise(
        document(
            "项目绩效目标表",
            """
            项目编码|A1|<|项目名称|补助
            资金支出计划（万元）|3月底|6月底|10月底|12月底
            ^|1.00||2.00|3.00
            绩效目标|保障|<|<|<
            """,
        )
    )
    assert [(amount.column_path, amount.amount_yuan) for amount in recognition.amounts] == [
        ("资金支出计划（万元）/3月底", Decimal("10000.00")),
        ("资金支出计划（万元）/10月底", Decimal("20000.00")),
        ("资金支出计划（万元）/12月底", Decimal("30000.00")),
    ]


def test_the_form_of_shanxi_sets_two_targets_side_by_side() -> None:
    recognition = recognise(
        document(
            "忻州市市级预算部门（单位）项目支出绩效目标表",
            "(2024年度)",
            """
            项目名称|<|遗属补助|<|<|<|<|<
            主管部门及代码|<|409-忻州市商务局|<|实施单位|<|忻州市商务局|<
            项目属性|<|一次性项目（1年结束）|<|项目期|<|1年|<
            项目资金（元）|实施期资金总额：|60,100|<|年度资金总额：|<|60,100|<
            ^|其中：中央财政资金|0|<|其中：中央财政资金|<|0|<
            ^|单位自筹||<|单位自筹|<||<
            总体目标|按时足额发放|<|<|按时足额发放|<|<|<
            绩效指标|一级指标|二级指标|三级指标|指标值|二级指标|三级指标|指标值
            ^|产出指标|数量指标|遗属人员人数|6名|数量指标|遗属人员人数|6名
            ^||成本指标|人均金额|<10017元/年|成本指标|人均金额|<9000元/年
            ^|效益指标|经济效益指标|||经济效益指标||
            """.replace("<10017", "＜10017").replace("<9000", "＜9000"),
        )
    )
    project = recognition.projects[0]
    assert (project.project_name, project.agency_code, project.unit) == ("遗属补助", "409", "元")
    assert project.budget_yuan == Decimal("60100.00")
    assert project.goal == "按时足额发放"
    assert [
        (line.level_1, line.level_2, line.level_3, line.target_text) for line in recognition.indicators
    ] == [
        ("产出指标", "数量指标", "遗属人员人数", "6名"),
        ("产出指标", "成本指标", "人均金额", "＜10017元/年"),
        ("产出指标", "成本指标", "人均金额", "＜9000元/年"),
        ("效益指标", "经济效益指标", "", ""),
    ]
    assert [amount.value_text for amount in recognition.amounts] == ["60,100", "60,100", "0", "0"]


def test_the_summary_of_henan_sets_kinds_of_indicators_side_by_side() -> None:
    recognition = recognise(
        document(
            "2024年部门预算项目绩效目标汇总表",
            "部门名称：驻马店市商务局",
            """
            单位编码（项目编码）|项目单位（项目名称）|项目金额（万元）|<|绩效目标|<|<|<
            ^|^|资金总额|政府预算资金|成本指标|<|产出指标|<
            ^|^|^|^|三级指标|指标值|三级指标|指标值
            044||72.50|72.50||||
            044001|驻马店市商务局|37.70|37.70||||
            41170024000000028401|商务政策宣讲经费|37.70|37.70|总成本|≤37.7万元|宣讲次数|≥1次
            ||||||活动出勤率|≥90%
            044007|驻马店市散装水泥发展服务中心|34.80|34.80||||
            41170023000000004826|环境综合整治工作专项经费|34.80|34.80|人力成本|≤20万元|入网数量|合格
            """,
        )
    )
    assert recognition.tables[0].table_type == "performance_summary"
    assert [
        (project.pro_code, project.project_name, project.budget_yuan) for project in recognition.projects
    ] == [
        ("41170024000000028401", "商务政策宣讲经费", Decimal("377000.00")),
        ("41170023000000004826", "环境综合整治工作专项经费", Decimal("348000.00")),
    ]
    assert [
        (line.project_name[:2], line.level_1, line.level_3, line.target_text)
        for line in recognition.indicators
    ] == [
        ("商务", "成本指标", "总成本", "≤37.7万元"),
        ("商务", "产出指标", "宣讲次数", "≥1次"),
        ("商务", "产出指标", "活动出勤率", "≥90%"),
        ("环境", "成本指标", "人力成本", "≤20万元"),
        ("环境", "产出指标", "入网数量", "合格"),
    ]
    assert [(amount.agency_code, amount.row_role) for amount in recognition.amounts[::2]] == [
        ("044", "total"),
        ("044001", "subtotal"),
        ("", "leaf"),
        ("044007", "subtotal"),
        ("", "leaf"),
    ]


def test_a_self_evaluation_prints_money_under_headers_of_its_own() -> None:
    recognition = recognise(
        document(
            "项目支出绩效自评表",
            "（2023年度）",
            """
            项目名称|招商引资专项经费|<|<|<|<|<|<
            主管部门|某市商务局|<|<|实施单位|某市投资促进中心|<|<
            项目资金（万元）||年初预算数|全年预算数|全年执行数|分值|执行率|得分
            ^|年度资金总额|100.00|95.00|90.00|10|94.74%|9.47
            ^|其中：当年财政拨款|100.00|95.00|90.00|—|94.74%|—
            ^|其他资金||||—||—
            年度总体目标|预期目标|<|<|<|实际完成情况|<|<
            ^|完成招商活动12次|<|<|<|完成13次|<|<
            绩效指标|一级指标|二级指标|三级指标|年度指标值|实际完成值|分值|得分
            ^|产出指标|数量指标|招商活动次数|≥12次|13次|20|20
            总分|<|<|<|<|<|100|99.47
            """,
        )
    )
    assert [
        (
            amount.item_label,
            amount.column_path.split("/")[-1],
            amount.value_text,
            amount.row_role,
            amount.period,
        )
        for amount in recognition.amounts
    ] == [
        ("年度资金总额", "年初预算数", "100.00", "total", "current_initial_budget"),
        ("年度资金总额", "全年预算数", "95.00", "total", "current_adjusted_budget"),
        ("年度资金总额", "全年执行数", "90.00", "total", "current_execution"),
        ("其中：当年财政拨款", "年初预算数", "100.00", "of_which", "current_initial_budget"),
        ("其中：当年财政拨款", "全年预算数", "95.00", "of_which", "current_adjusted_budget"),
        ("其中：当年财政拨款", "全年执行数", "90.00", "of_which", "current_execution"),
    ]
    (project,) = recognition.projects
    assert (project.goal, project.agency_name) == ("完成招商活动12次", "某市投资促进中心")
    assert [line.level_3 for line in recognition.indicators] == ["招商活动次数"]
