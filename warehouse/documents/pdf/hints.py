"""What the words of a file tell of its pages: to ask for it takes a walk through all of them."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from warehouse.documents.pdf.doubt import Doubts
from warehouse.documents.pdf.words import Words

_TURNED = re.compile(rb"/Rotate(?!\s+0\b(?!\s+\d+\s+R))")
"""A rotation written in the file, of any angle but 0; a reference to a number could be any."""

_CROPPED = re.compile(rb"/CropBox\b")

_PICTURE = re.compile(rb"/Subtype\s*/Image\b")
_PAGE = re.compile(rb"/Type\s*/Page\b")
_SIDES = [re.compile(rb"/%s\s+(\d+)(?!\s+\d+\s+R)" % side) for side in (b"Width", b"Height")]
_DICTIONARY = 300
"""Bytes; a picture's size stands no further from its type."""


class Hints(NamedTuple):
    """What may be on the pages of a file, and what may be wrong with them."""

    doubts: Doubts
    may_turn: bool
    may_crop: bool
    most_pixels: float
    """Of the largest picture, or of a page's share of all."""


def hints_of(data: bytes, words: Words) -> Hints:
    """The hints of a file with these words."""
    return Hints(
        Doubts(data, words), words.may_say(_TURNED), words.may_say(_CROPPED), _most_pixels(words.text)
    )


def _most_pixels(text: bytes) -> float:
    """Of the largest picture in a file, or a page's share of all, as scans may be cut into strips.

    Pictures are described in plain text, and to ask each page takes long.
    """
    most = total = 0.0
    for picture in _PICTURE.finditer(text):
        around = text[max(picture.start() - _DICTIONARY, 0) : picture.end() + _DICTIONARY]
        width, height = (max(map(float, side.findall(around)), default=math.inf) for side in _SIDES)
        most = max(most, width * height)
        total += width * height
    return max(most, total / max(len(_PAGE.findall(text)), 1)) if total else 0.0
