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
