"""The maker of test PDFs, and the grid of a table as text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.documents.pdf.paper import Paper
from warehouse.documents.model import Table

Grid = list[list[str]]


@pytest.fixture(scope="session")
def new_paper() -> Callable[..., Paper]:
    """Makes an empty sheet of paper."""
    return Paper


@pytest.fixture(scope="session")
def grid() -> Callable[[Table], Grid]:
    """The texts of a table without white space; a merged cell at its top left, "" elsewhere."""

    def texts(table: Table) -> Grid:
        table.grid()
        rows = [[""] * table.column_count for _ in range(table.row_count)]
        for cell in table.cells:
            rows[cell.row][cell.col] = "".join(cell.text.split())
        return rows

    return texts
