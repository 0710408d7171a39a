"""Documents within Word files: chunks in another format, embedded workbooks, attachments."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from tests.documents.document_builders import W, outline, word_document, word_with_body, zipped
from warehouse.documents import read_document

_RELATIONS = "word/_rels/document.xml.rels"
_SPACES = (
    f'{W} xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_HTML = b"<html><body><table><tr><td>a<td>b<tr><td>c<td>1.00</table></body></html>"
_TABLE = [["a", "b"], ["c", "1.00"]]


def _workbook() -> bytes:
    workbook = openpyxl.Workbook()
    for row in _TABLE:
        workbook.active.append(row)
    workbook.create_sheet("另一").append(["x", "y"])
    workbook["另一"].append(["z", "2.00"])
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _word(body: str, name: str, content: bytes) -> bytes:
    """A DOCX whose body refers to one more part as `rIdX`."""
    package = word_with_body("")
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    parts["word/document.xml"] = f"<w:document {_SPACES}><w:body>{body}</w:body></w:document>".encode()
    relation = f'<Relationship Id="rIdX" Type="x" Target="{name}"/></Relationships>'.encode()
    parts[_RELATIONS] = parts[_RELATIONS].replace(b"</Relationships>", relation)
    parts[f"word/{name}"] = content
    return zipped(*parts.items())


def _object(aspect: str) -> str:
    return (
        "<w:p><w:r><w:object><v:shape><v:imagedata/></v:shape>"
        f'<o:OLEObject ProgID="Excel.Sheet.12" DrawAspect="{aspect}" r:id="rIdX"/></w:object></w:r></w:p>'
    )


def _said(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


@pytest.mark.parametrize(("name", "content"), [("chunk.html", _HTML), ("chunk.docx", word_document(*_TABLE))])
def test_a_chunk_in_another_format_is_read_where_it_stands(name: str, content: bytes) -> None:
    document = read_document(_word(_said("前") + '<w:altChunk r:id="rIdX"/>' + _said("后"), name, content))
    assert outline(document) == ["前", _TABLE, "后"]
    assert document.notices == ()


def test_a_workbook_in_the_text_shows_its_active_sheet() -> None:
    document = read_document(_word(_said("前") + _object("Content"), "embeddings/a.xlsx", _workbook()))
    assert outline(document) == ["前", _TABLE]
    assert document.notices == ()


def test_an_attached_workbook_is_read_whole() -> None:
    document = read_document(_word(_object("Icon"), "embeddings/a.xlsx", _workbook()))
    assert outline(document) == [_TABLE, [["x", "y"], ["z", "2.00"]]]


def test_a_part_that_cannot_be_read_is_a_notice() -> None:
    document = read_document(_word(_said("前") + _object("Content"), "embeddings/a.bin", b"%PDF-1.4 broken"))
    assert outline(document) == ["前"]
    assert sorted({notice.kind for notice in document.notices}) == ["embedded_part", "picture"]


def test_parts_that_hold_each_other_end() -> None:
    inner = _word('<w:altChunk r:id="rIdX"/>', "chunk.html", _HTML)
    for _ in range(5):
        inner = _word(_said("层") + '<w:altChunk r:id="rIdX"/>', "chunk.docx", inner)
    document = read_document(inner)
    assert outline(document)[0] == "层"
    assert [notice.kind for notice in document.notices] == ["embedded_part"]
