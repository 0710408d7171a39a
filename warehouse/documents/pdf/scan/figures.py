"""Figures as recognised, held against their ink: digits that were lost, rules that were taken for strokes."""

from __future__ import annotations

import re
from collections.abc import Sequence

import cv2
import numpy as np

from warehouse.documents.pdf.scan.image import Mask, Picture
from warehouse.documents.pdf.scan.ink import InkLine, Region, digits_in, figure_in, has_stroke, is_low
from warehouse.documents.pdf.scan.text import Character, recognise

_FIGURE = re.compile(r"[\d,.，]*\d[\d,.，]*[%％]?")
_STROKES = "-一—_－~"
_POINTS = ".,，·、'’‘`"
"""What specks of dirt are taken for."""

_LIKE_DIGITS = str.maketrans("IlOo|", "11001")
_MOSTLY_DIGITS = re.compile(r"[\dIlOo|.,]*\d[\dIlOo|.,]*")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+[.,](?:\d{1,2}|\d{4,6})|\d+,\d{1,2}")
"""An amount with its decimals behind the last mark; the others part thousands, whatever they look like."""
_AMOUNT = re.compile(r"-?[\d,.]*\d[.,]\d+")
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
    found = [_plausible(line, text, ink) for line, text in zip(lines, texts, strict=True)]
    short = [i for i, text in enumerate(found) if _missing(lines[i], text, ink) > 0]
    again = recognise([_stretched(lines[i].picture(page)) for i in short])
    for i, text in zip(short, again, strict=True):
        second = _plausible(lines[i], text, ink)
        if _is_figure(second) and not _missing(lines[i], second, ink):
            found[i] = second
        else:
            found[i] = [c._replace(confidence=min(c.confidence, _NOT_ALL)) for c in found[i]]
    return found


def _plausible(line: InkLine, text: list[Character], ink: Mask) -> list[Character]:
    """The text as it can have been printed: without rules and specks, with digits and points."""
    text = _without_rules(line, text, ink)
    if _is_dirt(line, text, ink):
        return []
    return _with_points(_with_digits(_without_specks(text)))


def _is_dirt(line: InkLine, text: Sequence[Character], ink: Mask) -> bool:
    """Whether there are points alone, or a digit that is lower than any."""
    said = _said(text)
    return not said.strip(_POINTS) or (len(said) == 1 and said.isdigit() and is_low(ink, line))


def _without_specks(text: list[Character]) -> list[Character]:
    """An amount without a point at one of its ends."""
    said = _said(text)
    inner = said.strip(".,")
    if len(inner) == len(said) or not _AMOUNT.fullmatch(inner):
        return text
    start = said.index(inner)
    return text[start : start + len(inner)]


def _with_digits(text: list[Character]) -> list[Character]:
    """Letters that look like digits among digits alone, as digits that are not sure."""
    said = _said(text)
    if said.translate(_LIKE_DIGITS) == said or not _MOSTLY_DIGITS.fullmatch(said):
        return text
    return [
        c if c.text == digit else Character(digit, c.middle, min(c.confidence, _NOT_ALL))
        for c, digit in zip(text, said.translate(_LIKE_DIGITS), strict=True)
    ]


def _with_points(text: list[Character]) -> list[Character]:
    """An amount with one decimal point, its last mark; points and commas of small print look alike."""
    said = _said(text)
    if not _GROUPED.fullmatch(said.lstrip("-")):
        return text
    last = max(said.rfind("."), said.rfind(","))
    return [c._replace(text="." if i == last else ",") if c.text in ".," else c for i, c in enumerate(text)]


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
