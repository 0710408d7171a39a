"""From a number to its picture."""

from __future__ import annotations

import duckdb

from warehouse.documents.pdf.picture import draw_cell
from warehouse.home import Home
from warehouse.record.archive import Archive

_PLACE = """
select document_sha256, page, bbox, table_ordinal, "row", col, sheet
from core.fct_amount
where amount_key = $1
"""


class NoPictureError(Exception):
    """There is no such amount, or its document has no pages to draw."""


def draw_amount(home: Home, amount_key: str) -> bytes:
    """A PNG of the page that an amount is printed on, with its cell outlined.

    Raises:
        NoPictureError: the warehouse has no such amount, or the document has no pages.
    """
    if not home.warehouse.exists():
        raise NoPictureError(f"{home.warehouse}: no warehouse here; `mingzhang run` makes one")
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        found = connection.execute(_PLACE, [amount_key]).fetchone()
    if found is None:
        raise NoPictureError(f"no amount {amount_key} in {home.warehouse}")
    sha256, page, bbox, table_ordinal, row, col, sheet = found
    if page is None or bbox is None:
        place = f"sheet {sheet}, " if sheet else ""
        raise NoPictureError(
            f"document {sha256} has no pages; the amount stands in {place}table {table_ordinal}, "
            f"row {row}, column {col}"
        )
    return draw_cell(Archive(home.archive).get(sha256), page, tuple(bbox))
