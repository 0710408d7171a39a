"""Brackets within brackets: the fast source follows each by calling itself, until its stack is used up."""

from __future__ import annotations

from warehouse.documents.model import ReadOutcome, UnreadableDocumentError

MANY = 5_000
"""Levels; those of real files are fewer than twenty."""

_USUAL = 50
"""Levels that are taken off before what is left is counted."""

_OTHERS = bytes(set(range(256)) - set(b"[]<>"))


def check_nesting(part: bytes) -> None:
    """Refuse words, or the instructions of a page, that are nested too deeply to be followed.

    Raises:
        UnreadableDocumentError: TOO_LARGE.
    """
    if _opening(part) <= MANY:
        return
    brackets = part.translate(None, _OTHERS)
    for _ in range(_USUAL):
        outer = brackets.replace(b"[]", b"").replace(b"<>", b"")
        if len(outer) == len(brackets):
            break
        brackets = outer
    if (left := _opening(brackets)) > MANY:
        raise UnreadableDocumentError(ReadOutcome.TOO_LARGE, f"brackets nested up to {left:,} levels deep")


def _opening(part: bytes) -> int:
    return part.count(b"[") + part.count(b"<<")
