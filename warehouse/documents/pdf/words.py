"""The words of a PDF file: what is written in its objects, besides the contents of streams.

What a file may hold is told by the names in its objects. To look for each in all its bytes takes as long as
to read a page, and finds some in pictures and fonts.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

_BEGIN, _END = b"stream", b"endstream"
_DICTIONARY = 600
"""Bytes; what is looked for in the dictionary of a stream stands no further from its beginning."""

_FIRST = re.compile(rb"/First\s+(\d+)")
_LONGEST = 8_000_000
_MOST_PACKED = 64_000_000
"""Bytes of objects that are unpacked: of one stream, and of a file."""

_BETWEEN = b"\nendobj\nobj "


class Stream(NamedTuple):
    """Where a stream stands in a file, and the dictionary before it, or the end of a long one."""

    dictionary: bytes
    start: int
    end: int


class Words(NamedTuple):
    """The text of all objects of a file, one after the other.

    `is_whole` is false where objects are packed in a way that is not understood, so that some are not here.
    """

    text: bytes
    is_whole: bool = True

    def may_say(self, pattern: re.Pattern[bytes]) -> bool:
        """Whether the file says this, as far as can be known."""
        return not self.is_whole or pattern.search(self.text) is not None


def streams_of(data: bytes) -> Iterator[Stream]:
    """The streams of a file, in their order; one that does not end is none."""
    at = 0
    while (word := data.find(_BEGIN, at)) >= 0:
        start = word + len(_BEGIN)
        if data[start : start + 1] not in {b"\r", b"\n"}:
            at = start
            continue
        start += 2 if data.startswith(b"\r\n", start) else 1
        end = data.find(_END, start)
        if end < 0:
            return
        before = data[max(word - _DICTIONARY, at) : word]
        yield Stream(before[max(before.rfind(b"obj"), 0) :], start, end)
        at = end + len(_END)


def words_of(data: bytes) -> Words:
    """The words of a file, those of objects that are packed in streams after the others."""
    kept: list[bytes] = []
    packed: list[bytes] = []
    is_whole, room, at = True, _MOST_PACKED, 0
    for stream in streams_of(data):
        kept.append(data[at : stream.start])
        at = stream.end
        if b"/ObjStm" in stream.dictionary:
            objects = _unpacked(data, stream) if room > 0 else []
            packed += objects
            room -= sum(map(len, objects))
            is_whole = is_whole and bool(objects)
    kept.append(data[at:])
    return Words(_BETWEEN.join([b"".join(kept), *packed]), is_whole)


def _unpacked(data: bytes, stream: Stream) -> list[bytes]:
    """The objects in a stream of objects (ISO 32000-1, 7.5.7); none where it is not understood."""
    first = _FIRST.search(stream.dictionary)
    if first is None or b"/DecodeParms" in stream.dictionary:
        return []
    content = data[stream.start : stream.end]
    try:
        if b"/Filter" in stream.dictionary:
            content = zlib.decompressobj().decompress(content, _LONGEST)
        head = int(first[1])
        places = [head + place for place in map(int, content[:head].split()[1::2])]
    except (zlib.error, ValueError):
        return []
    return [content[start:end] for start, end in pairwise([*places, len(content)])]
