"""Where a cell stands, as the fields of `model.Place`."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.documents.model import Box, Cell, Table

PlaceFields = tuple[int, int | None, str | None, int, int, Box | None]
"""The fields of a place, to be handed on to a row's constructor."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A table and its ordinal in the document."""

    ordinal: int
    table: Table

    def place(self, cell: Cell) -> PlaceFields:
        """The place of one cell; its own page where the table goes over several."""
        table = self.table
        page = cell.page if cell.page is not None else table.page
        return self.ordinal, page, table.sheet, cell.row, cell.col, cell.box
