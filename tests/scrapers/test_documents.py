"""The replica's invented documents: their figures add up, and the committed files hold them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import docx
import openpyxl
import pypdfium2
import pytest
from parsel import Selector

from scrapers.replica.budget import check, read_yaml, tables_of, totals
from scrapers.replica.generate import FIGURES, main
from scrapers.replica.pages import DOCUMENTS

BUDGETS = sorted(FIGURES.glob("*-20??.yml"))


def cells_of(path: Path) -> list[list[list[str]]]:
    """Every table as rows of texts, by a library of its format."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        return [[[_printed(cell) for cell in row] for row in sheet.iter_rows()] for sheet in book.worksheets]
    if path.suffix == ".html":
        tables = Selector(path.read_text("utf-8")).css("table")
        return [
            [
                ["".join(cell.css("::text").getall()).strip() for cell in row.css("td")]
                for row in table.css("tr")
            ]
            for table in tables
        ]
    with path.open("rb") as file:
        document = docx.Document(file)
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]


def _printed(cell) -> str:  # noqa: ANN001 - openpyxl has no types
    if isinstance(cell.value, int | float):
        assert cell.number_format == "0.00"
        return f"{cell.value:.2f}"
    return cell.value or ""


def test_making_them_again_gives_the_same_tables(tmp_path: Path):
    main(tmp_path)
    for path in BUDGETS:
        name = read_yaml(path)["file"]
        assert cells_of(tmp_path / name) == cells_of(DOCUMENTS / name), name
    assert {path.name for path in tmp_path.iterdir()} <= {path.name for path in DOCUMENTS.iterdir()}


@pytest.mark.parametrize("path", BUDGETS, ids=lambda path: path.stem)
def test_every_figure_is_in_the_committed_file(path: Path):
    figures = read_yaml(path)
    grids = tables_of(figures, read_yaml(FIGURES / "styles" / f"{figures['style']}.yml"))
    found = cells_of(DOCUMENTS / figures["file"])
    assert len(found) == len(grids)
    for table, grid in zip(found, grids, strict=True):
        printed = sorted(text for row in table for text in row if "." in text)
        assert printed == sorted(text for row in grid.rows for text in row if "." in text), grid.title


@pytest.mark.parametrize("path", BUDGETS, ids=lambda path: path.stem)
def test_tables_agree_with_each_other(path: Path):
    figures = read_yaml(path)
    sums = totals(figures)
    assert sums["total"] == sums["basic"] + sums["project"]
    if figures["economic"]:
        assert sums["basic"] == sums["personnel"] + sums["public"]
        functions = {
            row["code"]: Decimal(row.get("basic", row.get("wages", 0))) for row in figures["functions"]
        }

        def economic(code: str) -> Decimal:
            rows = [row for row in figures["economic"] if row["code"] == code]
            return sum((Decimal(row.get("personnel", 0)) for row in rows), Decimal(0))

        # I22 of the domain: social security and housing stand in both classifications.
        assert functions["2080505"] == economic("30108")
        assert functions["2101101"] + functions["2101102"] == economic("30110")
        assert functions["2210201"] == economic("30113")


def test_figures_that_do_not_add_up_are_refused():
    figures = read_yaml(BUDGETS[0])
    figures["economic"][0]["personnel"] = "1.00"
    with pytest.raises(
        ValueError, match=r"qinhuangdao-industry-2025.docx: 基本支出 by function and by economic"
    ):
        check(figures)


def test_the_odd_files_are_what_they_are_said_to_be():
    with pytest.raises(pypdfium2.PdfiumError, match="password"):
        pypdfium2.PdfDocument(DOCUMENTS / "encrypted.pdf")
    text = pypdfium2.PdfDocument(DOCUMENTS / "no-tables.pdf")[0].get_textpage().get_text_range()
    assert "驻马店市地震台2024年单位预算公开" in text
    assert (DOCUMENTS / "zhumadian-supply-cooperative-2024.doc").read_bytes()[:4] == b"PK\x03\x04"
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument((DOCUMENTS / "zhumadian-commerce-2024.pdf").read_bytes()[:9000])
