"""Narrow columns in which no text stands alone are edges that miss each other."""

from __future__ import annotations

import io

import openpyxl
import xlwt

from tests.documents.document_builders import texts
from warehouse.documents import read_document
from warehouse.documents.grid import without_slivers
from warehouse.documents.model import Cell

READ = [["项目", "预算数", "备注"], ["甲", "1.00", "无"]]


def test_cells_on_both_sides_keep_their_order() -> None:
    cells = [Cell(0, 0, "项目", 1, 2), Cell(0, 2, "数"), Cell(1, 0, "甲"), Cell(1, 1, "1", 1, 2)]
    assert without_slivers(cells, {1}) == [Cell(0, 0, "项目"), Cell(0, 1, "数"), *cells[2:3], Cell(1, 1, "1")]
    blank = Cell(2, 1, "")
    assert without_slivers([*cells, blank], {1})[-1] == Cell(1, 1, "1")
    assert without_slivers([*cells, Cell(2, 1, "x")], {1}) == [*cells, Cell(2, 1, "x")]
    assert without_slivers(cells, set()) == cells


def test_a_page_saved_by_a_word_processor() -> None:
    """It ends in a row without height that states the width of each column."""
    rows = (
        "<tr><td colspan=2 width=120>项目<td width=90>预算数<td style='width:60.0pt'>备注"
        "<tr><td width=115>甲<td colspan=2 width=95>1.00<td>无"
        "<tr height=0><td width=115><td style='border:none' width=5><td width=90><td width=80>"
    )
    (table,) = read_document(f"<html><table>{rows}</table></html>".encode()).tables
    assert texts(table)[:2] == READ


def test_an_opendocument_text() -> None:
    names = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
        for prefix in ("office", "text", "style", "table")
    )
    styles = "".join(
        f'<style:style style:name="{name}"><style:table-column-properties style:column-width="{width}"/>'
        "</style:style>"
        for name, width in (("w", "2cm"), ("n", "0.09cm"))
    )
    columns = "".join(f'<table:table-column table:style-name="{name}"/>' for name in "wnww")

    def cell(text: str, span: int = 1) -> str:
        spanned = f'table:number-columns-spanned="{span}"'
        return f"<table:table-cell {spanned}><text:p>{text}</text:p></table:table-cell>"

    covered = "<table:covered-table-cell/>"
    rows = (
        cell("项目", 2) + covered + cell("预算数") + cell("备注"),
        cell("甲") + cell("1.00", 2) + covered + cell("无"),
    )
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    data = (
        f"<office:document{names}><office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f"<office:text><table:table>{columns}{body}</table:table></office:text></office:body></office:document>"
    )
    (table,) = read_document(data.encode()).tables
    assert texts(table) == READ


def test_sheets() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in (["项目", None, "预算数", "备注"], ["甲", "1.00", None, "无"]):
        sheet.append(row)
    sheet.merge_cells("A1:B1")
    sheet.merge_cells("B2:C2")
    sheet.column_dimensions["B"].width = 0.5
    file = io.BytesIO()
    workbook.save(file)
    assert texts(read_document(file.getvalue()).tables[0]) == READ
    old = xlwt.Workbook()
    page = old.add_sheet("表")
    page.write_merge(0, 0, 0, 1, "项目")
    page.write_merge(1, 1, 1, 2, "1.00")
    for place, text in (((0, 2), "预算数"), ((0, 3), "备注"), ((1, 0), "甲"), ((1, 3), "无")):
        page.write(*place, text)
    page.col(1).width = 128
    file = io.BytesIO()
    old.save(file)
    assert texts(read_document(file.getvalue()).tables[0]) == READ
