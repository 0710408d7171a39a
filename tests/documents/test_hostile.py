"""Whatever the bytes, a reader gives a document or says why not: no crash, no hang, no other exception."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from tests.documents.document_builders import rich_word_document, with_part, word_document, word_with_body
from tests.documents.readers_for_tests import read_without_recognising
from warehouse.documents import read_document
from warehouse.documents.html.page import read_html
from warehouse.documents.model import Document, ReadOutcome, UnreadableDocumentError
from warehouse.documents.pdf.nesting import check_nesting
from warehouse.reading import LIMITS, read_files

SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
PAGE = "<html><table><tr><td rowspan=2>项目<td colspan=3>支出</tr><tr><td>1<td>2</tr></table></html>"


@st.composite
def damage(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """A truncation, or some bytes overwritten, inserted or left out."""
    share = st.floats(0, 1, exclude_max=True)
    if draw(st.booleans()):
        end = draw(share)
        return lambda data: data[: int(end * len(data))]
    edits = draw(
        st.lists(st.tuples(share, st.integers(0, 8), st.binary(max_size=8)), min_size=1, max_size=12)
    )

    def apply(data: bytes) -> bytes:
        for place, removed, inserted in edits:
            at = int(place * len(data))
            data = data[:at] + inserted + data[at + removed :]
        return data

    return apply


def read_or_refuse(data: bytes) -> Document | None:
    try:
        document = read_document(data)
    except UnreadableDocumentError:
        return None
    for table in document.tables:
        table.grid()
    return document


@SETTINGS
@given(damage())
def test_damaged_doc(rich_doc: bytes, change: Callable[[bytes], bytes]):
    read_or_refuse(change(rich_doc))


@SETTINGS
@given(damage())
def test_damaged_rtf(rich_rtf: bytes, change: Callable[[bytes], bytes]):
    read_or_refuse(change(rich_rtf))


@SETTINGS
@given(damage())
def test_damaged_docx_container(change: Callable[[bytes], bytes]):
    read_or_refuse(change(word_document(["项目", "预算数"], ["合计", "1.00"])))


@SETTINGS
@given(st.sampled_from(["word/document.xml", "word/styles.xml", "_rels/.rels"]), damage())
def test_damaged_docx_parts(part: str, change: Callable[[bytes], bytes]):
    with zipfile.ZipFile(io.BytesIO(RICH_DOCX)) as package:
        content = package.read(part)
    read_or_refuse(with_part(RICH_DOCX, part, change(content)))


@SETTINGS
@given(damage())
def test_damaged_html(change: Callable[[bytes], bytes]):
    read_or_refuse(change(PAGE.encode()))


@settings(SETTINGS, max_examples=200)
@given(
    st.lists(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=5), max_size=6),
)
def test_any_spans_tile_the_grid(rows: list[list[tuple[int, int]]]):
    cells = ["".join(f"<td rowspan={r} colspan={c}>{r}{c}" for r, c in row) for row in rows]
    document = read_html(f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>".encode())
    for table in document.tables:
        assert len(table.grid()) == table.row_count
        area = sum(cell.row_span * cell.col_span for cell in table.cells)
        assert area == table.row_count * table.column_count


def test_damaged_workbooks_in_workers():
    """calamine may abort the process, so these are read where a crash is an outcome."""
    originals = [small_xls(), small_xlsx()]
    files = []
    for number, original in enumerate(originals):
        step = max(len(original) // 40, 1)
        for at in range(0, len(original), step):
            files.append((f"{number} cut {at}", original[:at]))
            files.append((f"{number} ff {at}", original[:at] + b"\xff" * 6 + original[at + 6 :]))
    results = list(
        read_files(
            files, workers=1, limits=LIMITS._replace(silence_seconds=20), read=read_without_recognising
        )
    )
    assert len(results) == len(files)
    assert [(r.sha256, r.reason) for r in results if r.outcome == ReadOutcome.TIMEOUT] == []
    crashed = [(r.sha256, r.reason) for r in results if r.outcome == ReadOutcome.CRASHED]
    assert [crash for crash in crashed if " in " in str(crash[1])] == [], "an exception of our own"


def small_xls() -> bytes:
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("表")
    for row in range(5):
        for col in range(4):
            sheet.write(row, col, row * 1.5 if row else f"列{col}")
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def small_xlsx() -> bytes:
    workbook = openpyxl.Workbook()
    for row in (["项目", "金额"], ["合计", 1.5]):
        workbook.active.append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


RICH_DOCX = rich_word_document()
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><x>&c;</x>'
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize("content", [BOMB, OUTSIDE], ids=["bomb", "outside"])
@pytest.mark.parametrize(
    ("package", "part"),
    [
        (RICH_DOCX, "word/document.xml"),
        (RICH_DOCX, "_rels/.rels"),
        (small_xlsx(), "xl/styles.xml"),
        (small_xlsx(), "xl/workbook.xml"),
        (small_xlsx(), "xl/worksheets/sheet1.xml"),
    ],
)
def test_xml_entities_are_refused(package: bytes, part: str, content: bytes):
    with pytest.raises(UnreadableDocumentError) as caught:
        read_document(with_part(package, part, content))
    assert caught.value.outcome == ReadOutcome.CORRUPT


def test_deep_nesting_is_refused_quickly():
    started = time.monotonic()
    tables = "<w:tbl><w:tr><w:tc>" * 80 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 80
    content = "<w:sdt><w:sdtContent>" * 5000 + "</w:sdtContent></w:sdt>" * 5000
    for body in (tables, content):
        with pytest.raises(UnreadableDocumentError) as caught:
            read_document(word_with_body(body))
        assert caught.value.outcome in {ReadOutcome.TOO_LARGE, ReadOutcome.CORRUPT}
    read_or_refuse(("<table><tr><td>" * 5000).encode())
    read_or_refuse(("<div>" * 100_000).encode())
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b"<</A ", b">>"), (b"[ <</B[", b"")])
def test_nested_brackets_are_counted_and_many_beside_each_other_are_not(opening: bytes, closing: bytes):
    with pytest.raises(UnreadableDocumentError, match="levels deep") as caught:
        check_nesting(b"4 0 obj " + opening * 6000 + closing * 6000)
    assert caught.value.outcome == ReadOutcome.TOO_LARGE
    check_nesting((b"[(a) 1 (b)] TJ <</A [<</B <0041>>>]>> <0042> Tj ") * 20_000)


def test_a_table_of_absurd_spans_is_no_trouble():
    row = "<tr>" + "<td colspan=1000 rowspan=1000>x</td>" * 50 + "</tr>"
    started = time.monotonic()
    read_or_refuse(f"<table>{row * 50}</table>".encode())
    assert time.monotonic() - started < 5


def test_a_part_that_unpacks_to_gigabytes_is_refused():
    with pytest.raises(UnreadableDocumentError) as caught:
        read_document(with_part(RICH_DOCX, "word/styles.xml", bytes(100 * 2**20)))
    assert caught.value.outcome == ReadOutcome.TOO_LARGE


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.7, 0.98])
def test_truncated_real_files(corpus: Path, kept: float):
    for path in sorted(corpus.glob("*.do*")):
        data = path.read_bytes()
        read_or_refuse(data[: int(kept * len(data))])


def test_text_of_no_size_is_no_trouble():
    file = io.BytesIO()
    canvas = Canvas(file)
    for i in range(8):
        canvas.setFont("Helvetica", 0 if i % 2 else 9)
        canvas.drawString(60, 700 - 14 * i, f"Item {i}")
        canvas.drawString(300, 700 - 14 * i, f"{i},234.50")
    canvas.save()
    (table,) = read_document(file.getvalue()).tables
    assert table.row_count == 4
