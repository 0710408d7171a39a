"""What stands in a document: a chunk of a Word file, an embedded workbook, an attachment, a picture."""

from __future__ import annotations

import io
import struct
from dataclasses import replace

import olefile

from warehouse.documents.model import Line, Notice, Table, UnreadableDocumentError
from warehouse.documents.package import one_deeper
from warehouse.documents.sheets.xls_styles import xls_active_sheet
from warehouse.documents.sheets.xlsx_styles import xlsx_active_sheet

_SHOWN_SHEETS = {"xlsx": xlsx_active_sheet, "xls": xls_active_sheet}

MAX_PICTURES = 60
"""Of one document that are looked at."""


def read_embedded(data: bytes, name: str, *, is_shown: bool) -> tuple[list[Line | Table], list[Notice]]:
    """Its blocks and notices; only a notice that gives its name and the reason where it cannot be read.

    A workbook that stands in a text shows one sheet (`is_shown`); one that is attached is read whole.
    """
    # Here, not above: reading it may lead back into the module that asks.
    from warehouse.documents import read_document  # noqa: PLC0415 a cycle, see above

    try:
        with one_deeper():
            content = _unwrapped(data)
            document = read_document(content)
    except UnreadableDocumentError as error:
        return [], [Notice("embedded_part", f"{name}: {error.reason}")]
    shown = _SHOWN_SHEETS.get(document.format) if is_shown else None
    sheet = None if shown is None else shown(content)
    blocks = [block for block in document.blocks if sheet is None or block.sheet == sheet]
    return blocks, list(document.notices)


def read_picture(data: bytes, name: str) -> tuple[list[Line | Table], list[Notice]]:
    """The table that a picture shows, with the lines around it; nothing where it shows none."""
    from warehouse.documents.image import read_table_picture  # noqa: PLC0415 loads the readers of PDF files

    try:
        shown = read_table_picture(data)
    except UnreadableDocumentError as error:
        return [], [Notice("embedded_part", f"{name}: {error.reason}")]
    notices = [replace(notice, detail=f"{name}: {notice.detail}", page=None) for notice in shown.notices]
    return list(shown.blocks), notices


def _unwrapped(data: bytes) -> bytes:
    """An object in the old container may be a package of the new kind, kept whole in one of its streams."""
    if not data.startswith(olefile.MAGIC):
        return data
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            content: bytes = container.openstream("Package").read() if container.exists("Package") else data
            return content
    except (OSError, IndexError, struct.error, ValueError, TypeError):
        return data
