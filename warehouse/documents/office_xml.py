"""Office files that are one XML file: Word and Excel 2003 XML, flat packages, flat OpenDocument.

Systems and office programs write them under the names of the binary formats (`.doc`, `.xls`).
"""

from __future__ import annotations

import base64
import binascii
import io
import zipfile

from lxml import etree

from warehouse.documents.model import Document, ReadOutcome, UnreadableDocumentError
from warehouse.documents.package import parse_xml
from warehouse.documents.sheets.ods import read_ods_xml
from warehouse.documents.sheets.spreadsheet_xml import read_spreadsheet_xml
from warehouse.documents.word.docx import read_word_xml
from warehouse.documents.word.docx_xml import local
from warehouse.documents.word.odt import read_odt_xml

_OTHER = {
    "UOF": "a UOF file (GB/T 20916)",
    "electronicText": "a UOF file (GB/T 20916)",
    "spreadsheets": "a UOF file (GB/T 20916)",
}


def read_office_xml(data: bytes) -> Document:
    """The document, by the name of the root element.

    Raises:
        UnreadableDocumentError: UNSUPPORTED for any other XML; CORRUPT or TOO_LARGE.
    """
    root = parse_xml(data, "the XML file")
    name = local(root)
    if name == "wordDocument":
        return read_word_xml(root)
    if name == "Workbook":
        return read_spreadsheet_xml(root)
    if name == "package":
        return _read_package(root)
    if name == "document" and root.find("{*}body/{*}text") is not None:
        return read_odt_xml(root)
    if name == "document" and root.find("{*}body/{*}spreadsheet") is not None:
        return read_ods_xml(root)
    raise UnreadableDocumentError(
        ReadOutcome.UNSUPPORTED,
        _OTHER.get(name, f"an XML file of <{name}>, not a document of an office program"),
    )


def _read_package(root: etree._Element) -> Document:
    """A package whose parts stand in one XML file, put into the ZIP container that it is made for."""
    # Here, not above: reading a package may lead back into this module.
    from warehouse.documents import read_document  # noqa: PLC0415 a cycle, see above

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in root.iter("{*}part"):
            name = next((str(v) for k, v in part.attrib.items() if str(k).endswith("}name")), "").lstrip("/")
            if name:
                archive.writestr(name, _content(part))
        if "[Content_Types].xml" not in archive.namelist():
            archive.writestr("[Content_Types].xml", b"<Types/>")
    return read_document(packed.getvalue())


def _content(part: etree._Element) -> bytes:
    holder = next(iter(part), None)
    if holder is None:
        return b""
    if local(holder) == "binaryData":
        try:
            return base64.b64decode(holder.text or "")
        except binascii.Error as error:
            raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"a damaged part: {error}") from error
    inner = next(iter(holder), None)
    return b"" if inner is None else etree.tostring(inner, encoding="utf-8", xml_declaration=True)
