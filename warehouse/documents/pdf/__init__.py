"""PDF: glyphs and rules → grids → cells → tables over pages (`picture.draw_cell` shows one)."""

from warehouse.documents.model import Document, Notice
from warehouse.documents.pdf.content import PageContent
from warehouse.documents.pdf.reader import read_pdf
from warehouse.documents.pdf.sources import is_time_for_scans

__all__ = ["read_pdf", "read_pdf_and_scans"]


def read_pdf_and_scans(data: bytes) -> Document:
    """`read_pdf`, with optical recognition of the pages that are pictures."""
    return read_pdf(data, read_scan=_read_scan)


def _read_scan(data: bytes, page_number: int) -> PageContent:
    if not is_time_for_scans():
        late = Notice("scan_skipped", "not read: the time for optical recognition is used up", page_number)
        return PageContent(page_number, 0, 0, [], [], [], notices=[late])
    # Recognition takes two seconds to load and half a gigabyte: only files with scanned pages pay for it.
    from warehouse.documents.pdf.scan.page import read_scan  # noqa: PLC0415

    return read_scan(data, page_number)
