"""OpenDocument texts and spreadsheets, packed and flat."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.documents.document_builders import outline, texts, zipped
from warehouse.documents import read_document
from warehouse.documents.model import ReadOutcome, UnreadableDocumentError

DATA = Path(__file__).parent / "data"
_READ = [
    "一、部门概况",
    "二、收支",
    "单位：  万元",
    [["项目", "金额", ""], ["", "基本", "项目"], ["　　办公费", "1.00", "1.00"]],
    "框",
    "框内",
]


def _flat(kind: str) -> bytes:
    return (DATA / f"opendocument_{kind}.xml").read_bytes()


def _packed(kind: str) -> bytes:
    content = _flat(kind).replace(b"office:document", b"office:document-content")
    return zipped(
        ("mimetype", f"application/vnd.oasis.opendocument.{kind}".encode()), ("content.xml", content)
    )


@pytest.mark.parametrize("make", [_packed, _flat])
def test_a_text_gives_what_is_printed(make: Callable[[str], bytes]) -> None:
    document = read_document(make("text"))
    assert document.format == "odt"
    assert [block if isinstance(block, list) else block.strip("\n") for block in outline(document)] == _READ


@pytest.mark.parametrize("make", [_packed, _flat])
def test_a_spreadsheet_gives_what_is_printed(make: Callable[[str], bytes]) -> None:
    document = read_document(make("spreadsheet"))
    (table,) = document.tables
    assert (document.format, table.sheet) == ("ods", "收支")
    assert texts(table) == [["项目", "金额", "", ""], ["办公费", "1,234.57", "2.00", "2.00"]]
    assert sorted(notice.kind for notice in document.notices) == ["hidden_cells", "hidden_sheet"]


@pytest.mark.parametrize("kind", ["text", "spreadsheet"])
def test_a_file_with_a_password_says_so(kind: str) -> None:
    data = zipped(
        ("mimetype", f"application/vnd.oasis.opendocument.{kind}".encode()),
        ("content.xml", b"\x00\x01"),
        ("META-INF/manifest.xml", b"<manifest:encryption-data/>"),
    )
    with pytest.raises(UnreadableDocumentError) as error:
        read_document(data)
    assert error.value.outcome == ReadOutcome.ENCRYPTED


def test_a_sheet_of_repeated_cells_is_refused_before_memory_is_spent() -> None:
    blank = b'"1048000"><table:table-cell/>'
    filled = b'"9999999"><table:table-cell><text:p>1</text:p></table:table-cell>'
    assert blank in _flat("spreadsheet")
    with pytest.raises(UnreadableDocumentError) as error:
        read_document(_flat("spreadsheet").replace(blank, filled))
    assert error.value.outcome == ReadOutcome.TOO_LARGE


def test_deleted_text_and_rows_of_a_flat_file_are_not_read() -> None:
    tracked = (
        b'<text:tracked-changes><text:changed-region text:id="d"><text:deletion/></text:changed-region>'
        b'<text:changed-region text:id="i"><text:insertion/></text:changed-region></text:tracked-changes>'
    )
    start, end = b'<text:change-start text:change-id="%s"/>', b'<text:change-end text:change-id="%s"/>'
    body = b"<text:p>" + start % b"d" + "旧".encode() + end % b"d" + start % b"i" + "新".encode() + end % b"i"
    cell = b"<table:table-cell><text:p>%s</text:p></table:table-cell>"
    gone = start % b"d" + b"9" + end % b"d"
    rows = (cell % b"a" + cell % b"b", cell % gone + cell % gone, cell % b"c" + cell % b"1")
    table = b"".join(b"<table:table-row>%s</table:table-row>" % row for row in rows)
    data = _flat("text")
    at, to = data.index(b"<office:text>") + len(b"<office:text>"), data.index(b"</office:text>")
    content = tracked + body + b"</text:p><table:table>" + table + b"</table:table>"
    assert outline(read_document(data[:at] + content + data[to:])) == ["新", [["a", "b"], ["c", "1"]]]


def test_pictures_and_objects_are_reported() -> None:
    data = _flat("text").replace(
        b"<draw:text-box><text:p>\xe6\xa1\x86\xe5\x86\x85</text:p></draw:text-box>", b"<draw:object/>"
    )
    assert [notice.kind for notice in read_document(data).notices] == ["picture"]
