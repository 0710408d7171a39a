"""Figures as recognised, held against their ink: digits that were lost, rules that were taken for strokes."""

from __future__ import annotations

import re
from collections.abc import Sequence

import cv2
import numpy as np

from warehouse.documents.pdf.scan_image import Mask, Picture
from warehouse.documents.pdf.scan_ink import InkLine, Region, digits_in, figure_in, has_stroke
from warehouse.documents.pdf.scan_text import Character, recognise

_FIGURE = re.compile(r"[\d,.，]*\d[\d,.，]*[%％]?")
_STROKES = "-一—_－~"
_NOT_ALL = 0.5
"""Confidence, at most, in a figure that seems to have more digits than were recognised."""

_WIDER = 1.5
"""The network merges equal digits that stand close; stretched, there is room between them."""


def checked(
    lines: Sequence[InkLine], texts: Sequence[list[Character]], ink: Mask, page: Picture
) -> list[list[Character]]:
    """The texts, those of figures corrected where the ink shows more digits, or a rule instead of a stroke.

    Args:
        lines: Of the page.
        texts: What was recognised of each.
        ink: Of the page.
        page: The picture that was recognised.
    """
    found = [_without_rules(line, text, ink) for line, text in zip(lines, texts, strict=True)]
    short = [i for i, text in enumerate(found) if _missing(lines[i], text, ink) > 0]
    again = recognise([_stretched(lines[i].picture(page)) for i in short])
    for i, text in zip(short, again, strict=True):
        second = _without_rules(lines[i], text, ink)
        if _is_figure(second) and not _missing(lines[i], second, ink):
            found[i] = second
        else:
            found[i] = [c._replace(confidence=min(c.confidence, _NOT_ALL)) for c in found[i]]
    return found


def _stretched(picture: Picture) -> Picture:
    stretched = cv2.resize(picture, None, fx=_WIDER, fy=1, interpolation=cv2.INTER_CUBIC)
    return np.asarray(stretched, np.uint8)


def _is_figure(text: Sequence[Character]) -> bool:
    return _FIGURE.fullmatch(_said(text).lstrip("-")) is not None


def _said(text: Sequence[Character]) -> str:
    return "".join(character.text for character in text)


def _missing(line: InkLine, text: Sequence[Character], ink: Mask) -> int:
    """How many more marks as high as digits a figure has than digits were recognised; 0 for other texts."""
    if not _is_figure(text):
        return 0
    return digits_in(ink, line) - sum(c.text.isdigit() or c.text in "%％" for c in text)


def _without_rules(line: InkLine, text: list[Character], ink: Mask) -> list[Character]:
    """A figure without strokes at its ends where no stroke is printed beside its digits, but a rule.

    What is printed before it is a minus sign.
    """
    inner = _said(text).strip(_STROKES)
    if len(inner) == len(text) or not _FIGURE.fullmatch(inner):
        return text
    start = _said(text).index(inner)
    end = start + len(inner)
    left, top, right, bottom = figure_in(ink, line)
    shown = line.shown
    after = text[end:] if has_stroke(ink, Region(right, top, shown.right, bottom)) else []
    before = text[:start] if has_stroke(ink, Region(shown.left, top, left, bottom)) else []
    return [*(c._replace(text="-") for c in before[-1:]), *text[start:end], *after]
