from __future__ import annotations

import pytest

from tests.tables.made_tables import document
from warehouse.tables import recognise
from warehouse.tables.model import DocumentFacts

TABLE = "科目名称|合计|基本支出|项目支出\n合计|1.00|1.00|"


def _facts(*lines: str) -> DocumentFacts:
    return recognise(document(*lines, TABLE)).facts


@pytest.mark.parametrize(
    ("cover", "expected"),
    [
        ("忻州市商务局2024年度单位预算公开", (2024, "budget", "unit", "忻州市商务局")),
        ("上海市普陀区财政局2023年度部门决算", (2023, "final_account", "department", "上海市普陀区财政局")),
        ("2026年部门收支总体情况表", (2026, None, "department", None)),
        ("第二部分2018年度部门预算表", (2018, "budget", "department", None)),
        ("政府信息公开工作年度报告", (None, None, None, None)),
    ],
)
def test_what_titles_say(cover: str, expected: tuple[object, ...]) -> None:
    facts = _facts(cover)
    assert (facts.fiscal_year, facts.phase, facts.scope, facts.agency_name) == expected


def test_prose_does_not_name_the_year() -> None:
    prose = "（2）政府性基金预算拨款收入0万元，与2025年预算数相同。"
    assert _facts("2026年部门预算公开", prose, prose.replace("2", "3"), prose).fiscal_year == 2026


def test_a_year_that_no_text_names_is_unknown() -> None:
    assert _facts("第二部分预算项目绩效目标", "322002秦皇岛市山海关区商务局", "单位：元").fiscal_year is None


@pytest.mark.parametrize(
    ("headers", "year"),
    [
        (["2023年执行数|2024年预算数", "2024年预算数|"], 2024),
        (["2024年“三公”经费预算数|2023年决算数"], 2024),
        (["2023年预算数|2024年预算数", "2022年预算数|2023年预算数"], None),
        (["上年预算数|本年预算数"], None),
        (["2024年12月|2023年底数"], None),
    ],
)
def test_headers_name_the_year_where_nothing_else_does_and_they_agree(
    headers: list[str], year: int | None
) -> None:
    tables = [f"科目名称|{header}\n合计|1.00|2.00" for header in headers]
    assert recognise(document("部门支出总表", "单位：万元", *tables)).facts.fiscal_year == year


def test_a_year_in_han_digits_is_a_year() -> None:
    assert _facts("某区档案馆二〇二四年部门预算").fiscal_year == 2024
    assert _facts("某区档案馆二零二五年度单位决算").fiscal_year == 2025


def test_code_and_name_of_the_agency_come_from_captions() -> None:
    facts = _facts("部门支出总表", "471秦皇岛市工业和信息化局 预算年度：2024 单位：万元")
    assert (facts.agency_code, facts.agency_name, facts.fiscal_year) == (
        "471",
        "秦皇岛市工业和信息化局",
        2024,
    )
