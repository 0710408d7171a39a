"""Number → picture: a page with one cell outlined."""

from __future__ import annotations

import io

import pypdfium2
from PIL import ImageDraw

from warehouse.documents.model import Box, ReadOutcome, UnreadableDocumentError

_OUTLINE = (216, 30, 5)
_MARGIN = 1.5
"""Points between the cell and its outline."""


def draw_cell(data: bytes, page: int, bbox: Box, *, dpi: int = 110) -> bytes:
    """A PNG of the page as displayed, with a box drawn around the cell.

    Args:
        data: The PDF.
        page: Counted from 1.
        bbox: The cell's box in points from the top left corner, as in `Cell.box`.
        dpi: Resolution of the picture.

    Raises:
        UnreadableDocumentError: CORRUPT or ENCRYPTED, where the file cannot be rendered.
        ValueError: There is no such page.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        outcome = ReadOutcome.ENCRYPTED if "password" in str(error) else ReadOutcome.CORRUPT
        raise UnreadableDocumentError(outcome, str(error)) from error
    try:
        if not 1 <= page <= len(document):
            raise ValueError(f"page {page} of {len(document)}")
        scale = dpi / 72
        picture = document[page - 1].render(scale=scale).to_pil().convert("RGB")
    finally:
        document.close()
    x0, top, x1, bottom = bbox
    box = [
        (x0 - _MARGIN) * scale,
        (top - _MARGIN) * scale,
        (x1 + _MARGIN) * scale,
        (bottom + _MARGIN) * scale,
    ]
    ImageDraw.Draw(picture).rectangle(box, outline=_OUTLINE, width=max(2, round(scale * 1.5)))
    png = io.BytesIO()
    picture.save(png, "PNG")
    return png.getvalue()
