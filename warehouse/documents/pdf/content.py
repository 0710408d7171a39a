"""What a page holds before anything is understood: glyphs and rules, whatever they were read from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from warehouse.documents.model import Box, Notice

UNNAMED = "\ufffd"
"""What sources print for a character that the Unicode map of its font leaves out: spaces, often."""

Glyph = tuple[float, float, float, float, str, float | None]
"""One printed character: (base, x0, x1, size, text, confidence), in points of the page's reading frame.

In that frame text runs to the right and lines go down. The baseline comes first so that sorted glyphs stand
in reading order; it also makes a decimal point of another font join its number, because tops differ between
fonts and baselines do not. The confidence is that of optical character recognition, 0 to 1, and None where
the character was in the file. A plain tuple, as a page has a thousand of them and one with names takes twice
as long to make.
"""


class Rule(NamedTuple):
    """A straight piece of a ruling line: `at` is its y (horizontal) or x (vertical), `start` < `end`."""

    at: float
    start: float
    end: float


class Sideways(NamedTuple):
    """A line of text that runs up or down an upright page, as labels of narrow cells do."""

    box: Box
    text: str
    runs_up: bool


@dataclass(frozen=True, slots=True)
class PageContent:
    """Glyphs and rules of one page, in points from the top left corner of the reading frame.

    The reading frame is the page as displayed, turned by `turn` degrees counter-clockwise where its text runs
    sideways; `width` and `height` are those of the reading frame.
    """

    number: int
    width: float
    height: float
    glyphs: list[Glyph]
    horizontal: list[Rule]
    vertical: list[Rule]
    turn: int = 0
    sideways: Sequence[Sideways] = ()
    picture: float = 0.0
    """Share of the page that its pictures cover; 0 where there is none, or no need to look."""
    fold: float = 0.0
    """Between two pages of a book that were scanned as one; 0 where none is seen."""
    doubt: str = ""
    """Why the places of the glyphs may be wrong, where the source knows that it is not sure."""
    is_patched: bool = False
    """Whether there are white areas, and texts one over the other: some may have been painted over."""
    is_covered: bool = False
    """Whether an area painted after the rules lies over text, which may be under it."""
    notices: list[Notice] = field(default_factory=list)


class SourceError(Exception):
    """A source cannot read the file or the page."""


class PageSource(Protocol):
    """An open file that gives the content of its pages, counted from 1."""

    page_count: int

    def read(self, number: int) -> PageContent:
        """The content of a page.

        Raises:
            SourceError: The page cannot be read.
        """
        ...


ScanReader = Callable[[bytes, int], PageContent]
"""Reads a page without a text layer (bytes of the file, page from 1): characters with confidence, rules."""
