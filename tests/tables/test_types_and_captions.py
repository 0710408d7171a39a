from __future__ import annotations

import pytest

from warehouse.tables.captions import (
    agency_in,
    document_unit,
    empty_note_in,
    is_title,
    read_caption,
    unit_in,
    without_number,
    year_in,
)
from warehouse.tables.types import recognise_type, title_score

TITLES = {
    "部门预算收支总表": "revenue_expenditure_summary",
    "收入支出决算总表": "revenue_expenditure_summary",
    "2026年预算单位财务收支预算总表": "revenue_expenditure_summary",
    "2024年预算收入总表": "revenue_summary",
    "收入决算表": "revenue_summary",
    "2024年部门支出总体情况表": "expenditure_summary",
    "支出决算表": "expenditure_summary",
    "部门预算财政拨款收支总表": "fiscal_appropriation_summary",
    "财政拨款收入支出决算总表": "fiscal_appropriation_summary",
    "部门预算一般公共预算财政拨款支出表": "general_public_expenditure",
    "2024年部门一般公共预算支出功能分类预算表": "general_public_expenditure",
    "2024年一般公共预算支出预算表（不含上年结转）": "general_public_expenditure",
    "2024年一般公共预算安排基本支出分经济科目表（不含上年结转）": "general_public_basic_expenditure",
    "2024年部门一般公共预算基本支出部门预算经济分类预算表": "general_public_basic_expenditure",
    "支出经济分类汇总表": "economic_summary",
    "2024年政府性基金预算收入表（不含上年结转）": "government_fund_revenue",
    "部门预算政府性基金预算财政拨款支出表": "government_fund_expenditure",
    "国有资本经营预算支出情况表": "state_capital_expenditure",
    "2024年国有资本经营预算收支预算表（不含上年结转）": "state_capital_revenue_expenditure",
    "一般公共预算“三公”经费、会议费、培训费支出表": "three_public",
    "部门“三公”经费和机关运行经费预算表": "three_public",
    "2024年财政拨款安排机关运行经费预算表": "operating_expenses",
    "2024年项目支出预算表（本年预算）": "project_expenditure",
    "2024年项目支出预算表（上年结转）": "project_expenditure_carryover",
    "1、电子政务外网服务费绩效目标表": "project_performance",
    "忻州市市级预算部门（单位）项目支出绩效目标表": "project_performance",
    "项目绩效目标汇总表": "performance_summary",
    "部门（单位）整体绩效目标表": "overall_performance",
    "部门政府采购预算": "procurement",
    "部门固定资产占用情况表": "assets",
    "部门机构设置情况": "organisation",
    "一般公共预算基本支出表--人员经费（工资福利支出）": "general_public_basic_expenditure",
    "一般公共预算商品和服务支出预算表": "general_public_basic_expenditure",
    "工资福利支出预算表（按政府预算经济分类）": "basic_expenditure",
    "公用经费支出预算表": "basic_expenditure",
    "部门综合预算专项业务经费支出表": "project_expenditure",
    "财政专户管理资金收支预算表": "fiscal_account_revenue_expenditure",
    "单位资金支出预算表": "unit_funds_expenditure",
    "财政拨款结转资金支出表": "carryover",
    "2024年政府投资项目计划表": "project_expenditure",
    "新增资产配置表": "assets",
    "项目支出绩效自评表": "project_performance",
}


@pytest.mark.parametrize(("title", "expected"), TITLES.items())
def test_types_by_title(title: str, expected: str) -> None:
    assert recognise_type(title, [], [], has_sides=False).name == expected


def test_types_by_content_where_there_is_no_title() -> None:
    summary = recognise_type(
        "",
        ["收入/项目", "收入/预算数", "支出/项目", "支出/预算数"],
        ["一、财政拨款收入", "二、事业收入", "收入总计", "支出总计"],
        has_sides=True,
    )
    assert summary.name == "revenue_expenditure_summary"
    assert "headers and labels say" in summary.reason
    spent = recognise_type(
        "", ["科目编码", "科目名称", "合计", "基本支出", "项目支出", "上缴上级支出"], [], has_sides=False
    )
    assert spent.name == "expenditure_summary"


def test_what_nothing_matches_is_unrecognised_with_its_title() -> None:
    kind = recognise_type("政府网站工作年度报表", ["指标", "数值"], ["访问量"], has_sides=False)
    assert kind.name == "unrecognised"
    assert "政府网站工作年度报表" in kind.reason


@pytest.mark.parametrize(
    ("line", "unit"),
    [
        ("单位：万元", "万元"),
        ("金额单位：元", "元"),
        ("单位名称：忻州市商务局 单位：万元", "万元"),
        ("单位名称 重庆市商务委员会 单位 万元", "万元"),
        ("（单位：人民币亿元）", "亿元"),
        ("金额：万元", "万元"),
        ("（以万元为单位）", "万元"),
        ("价值（金额单位：万元）", "万元"),
        ("项目资金（元）", "元"),
        ("单位：台、万元", "万元"),
        ("单位名称：元氏县商务局", None),
        ("单价在20万元以上的设备", None),
        ("单位：平方米", None),
    ],
)
def test_units(line: str, unit: str | None) -> None:
    assert unit_in(line) == unit


def test_a_unit_for_the_whole_document_must_be_said() -> None:
    assert document_unit(["说明", "本报告中金额单位均为万元。"]) == "万元"
    assert document_unit(["单位：万元"]) is None


@pytest.mark.parametrize(
    ("line", "agency"),
    [
        ("322商务部门", ("322", "商务部门")),
        ("471 秦皇岛市工业和信息化局 预算年度：2024 单位：万元", ("471", "秦皇岛市工业和信息化局")),
        ("单位名称：忻州市商务局", (None, "忻州市商务局")),
        ("部门（单位）：烟台市审计局 单位：万元", (None, "烟台市审计局")),
        ("编制部门：上海市普陀区人民政府办公室 单位：元", (None, "上海市普陀区人民政府办公室")),
        ("主管部门：409-忻州市商务局", ("409", "忻州市商务局")),
        ("单位：万元", None),
        ("2024年预算收支总表", None),
    ],
)
def test_agencies(line: str, agency: tuple[str | None, str] | None) -> None:
    assert agency_in(line) == agency


@pytest.mark.parametrize(
    ("line", "year"),
    [
        ("预算年度：2024", 2024),
        ("(2024年度)", 2024),
        ("2024年部门收支总体情况表", 2024),
        ("2023年中央外经贸发展资金绩效目标表", None),
        ("网站群项目2021年7月至2022年12月运维费绩效目标表", None),
    ],
)
def test_years(line: str, year: int | None) -> None:
    assert year_in(line) == year


def test_numbers_of_forms_are_no_titles() -> None:
    assert without_number("表1：收支总表") == "收支总表"
    assert without_number("公开02表收入总表") == "收入总表"
    assert without_number("1、促消费工作经费绩效目标表") == "1、促消费工作经费绩效目标表"
    assert not is_title("公开02表")
    assert not is_title("部门预算收支总表.....1")
    assert not is_title("详见附件所列的各项收支总表。其中：收入增加，支出减少，结余不变")


def test_a_caption_is_read_from_the_nearest_lines() -> None:
    lines = [
        "部门预算收入总表",
        "单位：元",
        "公开03表",
        "2026年部门支出总体情况表",
        "部门：苏州市审计局 单位：万元",
    ]
    caption = read_caption(lines, title_score)
    assert (caption.title, caption.unit, caption.fiscal_year) == ("2026年部门支出总体情况表", "万元", 2026)
    assert caption.agency_name == "苏州市审计局"


def test_a_title_over_two_lines_is_joined() -> None:
    caption = read_caption(["“三公”经费、会议费、培训费", "支出预算表（一般公共预算）"], title_score)
    assert caption.title == "“三公”经费、会议费、培训费支出预算表（一般公共预算）"


@pytest.mark.parametrize(
    "note",
    [
        "注：本表无数据",
        "注：无政府基金预算财政拨款预算，空表列示。",
        "我部门没有政府性基金预算拨款安排的支出",
    ],
)
def test_notes_of_emptiness(note: str) -> None:
    assert empty_note_in(note) == note


def test_other_notes_do_not_say_empty() -> None:
    assert empty_note_in("备注：本表仅含当年财政拨款安排的支出") is None
