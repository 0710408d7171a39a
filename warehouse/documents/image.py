"""Pictures of pages (JPEG, PNG, TIFF …): scans that nobody put into a PDF, read by optical recognition."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Sequence
from dataclasses import replace

from PIL import Image, ImageSequence, UnidentifiedImageError

from warehouse.documents.model import Document, Line, Notice, ReadOutcome, Table, UnreadableDocumentError
from warehouse.documents.pdf import read_pdf, read_pdf_and_scans
from warehouse.documents.pdf.sources import is_time_for_scans
from warehouse.workers import still_working

MAX_PIXELS = 80_000_000
"""Of one picture; an A3 page at 600 dpi has 70 million."""
MAX_PAGES = 200
MIN_SIDE = 200
"""Pixels; emblems and buttons are smaller."""

_PAGE_INCHES = 11.7
"""The longer side of A4: what pictures say of their resolution is mostly that of a screen."""

_TEXT_INCHES = 6.3
"""How wide text, and a table in it, is on A4."""

_VECTORS = (b"\x01\x00\x00\x00", b"\xd7\xcd\xc6\x9a")
"""Windows metafiles: drawings, not pixels."""

_ERRORS = (OSError, ValueError, SyntaxError, EOFError, IndexError, struct.error)


def read_image(data: bytes) -> Document:
    """The lines and tables on a picture, each of its frames a page; boxes are those of pages of A4.

    Raises:
        UnreadableDocumentError: CORRUPT, TOO_LARGE, UNSUPPORTED for what is too small for a page, or NO_TEXT.
    """
    pages = _pages(data)
    return replace(read_pdf_and_scans(_as_pdf(pages, max(pages[0].size) / _PAGE_INCHES)), format="image")


def read_table_picture(data: bytes) -> Document:
    """The table that a picture within a document shows, with the lines around it; its places are not known.

    Returns:
        A document without blocks where the picture has no ruled table, as with photographs and emblems, or
        where it is of a kind that cannot be looked at.

    Raises:
        UnreadableDocumentError: the time for the file is used up.
    """
    nothing = Document("image", ())
    if data.startswith(_VECTORS):
        return nothing
    try:
        pages = _pages(data)[:1]
    except UnreadableDocumentError:
        return nothing
    if not is_time_for_scans():
        raise UnreadableDocumentError(ReadOutcome.TIMEOUT, "the time for optical recognition is used up")
    from warehouse.documents.pdf.scan.pictures import table_on_page  # noqa: PLC0415 loads the network's libraries

    file = _as_pdf(pages, pages[0].width / _TEXT_INCHES)
    content = table_on_page(file)
    still_working()
    if content is None:
        return nothing
    read = read_pdf(file, read_scan=lambda _data, _page: content)
    notices = [notice for notice in read.notices if notice.kind != "scanned_page"]
    return Document(
        "image",
        tuple(_without_place(block) for block in read.blocks),
        notices=(Notice("picture_read", "a table on a picture"), *notices),
    )


def _without_place(block: Line | Table) -> Line | Table:
    """A block without page and boxes, which are those of the picture and not of the document."""
    if isinstance(block, Line):
        return replace(block, page=None, box=None)
    cells = tuple(replace(cell, page=None, box=None) for cell in block.cells)
    return replace(block, page=None, cells=cells)


def _as_pdf(pages: Sequence[Image.Image], dpi: float) -> bytes:
    file = io.BytesIO()
    pages[0].save(file, "PDF", save_all=True, append_images=pages[1:], resolution=dpi, quality=95)
    return file.getvalue()


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
