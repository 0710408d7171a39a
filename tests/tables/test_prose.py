from __future__ import annotations

from decimal import Decimal

import pytest

from warehouse.documents.model import Line
from warehouse.tables.prose import statements


def _said(text: str) -> list[tuple[str, str, str, str]]:
    return [
        (found.metric, found.value_text, found.unit, found.comparison) for found in statements([Line(text)])
    ]


def test_a_chain_of_parts() -> None:
    assert _said(
        "2、支出说明：2024年支出预算为671.44万元，其中基本支出221.54万元（人员经费207.81万元，日常公用经费13.73万元）；项目支出449.9万元。"
    ) == [
        ("expenditure_total", "671.44", "万元", ""),
        ("basic", "221.54", "万元", ""),
        ("personnel", "207.81", "万元", ""),
        ("public", "13.73", "万元", ""),
        ("project", "449.9", "万元", ""),
    ]


def test_changes_and_shares_belong_to_the_figure_before() -> None:
    assert _said("机关运行经费财政拨款预算113.23万元，比2023年预算增加6.34万元，增长5.93%。") == [
        ("operating_expenses", "113.23", "万元", ""),
        ("operating_expenses", "6.34", "万元", "increase"),
        ("operating_expenses", "5.93", "%", "increase"),
    ]
    assert _said("公务接待费支出10万元，占“三公”经费的100%。") == [
        ("reception", "10", "万元", ""),
        ("reception", "100", "%", "share"),
    ]


def test_a_change_after_parts_is_of_the_whole() -> None:
    assert _said("“三公”经费预算安排4.01万元，其中公务接待费0.41万元，较2023年预算减少0.28万元。")[2] == (
        "three_public",
        "0.28",
        "万元",
        "decrease",
    )


def test_figures_of_one_subject_are_of_no_total() -> None:
    assert _said("住房改革支出（款）: 2018年预算支出合计3,660.38万元。") == [
        ("expenditure_by_function", "3,660.38", "万元", "")
    ]


def test_what_one_kind_of_money_pays_is_a_part() -> None:
    assert _said("政府采购预算总额6,546.82万元；") == [("procurement", "6,546.82", "万元", "")]
    assert _said("其中一般公共预算拨款政府采购5,499.84万元。") == [
        ("procurement_part", "5,499.84", "万元", "")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "2024年12月31日前完成。",
        "下设财政拨款二级预算单位6个。",
        "收支总表.......1万元",
    ],
)
def test_figures_of_no_known_metric_are_no_statements(text: str) -> None:
    assert _said(text) == []


def test_a_subject_of_the_classification_is_named_by_its_bracket() -> None:
    assert _said("行政运行（项）支出2,342万元。") == [("expenditure_by_function", "2,342", "万元", "")]


def test_a_sentence_over_two_lines_and_the_place_of_its_figure() -> None:
    lines = [
        Line("2024年财政拨款“三公”经费预算安排", page=3, box=(90, 100, 500, 112)),
        Line("４.01万元，与上年持平。", page=3, box=(90, 120, 300, 132)),
        Line("页脚", page=3, box=(90, 700, 120, 712)),
    ]
    found = next(statements(lines))
    assert (found.metric, found.value_text, found.amount_yuan) == (
        "three_public",
        "４.01",
        Decimal("40100.00"),
    )
    assert (found.page, found.line_ordinal, found.char_start) == (3, 2, 0)
    assert found.sentence == "2024年财政拨款“三公”经费预算安排４.01万元，与上年持平。"
