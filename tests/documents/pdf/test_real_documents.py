"""The corpus cell for cell, and real documents: both sources agree, nothing crashes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.documents.pdf.sources import whole
from warehouse.documents.model import Table
from warehouse.documents.pdf import read_pdf
from warehouse.documents.pdf.oxide import OxideFile
from warehouse.documents.pdf.pages import TablePart, lay_out
from warehouse.documents.pdf.plumber import PlumberFile

Texts = Callable[[Table], list[list[str]]]


@pytest.mark.parametrize(
    "name", ["qinhuangdao-industry-2024", "xinzhou-commerce-2024", "zhumadian-commerce-2024"]
)
def test_the_corpus_is_read_cell_for_cell(shared: Path, grid: Texts, name: str):
    golden = json.loads((shared / "corpus" / f"{name}.golden.json").read_text(encoding="utf-8"))
    document = read_pdf((shared / "corpus" / f"{name}.pdf").read_bytes())
    found = [grid(table) for table in document.tables]
    for expected in golden["tables"]:
        rows = [["".join(text.split()) for text in row] for row in expected["rows"]]
        assert rows in found, expected["title"]
        found = found[found.index(rows) + 1 :]
    printed = "".join(cell.text for table in document.tables for cell in table.cells)
    assert "内部审核" not in printed


def parts(file: OxideFile | PlumberFile, number: int) -> list[list[tuple[int, int, int, int, str]]]:
    return [
        [(c.row, c.col, c.row_span, c.col_span, "".join(c.text.split())) for c in block.cells]
        for block in lay_out(file.read(number)).blocks
        if isinstance(block, TablePart)
    ]


@pytest.mark.parametrize(
    "city", ["重庆-政府办公厅", "烟台市信访局", "苏州-审计局", "江苏省政协办公厅-2017", "普陀区商务委员会"]
)
def test_the_fast_source_and_pdfplumber_give_the_same_tables(shared: Path, city: str):
    (path,) = (shared / "real" / "pdf").glob(f"*{city}*")
    data = path.read_bytes()
    fast, reference = whole(data), PlumberFile(data)
    pages = [number for number in range(8, 23) if number <= fast.page_count]
    tables = {number: parts(fast, number) for number in pages}
    some = [number for number in pages if tables[number]][:6]
    assert some
    for number in some:
        assert tables[number] == parts(reference, number), f"page {number}"
