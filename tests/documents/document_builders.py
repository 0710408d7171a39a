"""Small documents made for the tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

import docx
from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph

from warehouse.documents.model import Document, Line, Table

W = nsdecls("w")


def texts(table: Table) -> list[list[str]]:
    """Rows of texts, "" where a cell above or to the left reaches."""
    rows = [[""] * table.column_count for _ in range(table.row_count)]
    for cell in table.cells:
        rows[cell.row][cell.col] = cell.text
    return rows


def bare(text: str) -> str:
    return "".join(text.split())


def lines(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Line)]


def outline(document: Document) -> list[str | list[list[str]]]:
    """The blocks as plain values: a text for a line, rows for a table."""
    return [block.text if isinstance(block, Line) else texts(block) for block in document.blocks]


def saved(document: WordDocument) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def add_xml(paragraph: Paragraph, *fragments: str) -> None:
    for fragment in fragments:
        paragraph._p.append(parse_xml(fragment))


def add_field(paragraph: Paragraph, code: str, result: str | None = None) -> None:
    mark = f'<w:r {W}><w:fldChar w:fldCharType="{{}}"/></w:r>'
    add_xml(paragraph, mark.format("begin"), f"<w:r {W}><w:instrText>{code}</w:instrText></w:r>")
    if result is not None:
        add_xml(paragraph, mark.format("separate"), f"<w:r {W}><w:t>{result}</w:t></w:r>")
    add_xml(paragraph, mark.format("end"))


def rich_word_document() -> bytes:
    """What a Word reader has to get right; `data/rich.doc` is this file, saved as DOC by an office suite."""
    document = docx.Document()
    add_field(document.add_paragraph("一、总体绩效目标"), " TC 总体绩效目标 \\f C \\l 1 ")
    add_field(document.add_paragraph("见附件："), ' HYPERLINK "http://example.org/x" ', "链接文字")
    paragraph = document.add_paragraph("可见")
    paragraph.add_run("隐藏").font.hidden = True
    paragraph.add_run("也可见")
    change = 'w:id="1" w:author="a" w:date="2024-01-01T00:00:00Z"'
    add_xml(
        document.add_paragraph("保留"),
        f"<w:del {W} {change}><w:r><w:delText>删去</w:delText></w:r></w:del>",
        f"<w:ins {W} {change}><w:r><w:t>加上</w:t></w:r></w:ins>",
    )
    _add_merged_table(document)
    document.add_paragraph("两表之间")
    _add_nested_tables(document)
    document.sections[0].header.add_table(1, 2, Pt(300)).cell(0, 0).text = "页眉表"
    document.add_paragraph("𠮷林省")
    fill(document.add_table(2, 3), ["甲𠮷", "乙", "丙", "1", "2", "3"])
    return saved(document)


def fill(table: WordTable, values: Iterable[str]) -> None:
    for position, value in enumerate(values):
        table.cell(*divmod(position, len(table.columns))).text = value


def _add_merged_table(document: WordDocument) -> None:
    table = document.add_table(5, 5)
    table.cell(0, 0).merge(table.cell(0, 4)).text = "部门收支总表"
    table.cell(1, 0).text = "单位：某局"
    table.cell(1, 3).merge(table.cell(1, 4)).text = "单位：万元"
    table.cell(2, 0).merge(table.cell(3, 0)).text = "项目"
    table.cell(2, 1).merge(table.cell(2, 2)).text = "基本支出"
    table.cell(2, 3).merge(table.cell(3, 4)).text = "合计"
    table.cell(3, 1).text, table.cell(3, 2).text = "人员经费", "公用经费"
    for col, text in enumerate(("　　行政运行", "1.00", "2.00", "3.00", "第一段\n第二行")):
        table.cell(4, col).text = text
    table.cell(4, 4).add_paragraph("第二段")
    table.cell(4, 3).paragraphs[0].add_run("99").font.hidden = True


def _add_nested_tables(document: WordDocument) -> None:
    frame = document.add_table(1, 1).cell(0, 0)
    frame.text = "框内标题"
    fill(frame.add_table(2, 3), [f"内{i}" for i in range(6)])
    frame.add_paragraph("框内结尾")
    document.add_paragraph("中间")
    outer = document.add_table(2, 2)
    fill(outer, [f"外{i}" for i in range(4)])
    fill(outer.cell(1, 1).add_table(2, 2), [f"嵌{i}" for i in range(4)])
    outer.cell(1, 1).add_paragraph("后")


def word_document(*rows: Iterable[str]) -> bytes:
    """A DOCX with one table."""
    rows = tuple(tuple(row) for row in rows)
    document = docx.Document()
    fill(document.add_table(len(rows), len(rows[0])), [text for row in rows for text in row])
    return saved(document)


def with_part(package: bytes, part: str, content: bytes) -> bytes:
    """The package with one part replaced."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, content if name == part else source.read(name))
    return buffer.getvalue()


def word_with_body(body: str) -> bytes:
    """A DOCX whose body is the given WordprocessingML."""
    xml = f"<w:document {W}><w:body>{body}</w:body></w:document>"
    return with_part(word_document([""]), "word/document.xml", xml.encode())


def zipped(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def pdf_of(*objects: bytes) -> bytes:
    """A PDF of these objects, the first of which is the catalogue."""
    data, places = b"%PDF-1.5\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(places) + 1, len(data))
    return data + b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1) + table + end
