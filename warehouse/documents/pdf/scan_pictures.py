"""Pictures of tables within pages of text: found by their rules, and read where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from warehouse.documents.model import Box, Notice
from warehouse.documents.pdf.content import Glyph, PageContent, Rule
from warehouse.documents.pdf.grid import find_grids
from warehouse.documents.pdf.scan import DPI, recognised
from warehouse.documents.pdf.scan_image import (
    Picture,
    even,
    without_pale,
    without_stamps,
)
from warehouse.documents.pdf.scan_rules import find_rules, with_dots_joined
from warehouse.documents.pdf.scan_text import detect

_LARGE_ENOUGH = 0.08
"""Of the page: a table of three rows across it."""

_MOST = 6
_FEW_CELLS = 6
_BACKGROUND = 10
"""Characters over a picture that make it the background of a text."""


def with_pictures_read(content: PageContent, data: bytes) -> PageContent:
    """A page of text with the tables on its pictures, recognised optically, each where the picture stands.

    Pictures without a grid of ruled cells, such as photographs and charts, are left alone.

    Returns:
        The content, with a notice `picture_read` for each table that was read; itself where there is none.
    """
    if content.turn:
        return content
    document = pypdfium2.PdfDocument(data)
    try:
        page = document[content.number - 1]
        found = [(box, part) for box in _boxes(page, content) if (part := _table(page, box, content.number))]
    except pypdfium2.PdfiumError:
        return content
    finally:
        document.close()
    if not found:
        return content
    parts = [_moved(part, box) for box, part in found]
    return replace(
        content,
        glyphs=[*content.glyphs, *(glyph for part in parts for glyph in part.glyphs)],
        horizontal=[*content.horizontal, *(rule for part in parts for rule in part.horizontal)],
        vertical=[*content.vertical, *(rule for part in parts for rule in part.vertical)],
        notices=[*content.notices, *(notice for part in parts for notice in part.notices)],
    )


def table_on_page(data: bytes) -> PageContent | None:
    """What the first page of a file shows, if that is a ruled table, and nothing else is looked for."""
    document = pypdfium2.PdfDocument(data)
    try:
        width, height = document[0].get_size()
        return _table(document[0], (0.0, 0.0, width, height), 1)
    except pypdfium2.PdfiumError:
        return None
    finally:
        document.close()


def _boxes(page: pypdfium2.PdfPage, content: PageContent) -> Iterator[Box]:
    """Where the larger pictures of an upright page are, in points from its top left corner as displayed."""
    if page.get_rotation():
        return
    left, bottom, right, top = page.get_cropbox()
    width, height = right - left, top - bottom
    count = 0
    for thing in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE]):
        x0, y0, x1, y1 = thing.get_bounds()
        box = max(x0 - left, 0.0), max(top - y1, 0.0), min(x1 - left, width), min(top - y0, height)
        area = max(box[2] - box[0], 0) * max(box[3] - box[1], 0)
        if area >= _LARGE_ENOUGH * width * height and count < _MOST and not _is_behind_text(box, content):
            count += 1
            yield box


def _is_behind_text(box: Box, content: PageContent) -> bool:
    x0, top, x1, bottom = box
    over = sum(x0 < x < x1 and top < base <= bottom for base, x, *_ in content.glyphs)
    return over > _BACKGROUND


def _table(page: pypdfium2.PdfPage, box: Box, number: int) -> PageContent | None:
    """What a picture shows, measured from its own corner; None where it is no ruled table."""
    width, height = page.get_size()
    x0, top, x1, bottom = box
    crop = x0, height - bottom, width - x1, top
    coloured = page.render(scale=DPI / 72, crop=crop).to_numpy()[:, :, :3]
    picture = with_dots_joined(even(without_stamps(np.ascontiguousarray(coloured))))
    if not _is_ruled(picture):
        return None
    content = PageContent(number, x1 - x0, bottom - top, [], [], [], picture=1.0)
    return recognised(picture, detect(without_pale(picture)), content, 0.0)


def _is_ruled(picture: Picture) -> bool:
    """Whether there is a grid of several rows and columns."""
    horizontal, vertical = find_rules(picture)
    grids = find_grids([Rule(*rule) for rule in horizontal], [Rule(*rule) for rule in vertical])
    return any(
        len(grid.xs) > 2 and len(grid.ys) > 2 and len(grid.spans) >= _FEW_CELLS and not grid.is_mesh
        for grid in grids
    )


def _moved(part: PageContent, box: Box) -> PageContent:
    """A picture's content in its place on the page."""
    x, y, *_ = box
    glyphs: list[Glyph] = [
        (base + y, x0 + x, x1 + x, size, text, confidence)
        for base, x0, x1, size, text, confidence in part.glyphs
    ]
    share = f"a table on a picture, {len(glyphs)} characters by OCR"
    return replace(
        part,
        glyphs=glyphs,
        horizontal=[Rule(at + y, start + x, end + x) for at, start, end in part.horizontal],
        vertical=[Rule(at + x, start + y, end + y) for at, start, end in part.vertical],
        notices=[Notice("picture_read", share, part.number), *part.notices],
    )
