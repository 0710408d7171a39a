"""Whether the parts of a table on two pages have the same columns, by the edges of these."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

_TOLERANCE = 4.0
"""Points; how far the same column edge may lie apart on two pages (offset of the whole table taken out)."""

_MANY = 5
_MOST_SCALED = 1.5
"""Edges of columns, and by how much a page may be scaled: so many do not agree by chance."""


def common_edges(old: Sequence[float], new: Sequence[float]) -> tuple[list[float], list[float]] | None:
    """The new part's edges in the old part's terms, and all edges together; None where the columns differ.

    One part may lack edges of the other, where all its rows span them, or where a merged cell without a rule
    on this page stands beside them.
    """
    inner = [_near(old, edge) for edge in new]
    if len(new) < len(old) and len(new) > 2 and old[1] in inner and all(edge in old for edge in inner):
        return inner, list(old)
    if _are_scaled(old, new):
        return list(old), list(old)
    offset = old[0] - new[0]
    if abs((new[-1] + offset) - old[-1]) > _TOLERANCE:
        return None
    if len(old) == len(new) and _agree(old, [edge + offset for edge in new]):
        return list(old), list(old)
    moved = [_near(old, edge + offset) for edge in new]
    missing = [edge for edge in moved if edge not in old]
    if missing and len(set(moved) & set(old)) < min(len(old), len(new)) - max(1, len(missing)) // 2:
        return None
    return moved, sorted({*old, *moved})


def _are_scaled(old: Sequence[float], new: Sequence[float]) -> bool:
    """Whether the columns are those of the part before, but all wider or narrower by one share."""
    if len(old) != len(new) or len(old) < _MANY:
        return False
    scale = (old[-1] - old[0]) / (new[-1] - new[0])
    if not 1 / _MOST_SCALED < scale < _MOST_SCALED:
        return False
    return all(
        abs(old[0] + (now - new[0]) * scale - was) < _TOLERANCE / 2 for was, now in zip(old, new, strict=True)
    )


def _agree(old: Sequence[float], new: Sequence[float]) -> bool:
    """Whether each edge moved by no more than a fifth of the narrower column beside it."""
    widths = [after - before for before, after in pairwise(old)]
    room = [max(_TOLERANCE, min(pair) / 5) for pair in pairwise([widths[0], *widths, widths[-1]])]
    return all(abs(a - b) <= most for a, b, most in zip(old, new, room, strict=True))


def _near(edges: Sequence[float], at: float) -> float:
    nearest = min(edges, key=lambda edge: abs(edge - at))
    return nearest if abs(nearest - at) <= _TOLERANCE else at
