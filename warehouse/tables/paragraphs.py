"""Lines of a page → paragraphs: a figure and what it is of often stand on two lines."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from warehouse.documents.model import Line
from warehouse.immutable import immutable

_SENTENCE_END = ("。", "；", ";", "！", "!", "？", "?", "：", ":")
_LEADERS = ("....", "……", "····")
"""Dots between a title and its page, in a list of contents."""

_NEAR_MARGIN = 2.5


@immutable
class Paragraph:
    """Lines that belong together: their text without breaks, and where each line begins in it."""

    text: str
    starts: tuple[int, ...]
    ordinals: tuple[int, ...]
    pages: tuple[int | None, ...]

    def place(self, at: int) -> tuple[int, int, int | None]:
        """Ordinal of the line, character in the line, and page, of a character of the paragraph."""
        index = bisect_right(self.starts, at) - 1
        return self.ordinals[index], at - self.starts[index], self.pages[index]


def paragraphs(lines: Sequence[Line]) -> Iterator[Paragraph]:
    """Lines joined while they run up to the right margin of their page and end no sentence."""
    margins = _margins(lines)
    waiting: list[tuple[int, Line]] = []
    for ordinal, line in enumerate(lines, start=1):
        if any(map(line.text.__contains__, _LEADERS)):
            continue
        waiting.append((ordinal, line))
        if not _is_full(line, margins.get(line.page, 0)) or line.text.rstrip().endswith(_SENTENCE_END):
            yield _joined(waiting)
            waiting = []
    if waiting:
        yield _joined(waiting)


def _margins(lines: Sequence[Line]) -> dict[int | None, float]:
    """The right margin of each page: where its long lines end (a page number may stand further right)."""
    edges: dict[int | None, list[float]] = {}
    for line in lines:
        if line.box:
            edges.setdefault(line.page, []).append(line.box[2])
    return {page: sorted(found)[len(found) * 9 // 10] for page, found in edges.items()}


def _is_full(line: Line, margin: float) -> bool:
    """Whether a line ends within two and a half characters of the margin, and so goes on below."""
    if line.box is None or not line.text:
        return False
    return line.box[2] >= margin - _NEAR_MARGIN * (line.box[3] - line.box[1])


def _joined(lines: Sequence[tuple[int, Line]]) -> Paragraph:
    texts = [line.text for _, line in lines]
    return Paragraph(
        text="".join(texts),
        starts=tuple(accumulate(map(len, texts[:-1]), initial=0)),
        ordinals=tuple([ordinal for ordinal, _ in lines]),
        pages=tuple([line.page for _, line in lines]),
    )
