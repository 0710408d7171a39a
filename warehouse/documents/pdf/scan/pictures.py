"""Pictures of tables within pages of text: found by their rules, and read where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from warehouse.documents.model import Box, Notice
from warehouse.documents.pdf.content import Glyph, PageContent, Rule
from warehouse.documents.pdf.grid import find_grids
from warehouse.documents.pdf.scan.image import (
    Picture,
    even,
    without_pale,
    without_stamps,
)
from warehouse.documents.pdf.scan.page import DPI, recognised
from warehouse.documents.pdf.scan.rules import find_rules, with_dots_joined
from warehouse.documents.pdf.scan.text import detect

_LARGE_ENOUGH = 0.08
"""Of the page: a table of three rows across it."""

_MOST = 6
_FEW_CELLS = 6
_BACKGROUND = 150
"""Characters over a picture that make it the background of a text; a scan has a header or a page number."""

_MOSTLY = 0.5
"""Of the page: strips of pictures that cover so much together are one."""


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
        found = [(box, part) for box in _boxes(page, content) if (part := _table(page, box, content))]
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
        return _table(document[0], (0.0, 0.0, width, height), PageContent(1, width, height, [], [], []))
    except pypdfium2.PdfiumError:
        return None
    finally:
        document.close()


def _boxes(page: pypdfium2.PdfPage, content: PageContent) -> list[Box]:
    """Where the larger pictures of a page are, in points from its top left corner as displayed."""
    width, height = page.get_size()
    shown = [
        _displayed(thing.get_bounds(), page) for thing in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE])
    ]
    large = [box for box in shown if _area(box) >= _LARGE_ENOUGH * width * height]
    if not large and sum(map(_area, shown)) >= _MOSTLY * width * height:
        lefts, tops, rights, bottoms = zip(*shown, strict=True)
        large = [(min(lefts), min(tops), max(rights), max(bottoms))]
    return [box for box in large if not _is_behind_text(box, content)][:_MOST]


def _displayed(bounds: Box, page: pypdfium2.PdfPage) -> Box:
    """Bounds in the space of a page (left, bottom, right, top) as a box on the page as displayed."""
    left, bottom, right, top = page.get_cropbox()
    x0, y0, x1, y1 = bounds
    box = {
        0: (x0 - left, top - y1, x1 - left, top - y0),
        90: (y0 - bottom, x0 - left, y1 - bottom, x1 - left),
        180: (right - x1, y0 - bottom, right - x0, y1 - bottom),
        270: (top - y1, right - x1, top - y0, right - x0),
    }[page.get_rotation()]
    width, height = page.get_size()
    return max(box[0], 0.0), max(box[1], 0.0), min(box[2], width), min(box[3], height)


def _area(box: Box) -> float:
    x0, top, x1, bottom = box
    return max(x1 - x0, 0.0) * max(bottom - top, 0.0)


def _is_behind_text(box: Box, content: PageContent) -> bool:
    x0, top, x1, bottom = box
    over = sum(x0 < x < x1 and top < base <= bottom for base, x, *_ in content.glyphs)
    return over > _BACKGROUND


def _table(page: pypdfium2.PdfPage, box: Box, content: PageContent) -> PageContent | None:
    """What a picture shows besides the page's own text, measured from its own corner.

    None where it is no ruled table.
    """
    width, height = page.get_size()
    x0, top, x1, bottom = box
    crop = x0, height - bottom, width - x1, top
    coloured = page.render(scale=DPI / 72, crop=crop).to_numpy()[:, :, :3]
    grey = without_stamps(np.ascontiguousarray(coloured))
    _take_away(grey, content.glyphs, box)
    picture = with_dots_joined(even(grey))
    if not _is_ruled(picture):
        return None
    part = PageContent(content.number, x1 - x0, bottom - top, [], [], [], picture=1.0)
    return recognised(picture, detect(without_pale(picture)), part, 0.0)


def _take_away(picture: Picture, glyphs: Sequence[Glyph], box: Box) -> None:
    """Paint over what is text of the page itself: it would be there twice."""
    left, top, *_ = box
    scale = DPI / 72
    for base, x0, x1, size, text, _ in glyphs:
        if text.strip():
            rows = slice(
                max(round((base - size - top) * scale), 0), max(round((base + 0.25 * size - top) * scale), 0)
            )
            columns = slice(max(round((x0 - left) * scale), 0), max(round((x1 - left) * scale) + 1, 0))
            picture[rows, columns] = np.median(picture[rows, columns]) if picture[rows, columns].size else 255


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
