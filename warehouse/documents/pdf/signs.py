"""A sign before a figure that its font does not name: seen on the page, it is no space."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from itertools import pairwise

import pypdfium2

from warehouse.documents.pdf.content import UNNAMED, Glyph, PageContent
from warehouse.documents.pdf.frame import as_displayed

UNREAD = "\ufffc"
"""In place of what is printed and is no minus: no amount begins with it, so that none is read without it."""

_SCALE = 4.0
_INK = 160
_NEAR = 1.1
"""Of the size: a sign begins no further before its figure."""

_FLAT = 0.2
"""Of the size: a minus is no higher."""

_ABOVE, _BELOW = 0.9, 0.15
"""Of the size: what a line reaches above and below its baseline."""

_INSET = 0.04
"""Of the size: what neighbours may reach into the room of a sign."""


def with_signs(content: PageContent, data: bytes) -> PageContent:
    """The page with a minus where a flat stroke without a name stands before a figure, and marks for others.

    Args:
        content: The page; browsers leave the names of spaces out of their fonts, so that most are spaces.
        data: The file.
    """
    glyphs = sorted(content.glyphs)
    before = [(sign, digit) for sign, digit in pairwise(glyphs) if _may_be_sign(sign, digit)]
    if not before:
        return content
    shown = _shown(before, content, data)
    return replace(content, glyphs=[_renamed(glyph, shown.get(glyph, glyph[4])) for glyph in glyphs])


def _may_be_sign(sign: Glyph, digit: Glyph) -> bool:
    base, x0, _, size, text, _ = sign
    return text == UNNAMED and digit[4].isdecimal() and digit[0] == base and 0 < digit[1] - x0 < _NEAR * size


def _shown(before: Sequence[tuple[Glyph, Glyph]], content: PageContent, data: bytes) -> dict[Glyph, str]:
    """What stands for each unknown character that is printed; for none where the page cannot be drawn."""
    try:
        with closing(pypdfium2.PdfDocument(data)) as document:
            picture = document[content.number - 1].render(scale=_SCALE, grayscale=True).to_numpy()
    except pypdfium2.PdfiumError:
        return {}
    shown = {}
    for sign, digit in before:
        base, x0, _, size, _, _ = sign
        box = x0 + _INSET * size, base - _ABOVE * size, digit[1] - _INSET * size, base + _BELOW * size
        left, top, right, bottom = (
            max(round(side * _SCALE), 0)
            for side in as_displayed(box, content.turn, content.width, content.height)
        )
        ink = picture.reshape(picture.shape[:2])[top:bottom, left:right] < _INK
        rows = ink.any(axis=0 if content.turn % 180 else 1).nonzero()[0]
        if len(rows):
            shown[sign] = "-" if rows[-1] - rows[0] < _FLAT * size * _SCALE else UNREAD
    return shown


def _renamed(glyph: Glyph, text: str) -> Glyph:
    base, x0, x1, size, _, confidence = glyph
    return base, x0, x1, size, text, confidence
