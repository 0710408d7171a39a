"""Text with delimiters is a table; other text is none."""

from __future__ import annotations

import pytest

from tests.documents.document_builders import outline
from warehouse.documents import read_document
from warehouse.documents.model import ReadOutcome, UnreadableDocumentError

LINES = [
    "部门收支总表,,",
    "单位：万元,,",
    "项目,预算数,备注",
    '合计,"1,234.50",',
    "　基本支出,1000.00,含“工资”",
]
ROWS = [["项目", "预算数", "备注"], ["合计", "1,234.50", ""], ["　基本支出", "1000.00", "含“工资”"]]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_a_table_in_any_encoding(encoding: str) -> None:
    document = read_document("\r\n".join(LINES).encode(encoding))
    assert document.format == "csv"
    assert outline(document) == ["部门收支总表", "单位：万元", ROWS]


def test_tabs_delimit_too() -> None:
    document = read_document("项目\t预算数\n合计\t1,234.50\n基本\t2,000.00\n".encode())
    assert outline(document) == [[["项目", "预算数"], ["合计", "1,234.50"], ["基本", "2,000.00"]]]


@pytest.mark.parametrize("delimiter", ["|", ";", ","])
def test_the_delimiter_that_parts_all_lines_alike_counts(delimiter: str) -> None:
    rows = [["项目", "预算数"], ["合计", "12.50"], ["基本", "12.50"]]
    document = read_document("\n".join(map(delimiter.join, rows)).encode())
    assert outline(document) == [rows]
    decimal_commas = read_document("项目;数\n合计;1234,50\n基本;2,00\n".encode())
    assert outline(decimal_commas) == [[["项目", "数"], ["合计", "1234,50"], ["基本", "2,00"]]]


def test_a_row_with_a_field_too_many_is_reported_not_guessed() -> None:
    """A comma within an amount that is not quoted would move the others one column on."""
    text = "项目,合计,基本,备注\n合计,1,234.50,100.00,无\n基本,2.00,1.00\n项目,3.00,1.00\n专项,3.00,1.00\n"
    document = read_document(text.encode())
    assert outline(document)[0][1:3] == [
        ["合计,1,234.50,100.00,无", "", "", ""],
        ["基本", "2.00", "1.00", ""],
    ]
    assert [notice.kind for notice in document.notices] == ["uneven_row"]


def test_texts_that_look_like_formulas_and_a_line_about_the_delimiter() -> None:
    document = read_document('sep=,\n项目,预算数\n="0201",="12.50"\n'.encode())
    assert outline(document) == [[["项目", "预算数"], ["0201", "12.50"]]]


def test_columns_of_spaces() -> None:
    text = "支出表\n项目      合计    基本支出\n合计     12.50        3.00\n基本      2.00\n"
    assert outline(read_document(text.encode())) == [
        "支出表",
        [["项目", "合计", "基本支出"], ["合计", "12.50", "3.00"], ["基本", "2.00", ""]],
    ]


@pytest.mark.parametrize(
    "text",
    ["部门预算，公开说明。\n第一部分，概况。", "one line, with a comma", "a\nb\nc", "x, y\nno more\nat all"],
)
def test_prose_is_no_table(text: str) -> None:
    with pytest.raises(UnreadableDocumentError) as caught:
        read_document(text.encode())
    assert caught.value.outcome is ReadOutcome.WRONG_TYPE


def test_tables_below_each_other_are_apart() -> None:
    parts = ["收入总表,\n,单位：万元\n项目,预算数\n合计,1.00", "支出总表,\n,单位：元\n项目,预算数\n合计,2.00"]
    document = read_document("\n,\n".join(parts).encode())
    assert outline(document) == [
        "收入总表",
        "单位：万元",
        [["项目", "预算数"], ["合计", "1.00"]],
        "支出总表",
        "单位：元",
        [["项目", "预算数"], ["合计", "2.00"]],
    ]
