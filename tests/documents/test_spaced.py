"""Tables typed with spaces or drawn with bars; where a figure stands is never guessed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.documents.document_builders import outline
from warehouse.documents import read_document
from warehouse.documents.model import Document, Line
from warehouse.documents.typed.spaced import with_spaced_tables

HEAD = "科目            合计      基本支出  项目支出"
FULL = ("教育支出       12.50        3.00      9.50", "　　合计       14.50        5.00      9.50")
GAP = "住房保障支出    2.00                  2.00"
READ = [["科目", "合计", "基本支出", "项目支出"], ["教育支出", "12.50", "3.00", "9.50"]]
LAST = ["　　合计", "14.50", "5.00", "9.50"]


def read(lines: Sequence[str], *, is_aligned: bool = False) -> list[str | list[list[str]]]:
    blocks = with_spaced_tables(map(Line, lines), is_aligned=is_aligned)
    return outline(Document("html", tuple(blocks)))


def test_rows_with_all_their_fields_are_a_table() -> None:
    title = "部门：某局    单位：万元"
    assert read([title, HEAD, *FULL, "说明"]) == [title, [*READ, LAST], "说明"]


def test_a_blank_field_is_placed_only_where_characters_have_places() -> None:
    rows = [HEAD, FULL[0], GAP, FULL[1]]
    assert read(rows) == rows
    assert read(rows, is_aligned=True) == [[*READ, ["住房保障支出", "2.00", "", "2.00"], LAST]]


@pytest.mark.parametrize(
    "rows",
    [
        [HEAD, FULL[0], "住房保障支出    2.00             2.00", FULL[1]],  # between two columns
        [*FULL, FULL[0]],  # no head
        ["一、概况  1", "二、收支  2", "三、说明  3"],  # no amounts
        [HEAD, FULL[0]],
    ],
)
def test_what_is_in_doubt_stays_as_it_is_typed(rows: list[str]) -> None:
    assert read(rows, is_aligned=True) == rows


def test_bars_part_fields_and_keep_blank_ones() -> None:
    rows = [
        "+----+----+----+",
        "|科目|合计|基本|",
        "+----+----+----+",
        "|教育|1.00|    |",
        "|住房|2.00|2.00|",
    ]
    assert read([*rows, rows[0]]) == [
        [["科目", "合计", "基本"], ["教育", "1.00", ""], ["住房", "2.00", "2.00"]]
    ]


def test_a_page_whose_tables_are_typed_is_read() -> None:
    space = "&nbsp;" * 4
    typed = "".join(f"<p>{space.join(line.split())}</p>" for line in (HEAD, *FULL))
    typed_as_is = "<pre>" + "\n".join([HEAD, FULL[0], GAP]) + "</pre>"
    document = read_document(f"<html>{typed}<p>与</p>{typed_as_is}</html>".encode())
    assert outline(document) == [
        [*READ, ["合计", *LAST[1:]]],
        "与",
        [*READ, ["住房保障支出", "2.00", "", "2.00"]],
    ]
