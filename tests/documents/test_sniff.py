"""The format is decided by content, whatever a file is called."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
import xlwt

from tests.documents.document_builders import word_document, zipped
from warehouse.documents import read_document
from warehouse.documents.model import ReadOutcome, UnreadableDocumentError
from warehouse.documents.ole import packed
from warehouse.documents.sniff import sniff


def xlsx() -> bytes:
    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    return buffer.getvalue()


def xls() -> bytes:
    workbook = xlwt.Workbook()
    workbook.add_sheet("表").write(0, 0, 1)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty"),
        (b" \r\n\x00\x00", "empty"),
        (b"%PDF-1.4\n1 0 obj", "pdf"),
        (b"\r\n\r\n%PDF-1.4\n1 0 obj", "pdf"),
        (b"<html><body>%PDF-1.4 not found</body></html>", "html"),
        (word_document(["a"]), "docx"),
        (word_document(["a"])[:3000], "docx"),
        (xlsx(), "xlsx"),
        (xls(), "xls"),
        (zipped(("a.pdf", b"%PDF-1.4")), "zip"),
        (zipped(("OFD.xml", b"<ofd/>"), ("Doc_0/Document.xml", b"")), "ofd"),
        (b"Rar!\x1a\x07\x01\x00", "rar"),
        (b"{\\rtf1\\ansi", "rtf"),
        (b"BZh91AY&SY", "packed"),
        (b"\x09\x08\x08\x00\x00\x05\x05\x00", "biff"),
        (b"\x09\x04\x06\x00\x00\x00\x10\x00", "excel4"),
        (packed({"Workbook": b"x"}), "xls"),
        (packed({"Book": b"x"}), "xls"),
        (packed({"MatOST": b"x"}), "works"),
        (packed({"Other": b"x"}), "ole"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "broken_ole"),
        ("<!DOCTYPE html><html>表".encode(), "html"),
        ("\ufeff<html>表".encode(), "html"),
        ("<html>表".encode("utf-16"), "html"),
        (b"<?xml version='1.0'?><html xmlns='x'><body/></html>", "html"),
        (b"<?xml version='1.0'?><w:wordDocument/>", "xml"),
        ("<table><tr><td>收入".encode("gbk"), "html"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", "mhtml"),
        ("部门预算".encode(), "text"),
        (bytes(range(256)) * 4, "unknown"),
        (b"\x89PNG\r\n\x1a\n", "image"),
    ],
)
def test_sniff(data: bytes, expected: str):
    assert sniff(data) == expected


def test_what_a_server_sent_under_a_pdf_address_is_html(shared: Path):
    files = sorted((shared / "real" / "not-pdf").iterdir())
    assert files
    assert {sniff(path.read_bytes()) for path in files} == {"html"}


@pytest.mark.parametrize(
    ("data", "outcome", "reason"),
    [
        (b"", ReadOutcome.EMPTY, "no bytes"),
        (b"Rar!\x1a\x07\x01\x00", ReadOutcome.UNSUPPORTED, "RAR"),
        (b"{\\rtf1\\ansi", ReadOutcome.CORRUPT, "truncated"),
        (b"not a document at all", ReadOutcome.WRONG_TYPE, "plain text"),
    ],
)
def test_files_without_a_reader_say_so(data: bytes, outcome: ReadOutcome, reason: str):
    with pytest.raises(UnreadableDocumentError) as caught:
        read_document(data)
    assert caught.value.outcome == outcome
    assert reason in caught.value.reason


def test_a_doc_that_is_really_docx_is_read():
    assert read_document(word_document(["项目", "预算数"], ["合计", "1.00"])).format == "docx"


def test_a_pdf_whose_streams_look_like_tags_is_a_pdf() -> None:
    assert sniff(b"%PDF-1.4\nstream\nGat<p>=[<table <br\nendstream") == "pdf"
