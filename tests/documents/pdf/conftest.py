"""The maker of test PDFs, and the grid of a table as text."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from warehouse.documents.model import Table

Grid = list[list[str]]


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


paper = _load("paper")


@pytest.fixture(scope="session")
def new_paper() -> Callable[..., object]:
    """Makes an empty `paper.Paper`."""
    maker: Callable[..., object] = paper.Paper
    return maker


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
