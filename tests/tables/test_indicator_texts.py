from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tables.made_tables import document, split
from warehouse.tables import recognise
from warehouse.tables.indicator_texts import IndicatorText, indicators_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            """1、1-产出指标；11-数量指标；道路养护长度；实施周期指标值:94.2公里；年度指标值:47.1公里。
            2、2-效益指标；22-社会效益；路容，路貌；实施周期指标值:“畅、洁”；年度指标值:“畅、洁”。""",
            [
                ("产出指标", "数量指标", "道路养护长度", "47.1公里"),
                ("效益指标", "社会效益", "路容，路貌", "“畅、洁”"),
            ],
        ),
        (
            """1.4－成本指标，41－经济成本指标，成本超支率；实施周期指标值：≤0%，年度指标值：≤0%;
            1、3－满意度指标，31－服务对象满意度，满意度；实施周期指标值：≧90，年度指标值：≧90;""",
            [
                ("成本指标", "经济成本指标", "成本超支率", "≤0%"),
                ("满意度指标", "服务对象满意度", "满意度", "≧90"),
            ],
        ),
        (
            "产出指标：数量指标，培训人次，指标值：≥300人次",
            [("产出指标", "数量指标", "培训人次", "≥300人次")],
        ),
        ("产出指标完成良好，效益指标明显提高。", []),
        ("指标值：100%", []),
    ],
)
def test_each_indicator_of_a_text_has_kind_name_and_value(
    text: str, expected: list[tuple[str, str, str, str]]
) -> None:
    assert list(indicators_in(text)) == [IndicatorText(*each) for each in expected]


def test_indicators_of_one_text_are_rows_of_their_project() -> None:
    recognition = recognise(
        document(
            "2026年项目支出绩效目标表",
            "单位：万元",
            "项目名称|总计|绩效目标|绩效指标\n"
            "道路养护|8.00|保持畅通|1、1-产出指标；11-数量指标；长度；年度指标值:47公里。2、2-效益指标；22-社会效益；事故；年度指标值:0起。",
        )
    )
    assert [
        (each.project_name, each.level_1, each.level_2, each.level_3, each.target_text, each.row, each.col)
        for each in recognition.indicators
    ] == [
        ("道路养护", "产出指标", "数量指标", "长度", "47公里", 1, 3),
        ("道路养护", "效益指标", "社会效益", "事故", "0起", 1, 3),
    ]


def test_a_merged_figure_that_the_next_page_prints_again_counts_once() -> None:
    made = split(
        """
        项目名称|资金总额|绩效目标|一级指标|指标值
        信访专项|10.00|接访|产出指标|1次
        ^|^|^|效益指标|2次
        信访专项|10.00|接访|满意度指标|3次
        宣传|2.00|宣传|产出指标|4次
        """
    )
    over_pages = replace(
        made, cells=tuple(replace(cell, page=1 if cell.row < 3 else 2) for cell in made.cells)
    )
    recognition = recognise(document("项目支出绩效目标表", "单位：万元", over_pages))
    assert [(amount.value_text, amount.page, amount.row_role) for amount in recognition.amounts] == [
        ("10.00", 1, "leaf"),
        ("10.00", 2, "of_which"),
        ("2.00", 2, "leaf"),
    ]
    assert [(project.project_name, project.page) for project in recognition.projects] == [
        ("信访专项", 1),
        ("宣传", 2),
    ]
    assert [each.project_name for each in recognition.indicators] == ["信访专项"] * 3 + ["宣传"]
