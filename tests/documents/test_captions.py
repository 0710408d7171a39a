"""What stands in a grid's first and last rows but belongs around the table."""

from __future__ import annotations

import pytest

from tests.documents.document_builders import texts
from warehouse.documents.captions import split_captions
from warehouse.documents.grid import tile
from warehouse.documents.model import Cell, Table

HEAD = ["项目", "基本支出", "项目支出"]
ROW = ["行政运行", "1.00", "2.00"]


def table(*rows: list[str | None]) -> Table:
    """Rows of texts; None continues the cell to the left."""
    cells = []
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            if text is not None:
                span = next((n for n, after in enumerate(row[c + 1 :], 1) if after is not None), len(row) - c)
                cells.append(Cell(r, c, text, col_span=span))
    return tile(cells, len(rows))


def split(
    *rows: list[str | None], merged_only: bool = True
) -> tuple[list[str], list[list[str]] | None, list[str]]:
    before, kept, after = split_captions(table(*rows), merged_only=merged_only)
    return [line.text for line in before], kept and texts(kept), [line.text for line in after]


@pytest.mark.parametrize(
    ("rows", "captions"),
    [
        ([["部门支出总表", None, None]], ["部门支出总表"]),
        ([["公开03表\n部门支出总表", None, None]], ["公开03表", "部门支出总表"]),
        ([["", "", ""], ["部门名称：某局", None, "单位：万元"]], ["部门名称：某局", "单位：万元"]),
        ([["322商务部门", "预算年度：2024", "单位：万元"]], ["322商务部门", "预算年度：2024", "单位：万元"]),
        ([["322商务部门", "", "截止时间：2023-12-31"]], ["322商务部门", "截止时间：2023-12-31"]),
        ([["支出总表", None, None], ["（２０２４年度）", None, None]], ["支出总表", "（２０２４年度）"]),
        ([["", "", "金额单位：元"]], ["金额单位：元"]),
    ],
)
def test_captions_become_lines(rows: list[list[str | None]], captions: list[str]):
    assert split(*rows, HEAD, ROW) == (captions, [HEAD, ROW], [])


@pytest.mark.parametrize(
    "rows",
    [
        [HEAD, ROW],
        [["2024年预算数", None, None], HEAD, ROW],
        [["项目", "支出", None], ["", "基本支出", "项目支出"], ROW],
        [["项目", "", "单位：万元"], ROW],
        [HEAD, ["注册登记管理", "", ""]],
        [HEAD, ROW, ["", "", ""]],
        [HEAD, ["合计", "", ""]],
    ],
)
def test_headers_and_rows_stay(rows: list[list[str]]):
    before, kept, after = split(*rows)
    assert (before, after) == ([], [])
    assert kept == [[text or "" for text in row] for row in rows]


@pytest.mark.parametrize(
    "note", ["注：本表含上年结转。", "备注：无", "说明:见附件", "本部门无政府性基金预算，空表列示。"]
)
def test_notes_under_the_rows_become_lines(note: str):
    assert split(HEAD, ROW, [note, "", ""]) == ([], [HEAD, ROW], [note])
    assert split(HEAD, ROW, ["", "", ""], [note, None, None]) == ([], [HEAD, ROW], [note])


def test_a_table_is_never_cut_through_a_cell():
    cells = [Cell(0, 0, "标题", 1, 2), Cell(0, 2, "", 2, 1), Cell(1, 0, "项目"), Cell(1, 1, "金额")]
    before, kept, _ = split_captions(tile(cells, 2))
    assert before == []
    assert kept is not None
    assert len(kept.grid()) == 2


def test_nothing_but_captions_leaves_no_table():
    assert split(["支出总表", None, None], ["单位：元", "", ""]) == (["支出总表", "单位：元"], None, [])
