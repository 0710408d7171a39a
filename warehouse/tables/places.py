"""Where a cell stands, as the fields of `model.Place`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from warehouse.documents.model import Box, Cell, Table


class PlaceFields(TypedDict):
    """The fields of a place, to be handed on to a row's constructor."""

    table_ordinal: int
    page: int | None
    sheet: str | None
    row: int
    col: int
    bbox: Box | None


@dataclass(frozen=True, slots=True)
class Spot:
    """A table and its ordinal in the document."""

    ordinal: int
    table: Table

    def place(self, cell: Cell) -> PlaceFields:
        """The place of one cell; its own page where the table goes over several."""
        return {
            "table_ordinal": self.ordinal,
            "page": cell.page if cell.page is not None else self.table.page,
            "sheet": self.table.sheet,
            "row": cell.row,
            "col": cell.col,
            "bbox": cell.box,
        }
