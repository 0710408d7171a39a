"""Two pages of a bound book on one picture: where the fold is, and each page straight by itself."""

from __future__ import annotations

import numpy as np

from warehouse.documents.pdf.scan.image import (
    RULES_DARKER_THAN,
    Picture,
    darker,
    skew_of,
    turned_by,
)

_WIDE = 1.1
"""Of its height: how wide a picture of two pages is at least."""

_AROUND_MIDDLE = 0.3, 0.7
"""Of the width: where the fold is; two pages may differ in width."""

_SPECKS = 0.003
_SHADOW = 0.6
"""Of the height: ink of specks in a white column, and of the shadow in the fold."""

_MARGIN = 0.02
"""Of the width: the least white between two pages."""


def straightened(picture: Picture) -> tuple[Picture, float, int]:
    """The picture with its text straight, by how many degrees it was turned, and the column of its fold.

    The pages of an open book lie differently: each is turned by itself. The fold is 0 where none is seen.
    """
    fold = _fold(picture)
    if not fold:
        skew = skew_of(picture)
        return (turned_by(picture, skew) if skew else picture), skew, 0
    pages = [np.ascontiguousarray(page) for page in np.split(picture, [fold], axis=1)]
    skews = [skew_of(page) for page in pages]
    straight = [turned_by(page, skew) if skew else page for page, skew in zip(pages, skews, strict=True)]
    return np.concatenate(straight, axis=1), max(skews, key=abs), fold


def _fold(picture: Picture) -> int:
    """The middle of the widest white stripe from top to bottom, its shadow included; else 0."""
    height, width = picture.shape
    if width < _WIDE * height:
        return 0
    start, end = (round(share * width) for share in _AROUND_MIDDLE)
    ink = (darker(picture[:, start:end], RULES_DARKER_THAN) > 0).mean(0)
    is_white = (ink < _SPECKS) | (ink > _SHADOW)
    edges = np.flatnonzero(np.diff(is_white, prepend=False, append=False)).reshape(-1, 2)
    left, right = max(edges.tolist(), key=lambda edge: edge[1] - edge[0], default=(0, 0))
    return start + (left + right) // 2 if right - left > _MARGIN * width else 0
