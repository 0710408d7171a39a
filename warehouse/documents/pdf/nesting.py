"""Brackets within brackets: the fast source follows each by calling itself, until its stack is used up."""

from __future__ import annotations

from warehouse.documents.model import ReadOutcome, UnreadableDocumentError

_MOST = 5_000
"""Levels; those of real files are fewer than twenty."""

_OTHERS = bytes(set(range(256)) - set(b"[]<>"))


def check_nesting(part: bytes) -> None:
    """Refuse words, or the instructions of a page, that are nested too deeply to be followed.

    Raises:
        UnreadableDocumentError: TOO_LARGE.
    """
    if part.count(b"[") + part.count(b"<<") <= _MOST:
        return
    import numpy as np  # noqa: PLC0415 5 MB that few files need

    brackets = np.frombuffer(part.translate(None, _OTHERS), np.uint8)
    steps = np.where((brackets == ord("[")) | (brackets == ord("<")), 1, -1)
    depth = int(np.cumsum(steps, dtype=np.int64).max())
    if depth > _MOST:
        raise UnreadableDocumentError(ReadOutcome.TOO_LARGE, f"brackets nested {depth:,} levels deep")
