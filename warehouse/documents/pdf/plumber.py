"""The reference source of glyphs and rules: pdfplumber. Slow, and right where the fast source fails."""

from __future__ import annotations

import io
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import pdfplumber
from pdfminer.pdfexceptions import PDFException
from pdfminer.psexceptions import PSException

from warehouse.documents.pdf.content import Glyph, PageContent, Rule
from warehouse.documents.pdf.ink import MAX_RULE_WIDTH, PALE, Watermark, is_white

ERRORS = (PDFException, PSException, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError)
"""What pdfminer raises on broken files."""


class PlumberFile:
    """An open file; use as a context manager. Pages are read one at a time and closed."""

    def __init__(self, data: bytes) -> None:
        self._pdf = pdfplumber.open(io.BytesIO(data))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pdf.close()

    @property
    def page_count(self) -> int:
        """Pages of the file."""
        return len(self._pdf.pages)

    def read(self, number: int) -> PageContent:
        """The content of a page, counted from 1."""
        page = self._pdf.pages[number - 1]
        watermark = Watermark()
        glyphs = list(_glyphs(page.chars, watermark))
        horizontal: list[Rule] = []
        vertical: list[Rule] = []
        for edge in filter(_is_rule, page.edges):
            if edge["orientation"] == "h":
                horizontal.append(Rule(edge["top"], edge["x0"], edge["x1"]))
            else:
                vertical.append(Rule(edge["x0"], edge["top"], edge["bottom"]))
        content = PageContent(
            number,
            float(page.width),
            float(page.height),
            glyphs,
            horizontal,
            vertical,
            has_image=bool(page.images),
            notices=watermark.notices(number),
        )
        page.close()
        return content


def _glyphs(chars: list[dict[str, Any]], watermark: Watermark) -> Iterator[Glyph]:
    for char in chars:
        color = _rgb(char["non_stroking_color"])
        if not char["upright"] or abs(char["matrix"][1]) > 0.05 * abs(char["matrix"][0]):
            watermark.see(char["text"])
        elif not (min(color) > PALE and watermark.is_pale(char["text"], char["size"], color)):
            base = char["top"] + char["y1"] - char["matrix"][5]
            yield Glyph(base, char["x0"], char["x1"], char["size"], char["text"])


def _is_rule(edge: dict[str, Any]) -> bool:
    """Whether an edge is visible: stroked, or the side of a thin filled rectangle."""
    if edge["object_type"] == "line":
        return not is_white(_rgb(edge["stroking_color"]))
    if edge["stroke"] and not is_white(_rgb(edge["stroking_color"])):
        return True
    thin = min(edge["width"], edge["height"]) <= MAX_RULE_WIDTH
    return bool(edge["fill"]) and thin and not is_white(_rgb(edge["non_stroking_color"]))


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
