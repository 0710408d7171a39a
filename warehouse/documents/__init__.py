"""Readers: the bytes of a published file → its lines and tables, each cell with its place."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from warehouse.documents.model import Document, ReadOutcome, UnreadableDocumentError
from warehouse.documents.sniff import sniff

__all__ = ["READER_VERSION", "read_document"]

READER_VERSION = "2026.11.6"
"""Version of everything between a file's bytes and its recognition: `warehouse.documents` and
`warehouse.tables`.

Raise it (year.month.count) with every change that can change what any file gives: a reader, the recogniser, a
vocabulary, a library that reads files. Results are kept by (SHA-256, reader version), so that raising it
reads the archive again; forgetting to raise it leaves old results in the warehouse.
"""

# Each reader is imported with the first file that needs it: some load large libraries.
_READERS = {
    "pdf": ("warehouse.documents.pdf", "read_pdf_and_scans"),
    "docx": ("warehouse.documents.word.docx", "read_docx"),
    "doc": ("warehouse.documents.word.doc", "read_doc"),
    "rtf": ("warehouse.documents.word.rtf", "read_rtf"),
    "xlsx": ("warehouse.documents.sheets.workbook", "read_xlsx"),
    "xls": ("warehouse.documents.sheets.workbook", "read_xls"),
    "biff": ("warehouse.documents.sheets.workbook", "read_bare_xls"),
    "xlsb": ("warehouse.documents.sheets.workbook", "read_xlsb"),
    "ods": ("warehouse.documents.sheets.ods", "read_ods"),
    "odt": ("warehouse.documents.word.odt", "read_odt"),
    "xml": ("warehouse.documents.office_xml", "read_office_xml"),
    "html": ("warehouse.documents.html.page", "read_html"),
    "mhtml": ("warehouse.documents.html.page", "read_mhtml"),
    "text": ("warehouse.documents.typed.delimited", "read_delimited"),
    "image": ("warehouse.documents.image", "read_image"),
    "zip": ("warehouse.documents.archive_file", "read_archive"),
    "tar": ("warehouse.documents.archive_file", "read_tar"),
    "gzip": ("warehouse.documents.archive_file", "read_gzip"),
}
_WITHOUT_READER = {
    "empty": (ReadOutcome.EMPTY, "the file holds no bytes but white space"),
    "encrypted_ooxml": (ReadOutcome.ENCRYPTED, "the Office file needs a password"),
    "works": (ReadOutcome.UNSUPPORTED, "a Microsoft Works file"),
    "excel4": (ReadOutcome.UNSUPPORTED, "a workbook of Excel 4 or older"),
    "word2": (ReadOutcome.UNSUPPORTED, "a Word file older than Word 6"),
    "rar": (ReadOutcome.UNSUPPORTED, "a RAR archive: unpack it and hand in the files"),
    "7z": (ReadOutcome.UNSUPPORTED, "a 7-Zip archive: unpack it and hand in the files"),
    "packed": (ReadOutcome.UNSUPPORTED, "a bzip2, xz or cabinet archive: unpack it and hand in the files"),
    "ofd": (ReadOutcome.UNSUPPORTED, "an OFD file (GB/T 33190)"),
    "ppt": (ReadOutcome.WRONG_TYPE, "a PowerPoint presentation"),
    "pptx": (ReadOutcome.WRONG_TYPE, "a PowerPoint presentation"),
    "ole": (ReadOutcome.WRONG_TYPE, "an OLE container that holds neither a Word document nor a workbook"),
    "broken_ole": (ReadOutcome.CORRUPT, "a truncated Office file"),
    "unknown": (ReadOutcome.WRONG_TYPE, "not a format that budgets are published in"),
}


def read_document(data: bytes) -> Document:
    """Read a file of any supported format, recognised by its content.

    Raises:
        UnreadableDocumentError: with the outcome and the reason, for everything that gives no document. A
        document
            without tables is no error here: it may be prose.
    """
    file_format = sniff(data)
    if file_format in _WITHOUT_READER:
        raise UnreadableDocumentError(*_WITHOUT_READER[file_format])
    module_name, function_name = _READERS[file_format]
    read: Callable[[bytes], Document] = getattr(import_module(module_name), function_name)
    return read(data)
