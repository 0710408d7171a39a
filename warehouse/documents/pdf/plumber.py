"""The reference source of glyphs and rules: pdfplumber. Slow, and right where the fast source fails."""

from __future__ import annotations

import io
import logging
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pdfplumber
from pdfminer.pdfexceptions import PDFException
from pdfminer.psexceptions import PSException
from pdfplumber.page import Page
from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

from warehouse.documents.model import Box
from warehouse.documents.pdf.content import Glyph, PageContent, Rule, SourceError
from warehouse.documents.pdf.ink import MAX_RULE_WIDTH, PALE, Watermark, is_ground, is_white
from warehouse.documents.pdf.sideways import Mark, sideways_of

_ERRORS = (
    PdfminerException,
    MalformedPDFException,
    PDFException,
    PSException,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What pdfminer raises on broken files, its own mistakes on them included."""

logging.getLogger("pdfminer").setLevel(logging.ERROR)


@contextmanager
def _library_errors() -> Iterator[None]:
    try:
        yield
    except _ERRORS as error:
        raise SourceError(str(error) or type(error).__name__) from error


class PlumberFile:
    """An open file; pages are read one at a time and closed."""

    def __init__(self, data: bytes) -> None:
        with _library_errors():
            self._pdf = pdfplumber.open(io.BytesIO(data))
            self.page_count = len(self._pdf.pages)

    def read(self, number: int, turn: int = 0) -> PageContent:
        """The content of a page, counted from 1; `turn` is that of `PageContent`, where it is known.

        Raises:
            SourceError: The page cannot be read.
        """
        with _library_errors():
            return self._read(number, turn)

    def _read(self, number: int, turn: int) -> PageContent:
        page = self._pdf.pages[number - 1]
        if turn:
            page = _turned(page, turn)
        watermark = Watermark()
        left, upper, right, lower = map(float, page.cropbox)
        width, height = right - left, lower - upper
        glyphs = [
            (base - upper, x0 - left, x1 - left, size, text, confidence)
            for base, x0, x1, size, text, confidence in _glyphs(page.chars, _grounds(page), watermark)
        ]
        horizontal: list[Rule] = []
        vertical: list[Rule] = []
        for x0, top, x1, bottom in _strokes(page):
            is_dot = max(x1 - x0, bottom - top) <= MAX_RULE_WIDTH  # of a dotted line, either way
            if x1 - x0 >= bottom - top or is_dot:
                horizontal.append(Rule((top + bottom) / 2 - upper, x0 - left, x1 - left))
            if x1 - x0 < bottom - top or is_dot:
                vertical.append(Rule((x0 + x1) / 2 - left, top - upper, bottom - upper))
        sideways = sideways_of(_marks(page.chars, left, upper, watermark))
        content = PageContent(
            number,
            width,
            height,
            glyphs,
            horizontal,
            vertical,
            turn=turn,
            sideways=sideways,
            picture=max((image["width"] * image["height"] for image in page.images), default=0.0)
            / (width * height or 1.0),
            notices=watermark.notices(number),
        )
        page.close()
        return content


def _turned(page: Page, turn: int) -> Page:
    """The page as if /Rotate made its text upright."""
    source = page.page_obj
    source.rotate = (page.rotation + turn) % 360
    source.attrs = {**source.attrs, "Rotate": source.rotate}
    return Page(page.pdf, source, page.page_number, page.initial_doctop)


def _grounds(page: Page) -> list[Box]:
    return [
        (rect["x0"], rect["top"], rect["x1"], rect["bottom"])
        for rect in page.rects
        if rect["fill"] and is_ground(_rgb(rect["non_stroking_color"]), rect["width"], rect["height"])
    ]


def _is_on(grounds: list[Box], char: dict[str, Any]) -> bool:
    x, y = char["x0"], (char["top"] + char["bottom"]) / 2
    return any(x0 <= x <= x1 and top <= y <= bottom for x0, top, x1, bottom in grounds)


def _glyphs(chars: list[dict[str, Any]], grounds: list[Box], watermark: Watermark) -> Iterator[Glyph]:
    for char in chars:
        color = _rgb(char["non_stroking_color"])
        if not _is_turned(char) and (
            min(color) <= PALE
            or _is_on(grounds, char)
            or not watermark.is_pale(char["text"], char["size"], color)
        ):
            yield _base(char), char["x0"], char["x1"], char["size"], char["text"], None


def _is_turned(char: dict[str, Any]) -> bool:
    return not char["upright"] or abs(char["matrix"][1]) > 0.05 * abs(char["matrix"][0])


def _base(char: dict[str, Any]) -> float:
    """Where the baseline begins, from the upper edge of the page."""
    base: float = char["top"] + char["y1"] - char["matrix"][5]
    return base


def _marks(chars: list[dict[str, Any]], left: float, upper: float, watermark: Watermark) -> Iterator[Mark]:
    """The characters that stand on their side; all others that are turned are part of a watermark."""
    for char in filter(_is_turned, chars):
        across, along, *_ = char["matrix"]
        if abs(across) > 0.05 * abs(along) or min(_rgb(char["non_stroking_color"])) > PALE:
            watermark.see(char["text"])
        else:
            size = char["x1"] - char["x0"]
            yield Mark(along > 0, char["matrix"][4] - left, _base(char) - upper, size, char["text"])


def _strokes(page: Page) -> Iterator[Box]:
    """Straight visible strokes: lines, sides of what is stroked, thin filled boxes."""
    for shape in (*page.lines, *page.rects, *page.curves):
        stroked = bool(shape["stroke"]) and not is_white(_rgb(shape["stroking_color"]))
        filled = bool(shape["fill"]) and not is_white(_rgb(shape["non_stroking_color"]))
        if not (stroked or filled):
            continue
        box: Box = (shape["x0"], shape["top"], shape["x1"], shape["bottom"])
        if min(box[2] - box[0], box[3] - box[1]) <= MAX_RULE_WIDTH:
            yield box
        elif stroked:
            yield from _sides(shape["pts"])


def _sides(points: Sequence[tuple[float, float]]) -> Iterator[Box]:
    for (x0, y0), (x1, y1) in pairwise([*points, points[0]]):
        if min(abs(x1 - x0), abs(y1 - y0)) <= 0.5:
            yield min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _rgb(color: object) -> tuple[float, float, float]:
    """Red, green and blue from 0 to 1; black where the colour space is not known."""
    if isinstance(color, int | float):
        return (float(color),) * 3
    if not isinstance(color, tuple | list) or not all(isinstance(part, int | float) for part in color):
        return 0.0, 0.0, 0.0
    if len(color) == 1:
        return (float(color[0]),) * 3
    if len(color) == 3:
        return float(color[0]), float(color[1]), float(color[2])
    if len(color) == 4:
        cyan, magenta, yellow, black = map(float, color)
        return (1 - cyan) * (1 - black), (1 - magenta) * (1 - black), (1 - yellow) * (1 - black)
    return 0.0, 0.0, 0.0
