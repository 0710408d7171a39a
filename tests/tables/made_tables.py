"""Documents made in a few lines, for tests."""

from __future__ import annotations

from collections.abc import Sequence

from warehouse.documents.model import Cell, Document, Line, Table


def table(rows: Sequence[Sequence[str]]) -> Table:
    """A table without merged cells. `<` goes on from the cell to its left, `^` from the cell above."""
    cells: list[Cell] = []
    for at, row in enumerate(rows):
        for col, text in enumerate(row):
            if text in {"<", "^"}:
                continue
            width = next((n for n in range(1, len(row) - col) if row[col + n] != "<"), len(row) - col)
            height = next((n for n in range(1, len(rows) - at) if rows[at + n][col] != "^"), len(rows) - at)
            cells.append(Cell(at, col, text, row_span=height, col_span=width))
    return _covered(Table(len(rows), len(rows[0]), tuple(cells), page=1))


def _covered(made: Table) -> Table:
    made.grid()
    return made


def grid(text: str) -> list[list[Cell]]:
    """Rows of a table written with `|` between cells, one row a line."""
    return split(text).grid()


def split(text: str) -> Table:
    """A table written with `|` between cells, one row a line."""
    return table([line.strip().split("|") for line in text.strip().splitlines()])


def document(*blocks: str | Table) -> Document:
    """Lines and tables in reading order; a text with `|` is a table."""
    return Document(
        "docx",
        tuple(
            block if isinstance(block, Table) else split(block) if "|" in block else Line(block, page=1)
            for block in blocks
        ),
        page_count=1,
    )
