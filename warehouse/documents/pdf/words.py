"""The words of a PDF file: what is written in it besides the contents of its streams, mostly a hundredth.

What a file may hold is told by the names in its objects. To look for each in all its bytes takes as long as
to read a page, and finds some in pictures and fonts.
"""

from __future__ import annotations

_BEGIN, _END = b"stream", b"endstream"


def words_of(data: bytes) -> bytes:
    """The file without what its streams hold; objects that are packed in streams are not among its words."""
    kept: list[bytes] = []
    at = 0
    while (start := data.find(_BEGIN, at)) >= 0 and (end := data.find(_END, start)) >= 0:
        kept.append(data[at:start])
        at = end + len(_END)
    kept.append(data[at:])
    return _BEGIN.join(kept)
