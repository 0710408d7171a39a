"""Pictures of pages (JPEG, PNG, TIFF …): scans that nobody put into a PDF, read by optical recognition."""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import replace

from PIL import Image, ImageSequence, UnidentifiedImageError

from warehouse.documents.model import Document, ReadOutcome, UnreadableDocumentError
from warehouse.documents.pdf import read_pdf_and_scans

MAX_PIXELS = 80_000_000
"""Of one picture; an A3 page at 600 dpi has 70 million."""
MAX_PAGES = 200
MIN_SIDE = 200
"""Pixels; emblems and buttons are smaller."""

_PAGE_INCHES = 11.7
"""The longer side of A4: what pictures say of their resolution is mostly that of a screen."""

_ERRORS = (OSError, ValueError, SyntaxError, EOFError, IndexError, struct.error)


def read_image(data: bytes) -> Document:
    """The lines and tables on a picture, each of its frames a page; boxes are those of pages of A4.

    Raises:
        UnreadableDocumentError: CORRUPT, TOO_LARGE, UNSUPPORTED for what is too small for a page, or NO_TEXT.
    """
    pages = _pages(data)
    file = io.BytesIO()
    pages[0].save(
        file,
        "PDF",
        save_all=True,
        append_images=pages[1:],
        resolution=max(pages[0].size) / _PAGE_INCHES,
        quality=95,
    )
    return replace(read_pdf_and_scans(file.getvalue()), format="image")


def _pages(data: bytes) -> list[Image.Image]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # `_check` has its own limit
            with Image.open(io.BytesIO(data)) as picture:
                _check(picture)
                return [frame.convert("RGB") for frame in ImageSequence.Iterator(picture)]
    except Image.DecompressionBombError as error:
        raise UnreadableDocumentError(ReadOutcome.TOO_LARGE, str(error)) from error
    except UnidentifiedImageError as error:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, "a picture with a damaged header") from error
    except _ERRORS as error:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"broken picture: {error}") from error


def _check(picture: Image.Image) -> None:
    width, height = picture.size
    frames = getattr(picture, "n_frames", 1)
    if width * height * frames > MAX_PIXELS or frames > MAX_PAGES:
        raise UnreadableDocumentError(
            ReadOutcome.TOO_LARGE, f"{frames} pictures of {width} × {height} pixels"
        )
    if min(width, height) < MIN_SIDE:
        raise UnreadableDocumentError(
            ReadOutcome.UNSUPPORTED, f"a picture of {width} × {height} pixels, too small for a page"
        )
