"""Text of a page that nobody sees: what a scanner's software recognised, laid over or under the picture."""

from __future__ import annotations

import pypdfium2
import pypdfium2.raw as pdfium

_SCALE = 0.7
"""Of 72 dpi: enough to see a line of text come and go."""

_NOT_PAINTED = (3, 7)
"""Rendering modes in which text is neither filled nor stroked (ISO 32000, table 104)."""

_SOME = 0.1
"""Share of the text objects; a number stamped on each scanned page is painted."""

_NOTHING = 0.0005
"""Share of a page's pixels."""


def is_invisible(data: bytes, page_number: int) -> bool:
    """Whether a page with text looks the same without it.

    It does where the text is not painted, or where a picture lies over it.

    Args:
        data: The PDF file.
        page_number: From 1.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return False
    try:
        return _looks_the_same_without_text(document[page_number - 1])
    except pypdfium2.PdfiumError:
        return False
    finally:
        document.close()


def _looks_the_same_without_text(page: pypdfium2.PdfPage) -> bool:
    texts = [text.raw for text in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT])]
    painted = [text for text in texts if pdfium.FPDFTextObj_GetTextRenderMode(text) not in _NOT_PAINTED]
    if len(painted) <= _SOME * len(texts):
        return bool(texts)
    before = page.render(scale=_SCALE, grayscale=True).to_numpy().copy()
    for text in painted:
        pdfium.FPDFTextObj_SetTextRenderMode(text, _NOT_PAINTED[0])
    after = page.render(scale=_SCALE, grayscale=True).to_numpy()
    return float((before != after).mean()) < _NOTHING
