"""The list of contents and the tables that it announces."""

from __future__ import annotations

from tests.tables.made_tables import document
from warehouse.tables.contents import announced_tables

TABLE = "科目编码|科目名称|合计\n201|一般公共服务支出|9.00"


def announced(*blocks: str) -> list[tuple[str, str]]:
    return [(each.title, each.table_type) for each in announced_tables(document(*blocks).blocks)]


def test_numbers_of_pages_and_of_tables_are_no_part_of_a_title():
    assert announced(
        "目 录",
        "第一部分 概况.....1",
        "第二部分 2024年单位预算报表……3",
        "表一2024年预算收支总表.....3",
        "表十二2024年项目支出预算表（本年预算）\t17",
        "（三）一般公共预算“三公”经费支出情况表 18",
        "第一部分 概况",
        "2024年预算收支总表",
    ) == [
        ("2024年单位预算报表", "unrecognised"),
        ("2024年预算收支总表", "revenue_expenditure_summary"),
        ("2024年项目支出预算表（本年预算）", "project_expenditure"),
        ("一般公共预算“三公”经费支出情况表", "three_public"),
    ]


def test_a_list_without_numbers_of_pages_ends_where_it_begins_again():
    found = announced(
        "目录",
        "第一部分 某市商务局概况",
        "第二部分 某市商务局2024年度部门预算表",
        "一、部门收支总体情况表",
        "二、部门收入总体情况表",
        "第三部分 名词解释",
        "第一部分",
        "三、部门支出总体情况表",
    )
    assert [title for title, _ in found] == [
        "某市商务局2024年度部门预算表",
        "部门收支总体情况表",
        "部门收入总体情况表",
    ]


def test_a_list_ends_at_a_table_and_at_prose():
    assert announced("目录", "收入总表", "支出总表", "单位概况", TABLE, "收支总表") == [
        ("收入总表", "revenue_summary"),
        ("支出总表", "expenditure_summary"),
    ]
    assert announced("目录", "收入总表", "支出总表", "单位概况", "本部门有三个单位。", "收支总表") == [
        ("收入总表", "revenue_summary"),
        ("支出总表", "expenditure_summary"),
    ]


def test_an_entry_may_be_broken_over_two_lines_or_end_like_a_sentence():
    assert announced(
        "2024年部门预算公开目录",
        "一、主要职能。",
        "二、“三公”经费、会议费、培训费支",
        "出预算表",
        "三、政府采购支出预算表",
    ) == [
        ("“三公”经费、会议费、培训费支出预算表", "three_public"),
        ("政府采购支出预算表", "procurement"),
    ]


def test_where_a_title_is_printed_again_is_told():
    entries = list(
        announced_tables(
            document(
                "目录",
                "一、支出决算表",
                "二、财政拨款支出决算表",
                "三、名词解释",
                "一、支出决算表",
                "单位：万元",
                "2024年度财政拨款支出决算表",
            ).blocks
        )
    )
    assert [entry.caption_line_ordinal for entry in entries] == [5, 7]
    without = list(
        announced_tables(
            document(
                "目录", "一、支出决算表", "二、财政拨款支出决算表", "三、名词解释", "财政拨款支出决算表"
            ).blocks
        )
    )
    assert [entry.caption_line_ordinal for entry in without] == [None, 5]


def test_a_document_without_such_a_list_announces_nothing():
    assert announced("2024年部门预算", "收入总表", TABLE) == []
    assert announced("政府采购品目分类目录", "收入总表", "支出总表", "收支总表") == []
    assert announced("目录", "收入总表", TABLE) == []
