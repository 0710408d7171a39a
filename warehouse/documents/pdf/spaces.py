"""White space that a font does not name: browsers leave it out of the Unicode maps of their fonts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from warehouse.documents.pdf.content import UNNAMED, Glyph, PageContent

_WIDTH = 0.25
"""Of the size; the width that a source tells of a character without a name is not its own."""

_A_NUMBER = 4
"""Unknown characters in a row; the shortest amount has as many."""

_WORD_GAP = 1.5
"""Of the size: characters further apart do not follow each other."""

_MOST = 0.6
"""Share of a page; among more there may be words."""

_NUMBER = re.compile(r"\d\.\d\d")


def has_unnamed(content: PageContent) -> bool:
    """Whether the fonts of a page leave characters without a name."""
    return UNNAMED in [glyph[4] for glyph in content.glyphs]


def with_spaces(content: PageContent) -> PageContent:
    """The page with spaces for the characters that no font names, where these are no digits."""
    unknown = [glyph[4] for glyph in content.glyphs].count(UNNAMED)
    if not unknown or unknown > _MOST * len(content.glyphs):
        return content
    glyphs = sorted(content.glyphs)
    if _may_be_digits(glyphs):
        return content
    return replace(content, glyphs=[_as_space(glyph) if glyph[4] == UNNAMED else glyph for glyph in glyphs])


def _as_space(glyph: Glyph) -> Glyph:
    base, x0, _, size, _, confidence = glyph
    return base, x0, x0 + _WIDTH * size, size, " ", confidence


def _may_be_digits(glyphs: Sequence[Glyph]) -> bool:
    """Whether more texts of unknown characters are as long as numbers than numbers can be read."""
    runs = groupby(glyphs, lambda glyph: glyph[4] == UNNAMED)
    words = [word for is_unknown, run in runs if is_unknown for word in _words(list(run))]
    numbers = _NUMBER.findall("".join([glyph[4] for glyph in glyphs]))
    return sum(len(word) >= _A_NUMBER for word in words) > len(numbers)


def _words(run: list[Glyph]) -> list[list[Glyph]]:
    """Characters that follow each other."""
    words = [run[:1]]
    for glyph in run[1:]:
        base, x0, _, size, *_ = words[-1][-1]
        if glyph[0] == base and glyph[1] - x0 < _WORD_GAP * size:
            words[-1].append(glyph)
        else:
            words.append([glyph])
    return words
