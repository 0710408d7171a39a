"""The text of a page from its bytes, whatever encoding it claims. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator


def decode(body: bytes, content_type: str = "", encoding: str | None = None) -> str:
    """The text of a page. What the bytes are is believed before what header and meta tag claim.

    Bytes that decode as UTF-8 with at most one fault in fifty characters are UTF-8: other encodings hardly
    ever do. Else GB18030, the superset of GBK and GB2312; else whichever of these and the declared one leaves
    the fewest replacement characters.
    """
    if encoding:
        return body.decode(encoding, errors="replace")
    text = body.decode("utf-8-sig", errors="replace")
    if _faults(text) * 50 <= sum(character > "\x7f" for character in text):
        return text
    names = ("gb18030", "utf-8-sig", *_declared(body, content_type))
    return min((body.decode(name, errors="replace") for name in names), key=_faults)


def _faults(text: str) -> int:
    return text.count("\N{REPLACEMENT CHARACTER}")


def _declared(body: bytes, content_type: str) -> Iterator[str]:
    for text in (content_type, body[:2048].decode("ascii", errors="ignore")):
        if match := re.search(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", text):
            try:
                "".encode(match.group(1))
            except LookupError:
                continue
            yield match.group(1)
