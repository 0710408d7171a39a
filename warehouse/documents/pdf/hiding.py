"""Signs that a file holds text that is not seen, or is seen without being in a page; `seen` looks into it."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from warehouse.documents.pdf.content import Glyph
from warehouse.documents.pdf.nesting import MANY, check_nesting
from warehouse.documents.pdf.words import Words, streams_of

_NOT_INSTRUCTIONS = re.compile(rb"/Image|/Length1|/XRef|/ObjStm|/ICC|Type1C|CIDFont|/N\s+[134]\b")
_LONGEST = 8_000_000
"""Bytes of a stream that are looked at."""

_LINE = 4.0
"""Points; baselines no further apart are compared."""

_OVER = 0.4
"""Of the size: how far a character reaches into the next one that is printed over it."""

_NOT_PAINTED = re.compile(rb"Tr(?:(?<=\b[37]\sTr)|(?<=\b[37]\s\sTr))\b")
"""Looks back from the operator: what begins with a word is found many times faster than what begins with a
choice."""
_SHOWN_OR_RESTORED = re.compile(rb"T[jJ]\b|\sQ\s")
_TRANSPARENT = re.compile(rb"/ca\s+0?\.?0*\s*[/>\r\n]")
_SWITCHED_OFF = re.compile(rb"/OFF\s*\[\s*\d")
_NUMBERS_BELOW_2 = [rb"[01]", rb"\.\d", rb"\.\d\d", *(rb"[01]\.\d{%d}" % places for places in range(1, 7))]
_THIN_CLIP = re.compile(rb"re(?:%s)\s+W" % b"|".join(rb"(?<=[\s-]%s\sre)" % n for n in _NUMBERS_BELOW_2))
"""What is painted is cut to a rectangle lower than two points: hidden rows of a sheet have their texts so."""
_FIELD = re.compile(rb"/FT\s*/(Tx|Ch)\b|/FreeText")


class Signs(NamedTuple):
    """What a file can hold besides what its pages print.

    `may_hide`: text that is not painted, clipped away, transparent, or on a layer that is switched off.
    `has_fields`: fields of forms or notes with text, which viewers show over the page.
    """

    may_hide: bool
    has_fields: bool


def signs_of(data: bytes, words: Words) -> Signs:
    """What the objects of a file, and its instructions, unpacked where they are packed, tell of it.

    Raises:
        UnreadableDocumentError: TOO_LARGE where instructions are nested too deeply.
    """
    text = words.text
    may_hide = bool(_TRANSPARENT.search(text) or _SWITCHED_OFF.search(text))
    for instructions in _instructions(data):
        if instructions.count(b"[") > MANY:  # to count all kinds takes a hundredth of a page's time
            check_nesting(instructions)
        may_hide = may_hide or _NOT_PAINTED.search(instructions) is not None or _clips_text_away(instructions)
    return Signs(may_hide, has_fields=_FIELD.search(text) is not None)


def _clips_text_away(instructions: bytes) -> bool:
    """Whether text is shown where next to nothing of it can be painted."""
    for clip in _THIN_CLIP.finditer(instructions):
        shown = _SHOWN_OR_RESTORED.search(instructions, clip.end())
        if shown is not None and shown.group().startswith(b"T"):
            return True
    return False


def _instructions(data: bytes) -> Iterator[bytes]:
    """Each stream but those of pictures, fonts and objects, unpacked."""
    for dictionary, start, end in streams_of(data):
        if _NOT_INSTRUCTIONS.search(dictionary) is not None:
            continue
        packed = data[start:end]
        if b"/Filter" not in dictionary:
            yield packed
        elif b"Flate" in dictionary:
            try:
                if b"ASCII85" in dictionary:
                    packed = _from_ascii(packed)
                yield zlib.decompressobj().decompress(packed, _LONGEST)
            except (zlib.error, ValueError):
                continue


def _from_ascii(packed: bytes) -> bytes:
    return base64.a85decode(packed[: packed.find(b"~>")])


def is_overprinted(glyphs: Sequence[Glyph]) -> bool:
    """Whether different characters are printed one over the other."""
    lines = sorted((round(base / _LINE), x0, x1, size, text) for base, x0, x1, size, text, _ in glyphs)
    return any(
        line == below and x0 < x1 - _OVER * size and text != character
        for (line, _, x1, size, text), (below, x0, _, _, character) in pairwise(lines)
        if text != " " != character
    )
