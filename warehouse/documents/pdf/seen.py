"""Text that nobody sees (not painted, transparent, clipped, painted over), and text seen over a page.

What is seen is asked of pdfium's renderer: text that can be taken away without a change of the picture is
not on the page.
"""

from __future__ import annotations

import ctypes
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from warehouse.documents.model import Box, Notice
from warehouse.documents.pdf.content import Glyph, PageContent
from warehouse.documents.pdf.ink import is_white

_SCALE = 2.0
"""Of 72 dpi; strokes of the smallest print are seen."""

_INVISIBLE, _CLIPPING = 3, 7
"""Rendering modes in which text is neither filled nor stroked (ISO 32000, table 104)."""

_LEAST_SEEN = 0.3
"""Of its bounds: text of which less is within its clip cannot be read."""

_BESIDE = 2.0
"""Points; widths of characters that two libraries take differ by less over one text."""


class _Text(NamedTuple):
    """A text object: where it stands on the page as displayed, and what it says."""

    box: Box
    text: str


def with_fields_printed(data: bytes) -> bytes:
    """The file with what viewers show over its pages (fields of forms, notes) as part of them.

    The file as it is where that cannot be done.
    """
    written = io.BytesIO()
    try:
        with closing(pypdfium2.PdfDocument(data)) as document:
            document.init_forms()
            for page in document:
                pdfium.FPDFPage_Flatten(page.raw, pdfium.FLAT_NORMALDISPLAY)
            document.save(written)
    except pypdfium2.PdfiumError:
        return data
    return written.getvalue()


def without_unseen(content: PageContent, data: bytes) -> PageContent:
    """The page without text that can be taken away without a change of the picture.

    Text of kinds that may hide is taken away first, as other text may stand in the same place; then all text.
    """
    if content.turn:
        return content
    try:
        with closing(pypdfium2.PdfDocument(data)) as document:
            page = document[content.number - 1]
            things = list(page.get_objects([pdfium.FPDF_PAGEOBJ_TEXT]))
            suspects = [thing for thing in things if thing.level == 0 and _may_hide(thing)]
            picture = _picture(page)
            ink = picture != _picture_without(page, suspects)
            hidden = [
                thing
                for thing in suspects
                if _is_clipped_away(thing) or not _has_ink(_displayed(page, thing), ink)
            ]
            ink = picture != _picture_without(page, things)
            gone, stays = _parted(page, [thing for thing in things if thing.level == 0], hidden)
    except pypdfium2.PdfiumError:
        return content
    kept = _taken_out(content.glyphs, gone, stays)
    return _reported(content, [glyph for glyph in kept if _is_seen(glyph, ink)])


def _parted(
    page: pypdfium2.PdfPage, things: Sequence[pypdfium2.PdfObject], hidden: Sequence[pypdfium2.PdfObject]
) -> tuple[list[_Text], list[_Text]]:
    """What hidden text objects say, and what the others say.

    The hidden ones are removed before the others are read: of characters in one place the library tells one.
    """
    reader = page.get_textpage()
    gone = [_text(page, thing, reader) for thing in hidden]
    for thing in hidden:
        page.remove_obj(thing)
    reader = page.get_textpage()
    return gone, [_text(page, thing, reader) for thing in things if thing not in hidden]


def _may_hide(thing: pypdfium2.PdfObject) -> bool:
    """Whether a text is not painted, transparent, clipped away, or of a layer."""
    if pdfium.FPDFTextObj_GetTextRenderMode(thing.raw) in {_INVISIBLE, _CLIPPING}:
        return True
    if _fill(thing)[3] == 0 or pdfium.FPDFPageObj_CountMarks(thing.raw) > 0:
        return True
    return _is_clipped_away(thing)


def _is_clipped_away(thing: pypdfium2.PdfObject) -> bool:
    """Whether most of a text lies outside of what it is clipped to."""
    bounds: Box = thing.get_bounds()
    left, bottom, right, top = bounds
    area = (right - left) * (top - bottom)
    for x0, y0, x1, y1 in _clips(thing):
        left, bottom, right, top = max(left, x0), max(bottom, y0), min(right, x1), min(top, y1)
    return max(right - left, 0.0) * max(top - bottom, 0.0) < _LEAST_SEEN * area


def _clips(thing: pypdfium2.PdfObject) -> Iterator[Box]:
    """The bounds of the paths that a thing is clipped to."""
    clip = pdfium.FPDFPageObj_GetClipPath(thing.raw)
    x, y = ctypes.c_float(), ctypes.c_float()
    for path in range(pdfium.FPDFClipPath_CountPaths(clip) if clip else 0):
        points = []
        for number in range(pdfium.FPDFClipPath_CountPathSegments(clip, path)):
            segment = pdfium.FPDFClipPath_GetPathSegment(clip, path, number)
            if pdfium.FPDFPathSegment_GetPoint(segment, x, y):
                points.append((x.value, y.value))
        if points:
            xs, ys = zip(*points, strict=True)
            yield min(xs), min(ys), max(xs), max(ys)


def _picture(page: pypdfium2.PdfPage) -> NDArray[np.uint8]:
    picture: NDArray[np.uint8] = page.render(scale=_SCALE, grayscale=True).to_numpy().copy()
    return picture.reshape(picture.shape[0], -1)


def _picture_without(page: pypdfium2.PdfPage, things: Iterable[pypdfium2.PdfObject]) -> NDArray[np.uint8]:
    for thing in things:
        pdfium.FPDFTextObj_SetTextRenderMode(thing.raw, _INVISIBLE)
    return _picture(page)


def _has_ink(box: Box, ink: NDArray[np.bool_]) -> bool:
    left, top, right, bottom = (max(round(side * _SCALE), 0) for side in box)
    return bool(ink[top : bottom + 1, left : right + 1].any())


def _is_seen(glyph: Glyph, ink: NDArray[np.bool_]) -> bool:
    base, x0, x1, size, text, _ = glyph
    return not text.strip() or _has_ink((x0, base - 0.9 * size, x1, base + 0.2 * size), ink)


def without_covered(content: PageContent, data: bytes) -> PageContent:
    """The page without texts that were painted over, as where a person corrected a figure."""
    if content.turn:
        return content
    try:
        with closing(pypdfium2.PdfDocument(data)) as document:
            page = document[content.number - 1]
            gone, stays = _parted(page, *_covered(page))
    except pypdfium2.PdfiumError:
        return content
    return _reported(content, _taken_out(content.glyphs, gone, stays))


def _covered(page: pypdfium2.PdfPage) -> tuple[list[pypdfium2.PdfObject], list[pypdfium2.PdfObject]]:
    """All texts, and those over the middle of which a white area is painted after them."""
    texts: list[tuple[Box, pypdfium2.PdfObject]] = []
    covered: list[pypdfium2.PdfObject] = []
    for thing in page.get_objects([pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_PATH], max_depth=1):
        if thing.type == pdfium.FPDF_PAGEOBJ_TEXT:
            texts.append((_displayed(page, thing), thing))
        elif _paints_white(thing):
            area = _displayed(page, thing)
            covered += [text for box, text in texts if _is_under(box, area) and text not in covered]
    return [text for _, text in texts], covered


def _text(page: pypdfium2.PdfPage, thing: pypdfium2.PdfObject, reader: pypdfium2.PdfTextPage) -> _Text:
    length = pdfium.FPDFTextObj_GetText(thing.raw, reader.raw, None, 0)
    buffer = (ctypes.c_ushort * length)()
    pdfium.FPDFTextObj_GetText(thing.raw, reader.raw, buffer, length)
    return _Text(_displayed(page, thing), bytes(buffer).decode("utf-16-le", "replace").rstrip("\0"))


def _fill(thing: pypdfium2.PdfObject) -> tuple[float, ...]:
    """Red, green, blue and opacity, from 0 to 1."""
    parts = [ctypes.c_uint() for _ in range(4)]
    pdfium.FPDFPageObj_GetFillColor(thing.raw, *parts)
    return tuple(part.value / 255 for part in parts)


def _paints_white(path: pypdfium2.PdfObject) -> bool:
    mode, stroked = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path.raw, mode, stroked)
    return mode.value != pdfium.FPDF_FILLMODE_NONE and is_white(_fill(path))


def _displayed(page: pypdfium2.PdfPage, thing: pypdfium2.PdfObject) -> Box:
    """Where a thing stands on the page as displayed, in points from its upper left corner."""
    left, bottom, right, top = thing.get_bounds()
    width, height = (round(10 * side) for side in page.get_size())
    xs, ys = [], []
    for x, y in ((left, bottom), (right, top)):
        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(page.raw, 0, 0, width, height, 0, x, y, across, down)
        xs.append(across.value / 10)
        ys.append(down.value / 10)
    return min(xs), min(ys), max(xs), max(ys)


def _is_under(text: Box, area: Box) -> bool:
    x, y = (text[0] + text[2]) / 2, (text[1] + text[3]) / 2
    return area[0] <= x <= area[2] and area[1] <= y <= area[3]


def _overlap(box: Box, other: Box) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]


def _taken_out(glyphs: Iterable[Glyph], gone: Sequence[_Text], stays: Sequence[_Text]) -> list[Glyph]:
    """The glyphs without those of some texts; a glyph that the two kinds share stays."""
    rest = list(glyphs)
    beside = [text for text in stays if any(_overlap(text.box, other.box) for other in gone)]
    kept = [glyph for text in beside for glyph in _pulled(rest, text)]
    for text in gone:
        _pulled(rest, text)
    return rest + kept


def _pulled(glyphs: list[Glyph], text: _Text) -> list[Glyph]:
    """The glyphs of a text, taken from the list: those of the line that has most of them."""
    x0, top, x1, bottom = text.box
    lines: dict[float, list[Glyph]] = {}
    for glyph in sorted(glyphs, key=lambda glyph: glyph[1]):
        base, at, _, size, _, _ = glyph
        if x0 - _BESIDE < at < x1 + _BESIDE and top < base < bottom + size / 2:
            lines.setdefault(round(base, 1), []).append(glyph)
    found = max((_matched(line, text.text) for line in lines.values()), key=len, default=[])
    for glyph in found:
        glyphs.remove(glyph)
    return found


def _matched(line: Sequence[Glyph], text: str) -> list[Glyph]:
    """For each character of a text from left to right the first glyph of a line that is it."""
    found: list[Glyph] = []
    start = 0
    for character in text:
        at = next((i for i in range(start, len(line)) if line[i][4] == character), None)
        if at is not None:
            found.append(line[at])
            start = at + 1
    return found


def _reported(content: PageContent, kept: list[Glyph]) -> PageContent:
    count = len(content.glyphs) - len(kept)
    if not count:
        return content
    notice = Notice("hidden_text", f"{count} characters that are not seen left out", content.number)
    return replace(content, glyphs=kept, notices=[*content.notices, notice])
