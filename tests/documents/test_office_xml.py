"""Office documents that are one XML file, under whatever name."""

from __future__ import annotations

import base64
import io
import zipfile
from pathlib import Path

import pytest

from tests.documents.document_builders import outline, texts
from tests.documents.word_variants import sheet_variant, word_variant
from warehouse.documents import read_document
from warehouse.documents.model import ReadOutcome, UnreadableDocumentError

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_word_2003_xml(encoding: str) -> None:
    document = read_document((DATA / "word_2003.xml").read_text(encoding="utf-8").encode(encoding))
    assert outline(document) == ["一、收支", "新", [["项目", "金额", ""], ["", "1.00", "2.00"]]]


def test_xml_spreadsheet_2003() -> None:
    document = read_document((DATA / "spreadsheet_2003.xml").read_bytes())
    (table,) = document.tables
    assert (document.format, table.sheet) == ("xls", "收支")
    assert [row for row in texts(table) if any(row)] == [
        ["项目", "金额", ""],
        ["", "预算", "决算"],
        ["　　办公费", "1,234.57", "2.3"],
    ]
    assert sorted(notice.kind for notice in document.notices) == ["hidden_cells", "hidden_sheet"]


@pytest.mark.parametrize("package", [word_variant("merged"), sheet_variant("shown")])
def test_a_package_in_one_xml_file_is_read_as_in_its_container(package: bytes) -> None:
    parts = []
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            inner = content.decode().partition("?>")[2] if content.startswith(b"<?xml") else ""
            xml = f"<pkg:xmlData>{inner}</pkg:xmlData>"
            binary = f"<pkg:binaryData>{base64.b64encode(content).decode()}</pkg:binaryData>"
            parts.append(f'<pkg:part pkg:name="/{name}">{xml if inner else binary}</pkg:part>')
    flat = (
        '<?xml version="1.0"?><pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">'
        f"{''.join(parts)}</pkg:package>"
    )
    assert outline(read_document(flat.encode())) == outline(read_document(package))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<?xml version='1.0'?><uof:UOF xmlns:uof='u'/>", "UOF"),
        (b"<?xml version='1.0'?><invoice/>", "<invoice>"),
    ],
)
def test_other_xml_is_a_clear_outcome(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableDocumentError, match=reason) as error:
        read_document(data)
    assert error.value.outcome == ReadOutcome.UNSUPPORTED
