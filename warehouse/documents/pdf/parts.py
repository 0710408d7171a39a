"""A PDF of which a part is open at a time: memory grows neither with the pages nor fivefold with the file.

The fast source keeps three copies of what it opens, five where pages are turned, and all that it decoded. So
a large file is cut into parts that are opened one after the other, and what is open is opened anew when the
process has grown.
"""

from __future__ import annotations

from warehouse.documents.pdf.content import PageContent, SourceError
from warehouse.documents.pdf.hints import hints_of
from warehouse.documents.pdf.lean import lean, may_be_lean
from warehouse.documents.pdf.memory import used_bytes
from warehouse.documents.pdf.oxide import OxideFile, UnnamedCharactersError
from warehouse.documents.pdf.pdfium import PdfiumFile
from warehouse.documents.pdf.words import Words

_LARGE = 2_000_000
"""Bytes; smaller files are opened whole."""

_PART = 150_000
"""Bytes that a part should have. To cut one out takes a third of a page's time."""

_MOST_PAGES = 8
"""Of a part."""

_MOST_CUT = 40
"""Pages after which pdfium opens the file anew: it keeps the objects that it came across."""

_MOST_KEPT = 4_000_000
_LEAST_KEPT = 1_500_000
"""Bytes that may be in use besides what was without the part, and after its first page, before the next part
is cut. The next one uses what was freed: to give it back to the system and to have it anew would take a sixth
of the time."""

_MOST_KEPT_OF_WHOLE = 6_000_000
"""Bytes likewise before a file that is not cut is opened anew."""

_LOOK_EVERY = 2
"""Pages; to ask for the memory takes a hundredth of a page's time."""


class PartedFile:
    """An open file; pages are read one at a time, fastest in their order, and nothing of them is kept."""

    def __init__(self, data: bytes, words: Words) -> None:
        """Open a file.

        Args:
            data: The file.
            words: What `words_of` finds in it.

        Raises:
            SourceError: It cannot be opened.
        """
        self._data = data
        self._hints = hints_of(data, words)
        self._part: OxideFile | None = None
        self._most_used = self._pages_read = 0
        self._most_pages = _MOST_PAGES
        self._is_first = True
        self._is_lean = may_be_lean(words)
        self._cutter = _cutter(data)
        if self._cutter is None:
            self._part = self._opened(data)
            self.page_count = self._part.page_count
        else:
            self.page_count = self._cutter.page_count

    def read(self, number: int) -> PageContent:
        """The content of a page, counted from 1.

        Raises:
            SourceError: The page cannot be read.
        """
        try:
            return self._read(number)
        except UnnamedCharactersError:
            self._part, self._is_lean = None, False
            return self._read(number)

    def _read(self, number: int) -> PageContent:
        part = self._part
        if part is None or number not in part.pages or self._has_grown():
            del part
            part = self._opened_at(number)
        return part.read(number)

    def _opened_at(self, number: int) -> OxideFile:
        """What holds this page, opened; what was open is gone before, or there would be two for a moment."""
        has_grown = self._part is not None and number in self._part.pages
        self._part = None
        self._hints.doubts.forget()
        if has_grown or not self._most_used:
            self._most_used = used_bytes() + (_MOST_KEPT if self._cutter else _MOST_KEPT_OF_WHOLE)
            self._is_first = True
        self._most_pages = max(2, self._pages_read) if has_grown else min(2 * self._most_pages, _MOST_PAGES)
        self._pages_read = 0
        if self._cutter is None:
            self._part = self._opened(self._data)
        else:
            self._part = self._opened(self._cutter.part_from(number, self._most_pages), before=number - 1)
        return self._part

    def _opened(self, data: bytes, before: int = 0) -> OxideFile:
        data = lean(data) if self._is_lean else data
        return OxideFile(data, self._hints, before=before, is_lean=self._is_lean)

    def _has_grown(self) -> bool:
        """Whether there is much more in use than when nothing of the file was open."""
        self._pages_read += 1
        if self._pages_read % _LOOK_EVERY != 1:
            return False
        used = used_bytes()
        if self._is_first:  # what it needs for one page is no growth
            self._is_first = False
            least = _LEAST_KEPT if self._cutter else _MOST_KEPT_OF_WHOLE
            self._most_used = max(self._most_used, used + least)
        return used > self._most_used


class _Cutter:
    """Cuts a file into parts."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._file = PdfiumFile(data)
        self._pages_cut = 0
        self.page_count = self._file.page_count

    def part_from(self, number: int, most_pages: int) -> bytes:
        """This page and those after it that make a part."""
        if self._pages_cut > _MOST_CUT:
            self._file = PdfiumFile(self._data)
            self._pages_cut = 0
        length, longer = most_pages, len(self._data)
        while True:
            pages = range(number, min(number + length, self.page_count + 1))
            self._pages_cut += len(pages)
            part = self._file.cut(pages)
            if len(part) <= 2 * _PART or length == 1 or len(part) > 0.8 * longer:
                return part
            length, longer = max(1, length * _PART // len(part)), len(part)


def _cutter(data: bytes) -> _Cutter | None:
    """What cuts the file; nothing where that is not worth the time, or pdfium makes nothing of the file."""
    if len(data) <= _LARGE:
        return None
    try:
        cutter = _Cutter(data)
    except SourceError:
        return None
    return cutter if cutter.page_count else None
