"""Running titles and page numbers: what pages repeat around their content."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from warehouse.documents.model import Notice
from warehouse.documents.pdf.pages import PageLayout, PageLine
from warehouse.documents.pdf.text import PAGE_NUMBER

_PAGE_NUMBER = re.compile(
    r"[-—–－─~·.]*\d{1,4}[-—–－─~·.]*|第\d{1,4}页|(第?\d{1,4}页?[,，/／]?共?|\d{1,4}[/／])\d{1,4}页?|[-—]?[IVXivx]{1,5}[-—]?"
)
_CAPTION = re.compile(r"表\s*[\d一二三四五六七八九十]*\s*([(（].*)?$|单\s*位|续\s*表|部门|年度[:：]")
"""Texts that tell a table's name, its unit or whose it is, wherever they stand."""

_MARGIN = 0.12
"""Share of the page's height in which running titles and page numbers stand, at the top and at the bottom."""

_WIDE_MARGIN = 0.25
"""The same for what cannot be but a page number."""


def without_running_text(layouts: Sequence[PageLayout]) -> tuple[list[PageLayout], list[Notice]]:
    """The pages without page numbers and running titles, and one notice that names the titles left out.

    A running title stands at the same height in the margin of most pages, letter for letter. Titles of tables
    and units are none, though a long table repeats them in the same way.
    """
    repeated = _running_titles(layouts)
    kept = [
        replace(page, blocks=[b for b in page.blocks if not _is_running(b, page, repeated)])
        for page in layouts
    ]
    titles = sorted({text for text, _ in repeated})
    notices = [Notice("running_title", f"left out: {' | '.join(titles)}")] if titles else []
    return kept, notices


def _running_titles(layouts: Sequence[PageLayout]) -> set[tuple[str, int]]:
    seen = Counter(
        key
        for page in layouts
        for key in {
            _place(block, page)
            for block in page.blocks
            if isinstance(block, PageLine) and _in_margin(block, page) and _CAPTION.search(block.text) is None
        }
    )
    enough = max(4, 0.6 * sum(1 for page in layouts if page.blocks))
    return {key for key, count in seen.items() if count >= enough}


def _is_running(block: object, page: PageLayout, repeated: set[tuple[str, int]]) -> bool:
    if not isinstance(block, PageLine):
        return False
    printed = "".join(block.text.split())
    if _in_margin(block, page, _WIDE_MARGIN) and PAGE_NUMBER.fullmatch(printed):
        return True
    if not _in_margin(block, page):
        return False
    return _PAGE_NUMBER.fullmatch(printed) is not None or _place(block, page) in repeated


def _place(line: PageLine, page: PageLayout) -> tuple[str, int]:
    return line.text, round((line.top - page.top) / 3)


def _in_margin(line: PageLine, page: PageLayout, share: float = _MARGIN) -> bool:
    place = (line.top - page.top) / (page.height or 1.0)
    return place < share or place > 1 - share
