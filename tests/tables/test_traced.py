"""Every amount stands where it says: its box, read by pdfium, holds its text; row and column name it.

pdfium has no part in reading text-layer PDFs, so that a figure that slipped into another cell, or a box that
slipped off its cell, shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from bench.trace import Printed, plain, untraced
from tests.tables.form_renderings import as_pdf, forms
from warehouse.documents import read_document
from warehouse.documents.model import Cell, Document, UnreadableDocumentError
from warehouse.tables import recognise
from warehouse.tables.model import Amount, Recognition
from warehouse.tables.text import key

_FORMS = [form for form in forms() if "pdf" in form.formats and any(part.table for part in form.parts)]


def _misplaced(document: Document, recognition: Recognition) -> Iterator[str]:
    """What of the amounts of a document does not stand in its grids as it is published."""
    grids = [table.grid() for table in document.tables]
    headers = [table.header_row_count for table in recognition.tables]
    places = [(amount.table_ordinal, amount.row, amount.col) for amount in recognition.amounts]
    if len(set(places)) < len(places):
        yield "two amounts of one cell"
    for amount in recognition.amounts:
        grid, header_rows = grids[amount.table_ordinal - 1], headers[amount.table_ordinal - 1]
        yield from (f"{amount.value_text}: {said}" for said in _disagreeing(amount, grid, header_rows))


def _disagreeing(amount: Amount, grid: list[list[Cell]], header_rows: int) -> Iterator[str]:
    row = [key(cell.text) for cell in grid[amount.row]]
    if amount.row < header_rows:
        yield "in a row of the header"
    if plain(row[amount.col]) != plain(key(amount.value_text)):
        yield f"the cell prints {row[amount.col]}"
    if not header_rows:
        return  # a form: labels stand beside and above
    if not any(key(amount.item_label) in text for text in row):
        yield f"its row does not name {amount.item_label}"
    above = [key(cell.text) for line in grid[:header_rows] for cell in line[: amount.col + 1]]
    if not all(any(part in text for text in above) for part in key(amount.column_path).split("/")):
        yield f"no header says {amount.column_path}"


def _off_the_page(path: Path, recognition: Recognition) -> list[tuple[str, str]]:
    amounts = [
        Printed(amount.page, amount.bbox, amount.value_text)
        for amount in recognition.amounts
        if amount.page and amount.bbox and amount.confidence is None
    ]
    return [(printed.text, found) for printed, found in untraced(path, amounts)]


def _turned(path: Path, degrees: int) -> None:
    with pypdfium2.PdfDocument(path.read_bytes()) as made:
        for page in made:
            page.set_rotation(degrees)
        made.save(path)


@pytest.mark.parametrize("number", range(len(_FORMS)), ids=lambda number: _FORMS[number].name)
def test_every_amount_of_a_made_form_is_where_it_says(number: int, tmp_path: Path) -> None:
    path = tmp_path / "made.pdf"
    path.write_bytes(as_pdf(_FORMS[number]))
    if number % 4:
        _turned(path, number % 4 * 90)
    document = read_document(path.read_bytes())
    recognition = recognise(document)
    assert _off_the_page(path, recognition) == []
    assert list(_misplaced(document, recognition)) == []


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_that_lies_on_its_side_is_read_like_the_upright_one(degrees: int, tmp_path: Path) -> None:
    form = next(form for form in _FORMS if form.name == "jiangsu_income")
    path = tmp_path / "made.pdf"
    path.write_bytes(as_pdf(form))
    upright = recognise(read_document(path.read_bytes()))
    _turned(path, degrees)
    lying = recognise(read_document(path.read_bytes()))
    assert [_facts(amount) for amount in lying.amounts] == [_facts(amount) for amount in upright.amounts]


def _facts(amount: Amount) -> tuple[object, ...]:
    return amount.row, amount.col, amount.item_label, amount.column_path, amount.amount_yuan


@pytest.mark.slow
def test_every_amount_of_the_real_documents_is_where_it_says(shared: Path) -> None:
    untraced_of: dict[str, list[tuple[str, str]]] = {}
    amounts = 0
    for path in sorted((shared / "real" / "pdf").glob("*.pdf")):
        try:
            document = read_document(path.read_bytes())
        except UnreadableDocumentError:
            continue
        recognition = recognise(document)
        amounts += len(recognition.amounts)
        assert list(_misplaced(document, recognition)) == [], path.name
        if off := _off_the_page(path, recognition):
            untraced_of[path.name] = off
    assert amounts > 30_000
    # The page ends in this figure: its last digit stands alone on the next one.
    assert untraced_of == {"008_杭州-公安局_2026年部门预算.pdf": [("12,437.36", "12,437.3")]}
