"""Whether pdf_oxide mistakes the characters of a page; pdfium reads those of such a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from warehouse.documents.pdf.content import UNNAMED, SourceError
from warehouse.documents.pdf.pdfium import PdfiumFile
from warehouse.documents.pdf.text import WIDE_FROM
from warehouse.documents.pdf.words import Words

_PREDEFINED = re.compile(rb"/(Uni(GB|CNS|JIS|KS)-|GB[A-Z0-9a-z]*-|GBK)")
"""Encodings that a file names without holding them: a font with one of these need not be embedded."""

_TYPE_3 = re.compile(rb"/Type3\b")
_GARBLED = frozenset("äåæçŁØ")
"""First bytes of Chinese characters in UTF-8. So the library prints, byte by byte, the text that is written
beside a character (/ActualText) of a Type 3 font; browsers do so where fonts are PostScript outlines."""

_NOT_LOADED = ""
"""What the library names a font that it cannot make sense of; it makes up the widths."""

_SAMPLED = 3
"""One character in so many tells the fonts of a page: no font that matters is used for fewer in a row."""

_FEW_SUSPECTS = 5
"""Glyphs; a page number in such a font does no harm."""

_NEARLY_ALL = 0.9
_WIDE_BLANK = "\u3000"
_NOT_PRINTED = {_WIDE_BLANK, UNNAMED}


class Doubts:
    """What in a file the library is known to mistake.

    Args:
        data: The file.
        words: What `words_of` finds in it.
    """

    def __init__(self, data: bytes, words: Words) -> None:
        self._data = data
        self._may_misplace = words.may_say(_PREDEFINED)
        self._may_garble = words.may_say(_TYPE_3)
        self._second: PdfiumFile | None = None

    def about(self, characters: Sequence[Any], texts: Sequence[str], rotation: int) -> str:
        """Why the characters of a page, and their `texts`, may be wrong; nothing where they are not."""
        fonts = {char.font_name for char in characters[::_SAMPLED]}
        if self._may_garble and "Unknown" in fonts and _is_garbled(characters):
            return "a Type 3 font whose characters are garbled"
        if self._may_misplace or _NOT_LOADED in fonts:
            outside = {font for font in fonts if "+" not in font}  # embedded subsets have one in their names
            if _count_of_odd_widths(characters, outside, rotation) > _FEW_SUSPECTS:
                return "widths of a font that is not in the file"
        if UNNAMED in texts:
            unnamed = [char for char in characters if char.char == UNNAMED]
            if sum(char.advance_width > 0.95 * char.font_size for char in unnamed) > _FEW_SUSPECTS:
                return "widths of characters without a name"
        return ""

    def forget(self) -> None:
        """Close what was opened for second readings, which keeps what it came across."""
        self._second = None

    def second_reading(self, characters: Sequence[Any], number: int) -> list[Any]:
        """The characters of a page, counted from 1, by pdfium; none where it finds less of them, or nothing.

        Wide blanks are left as they were: those before a label show its rank, and pdfium leaves them out.
        """
        try:
            self._second = self._second or PdfiumFile(self._data)
            second = self._second.characters(number)
            if _printed(second) < _printed(characters):
                self._second = PdfiumFile(self._data, with_fonts=True)
                second = self._second.characters(number)
        except SourceError:
            return []
        if _printed(second) < _NEARLY_ALL * _printed(characters):
            return []
        return [*second, *(char for char in characters if char.char == _WIDE_BLANK)]


def _is_garbled(characters: Sequence[Any]) -> bool:
    return any(char.char in _GARBLED and char.font_name == "Unknown" for char in characters)


def _count_of_odd_widths(characters: Sequence[Any], fonts: set[str], rotation: int) -> int:
    """How many characters of these fonts have widths that they cannot have.

    Chinese characters must be square and digits half as wide; the width of a sideways character is not known.
    """
    suspects = 0
    for char in characters if fonts else ():
        text = char.char
        is_digit = text.isdecimal()
        if (is_digit or "\u4e00" <= text <= "\u9fff") and char.font_name in fonts:
            _, _, width, size = char.bbox
            ems = width / size if size else 0.0
            right = rotation == 0 and (0.42 < ems < 0.6 if is_digit else 0.95 < ems < 1.05)
            suspects += not right
    return suspects


def _printed(characters: Sequence[Any]) -> int:
    """How many Chinese characters and digits there are: what garbled text is not made of."""
    return sum((c.char >= WIDE_FROM and c.char not in _NOT_PRINTED) or c.char.isdecimal() for c in characters)
