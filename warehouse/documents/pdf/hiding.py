"""Signs that a file holds text that is not seen, or is seen without being in a page; `seen` looks into it."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from warehouse.documents.pdf.content import Glyph
from warehouse.documents.pdf.nesting import check_nesting
from warehouse.documents.pdf.words import words_of

_STREAM = re.compile(rb"stream\r?\n")
_NOT_INSTRUCTIONS = re.compile(rb"/Image|/Length1|/XRef|/ICC|Type1C|CIDFont|/N\s+[134]\b")
_DICTIONARY = 400
"""Bytes; the dictionary of a stream of instructions is no longer."""

_LONGEST = 8_000_000
"""Bytes of a stream that are looked at."""

_LINE = 4.0
"""Points; baselines no further apart are compared."""

_OVER = 0.4
"""Of the size: how far a character reaches into the next one that is printed over it."""

_NOT_PAINTED = re.compile(rb"Tr(?:(?<=\b[37]\sTr)|(?<=\b[37]\s\sTr))\b")
"""Looks back from the operator: what begins with a word is found many times faster than what begins with a
choice."""
_TRANSPARENT = re.compile(rb"/ca\s+0?\.?0*\s*[/>\r\n]")
_SWITCHED_OFF = re.compile(rb"/OFF\s*\[\s*\d")
_FIELD = re.compile(rb"/FT\s*/(Tx|Ch)\b|/FreeText")


class Signs(NamedTuple):
    """What a file can hold besides what its pages print.

    `may_hide`: text that is not painted, transparent, or on a layer that is switched off.
    `has_fields`: fields of forms or notes with text, which viewers show over the page.
    """

    may_hide: bool
    has_fields: bool


def signs_of(data: bytes) -> Signs:
    """What the words of a file, unpacked where they are packed, tell of it.

    Raises:
        UnreadableDocumentError: TOO_LARGE where they are nested too deeply.
    """
    may_hide = has_fields = False
    for part, holds_objects in _parts(data):
        check_nesting(part)
        may_hide = may_hide or _NOT_PAINTED.search(part) is not None
        if holds_objects:
            hiding = _TRANSPARENT.search(part) or _SWITCHED_OFF.search(part)
            may_hide, has_fields = may_hide or bool(hiding), has_fields or bool(_FIELD.search(part))
    return Signs(may_hide, has_fields)


def _parts(data: bytes) -> Iterator[tuple[bytes, bool]]:
    """The words of the file and each stream but pictures and fonts, unpacked; whether it holds objects."""
    yield words_of(data), True
    for start in _STREAM.finditer(data):
        before = data[max(start.start() - _DICTIONARY, 0) : start.start()]
        dictionary = before[max(before.rfind(b" obj"), 0) :]
        if _NOT_INSTRUCTIONS.search(dictionary) is not None:
            continue
        if b"/Filter" not in dictionary:
            yield data[start.end() : data.find(b"endstream", start.end())], False
        elif b"Flate" in dictionary:
            packed = memoryview(data)[start.end() :]
            try:
                if b"ASCII85" in dictionary:
                    packed = memoryview(_from_ascii(data, start.end()))
                yield zlib.decompressobj().decompress(packed, _LONGEST), b"/ObjStm" in dictionary
            except (zlib.error, ValueError):
                continue


def _from_ascii(data: bytes, start: int) -> bytes:
    end = data.find(b"~>", start, start + _LONGEST)
    return base64.a85decode(data[start:end])


def is_overprinted(glyphs: Sequence[Glyph]) -> bool:
    """Whether different characters are printed one over the other."""
    lines = sorted((round(base / _LINE), x0, x1, size, text) for base, x0, x1, size, text, _ in glyphs)
    return any(
        line == below and x0 < x1 - _OVER * size and text != character
        for (line, _, x1, size, text), (below, x0, _, _, character) in pairwise(lines)
        if text != " " != character
    )
