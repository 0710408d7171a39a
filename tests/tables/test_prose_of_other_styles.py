"""Figures in prose of styles that no sample document has, with every statement that they must give."""

from __future__ import annotations

import pytest

from warehouse.documents.model import Line
from warehouse.tables.prose import statements

_PARAGRAPHS = [
    (
        """
        （一）机关运行经费安排情况。2024年我局机关运行经费财政拨款预算为86.35万元，
        较上年增加3.20万元，增长3.85%，主要原因是人员增加。
        """,
        """
        operating_expenses | 86.35 | 万元 | -
        operating_expenses | 3.20 | 万元 | increase
        operating_expenses | 3.85 | % | increase
        """,
    ),
    (
        """
        2024年“三公”经费财政拨款预算数12.5万元，比2023年预算数减少1.5万元，
        下降10.71%。其中：因公出国（境）费0万元，与上年持平；公务接待费2.5万元，
        比上年减少0.5万元，主要是厉行节约；公务用车购置及运行费10万元（其中：
        公务用车购置费0万元，公务用车运行维护费10万元），比上年减少1万元。
        """,
        """
        three_public | 12.5 | 万元 | -
        three_public | 1.5 | 万元 | decrease
        three_public | 10.71 | % | decrease
        abroad | 0 | 万元 | -
        reception | 2.5 | 万元 | -
        reception | 0.5 | 万元 | decrease
        vehicle | 10 | 万元 | -
        vehicle_purchase | 0 | 万元 | -
        vehicle_running | 10 | 万元 | -
        vehicle | 1 | 万元 | decrease
        """,
    ),
    (
        """
        2024年度政府采购预算总额320.6万元，其中：政府采购货物预算50.6万元、
        政府采购工程预算70万元、政府采购服务预算200万元。
        """,
        """
        procurement | 320.6 | 万元 | -
        procurement_goods | 50.6 | 万元 | -
        procurement_works | 70 | 万元 | -
        procurement_services | 200 | 万元 | -
        """,
    ),
    (
        """
        截至2023年12月31日，本部门共有车辆6辆，其中，副部（省）级及以上领导用车0辆、
        机要通信用车1辆、应急保障用车2辆、其他用车3辆；单价100万元（含）以上设备（不含车辆）2台（套）。
        """,
        """
        vehicles | 6 | 辆 | -
        vehicles_part | 0 | 辆 | -
        vehicles_part | 1 | 辆 | -
        vehicles_part | 2 | 辆 | -
        vehicles_part | 3 | 辆 | -
        large_equipment | 2 | 台 | -
        """,
    ),
    (
        """
        2024年，我单位纳入绩效目标管理的项目15个，涉及一般公共预算资金1,256.80万元；
        其中重点绩效评价项目2个，涉及资金300万元。
        """,
        """
        performance_projects | 15 | 个 | -
        performance_budget | 1,256.80 | 万元 | -
        performance_projects_part | 2 | 个 | -
        performance_budget_part | 300 | 万元 | -
        """,
    ),
    (
        """
        按照综合预算的原则，某市统计局所有收入和支出均纳入部门预算管理。
        2024年收支总预算1860.55万元。
        """,
        """
        revenue_total | 1860.55 | 万元 | -
        """,
    ),
    (
        """
        2024年收入预算1860.55万元，其中：一般公共预算拨款收入1800.00万元，
        占96.75%；上年结转60.55万元，占3.25%；事业收入0万元，
        占0%。
        """,
        """
        revenue_total | 1860.55 | 万元 | -
        general_public_revenue | 1800.00 | 万元 | -
        general_public_revenue | 96.75 | % | share
        carryover | 60.55 | 万元 | -
        carryover | 3.25 | % | share
        institution_revenue | 0 | 万元 | -
        institution_revenue | 0 | % | share
        """,
    ),
    (
        """
        2024年支出预算1860.55万元，其中：基本支出1260.55万元，
        占67.75%；项目支出600万元，占32.25%。
        """,
        """
        expenditure_total | 1860.55 | 万元 | -
        basic | 1260.55 | 万元 | -
        basic | 67.75 | % | share
        project | 600 | 万元 | -
        project | 32.25 | % | share
        """,
    ),
    (
        """
        2023年度一般公共预算财政拨款支出年初预算为1500万元，支出决算为1623.4万元，
        完成年初预算的108.23%。
        """,
        """
        general_public_expenditure | 1500 | 万元 | -
        general_public_expenditure | 1623.4 | 万元 | -
        general_public_expenditure | 108.23 | % | completion
        """,
    ),
    (
        """
        公务接待费支出决算1.86万元，完成预算的62%，其中：国内公务接待23批次、
        189人次；国（境）外接待0批次。
        """,
        """
        reception | 1.86 | 万元 | -
        reception | 62 | % | completion
        reception | 23 | 批次 | -
        reception | 189 | 人次 | -
        reception | 0 | 批次 | -
        """,
    ),
    (
        """
        因公出国（境）费支出5万元，全年安排因公出国（境）团组1个，累计3人次。
        """,
        """
        abroad | 5 | 万元 | -
        abroad | 1 | 个 | -
        abroad | 3 | 人次 | -
        """,
    ),
    (
        """
        授予中小企业合同金额260万元，占政府采购支出总额的81.1%，
        其中：授予小微企业合同金额100万元，占授予中小企业合同金额的38.46%。
        """,
        """
        reserved_for_sme | 260 | 万元 | -
        reserved_for_sme | 81.1 | % | share
        reserved_for_sme_part | 100 | 万元 | -
        reserved_for_sme | 38.46 | % | share
        """,
    ),
    (
        """
        一般公共预算基本支出12,605,500.00元，其中：人员经费11,000,000.00元，
        公用经费1,605,500.00元。
        """,
        """
        basic | 12,605,500.00 | 元 | -
        personnel | 11,000,000.00 | 元 | -
        public | 1,605,500.00 | 元 | -
        """,
    ),
    (
        """
        2024年政府性基金预算支出35万元，比上年执行数增加5万元，
        增长16.67%；国有资本经营预算支出0万元。
        """,
        """
        government_fund_expenditure | 35 | 万元 | -
        government_fund_expenditure | 5 | 万元 | increase
        government_fund_expenditure | 16.67 | % | increase
        state_capital_expenditure | 0 | 万元 | -
        """,
    ),
    (
        """
        截至2023年底，本部门固定资产总额1,520.30万元，其中：
        房屋建筑物面积3,200平方米，价值980万元；车辆3辆，价值56.8万元。
        """,
        """
        assets | 1,520.30 | 万元 | -
        assets | 3,200 | 平方米 | -
        assets_part | 980 | 万元 | -
        vehicles | 3 | 辆 | -
        vehicles | 56.8 | 万元 | -
        """,
    ),
    (
        """
        会议费预算3万元，上年预算为4万元，减少25%；培训费预算2万元，
        与上年预算持平。
        """,
        """
        meeting | 3 | 万元 | -
        meeting | 4 | 万元 | previous_year
        meeting | 25 | % | decrease
        training | 2 | 万元 | -
        """,
    ),
]


@pytest.mark.parametrize(("text", "expected"), _PARAGRAPHS)
def test_every_figure_of_a_paragraph_has_its_metric(text: str, expected: str) -> None:
    said = statements([Line("".join(text.split()))])
    assert [(each.metric, each.value_text, each.unit, each.comparison) for each in said] == [
        tuple("" if field == "-" else field for field in line.strip().split(" | "))
        for line in expected.strip().splitlines()
    ]
