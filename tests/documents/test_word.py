"""DOCX and DOC: both readers give the same blocks for the same document, cell for cell."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import nsdecls

from tests.documents.document_builders import (
    add_xml,
    bare,
    lines,
    outline,
    rich_word_document,
    saved,
    texts,
    with_part,
    word_document,
    word_with_body,
)
from tests.documents.word_variants import word_variant
from warehouse.documents import read_document
from warehouse.documents.model import ReadOutcome, Table, UnreadableDocumentError
from warehouse.documents.word.doc import read_doc
from warehouse.documents.word.docx import read_docx
from warehouse.documents.word.table import snap

DATA = Path(__file__).resolve().parent / "data"

RICH = [
    "一、总体绩效目标",
    "见附件：链接文字",
    "可见也可见",
    "保留加上",
    "部门收支总表",
    "单位：某局",
    "单位：万元",
    [
        ["项目", "基本支出", "", "合计", ""],
        ["", "人员经费", "公用经费", "", ""],
        ["　　行政运行", "1.00", "2.00", "3.00", "第一段\n第二行\n第二段"],
    ],
    "两表之间",
    "框内标题",
    [["内0", "内1", "内2"], ["内3", "内4", "内5"]],
    "框内结尾",
    "中间",
    [["外0", "外1"], ["外2", "外3\n\n后"]],
    [["嵌0", "嵌1"], ["嵌2", "嵌3"]],
    "𠮷林省",
    [["甲𠮷", "乙", "丙"], ["1", "2", "3"]],
]


def test_docx_gives_what_is_printed_and_nothing_else():
    assert outline(read_docx(rich_word_document())) == RICH


def test_doc_gives_the_same_blocks_as_docx(rich_doc: bytes):
    assert outline(read_doc(rich_doc)) == RICH
    assert read_doc(rich_doc).blocks == read_docx(rich_word_document()).blocks


def test_rtf_gives_the_same_blocks_as_docx(rich_rtf: bytes):
    assert read_document(rich_rtf).format == "rtf"
    assert read_document(rich_rtf).blocks == read_docx(rich_word_document()).blocks


def test_rtf_in_a_chinese_code_page():
    text = "".join(f"\\'{byte:02x}" for byte in "收入".encode("gbk"))
    data = (
        "{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset0 Arial;}{\\f1\\fcharset134 SimSun;}}"
        f"\\f1 {text}\\u24635\\'d7{{\\v 藏}}{{\\*\\bkmkstart x}}\\par"
        "\\trowd\\cellx1000\\cellx2000 a\\cell 1\\cell\\row"
        "\\trowd\\cellx1000\\cellx2000 b\\cell 2\\cell\\row\\pard\\f0 end\\par}"
    )
    document = read_document(data.encode("gbk"))
    assert outline(document) == ["收入总", [["a", "1"], ["b", "2"]], "end"]


def test_merged_cells_are_spans():
    table = read_docx(rich_word_document()).tables[0]
    spans = {cell.text: (cell.row_span, cell.col_span) for cell in table.cells}
    assert spans["项目"] == (2, 1)
    assert spans["基本支出"] == (1, 2)
    assert spans["合计"] == (2, 2)
    assert table.grid()[1][4].text == "合计"


def test_docx_of_the_corpus_cell_for_cell(corpus: Path, golden: dict[str, dict[str, Any]]):
    name = "qinhuangdao-shanhaiguan-commerce-2024"
    document = read_document((corpus / f"{name}.docx").read_bytes())
    found = [[[bare(text) for text in row] for row in texts(table)] for table in document.tables]
    wanted = [[[bare(text) for text in row] for row in table["rows"]] for table in golden[name]["tables"]]
    assert [table for table in wanted if table not in found] == []
    assert_performance_forms(document.tables, golden[name]["performance"])


def test_doc_of_the_corpus_cell_for_cell(corpus: Path, golden: dict[str, dict[str, Any]]):
    name = "qinhuangdao-shanhaiguan-commerce-performance"
    document = read_document((corpus / f"{name}.doc").read_bytes())
    assert document.format == "doc"
    assert len(document.tables) == 2 * len(golden[name]["performance"])
    assert_performance_forms(document.tables, golden[name]["performance"])
    assert not [line for line in lines(document) if "TC" in line or "\\l" in line]


def assert_performance_forms(tables: tuple[Table, ...], forms: list[dict[str, Any]]) -> None:
    """Each form is a table with the project and its money, then one with its indicators."""
    heads = {row[0][1]: row for table in tables if (row := texts(table))[0][0] == "项目编码"}
    indicators = [texts(table)[1:] for table in tables if texts(table)[0][0] == "一级指标"]
    for form, rows in zip(forms, indicators, strict=True):
        head = heads[form["code"]]
        assert bare(head[0][5]) == bare(form["project"])
        assert [head[1][2], head[1][4], head[1][6]] == [form["budget"], form["fiscal"], form["other"]]
        assert [head[4][1], *head[4][3:6]] == form["plan"]
        assert bare(head[5][1]) == bare(form["goal"])
        level_1 = ""
        for row, wanted in zip(rows, form["indicators"], strict=True):
            level_1 = row[0] or level_1
            assert [bare(text) for text in (level_1, *row[1:])] == [bare(text) for text in wanted]


def test_automatic_numbers_are_part_of_the_text():
    document = docx.Document()
    document.add_paragraph("第一", style="List Number")
    numbering = document.part.numbering_part.element
    numbering.append(
        docx.oxml.parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90"><w:lvl w:ilvl="0"><w:start w:val="11"/>'
            '<w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum>'
        )
    )
    numbering.append(
        docx.oxml.parse_xml(f'<w:num {nsdecls("w")} w:numId="91"><w:abstractNumId w:val="90"/></w:num>')
    )
    for text in ("住房保障支出", "粮油物资储备支出"):
        paragraph = document.add_paragraph(text)
        paragraph._p.get_or_add_pPr().append(
            docx.oxml.parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="91"/></w:numPr>')
        )
    assert lines(read_docx(saved(document)))[1:] == ["十一、住房保障支出", "十二、粮油物资储备支出"]


def test_text_boxes_are_read_once():
    document = docx.Document()
    box = "<w:txbxContent><w:p><w:r><w:t>单位：万元</w:t></w:r></w:p></w:txbxContent>"
    add_xml(
        document.add_paragraph("前"),
        f'<w:r {nsdecls("w")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>{box}</w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>",
    )
    assert lines(read_docx(saved(document))) == ["前", "单位：万元"]


def test_rows_whose_edges_nearly_agree_share_columns():
    first, second = snap([[0, 1000, 2000], [5, 1090, 1990]])
    assert list(first.values()) == list(second.values())


def test_a_narrow_column_stays_a_column():
    (columns, _) = snap([[0, 100, 1000], [0, 1000]])
    assert len(set(columns.values())) == 3


def test_an_unclosed_field_hides_nothing():
    body = (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
        "<w:r><w:t>仍然可见</w:t></w:r></w:p>"
    )
    assert lines(read_docx(word_with_body(body))) == ["仍然可见"]


def test_text_under_a_merged_cell_is_reported():
    cell = '<w:tc><w:tcPr><w:vMerge w:val="{}"/></w:tcPr><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>'
    plain = "<w:tc><w:p><w:r><w:t>值</w:t></w:r></w:p></w:tc>"
    cells = [cell.format("restart", "上"), cell.format("continue", "下")]
    rows = "".join(f"<w:tr>{first}{plain}</w:tr>" for first in cells)
    document = read_docx(word_with_body(f"<w:tbl>{rows}</w:tbl>"))
    assert outline(document) == [[["上", "值"], ["", "值"]]]
    assert [(notice.kind, notice.detail) for notice in document.notices] == [
        ("covered_text", "hidden in a merged cell: 下")
    ]


@pytest.mark.parametrize("kept", [600, 10_000])
def test_truncated_files_are_corrupt(rich_doc: bytes, kept: int):
    for data in (word_document(["a", "b"]), rich_doc):
        with pytest.raises(UnreadableDocumentError) as caught:
            read_document(data[:kept])
        assert caught.value.outcome == ReadOutcome.CORRUPT


def test_encrypted_doc_and_word_95_have_outcomes_of_their_own(rich_doc: bytes):
    fib = rich_doc.index(b"\xec\xa5")
    encrypted = bytearray(rich_doc)
    encrypted[fib + 11] |= 0x01
    old = bytearray(rich_doc)
    old[fib + 2 : fib + 4] = (101).to_bytes(2, "little")
    for data, outcome in ((encrypted, ReadOutcome.ENCRYPTED), (old, ReadOutcome.UNSUPPORTED)):
        with pytest.raises(UnreadableDocumentError) as caught:
            read_document(bytes(data))
        assert caught.value.outcome == outcome


def test_doc_numbers_paragraphs_by_their_styles() -> None:
    document = read_document((DATA / "numbered.doc").read_bytes())
    assert lines(document) == ["1.部门概况", "2.预算情况", "1.甲", "2.乙"]


def test_doc_leaves_out_deleted_text_and_rows() -> None:
    document = read_document((DATA / "revised.doc").read_bytes())
    assert outline(document) == [
        [["项目", "预算数"], ["基本", "20.00"]],
        "正文",
        [["名称", "数"], ["保留", "1.00"]],
    ]


def test_docx_numbers_paragraphs_by_their_styles_and_blank_cells() -> None:
    document = read_document(word_variant("numbered"))
    assert lines(document) == ["1.部门概况"]
    assert texts(document.tables[0])[1:3] == [["2.基本支出", "1.00"], ["3.项目支出", "2.00"]]


def test_rtf_reads_text_boxes_after_the_text() -> None:
    shape = rb"{\shp{\*\shpinst\shpleft0{\sp{\sn n}{\sv 1}}{\shptxt \pard box 88.00\par}}{\shprslt fallback}}"
    cell = rb"\trowd\cellx1000\cellx2000\intbl a" + shape + rb"b\cell 1.00\cell\row"
    row = rb"\trowd\cellx1000\cellx2000\intbl c\cell 2.00\cell\row"
    document = read_document(rb"{\rtf1\ansi before\par " + cell + row + rb"\pard after\par}")
    assert outline(document) == ["before", [["ab", "1.00"], ["c", "2.00"]], "after", "box 88.00"]


def test_docx_keeps_indents_of_labels() -> None:
    (table,) = read_document(word_variant("indented")).tables
    assert [row[0] for row in texts(table)] == ["科目", "工资福利支出", "\u3000\u3000基本工资"]


def test_docx_in_the_strict_namespace_is_read_the_same() -> None:
    package = word_variant("merged")
    old, new = b"http://schemas.openxmlformats.org/", b"http://purl.oclc.org/ooxml/"
    strict = {
        old + b"wordprocessingml/2006/main": new + b"wordprocessingml/main",
        old + b"officeDocument/2006/relationships": new + b"officeDocument/relationships",
    }
    converted = package
    for part in ("word/document.xml", "_rels/.rels", "word/styles.xml", "word/numbering.xml"):
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            content = archive.read(part)
        for transitional, name in strict.items():
            content = content.replace(transitional, name)
        converted = with_part(converted, part, content)
    assert outline(read_document(converted)) == outline(read_document(package))


def test_docx_reports_parts_in_another_format() -> None:
    document = read_document(word_with_body("<w:p><w:r><w:t>正文</w:t></w:r></w:p><w:altChunk/>"))
    assert lines(document) == ["正文"]
    assert [notice.kind for notice in document.notices] == ["embedded_part"]


def test_doc_and_rtf_keep_indents_of_labels() -> None:
    (table,) = read_document((DATA / "indented.doc").read_bytes()).tables
    assert [row[0] for row in texts(table)] == ["科目", "工资福利支出", "\u3000\u3000基本工资"]
    row = rb"\trowd\cellx1000\cellx2000\intbl%s\cell\pard\intbl 1\cell\row"
    labels = (rb"\pard a", rb"\pard\li420 b", rb"\pard\li420\fi-210 c", rb"\pard\li420\qc d")
    (table,) = read_document(rb"{\rtf1\ansi " + b"".join(row % label for label in labels) + b"}").tables
    assert [row[0] for row in texts(table)] == ["a", "　　b", "　c", "d"]


ROWS = [["科目编码", "科目名称", "合计"], ["201", "一般公共服务支出", "1,100.00"], ["208", "", "5.00"]]


@pytest.mark.parametrize("tabs", ["\t", "\t\t"])
def test_rows_that_are_typed_with_tabulators_are_a_table(tabs: str) -> None:
    document = docx.Document()
    document.add_paragraph("一、部门概况\t1")
    document.add_paragraph("二、收支总表\t12")
    document.add_paragraph("单位：万元")
    rows = ROWS if tabs == "\t" else [row if row[1] else [row[0], "社保", row[2]] for row in ROWS]
    for row in rows:
        document.add_paragraph(tabs.join(row))
    document.add_paragraph("完")
    assert outline(read_document(saved(document))) == [
        "一、部门概况\t1",
        "二、收支总表\t12",
        "单位：万元",
        rows,
        "完",
    ]


def test_struck_out_text_is_reported_not_read() -> None:
    (table,) = (document := read_document((DATA / "struck.doc").read_bytes())).tables
    assert texts(table) == [["项目", "预算数"], ["基本", "20.00"]]
    assert [notice.kind for notice in document.notices] == ["struck_text"]
    struck = word_with_body(
        "<w:p><w:r><w:rPr><w:strike/></w:rPr><w:t>9</w:t></w:r><w:r><w:t>8</w:t></w:r></w:p>"
    )
    for data in (struck, rb"{\rtf1\ansi {\strike 9}8\par}", rb"{\rtf1\ansi \strike 9\strike0 8\par}"):
        document = read_document(data)
        assert lines(document) == ["8"]
        assert [notice.kind for notice in document.notices] == ["struck_text"]


@pytest.mark.parametrize(
    "said", [rb"\f1 ", rb"\loch\f0\hich\af0\dbch\af1 ", rb"\loch\af0\hich\af0\dbch\af1\loch\f0 "]
)
def test_rtf_decodes_bytes_by_the_font_of_east_asian_text(said: bytes) -> None:
    fonts = rb"{\fonttbl{\f0\fnil\fcharset0 Times;}{\f1\fnil\fcharset134 SimSun;}}"
    text = "预算".encode("gb18030").hex("'").encode()
    escaped = b"".join(rb"\'" + each for each in text.split(b"'"))
    document = read_document(rb"{\rtf1\ansi\ansicpg1252" + fonts + said + escaped + rb" 1.00\par}")
    assert lines(document) == ["预算 1.00"]
