"""Word documents and workbooks that every format should give the same tables of; they are what Word makes."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import docx
import openpyxl
from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.shared import Pt
from docx.table import Table

from tests.documents.document_builders import W, add_field, add_xml, fill, saved

CHANGE = 'w:id="1" w:author="a" w:date="2024-01-01T00:00:00Z"'


def grid(rows: int, columns: int) -> list[list[str]]:
    return [[f"项{r}{c}" if c == 0 else f"{10 * r + c}.00" for c in range(columns)] for r in range(rows)]


def add_table(document: WordDocument, rows: Sequence[Sequence[str]]) -> Table:
    table = document.add_table(len(rows), len(rows[0]), style="Table Grid")
    fill(table, [text for row in rows for text in row])
    return table


def merge(table: Table, *areas: tuple[int, int, int, int]) -> None:
    for top, left, bottom, right in areas:
        table.cell(top, left).merge(table.cell(bottom, right))


def numbered(document: WordDocument) -> None:
    document.add_paragraph("部门概况", style="List Number")
    table = add_table(document, [["项目", "金额"], ["", "1.00"], ["", "2.00"], ["合计", "3.00"]])
    for row, text in ((1, "基本支出"), (2, "项目支出")):
        table.cell(row, 0).paragraphs[0].style = "List Number"
        table.cell(row, 0).paragraphs[0].add_run(text)


def nested(document: WordDocument) -> None:
    cell = add_table(document, grid(3, 3)).cell(1, 1)
    fill(cell.add_table(2, 2), ["内1", "内2", "内3", "内4"])


def merged(document: WordDocument) -> None:
    merge(add_table(document, grid(6, 5)), (0, 0, 1, 0), (0, 1, 0, 4), (2, 1, 3, 2), (4, 4, 5, 4))


def merged_down(document: WordDocument) -> None:
    merge(add_table(document, grid(8, 4)), (1, 0, 3, 0), (4, 0, 7, 0), (4, 1, 5, 1), (6, 1, 7, 1))


def edges(document: WordDocument) -> None:
    merge(add_table(document, grid(3, 6)), (0, 0, 0, 1), (0, 2, 0, 5), (1, 1, 1, 3))


def over_pages(document: WordDocument) -> None:
    rows = [["科目编码", "科目名称", "预算数"], *([f"20{i:03}", f"科目{i}", f"{i}.50"] for i in range(90))]
    table = add_table(document, rows)
    table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {W}/>"))


def linked(document: WordDocument) -> None:
    table = add_table(document, [["项目", "预算数"], ["", "1.00"]])
    add_field(table.cell(1, 0).paragraphs[0], ' HYPERLINK "http://example.org/" ', "链接项目")


def revised(document: WordDocument) -> None:
    table = add_table(document, [["项目", "预算数"], ["基本", ""], ["保留", "1.00"], ["删行", "9.00"]])
    removed = f"<w:del {W} {CHANGE}><w:r><w:delText>{{}}</w:delText></w:r></w:del>"
    added = f"<w:ins {W} {CHANGE}><w:r><w:t>20.00</w:t></w:r></w:ins>"
    add_xml(table.cell(1, 1).paragraphs[0], removed.format("10.00"), added)
    row = table.rows[3]
    row._tr.get_or_add_trPr().append(parse_xml(f"<w:del {W} {CHANGE}/>"))
    for cell in row.cells:
        text, paragraph = cell.text, cell.paragraphs[0]
        paragraph._p.remove(paragraph.runs[0]._r)
        add_xml(paragraph, removed.format(text))


def shifted_rows(document: WordDocument) -> None:
    table = add_table(document, grid(4, 4))
    before, after = table.rows[3]._tr, table.rows[2]._tr
    for fragment in (f'<w:gridBefore {W} w:val="1"/>', f'<w:wBefore {W} w:w="2000" w:type="dxa"/>'):
        before.get_or_add_trPr().append(parse_xml(fragment))
    before.remove(before.tc_lst[0])
    after.get_or_add_trPr().append(parse_xml(f'<w:gridAfter {W} w:val="1"/>'))
    after.remove(after.tc_lst[3])


def controlled(document: WordDocument) -> None:
    paragraph = add_table(document, grid(3, 3)).cell(1, 1).paragraphs[0]
    run = paragraph.runs[0]._r
    control = parse_xml(f"<w:sdt {W}><w:sdtPr/><w:sdtContent/></w:sdt>")
    paragraph._p.remove(run)
    control[1].append(run)
    paragraph._p.append(control)


def headed(document: WordDocument) -> None:
    document.sections[0].header.paragraphs[0].text = "页眉文字"
    document.sections[0].footer.paragraphs[0].text = "页脚文字"
    table = add_table(document, [["科目", "数"], ["一、支出", "3.00"], ["　　津贴", "2.00"]])
    table.cell(2, 1).add_paragraph("第二段")


def captioned(document: WordDocument) -> None:
    rows = [
        ["部门收支总表", "", ""],
        ["单位：万元", "", ""],
        ["项目", "预算数", "备注"],
        ["合计", "5.00", ""],
    ]
    merge(add_table(document, rows), (0, 0, 0, 2), (1, 0, 1, 2))
    document.add_paragraph("中间")
    add_table(document, grid(3, 2))


def odd_texts(document: WordDocument) -> None:
    table = add_table(document, grid(3, 3))
    table.cell(1, 0).paragraphs[0].add_run("隐").font.hidden = True
    for row, col, text in ((1, 1, "１２．５０"), (2, 0, "上\n下"), (2, 1, "-3.00"), (2, 2, "𠮷林")):
        table.cell(row, col).text = text


def framed(document: WordDocument) -> None:
    frame = document.add_table(1, 1, style="Table Grid").cell(0, 0)
    frame.text = "外框"
    fill(frame.add_table(3, 3), [f"内{i}" for i in range(9)])
    frame.add_paragraph("框末")


def wide(document: WordDocument) -> None:
    add_table(document, grid(4, 14))


def indented(document: WordDocument) -> None:
    table = add_table(document, [["科目", "数"], ["工资福利支出", "3.00"], ["基本工资", "2.00"]])
    table.cell(2, 0).paragraphs[0].paragraph_format.left_indent = Pt(24)


def noted(document: WordDocument) -> None:
    """Marks of notes behind figures, and what is struck out beside them."""
    table = add_table(
        document, [["项目", "预算数"], ["基本", "10.00"], ["面积 m", "2.00"], ["合计", "12.00"]]
    )
    for row, col, text in ((1, 1, "1"), (2, 0, "2"), (3, 1, "[2]")):
        table.cell(row, col).paragraphs[0].add_run(text).font.superscript = True
    table.cell(2, 1).paragraphs[0].add_run("9.00").font.strike = True


WORD: dict[str, Callable[[WordDocument], None]] = {
    make.__name__: make
    for make in (
        numbered, nested, merged, merged_down, edges, over_pages, linked, revised, shifted_rows, controlled,
        headed, captioned, odd_texts, framed, wide, indented, noted,
    )
}  # fmt: skip


def word_variant(name: str) -> bytes:
    document = docx.Document()
    WORD[name](document)
    return saved(document)


def _shown(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    for row in (
        ["部门收支总表", None, None],
        ["单位：万元", None, None],
        ["项目", "预算数", "比重"],
        ["合计", 1234.5, 0.256],
        ["亏损", -5.5, 0.1],
        ["零", 0, None],
        ["文本数字", "1,234.50", "12%"],
    ):
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    for place, code in (("B4", "#,##0.00"), ("B5", "#,##0.00_);\\(#,##0.00\\)"), ("B6", "0.00")):
        sheet[place].number_format = code
    sheet["C4"].number_format, sheet["C5"].number_format = "0.0%", "0%"


def _hidden(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    for row in grid(6, 4):
        sheet.append(row)
    sheet.merge_cells("A1:B1")
    sheet.merge_cells("A4:A5")
    sheet.row_dimensions[3].hidden = sheet.column_dimensions["D"].hidden = True
    other = sheet.parent.create_sheet("隐藏")
    other.append(["x", "y"])
    other.append(["z", 1])
    other.sheet_state = "hidden"


def _two_sheets(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    for row in grid(3, 3):
        sheet.append(row)
    other = sheet.parent.create_sheet("二")
    for row in grid(4, 2):
        other.append(row)


def _codes(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    for row in (
        ["科目编码", "科目名称", "金额"],
        ["201", "一般公共服务", 100.123456],
        [20805, "　行政", 0.1],
    ):
        sheet.append(row)
    sheet["C2"].number_format = sheet["C3"].number_format = "#,##0.00"


SHEETS: dict[str, Callable[[openpyxl.worksheet.worksheet.Worksheet], None]] = {
    "shown": _shown, "hidden": _hidden, "two_sheets": _two_sheets, "codes": _codes,
}  # fmt: skip


def sheet_variant(name: str) -> bytes:
    workbook = openpyxl.Workbook()
    SHEETS[name](workbook.active)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()
