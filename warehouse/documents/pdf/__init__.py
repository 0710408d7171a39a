"""PDF: glyphs and rules → grids → cells → tables over pages (`picture.draw_cell` shows one)."""

from warehouse.documents.model import Document, Notice
from warehouse.documents.pdf.content import PageContent
from warehouse.documents.pdf.reader import read_pdf
from warehouse.workers import share_of_time_used

__all__ = ["read_pdf", "read_pdf_and_scans"]

_TIME_FOR_SCANS = 0.8
"""Of the longest time for a file; the rest is for its other pages, and for making tables of all."""


def read_pdf_and_scans(data: bytes) -> Document:
    """`read_pdf`, with optical recognition of the pages that are pictures."""
    return read_pdf(data, read_scan=_read_scan)


def _read_scan(data: bytes, page_number: int) -> PageContent:
    if share_of_time_used() > _TIME_FOR_SCANS:
        late = Notice("scan_skipped", "not read: the time for optical recognition is used up", page_number)
        return PageContent(page_number, 0, 0, [], [], [], notices=[late])
    # Recognition takes two seconds to load and half a gigabyte: only files with scanned pages pay for it.
    from warehouse.documents.pdf.scan import read_scan  # noqa: PLC0415

    return read_scan(data, page_number)
