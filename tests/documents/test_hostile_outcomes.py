"""Each kind of hostile file ends with its outcome, in a worker and within its limits."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from tests.documents import hostile_files, hostile_packages, hostile_pdfs
from tests.documents.document_builders import pdf_of, with_part, word_document, word_with_body, zipped
from warehouse.documents.model import ReadOutcome
from warehouse.reading import LIMITS, ReadResult, read_files

ROWS = (["项目", "预算数"], ["合计", "1.00"])
GOOD = word_document(*ROWS)
ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b"]><x>&j;</x>"
)


def pdf(pages: int = 1, **options: object) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, **options)
    for number in range(pages):
        canvas.drawString(50, 700, f"Budget page {number}")
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def many_objects() -> bytes:
    """Ten million objects that are there, each of eight bytes."""
    return b"%PDF-1.4\n" + b"1 0 obj\n" * 10_000_000 + b"%%EOF"


def packed_objects() -> bytes:
    """Ten million objects in streams of a small file."""
    stream = zlib.compress(b"1 0 " * 1_000_000, 9)
    head = b"<< /Type /ObjStm /N 10000000 /First 8 /Filter /FlateDecode /Length %d >> stream\n"
    return pdf_of(b"<< /Type /Catalog /Pages 2 0 R >>", head % len(stream) + stream + b"\nendstream")


def page_tree(kids: bytes) -> bytes:
    return pdf_of(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [" + kids + b"] /Parent 2 0 R >>",
    )


def content_bomb() -> bytes:
    """A page whose content is a gigabyte when unpacked."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"0 0 m 9 9 l S " * 2**16) for _ in range(1100)) + packer.flush()
    return pdf_of(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
        b"<< /Filter /FlateDecode /Length %d >> stream\n%s\nendstream" % (len(packed), packed),
    )


def zip_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("表.doc", "w") as member:
        for _ in range(300):
            member.write(bytes(2**20))
    return file.getvalue()


def nested_archives(depth: int) -> bytes:
    data = GOOD
    for _ in range(depth):
        data = zipped(("内.zip", data))
    return data


FILES: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "zero-byte": (lambda: b"", {"empty"}),
    "white space": (lambda: b"\r\n \r\n", {"empty"}),
    "truncated pdf": (lambda: pdf(3)[:-200], {"corrupt"}),
    "truncated docx": (lambda: GOOD[: len(GOOD) // 2], {"corrupt"}),
    "encrypted pdf": (lambda: pdf(encrypt=StandardEncryption("geheim")), {"encrypted"}),
    "wrong type": (lambda: b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 20, {"wrong_type"}),
    "thousand pages": (lambda: pdf(1000), {"no_tables"}),
    "too many pages": (lambda: pdf(3100), {"too_large"}),
    "circle of pages": (lambda: page_tree(b"2 0 R"), {"corrupt", "no_text"}),
    "ten million objects": (many_objects, {"too_large"}),
    "ten million packed objects": (packed_objects, {"too_large"}),
    "content bomb": (content_bomb, {"too_large", "out_of_memory", "no_text", "timeout", "corrupt"}),
    "deep tables": (
        lambda: word_with_body("<w:tbl><w:tr><w:tc>" * 70 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 70),
        {"too_large", "corrupt"},
    ),
    "deep divisions": (lambda: b"<table><tr><td>" * 20_000, {"too_large", "corrupt", "no_text"}),
    "deep groups": (lambda: b"{\\rtf1" + b"{" * 100_000, {"too_large"}),
    "deep archives": (lambda: nested_archives(8), {"too_large"}),
    "zip bomb": (zip_bomb, {"too_large"}),
    "entity bomb": (lambda: with_part(GOOD, "word/document.xml", ENTITIES), {"corrupt"}),
    "names that point elsewhere": (
        lambda: zipped(("../../etc/表.docx", GOOD), ("/elsewhere/x.docx", GOOD)),
        {"read"},
    ),
    **hostile_files.FILES,
    **hostile_pdfs.FILES,
    **hostile_packages.FILES,
}


@pytest.fixture(scope="module")
def results() -> dict[str, ReadResult]:
    limits = LIMITS._replace(silence_seconds=60, longest_seconds=120)
    jobs = ((name, make()) for name, (make, _) in (*FILES.items(), ("good", (lambda: GOOD, {}))))
    return {result.sha256: result for result in read_files(jobs, workers=1, limits=limits)}


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_outcome(results: dict[str, ReadResult], name: str) -> None:
    result = results[name]
    assert str(result.outcome) in FILES[name][1], result.reason
    assert result.reason or result.outcome is ReadOutcome.READ


@pytest.mark.slow
def test_the_file_after_them_is_read(results: dict[str, ReadResult]) -> None:
    assert results["good"].outcome is ReadOutcome.READ
