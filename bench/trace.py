"""Every published amount against its page: what stands within its box, by another engine than reads.

pdfium extracts the characters of a page with their boxes and says, by its own arithmetic, where each of them
is displayed; those within the box of an amount must be the amount's text.
"""

from __future__ import annotations

import ctypes
import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from warehouse.documents.model import Box

_SEPARATORS = re.compile(r"[\s,，]")
_DEVICE_UNITS = 1000
"""Of one point: pdfium gives places on a device as whole numbers."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A text that is said to stand in a box of a page."""

    page: int
    bbox: Box
    text: str


class _Character(NamedTuple):
    down: float
    """Of its middle, from the upper edge of the displayed page."""
    across: float
    """From the left edge."""
    height: float
    angle: int
    """Of its line as displayed, in degrees against the clock."""
    text: str


def untraced(path: Path, amounts: Iterable[Printed]) -> Iterator[tuple[Printed, str]]:
    """The amounts whose box holds another text on the page, each with that text."""
    with pypdfium2.PdfDocument(path) as document:
        for number, printed in groupby(sorted(amounts, key=lambda each: each.page), lambda each: each.page):
            page = document[number - 1]
            characters = sorted(_characters(page))
            page.close()
            for each in printed:
                found = text_within(characters, each.bbox)
                if plain(found) != plain(each.text):
                    yield each, found


def plain(text: str) -> str:
    """A text without white space and separators of thousands."""
    return _SEPARATORS.sub("", text)


def text_within(characters: list[_Character], bbox: Box) -> str:
    """The characters of a page that lie within a box, in reading order; those of a watermark left out."""
    x0, top, x1, bottom = bbox
    first, last = bisect_left(characters, (top,)), bisect_right(characters, (bottom, math.inf))
    inside = [each for each in characters[first:last] if x0 <= each.across <= x1]
    if not inside:
        return ""
    angle = Counter(each.angle for each in characters).most_common(1)[0][0]
    sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    placed = sorted(
        (each.across * sine + each.down * cosine, each.across * cosine - each.down * sine, each)
        for each in inside
        if each.angle == angle
    )
    lines: list[list[tuple[float, float, _Character]]] = []
    for place in placed:
        if lines and place[0] - lines[-1][0][0] <= place[2].height / 2:
            lines[-1].append(place)
        else:
            lines.append([place])
    return "".join(each.text for line in lines for _, _, each in sorted(line, key=lambda place: place[1]))


def _characters(page: pypdfium2.PdfPage) -> Iterator[_Character]:
    across, down = _displayed(page)
    texts, turned = page.get_textpage(), page.get_rotation()
    box = pdfium.FS_RECTF()
    for index in range(pdfium.FPDFText_CountChars(texts)):
        text = chr(pdfium.FPDFText_GetUnicode(texts, index))
        if pdfium.FPDFText_IsGenerated(texts, index) or not text.strip("\0\ufffe").strip():
            continue
        pdfium.FPDFText_GetLooseCharBox(texts, index, box)
        x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
        angle = -round(math.degrees(pdfium.FPDFText_GetCharAngle(texts, index))) - turned
        height = min(box.top - box.bottom, box.right - box.left) if angle % 180 else box.top - box.bottom
        yield _Character(down(x, y), across(x, y), abs(height), angle % 360, text)
    texts.close()


class _Axis(NamedTuple):
    """A coordinate on the displayed page, linear in those of PDF space."""

    by_x: float
    by_y: float
    at_origin: float

    def __call__(self, x: float, y: float) -> float:
        return self.by_x * x + self.by_y * y + self.at_origin


def _displayed(page: pypdfium2.PdfPage) -> tuple[_Axis, _Axis]:
    """What gives the place on the displayed page, from its left and its upper edge."""
    origin, right, up = (_on_device(page, *point) for point in ((0, 0), (100, 0), (0, 100)))
    axes = [
        _Axis((right[axis] - origin[axis]) / 100, (up[axis] - origin[axis]) / 100, origin[axis])
        for axis in (0, 1)
    ]
    return axes[0], axes[1]


def _on_device(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    width, height = (round(length * _DEVICE_UNITS) for length in page.get_size())
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, across, down)
    return across.value / _DEVICE_UNITS, down.value / _DEVICE_UNITS
