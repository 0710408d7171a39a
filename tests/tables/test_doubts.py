"""Amounts from optical recognition that break a sum of their table are said to be in doubt."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pypdfium2 as pdfium
import pytest

from scrapers.replica.budget import Grid, read_yaml, tables_of
from scrapers.replica.generate import FIGURES
from tests.tables.form_renderings import Form, Part, as_pdf
from tests.tables.made_tables import document, split, table
from warehouse.documents import read_document
from warehouse.documents.model import Cell, Table
from warehouse.tables import recognise
from warehouse.tables.model import Recognition

_ABOVE = ("2024年某市商务局部门预算", "一般公共预算支出表", "单位：万元")
_FORM = """
    科目编码|科目名称|合计|基本支出|项目支出
    201|一般公共服务支出|961.44|512.32|449.12
    20113|商贸事务|961.44|512.32|449.12
    2011301|行政运行|512.32|512.32|
    2011308|招商引资|449.12||{misread}
    208|社会保障和就业支出|38.25|38.25|
    20805|行政事业单位养老支出|38.25|38.25|
    合计||999.69|550.57|449.12
"""


def _recognised(text: str, confidence: float | None = 0.97) -> Table:
    made = split(text)
    return replace(made, cells=tuple(replace(cell, confidence=confidence) for cell in made.cells))


def _doubts(recognition: Recognition) -> list[tuple[str, str, str]]:
    return [
        (amount.item_label, amount.column_path, amount.value_text)
        for amount in recognition.amounts
        if amount.doubt
    ]


def test_the_one_misread_figure_is_in_doubt_and_published() -> None:
    recognition = recognise(document(*_ABOVE, _recognised(_FORM.format(misread="449.72"))))
    assert _doubts(recognition) == [("招商引资", "项目支出", "449.72")]
    (notice,) = recognition.notices
    assert (notice.kind, notice.table_ordinal) == ("doubtful_amounts", 1)
    assert notice.detail.startswith("1 from optical recognition: 招商引资 449.72; ")


def test_a_figure_and_its_sum_that_were_misread_alike_are_in_doubt_where_they_were_not_sure() -> None:
    made = _recognised(
        _FORM.replace("512.32|512.32", "512.32|572.32").replace("961.44|512.32", "961.44|572.32")
    )
    cells = tuple(replace(cell, confidence=0.9) if cell.text == "572.32" else cell for cell in made.cells)
    recognition = recognise(document(*_ABOVE, replace(made, cells=cells)))
    misread = [amount for amount in recognition.amounts if amount.value_text == "572.32"]
    assert len(misread) > 1
    assert all(amount.doubt for amount in misread)


def test_a_part_that_was_misread_like_its_doubted_sum_is_in_doubt_too() -> None:
    form = """
        功能分类科目|功能分类科目|合计|基本支出|基本支出|基本支出|项目支出
        科目编码|科目名称|合计|小计|人员经费|公用经费|项目支出
        2101101|行政单位医疗|95.10|95.10|95.10||
        2101103|公务员医疗补助|64.40|61.10|61.10||
        2210201|住房公积金|75.00|70.00|70.00||5.00
        2011301|行政运行|529.50|529.50|463.50|66.00|
    """
    made = _recognised(form)
    cells = tuple(replace(c, confidence=0.9) if c.text == "61.10" else c for c in made.cells)
    doubted = _doubts(recognise(document(*_ABOVE, replace(made, cells=cells))))
    assert [value for _, _, value in doubted if value == "61.10"] == ["61.10", "61.10"]
    assert {value for _, _, value in doubted} <= {"61.10", "64.40"}


def test_a_figure_without_the_decimals_of_all_others_is_in_doubt() -> None:
    rows = "".join(f"    30{i}|工资{i}|{i}0.00|{i}0.00|\n" for i in range(1, 10))
    form = "    科目编码|科目名称|合计|基本支出|项目支出\n" + rows + "    310|其他|5.00|5.00|1\n"
    recognition = recognise(document(*_ABOVE, _recognised(form)))
    assert ("其他", "项目支出", "1") in _doubts(recognition)
    assert recognise(document(*_ABOVE, _recognised(form, None))).amounts[-1].doubt is None


def test_figures_that_add_up_are_in_no_doubt() -> None:
    recognition = recognise(document(*_ABOVE, _recognised(_FORM.format(misread="449.12"))))
    assert _doubts(recognition) == []
    assert recognition.notices == ()


def test_figures_of_a_text_layer_are_as_printed_whatever_they_add_up_to() -> None:
    recognition = recognise(document(*_ABOVE, _recognised(_FORM.format(misread="449.72"), confidence=None)))
    assert _doubts(recognition) == []


def test_where_only_one_sum_is_printed_all_its_figures_are_in_doubt() -> None:
    table = _recognised("项目|预算数\n合计|5.00\n因公出国（境）费|1.00\n公务接待费|3.00")
    recognition = recognise(document("“三公”经费支出表", "单位：万元", table))
    assert [value for _, _, value in _doubts(recognition)] == ["5.00", "1.00", "3.00"]


def test_totals_of_a_list_without_codes_add_up_in_turn() -> None:
    table = _recognised(
        "收入|<|支出|<\n项目|预算数|项目|预算数\n一、财政拨款|8.00|一、教育支出|9.00\n"
        "本年收入合计|8.00|本年支出合计|9.00\n上年结转|1.50||\n收入总计|9.00|支出总计|9.00"
    )
    recognition = recognise(document("部门收支总表", "单位：万元", table))
    assert [label for label, _, _ in _doubts(recognition)] == ["上年结转", "收入总计"]


@pytest.mark.slow
def test_a_scan_with_one_misread_digit() -> None:
    table = split(_FORM.format(misread="449.72"))
    form = Form("scan", {}, ("pdf",), (Part(_ABOVE, (), table, "", "", "万元", None, (), ()),))
    picture = pdfium.PdfDocument(as_pdf(form))[0].render(scale=200 / 72).to_pil().convert("RGB")
    scan = io.BytesIO()
    picture.save(scan, "PDF", resolution=200)
    recognition = recognise(read_document(scan.getvalue()))
    assert _doubts(recognition) == [("招商引资", "项目支出", "449.72")]
    assert all(amount.confidence is not None for amount in recognition.amounts)


def _printed(budget: str, title: str) -> Grid:
    figures = read_yaml(FIGURES / f"{budget}.yml")
    style = read_yaml(FIGURES / "styles" / f"{figures['style']}.yml")
    return next(grid for grid in tables_of(figures, style) if grid.title.endswith(title))


def _with_misread(made: Table, place: tuple[int, int] | None) -> Table:
    """The table as recognised, the first digit of one cell that is not 0 taken for another."""

    def text(cell: Cell) -> str:
        at = re.search("[1-9]", cell.text) if (cell.row, cell.col) == place else None
        return (
            cell.text[: at.start()] + str((int(at.group()) + 3) % 10) + cell.text[at.end() :]
            if at
            else cell.text
        )

    return replace(made, cells=tuple(replace(cell, text=text(cell), confidence=0.97) for cell in made.cells))


@pytest.mark.parametrize(
    ("budget", "title"),
    [
        ("qinhuangdao-industry-2025", "部门预算支出总表"),
        ("xinzhou-commerce-2025", "预算收入总表"),
        ("xinzhou-commerce-2025", "支出预算表（不含上年结转）"),
    ],
)
def test_whichever_figure_of_a_budget_is_misread_it_alone_is_in_doubt(budget: str, title: str) -> None:
    grid = _printed(budget, title)
    made = table(grid.rows)
    amounts = recognise(document(grid.title, "单位：万元", _with_misread(made, None))).amounts
    assert len(amounts) > 50
    assert not any(amount.doubt for amount in amounts)
    for amount in amounts:
        misread = _with_misread(made, (amount.row, amount.col))
        found = recognise(document(grid.title, "单位：万元", misread)).amounts
        assert [(other.row, other.col) for other in found if other.doubt] == [(amount.row, amount.col)]
