"""Real documents of six cities: nothing printed is lost, and it adds up."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from warehouse.documents import read_document
from warehouse.documents.model import Document
from warehouse.tables import recognise
from warehouse.tables.model import Amount, Recognition
from warehouse.tables.text import key

NAMES = [
    "004_重庆-政府办公厅_2026年部门预算.pdf",
    "005_广州-信访局_2026年部门预算.pdf",
    "006_苏州-审计局_2026年部门预算.pdf",
    "008_杭州-气象局_2026年部门预算.pdf",
    "025_烟台-2026年烟台市大数据局部门预算.pdf",
    "X-上海市普陀区人民政府办公室25年预算.pdf",
]
PRINTED = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d\d")


@pytest.fixture(scope="module", params=NAMES)
def read(request: pytest.FixtureRequest, shared: Path) -> tuple[Document, Recognition]:
    document = read_document((shared / "real" / "pdf" / request.param).read_bytes())
    return document, recognise(document)


def test_every_printed_figure_of_a_table_is_an_amount(read: tuple[Document, Recognition]) -> None:
    document, recognition = read
    taken = {(amount.table_ordinal, amount.row, amount.col) for amount in recognition.amounts}
    printed = {
        (ordinal, cell.row, cell.col)
        for ordinal, table in enumerate(document.tables, start=1)
        for cell in table.cells
        if PRINTED.fullmatch(key(cell.text))
    }
    assert len(printed) > 200
    assert printed - taken == set()


def test_every_table_has_a_type_and_every_amount_a_column(read: tuple[Document, Recognition]) -> None:
    _, recognition = read
    assert [table.table_title for table in recognition.tables if table.table_type == "unrecognised"] == []
    assert {amount.column_path == "" for amount in recognition.amounts} == {False}
    facts = recognition.facts
    assert (facts.phase, facts.scope) == ("budget", "department")
    assert facts.fiscal_year in {2025, 2026}
    assert facts.agency_name is not None


def test_coded_rows_add_up_to_their_parents(read: tuple[Document, Recognition]) -> None:
    _, recognition = read
    columns: dict[tuple[int, int], dict[str, Amount]] = defaultdict(dict)
    for amount in recognition.amounts:
        # Beside 政府预算 codes the same 部门预算 code stands in several rows.
        if re.fullmatch(r"\d{3}|\d{5}|\d{7}", amount.item_code) and not amount.item_code_2:
            columns[amount.table_ordinal, amount.col][amount.item_code] = amount
    checked = 0
    for rows in columns.values():
        for code, parent in rows.items():
            children = [
                row for other, row in rows.items() if len(other) == len(code) + 2 and other.startswith(code)
            ]
            if children:
                unit = Decimal(100) if parent.unit == "万元" else Decimal("0.01")
                delta = sum((child.amount_yuan for child in children), Decimal(0)) - parent.amount_yuan
                assert abs(delta) <= unit / 2 * (len(children) + 1), (parent, children)
                assert parent.row_role == "subtotal"
                checked += 1
    assert checked > 20 or not any(rows for rows in columns.values())
