"""Workbooks: each visible sheet as lines and tables, numbers as the cells show them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from warehouse.documents.embedded import MAX_PICTURES, read_picture
from warehouse.documents.model import (
    Document,
    Line,
    Notice,
    ReadOutcome,
    Table,
    UnreadableDocumentError,
)
from warehouse.documents.ole import MAX_PACKED_BYTES, packed
from warehouse.documents.package import open_zip, read_member, refuse_bombs
from warehouse.documents.sheets.biff5 import read_biff5
from warehouse.documents.sheets.cell_styles import SheetStyles, printed, what_was_left_out
from warehouse.documents.sheets.sheet import Sheet, sheet_blocks
from warehouse.documents.sheets.xls_password import opened_by_default
from warehouse.documents.sheets.xls_styles import is_biff5, workbook_stream, xls_styles
from warehouse.documents.sheets.xlsb_styles import xlsb_styles
from warehouse.documents.sheets.xlsx_styles import xlsx_styles


def read_xlsx(data: bytes) -> Document:
    """The visible sheets of an XLSX workbook in order; hidden rows and columns give a notice only.

    Where none of them holds a table, its pictures are looked at.

    Raises:
        UnreadableDocumentError: CORRUPT, ENCRYPTED or TOO_LARGE.
    """
    refuse_bombs(data)
    document = _read(data, "xlsx", xlsx_styles(data))
    return document if document.tables else _with_pictures(data, document)


def _with_pictures(data: bytes, document: Document) -> Document:
    blocks, notices = list(document.blocks), list(document.notices)
    with open_zip(data) as package:
        names = [name for name in package.namelist() if name.startswith("xl/media/")]
        for name in names[:MAX_PICTURES]:
            shown, said = read_picture(read_member(package, name), name)
            blocks += shown
            notices += said or [Notice("picture", f"{name}: a picture without a ruled table")]
    return replace(document, blocks=tuple(blocks), notices=tuple(notices))


def read_xls(data: bytes) -> Document:
    """The same for an XLS workbook (Excel 5 to 2003).

    Raises:
        UnreadableDocumentError: CORRUPT, ENCRYPTED or TOO_LARGE.
    """
    stream = workbook_stream(data)
    if stream is not None and is_biff5(stream):
        return read_biff5(stream)
    opened = None if stream is None else opened_by_default(stream)
    if opened is not None and len(opened) <= MAX_PACKED_BYTES:
        data = packed({"Workbook": opened})
    return _read(data, "xls", xls_styles(data))


def read_bare_xls(data: bytes) -> Document:
    """The same for the records alone, which some programs write without a container.

    Raises:
        UnreadableDocumentError: as `read_xls`; TOO_LARGE.
    """
    try:
        return read_xls(packed({"Workbook": data}))
    except ValueError as error:
        raise UnreadableDocumentError(ReadOutcome.TOO_LARGE, str(error)) from error


def read_xlsb(data: bytes) -> Document:
    """The same for a binary workbook.

    Raises:
        UnreadableDocumentError: CORRUPT, ENCRYPTED or TOO_LARGE.
    """
    refuse_bombs(data)
    return _read(data, "xlsb", xlsb_styles(data))


def _read(data: bytes, file_format: str, styles: list[tuple[str, SheetStyles]]) -> Document:
    blocks: list[Line | Table] = []
    notices: list[Notice] = []
    by_name = dict(styles)
    with _open(data) as workbook:
        for sheet in workbook.sheets_metadata:
            if sheet.typ != SheetTypeEnum.WorkSheet:
                continue
            if sheet.visible != SheetVisibleEnum.Visible:
                notices.append(Notice("hidden_sheet", f"sheet {sheet.name!r} is hidden and was not read"))
                continue
            own = by_name.get(sheet.name, SheetStyles())
            blocks.extend(sheet_blocks(_shown(_sheet(workbook, sheet.name), own, notices), notices))
    return Document(file_format, tuple(blocks), notices=tuple(notices))


def _open(data: bytes) -> CalamineWorkbook:
    with _library_errors("workbook"):
        return load_workbook(io.BytesIO(data))


def _sheet(workbook: CalamineWorkbook, name: str) -> CalamineSheet:
    with _library_errors(f"sheet {name!r}"):
        return workbook.get_sheet_by_name(name)


@contextmanager
def _library_errors(what: str) -> Iterator[None]:
    """What the library raises as outcomes; a panic of its Rust code, whose class cannot be imported, too."""
    try:
        yield
    except PasswordError as error:
        raise UnreadableDocumentError(ReadOutcome.ENCRYPTED, "the workbook needs a password") from error
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"broken {what}: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"broken workbook: {error}") from error


def _shown(sheet: CalamineSheet, styles: SheetStyles, notices: list[Notice]) -> Sheet:
    """The values of a sheet as their styles print them."""
    rows = [
        [printed(value, (r, c), styles) for c, value in enumerate(row)]
        for r, row in enumerate(sheet.to_python(skip_empty_area=False))
    ]
    notices += what_was_left_out(styles, sheet.name)
    merged = sheet.merged_cell_ranges or styles.merged
    return Sheet(sheet.name, rows, merged, styles.hidden_rows, styles.hidden_columns, styles.narrow_columns)
