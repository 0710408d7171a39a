"""Pictures of pages are documents; those that are none, or too much, say so."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.shared import Cm
from openpyxl.drawing.image import Image as WorkbookImage
from PIL import Image, ImageDraw

from tests.documents.document_builders import texts
from warehouse.documents import read_document
from warehouse.documents.model import Line, ReadOutcome, UnreadableDocumentError

ROWS = [["201", "1,880.86", "72.50"], ["20113", "943.53", "36.90"], ["208", "99.00", "66.00"]]


def picture(rows: list[list[str]], size: tuple[int, int] = (1654, 1100)) -> Image.Image:
    """A ruled table on white paper, as large as on a scan of 200 dpi."""
    page = Image.new("L", size, 255)
    draw = ImageDraw.Draw(page)
    for r in range(len(rows) + 1):
        draw.line((200, 200 + 60 * r, 200 + 300 * len(rows[0]), 200 + 60 * r), fill=0, width=3)
    for c in range(len(rows[0]) + 1):
        draw.line((200 + 300 * c, 200, 200 + 300 * c, 200 + 60 * len(rows)), fill=0, width=3)
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            draw.text((230 + 300 * c, 212 + 60 * r), text, fill=0, font_size=34)
    return page


def encoded(*pages: Image.Image, file_format: str) -> bytes:
    file = io.BytesIO()
    pages[0].save(
        file, file_format, **({"save_all": True, "append_images": pages[1:]} if len(pages) > 1 else {})
    )
    return file.getvalue()


@pytest.mark.parametrize("file_format", ["PNG", pytest.param("JPEG", marks=pytest.mark.slow)])
def test_a_table_on_a_picture_is_read(file_format: str):
    document = read_document(encoded(picture(ROWS), file_format=file_format))
    (table,) = document.tables
    assert document.format == "image"
    assert texts(table) == ROWS
    assert all(cell.confidence is not None for cell in table.cells)
    assert "scan" in {notice.kind for notice in document.notices}


@pytest.mark.slow
def test_each_frame_of_a_picture_is_a_page():
    document = read_document(encoded(picture(ROWS[:2]), picture(ROWS), file_format="TIFF"))
    assert document.page_count == 2
    assert [row[0] for table in document.tables for row in texts(table)][-1] == "208"


def outcome(data: bytes) -> ReadOutcome:
    with pytest.raises(UnreadableDocumentError) as caught:
        read_document(data)
    return caught.value.outcome


def vast_png() -> bytes:
    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", len(head)) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    )


def test_what_is_no_page_says_so():
    whole = encoded(picture(ROWS), file_format="JPEG")
    assert outcome(whole[: len(whole) // 3]) is ReadOutcome.CORRUPT
    assert outcome(b"\x89PNG\r\n\x1a\n" + b"x" * 100) is ReadOutcome.CORRUPT
    assert outcome(encoded(Image.new("L", (80, 60)), file_format="PNG")) is ReadOutcome.UNSUPPORTED
    assert outcome(vast_png()) is ReadOutcome.TOO_LARGE
    assert outcome(encoded(Image.new("L", (600, 400), 255), file_format="PNG")) is ReadOutcome.NO_TEXT


def test_a_picture_of_a_table_in_a_word_file_is_read_where_it_stands():
    document = docx.Document()
    document.add_paragraph("收支情况见下表。")
    document.add_picture(io.BytesIO(encoded(picture(ROWS), file_format="PNG")), width=Cm(16))
    document.add_paragraph("说明")
    document.add_picture(io.BytesIO(encoded(Image.effect_noise((600, 400), 80), file_format="PNG")))
    file = io.BytesIO()
    document.save(file)
    read = read_document(file.getvalue())
    assert [block.text if isinstance(block, Line) else "table" for block in read.blocks] == [
        "收支情况见下表。",
        "table",
        "说明",
    ]
    (table,) = read.tables
    assert texts(table) == ROWS
    assert all(cell.confidence is not None and cell.box is None for cell in table.cells)
    assert [notice.kind for notice in read.notices] == ["picture_read", "scan", "picture"]


def test_a_picture_of_a_table_in_a_doc_file_is_read_where_it_stands():
    document = read_document((Path(__file__).parent / "data" / "picture.doc").read_bytes())
    assert [block.text if isinstance(block, Line) else texts(block) for block in document.blocks] == [
        "单位：万元",
        ROWS,
        "说明",
    ]
    assert [notice.kind for notice in document.notices] == ["picture_read", "scan", "picture"]


def page_and_message() -> tuple[bytes, bytes]:
    """A page with a picture in its address, and one whose picture is another part of its message."""
    content = base64.b64encode(encoded(picture(ROWS), file_format="PNG")).decode()
    page = '<html><p>单位：万元</p><p><img src="{}">说明</p><img src="http://x/logo.png"></html>'
    message = (
        'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="B"\n\n--B\n'
        f"Content-Type: text/html; charset=utf-8\n\n{page.format('cid:7@x')}\n--B\n"
        "Content-Type: image/png\nContent-Transfer-Encoding: base64\nContent-ID: <7@x>\n\n"
        f"{content}\n--B--\n"
    )
    return page.format(f"data:image/png;base64,{content}").encode(), message.encode()


@pytest.mark.parametrize("place", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_a_picture_of_a_table_in_a_page_is_read_where_it_stands(place: int):
    document = read_document(page_and_message()[place])
    assert [block.text if isinstance(block, Line) else texts(block) for block in document.blocks] == [
        "单位：万元",
        ROWS,
        "说明",
    ]
    assert [notice.kind for notice in document.notices] == ["picture_read", "scan"]


def test_a_page_whose_tables_may_be_pictures_says_so():
    pictures = "<img src='t.png'><img src='u.png' width=900><img src='a/logo.png'><img src='b.png' height=30>"
    document = read_document(f"<html><p>见下图</p>{pictures}</html>".encode())
    assert [(notice.kind, notice.detail[:1]) for notice in document.notices] == [("picture", "2")]
    article = f"<div id=zoom><p>{'说明' * 20}</p><img src='t.png'></div>"
    document = read_document(f"<html><img src='v.png'>{article}<img src='w.png'></html>".encode())
    assert [(notice.kind, notice.detail[:1]) for notice in document.notices] == [("picture", "1")]


def in_rtf(content: bytes) -> bytes:
    blip = rb"{\*\shppict{\pict\pngblip\picw9{\*\blipuid 00ff}" + content.hex().encode() + b"}}"
    return rb"{\rtf1\ansi before\par " + blip + rb"{\nonshppict{\pict\wmetafile8 0100}}\par after}"


def in_flat_text(content: bytes) -> bytes:
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{uri}:1.0"'
        for name, uri in (("office", "office"), ("text", "text"), ("draw", "drawing"))
    )
    data = base64.b64encode(content).decode()
    picture = f"<draw:image><office:binary-data>{data}</office:binary-data></draw:image>"
    return (
        f"<office:document{names}><office:body><office:text><text:p>before</text:p><text:p><draw:frame>{picture}"
        "</draw:frame></text:p><text:p>after</text:p></office:text></office:body></office:document>"
    ).encode()


@pytest.mark.slow
@pytest.mark.parametrize("make", [in_rtf, in_flat_text])
def test_a_picture_of_a_table_in_other_texts_is_read_where_it_stands(make: Callable[[bytes], bytes]):
    document = read_document(make(encoded(picture(ROWS), file_format="PNG")))
    found = [block.text if isinstance(block, Line) else texts(block) for block in document.blocks]
    assert found == ["before", ROWS, "after"]
    assert [notice.kind for notice in document.notices] == ["picture_read", "scan"]


@pytest.mark.slow
def test_pictures_of_a_workbook_without_tables_are_looked_at():
    workbook = openpyxl.Workbook()
    workbook.active.append(["部门收支总表"])
    workbook.active.add_image(WorkbookImage(io.BytesIO(encoded(picture(ROWS), file_format="PNG"))), "A3")
    file = io.BytesIO()
    workbook.save(file)
    document = read_document(file.getvalue())
    found = [block.text if isinstance(block, Line) else texts(block) for block in document.blocks]
    assert found == ["部门收支总表", ROWS]
    assert [notice.kind for notice in document.notices] == ["picture_read", "scan"]
