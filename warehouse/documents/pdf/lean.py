"""A PDF without the shapes of its characters and the pixels of its pictures.

The fast source tells characters by the maps of their fonts and their widths by lists, both outside the
programs of the fonts; yet it reads these, which takes as long as all else. Only where a font brings no map
does it look into its program for what a character means: there the whole file is read.
"""

from __future__ import annotations

import re

from warehouse.documents.pdf.words import Words, streams_of

_FONT = re.compile(rb"/Subtype\s*/(?:Type0|TrueType|(?:MM)?Type1)(?![A-Za-z0-9])")
_TELLS_CHARACTERS = re.compile(rb"/ToUnicode\s+\d+\s+\d+\s+R\b|/Encoding\s*/(?:WinAnsi|MacRoman|Uni|GB)")
"""A map of its own in the file, or the name of a common one."""

_MAY_HAVE_PROGRAM = re.compile(rb"/FontDescriptor\b|/Type0\b")
_SHAPES = re.compile(rb"/Length1\b|/Subtype\s*/(?:Type1C|CIDFontType0C|OpenType|Image)\b")

_LEAST = 200
"""Bytes; less is not worth it."""

_LABEL = b"%016d"
_TIMES = 4
"""What stands in place of shapes: where they stood, so often over that its first bytes tell it already."""


def may_be_lean(words: Words) -> bool:
    """Whether a file with these words tells its characters without the programs of its fonts."""
    return words.is_whole and b"/Encrypt" not in words.text and _fonts_tell_characters(words)


def lean(data: bytes) -> bytes:
    """The file, or a part of it, of the same length, in which streams of shapes and pixels are empty.

    What stands in their place differs from one to the next: the source takes two fonts for one where their
    names and programs are alike.
    """
    kept: list[bytes] = []
    at = 0
    for dictionary, start, end in streams_of(data):
        if end - start > _LEAST and _SHAPES.search(dictionary):
            label = _TIMES * (_LABEL % start) + b"\nendstream"
            kept += [data[at:start], label.ljust(end - start + len(b"endstream"))]
            at = end + len(b"endstream")
    return b"".join([*kept, data[at:]]) if kept else data


def _fonts_tell_characters(words: Words) -> bool:
    """Whether every font that may have a program tells its characters without it."""
    fonts = [each for each in words.text.split(b"endobj") if _FONT.search(each)]
    return all(
        len(_FONT.findall(font)) == 1
        and (_TELLS_CHARACTERS.search(font) is not None or _MAY_HAVE_PROGRAM.search(font) is None)
        for font in fonts
    )
