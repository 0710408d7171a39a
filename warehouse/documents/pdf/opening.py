"""Bytes → an open file, or the reason why there is none."""

from __future__ import annotations

import re

from warehouse.documents.model import ReadOutcome, UnreadableDocumentError
from warehouse.documents.pdf.content import PageSource, SourceError
from warehouse.documents.pdf.nesting import check_nesting
from warehouse.documents.pdf.parts import PartedFile
from warehouse.documents.pdf.sources import open_reference
from warehouse.documents.pdf.words import Words

MAX_PAGES = 3000
MAX_OBJECTS = 2_000_000
MAX_BYTES = 400_000_000

_HEADER_WITHIN = 1024
"""Bytes; readers accept rubbish of this length before %PDF-."""

_PASSWORD_NEEDED = 4


def open_pdf(data: bytes, words: Words) -> PageSource:
    """The file, opened by the fast source, or by pdfplumber where that cannot make sense of it.

    Args:
        data: The file.
        words: What `words_of` finds in it.

    Raises:
        UnreadableDocumentError: EMPTY, WRONG_TYPE, TOO_LARGE, ENCRYPTED or CORRUPT.
    """
    _check_size(data, words.text)
    if _is_cut_off(data):
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, "the file is cut off: its end is missing")
    if b"/Encrypt" in data:
        _require_no_password(data)
    file = _opened(data, words)
    if file.page_count > MAX_PAGES:
        raise UnreadableDocumentError(ReadOutcome.TOO_LARGE, f"{file.page_count:,} pages")
    if file.page_count == 0:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, "no pages")
    return file


def _check_size(data: bytes, words: bytes) -> None:
    if not data:
        raise UnreadableDocumentError(ReadOutcome.EMPTY, "the file has no bytes")
    if b"%PDF-" not in data[:_HEADER_WITHIN]:
        raise UnreadableDocumentError(ReadOutcome.WRONG_TYPE, "no PDF header")
    if len(data) > MAX_BYTES:
        raise UnreadableDocumentError(ReadOutcome.TOO_LARGE, f"{len(data):,} bytes")
    check_nesting(words)
    declared = max((int(size) for size in re.findall(rb"/Size\s*(\d{1,12})", words)), default=0)
    packed = sum(map(int, re.findall(rb"/N\s*(\d{1,12})", words))) if b"/ObjStm" in words else 0
    if max(declared, packed, words.count(b" obj")) > MAX_OBJECTS:
        raise UnreadableDocumentError(ReadOutcome.TOO_LARGE, f"more than {MAX_OBJECTS:,} objects")


def _is_cut_off(data: bytes) -> bool:
    """Whether objects follow the last end mark, or there is none: only a part of the file is here."""
    end = data.rfind(b"%%EOF")
    return end < 0 or data.find(b" obj", end) >= 0


def _require_no_password(data: bytes) -> None:
    import pypdfium2  # noqa: PLC0415 5 MB that only protected files need

    try:
        pypdfium2.PdfDocument(data).close()
    except pypdfium2.PdfiumError as error:
        if error.err_code == _PASSWORD_NEEDED:
            raise UnreadableDocumentError(ReadOutcome.ENCRYPTED, "a password is needed") from error


def _opened(data: bytes, words: Words) -> PageSource:
    try:
        return PartedFile(data, words)
    except SourceError as error:
        try:
            return open_reference(data)
        except SourceError:
            raise UnreadableDocumentError(ReadOutcome.CORRUPT, str(error)) from error
