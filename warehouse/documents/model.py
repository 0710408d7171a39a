"""What every reader returns, whatever the format: lines of text and tables, in reading order."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from warehouse.immutable import immutable

Box = tuple[float, float, float, float]
"""[x0, top, x1, bottom] in points from the page's top left corner, as displayed (after /Rotate)."""


class ReadOutcome(StrEnum):
    """How reading a file ended. Everything but `READ` is a failure with a reason."""

    READ = "read"
    EMPTY = "empty"
    WRONG_TYPE = "wrong_type"
    ENCRYPTED = "encrypted"
    CORRUPT = "corrupt"
    NO_TEXT = "no_text"
    NO_TABLES = "no_tables"
    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too_large"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"


class UnreadableDocumentError(Exception):
    """A file that gives no tables: `outcome` is one of `ReadOutcome`, `reason` is for people."""

    def __init__(self, outcome: ReadOutcome, reason: str) -> None:
        super().__init__(f"{outcome}: {reason}")
        self.outcome = outcome
        self.reason = reason

    def __reduce__(self) -> tuple[type[UnreadableDocumentError], tuple[ReadOutcome, str]]:
        """Cross a process boundary with both arguments."""
        return type(self), (self.outcome, self.reason)


@immutable
class Line:
    """One line (PDF) or paragraph (other formats) outside the tables, as printed."""

    text: str
    page: int | None = None
    box: Box | None = None
    sheet: str | None = None


@immutable
class Cell:
    r"""One cell, at its top left position in the grid; the positions that it spans have no cell.

    `text` is what is printed, wrapped lines joined, leading indents (U+3000, spaces) kept; "" is blank.
    Paragraph breaks that the format itself records (Word, HTML) are "\n".
    """

    row: int
    col: int
    text: str
    row_span: int = 1
    col_span: int = 1
    page: int | None = None
    box: Box | None = None
    confidence: float | None = None
    """Of optical character recognition, 0 to 1; None where the text was in the file."""


@dataclass(frozen=True, slots=True)
class Table:
    """One logical table: parts on following pages are already joined, their repeated headers left out.

    Rows and columns count from 0, header rows included. Every grid position is covered by exactly one cell.
    """

    row_count: int
    column_count: int
    cells: tuple[Cell, ...]
    page: int | None = None
    sheet: str | None = None

    def grid(self) -> list[list[Cell]]:
        """Rows of cells, a spanning cell standing at every position that it covers."""
        rows: list[list[Cell | None]] = [[None] * self.column_count for _ in range(self.row_count)]
        for cell in self.cells:
            if cell.row_span == cell.col_span == 1:
                rows[cell.row][cell.col] = cell
                continue
            for row in range(cell.row, cell.row + cell.row_span):
                rows[row][cell.col : cell.col + cell.col_span] = [cell] * cell.col_span
        covered = [[cell for cell in row if cell is not None] for row in rows]
        for at, (positions, filled) in enumerate(zip(rows, covered, strict=True)):
            if len(filled) < len(positions):
                raise ValueError(f"table on page {self.page}: no cell covers {(at, positions.index(None))}")
        return covered


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader saw and could not use, or had to decide: reported, never silent."""

    kind: str
    detail: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read: `blocks` are its lines and tables in reading order."""

    format: str
    """As `warehouse.documents.sniff` names it: pdf, docx, doc, rtf, xlsx, xls, html, zip …"""
    blocks: tuple[Line | Table, ...]
    page_count: int | None = None
    notices: tuple[Notice, ...] = field(default=())

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables alone; `table_ordinal` elsewhere is the place in this sequence, from 1."""
        return tuple(block for block in self.blocks if isinstance(block, Table))
