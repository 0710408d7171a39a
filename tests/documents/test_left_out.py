"""What is printed beside a figure but is no part of it is left out, and reported, in every format."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from openpyxl.styles import Font, PatternFill

from tests.documents.document_builders import W, lines, outline, texts, with_part, word_with_body, zipped
from tests.documents.word_variants import word_variant
from warehouse.documents import read_document


def word(*runs: tuple[str, str]) -> bytes:
    """A DOCX of one paragraph, its runs with their properties."""
    body = "".join(f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>" for text, properties in runs)
    return word_with_body(f"<w:p>{body}</w:p>")


def flat_text(properties: str, text: str) -> bytes:
    """A flat OpenDocument text of 12.50, then a text with these properties, then 元."""
    names = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (("office", "office"), ("text", "text"), ("style", "style"))
    )
    style = (
        f'<style:style style:name="a" style:family="text"><style:text-properties {properties}/></style:style>'
    )
    return (
        f"<office:document{names}><office:automatic-styles>{style}</office:automatic-styles><office:body>"
        f'<office:text><text:p>12.50<text:span text:style-name="a">{text}</text:span>元</text:p>'
        "</office:text></office:body></office:document>"
    ).encode()


RAISED = '<w:vertAlign w:val="superscript"/>'


@pytest.mark.parametrize(
    "data",
    [
        word(("12.50", ""), ("1", RAISED), ("元", "")),
        rb"{\rtf1\ansi\ansicpg936 12.50{\super 1}\'d4\'aa\par}",
        rb"{\rtf1\ansi\ansicpg936 12.50\super 1\nosupersub \'d4\'aa\par}",
        flat_text('style:text-position="super 58%"', "1"),
        "<html><p>12.50<sup>[1]</sup>元</p></html>".encode(),
        "<html><p>12.50<span style='font-size:9px;vertical-align:super'>1</span>元</p></html>".encode(),
    ],
)
def test_marks_of_notes_are_no_digits(data: bytes) -> None:
    document = read_document(data)
    assert lines(document) == ["12.50元"]
    assert [notice.kind for notice in document.notices] == ["note_mark"]


def test_raised_text_behind_a_word_is_a_part_of_it() -> None:
    document = read_document(word(("9 m", ""), ("2", RAISED)))
    assert (lines(document), document.notices) == (["9 m2"], ())
    assert lines(read_document(b"<html><p>9 m<sup>2</sup></p></html>")) == ["9 m2"]


@pytest.mark.parametrize(
    "data",
    [
        flat_text('style:text-line-through-style="solid"', "9.00"),
        "<html><style>.a{text-decoration:line-through}</style><p>12.50<s>9.00</s>元</p></html>".encode(),
    ],
)
def test_struck_text_is_no_figure(data: bytes) -> None:
    document = read_document(data)
    assert lines(document) == ["12.50元"]
    assert [notice.kind for notice in document.notices] == ["struck_text"]


def styled(*styles: tuple[str, str, str]) -> bytes:
    """A DOCX of the word 前 and a run of each style (its name, the one it is based on, its properties)."""
    package = word_with_body(
        "<w:p><w:r><w:t>前</w:t></w:r>"
        + "".join(
            f'<w:r><w:rPr><w:rStyle w:val="{name}"/></w:rPr><w:t>{name}</w:t></w:r>' for name, *_ in styles
        )
        + "</w:p>"
    )
    definitions = "".join(
        f'<w:style w:type="character" w:styleId="{name}"><w:basedOn w:val="{base}"/>'
        f"<w:rPr>{said}</w:rPr></w:style>"
        for name, base, said in styles
    )
    return with_part(package, "word/styles.xml", f"<w:styles {W}>{definitions}</w:styles>".encode())


def test_word_styles_pass_on_what_they_do_to_text() -> None:
    document = read_document(
        styled(
            ("hidden", "", "<w:vanish/>"),
            ("hidden too", "hidden", "<w:b/>"),
            ("shown", "hidden", '<w:vanish w:val="0"/>'),
            ("struck", "", "<w:strike/>"),
            ("in a circle", "in a circle", ""),
        )
    )
    assert lines(document) == ["前shownin a circle"]
    assert [notice.kind for notice in document.notices] == ["struck_text"]


def test_word_reads_the_base_of_ruby_and_figures_in_the_font_symbol() -> None:
    run = "<w:r><w:t>{}</w:t></w:r>".format
    ruby = f"<w:ruby><w:rt>{run('yuan')}</w:rt><w:rubyBase>{run('元')}</w:rubyBase></w:ruby>"
    minus = '<w:sym w:font="Symbol" w:char="F02D"/><w:t>5.00</w:t><w:sym w:font="Wingdings" w:char="F02D"/>'
    document = read_document(word_with_body(f"<w:p><w:r>{minus}</w:r><w:r>{ruby}</w:r></w:p>"))
    assert lines(document) == ["-5.00\uf02d元"]


def test_moved_and_deleted_rows_and_cells_stand_where_they_are_now() -> None:
    moved = (
        '<w:p><w:moveFrom w:id="1"><w:r><w:t>9.00</w:t></w:r></w:moveFrom>'
        '<w:moveTo w:id="2"><w:r><w:t>5.00</w:t></w:r></w:moveTo></w:p>'
    )
    rows = "".join(
        f"<w:tr><w:trPr>{change}</w:trPr><w:tc><w:p><w:r><w:t>{name}</w:t></w:r></w:p></w:tc><w:tc>{cell}</w:tc></w:tr>"
        for name, cell, change in (
            ("项目", "<w:p><w:r><w:t>数</w:t></w:r></w:p>", ""),
            ("合计", moved, '<w:ins w:id="3"/>'),
            ("删", "<w:p><w:r><w:t>1.00</w:t></w:r></w:p>", '<w:del w:id="4"/>'),
        )
    )
    document = read_document(word_with_body(f"<w:tbl>{rows}</w:tbl>"))
    assert texts(document.tables[0]) == [["项目", "数"], ["合计", "5.00"]]


@pytest.mark.parametrize("kind", ["macroEnabled.main", "template.main"])
def test_word_files_with_macros_and_templates_are_read(kind: str) -> None:
    package = word_variant("merged")
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        types = archive.read("[Content_Types].xml")
    other = types.replace(b"document.main", f"document.{kind}".encode())
    assert outline(read_document(with_part(package, "[Content_Types].xml", other))) == outline(
        read_document(package)
    )


def test_a_main_part_in_utf_16_is_read() -> None:
    package = word_variant("merged")
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        text = archive.read("word/document.xml").decode()
    wide = text.replace("UTF-8", "UTF-16", 1).encode("utf-16")
    assert outline(read_document(with_part(package, "word/document.xml", wide))) == outline(
        read_document(package)
    )


def test_struck_cells_of_a_spreadsheet_are_no_figures() -> None:
    rows = "".join(
        f"<table:table-row><table:table-cell><text:p>{name}</text:p></table:table-cell>{cell}</table:table-row>"
        for name, cell in (
            ("项目", "<table:table-cell><text:p>数</text:p></table:table-cell>"),
            (
                "甲",
                '<table:table-cell table:style-name="a"><text:p>9</text:p></table:table-cell>',
            ),
            ("乙", '<table:table-cell office:value-type="float" office:value="1234.5"/>'),
        )
    )
    content = flat_text('style:text-line-through-style="solid"', "").decode()
    head, _, _ = content.partition("<office:body>")
    head = head.replace(
        "xmlns:text=", 'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text='
    )
    sheet = f'<table:table table:name="表">{rows}</table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    flat = f"{head}{body}</office:document>".encode()
    packed = zipped(("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", flat))
    for data in (flat, packed):
        document = read_document(data)
        assert texts(document.tables[0]) == [["项目", "数"], ["甲", ""], ["乙", "1234.5"]]
        assert [notice.kind for notice in document.notices] == ["struck_text"]


TABLE = "<table style='{}'><tr class='{}'><td bgcolor='{}'>12.50{}元</table>"
WHITE = "<span style='color:#FFFFFF'>9</span>"


@pytest.mark.parametrize(
    ("unseen", "around", "text"),
    [
        (WHITE, ("", "", ""), "12.50元"),
        ("<font color=white>9</font>", ("", "", ""), "12.50元"),
        ("<span style='opacity:0'>9</span>", ("", "", ""), "12.50元"),
        ("<span style='font-size:0px'>9</span>", ("", "", "#c00"), "12.50元"),
        (WHITE, ("", "", "#c00"), "12.509元"),
        (WHITE, ("background:navy", "", ""), "12.509元"),
        (WHITE, ("", "from elsewhere", ""), "12.509元"),
        ("<span style='color:#fff'>万</span>", ("", "", ""), "12.50万元"),
        ("<span style='opacity:0.5'>9</span>", ("", "", ""), "12.509元"),
    ],
)
def test_figures_that_nobody_sees_on_a_page(unseen: str, around: tuple[str, str, str], text: str) -> None:
    style, names, ground = around
    document = read_document(f"<html>{TABLE.format(style, names, ground, unseen)}</html>".encode())
    assert lines(document) == [text]
    assert [notice.kind for notice in document.notices] == ["hidden_text"] * (text == "12.50元")


@pytest.mark.parametrize(
    ("shading", "text"), [("", "12.50元"), ('<w:shd w:val="clear" w:fill="C00000"/>', "12.509元")]
)
def test_white_figures_in_word(shading: str, text: str) -> None:
    white = '<w:r><w:rPr><w:color w:val="FFFFFF"/></w:rPr><w:t>9</w:t></w:r>'
    runs = f"<w:r><w:t>12.50</w:t></w:r>{white}<w:r><w:t>元</w:t></w:r>"
    cell = f"<w:tbl><w:tr><w:tc><w:tcPr>{shading}</w:tcPr><w:p>{runs}</w:p></w:tc></w:tr></w:tbl>"
    assert lines(read_document(word_with_body(cell))) == [text]


def test_white_figures_in_sheets() -> None:
    workbook = openpyxl.Workbook()
    for row in (["项目", "数", "核对"], ["合计", 1.5, 2.5], ["基本", 1.5, 2.5], ["项目", 1.5, "无"]):
        workbook.active.append(row)
    for place in ("C2", "C3", "C4"):
        workbook.active[place].font = Font(color="FFFFFFFF")
    workbook.active["C3"].fill = PatternFill("solid", fgColor="FF000080")
    file = io.BytesIO()
    workbook.save(file)
    document = read_document(file.getvalue())
    assert [row[2] for row in texts(document.tables[0])] == ["核对", "", "2.5", "无"]
    assert [notice.kind for notice in document.notices] == ["hidden_text"]
