"""Workbooks: title and unit rows become lines, merged ranges spans, numbers what the cells show."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import struct
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import olefile
import openpyxl
import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from tests.documents import binary_workbooks, old_workbooks
from tests.documents.document_builders import lines, outline, texts, with_part
from warehouse.documents import read_document
from warehouse.documents.model import Document, ReadOutcome, UnreadableDocumentError
from warehouse.documents.ole import packed
from warehouse.documents.sheets.number_format import exact, shown
from warehouse.documents.sheets.workbook import read_xls, read_xlsx
from warehouse.documents.sheets.xls_password import md5, rc4


def read_sheet(*rows: list[object], prepare: Callable[[Worksheet], None] = lambda _sheet: None) -> Document:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "收支总表"
    for row in rows:
        sheet.append(row)
    prepare(sheet)
    return read_xlsx(saved(workbook))


def saved(workbook: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def test_title_and_unit_rows_are_lines_and_the_grid_begins_with_headers():
    def prepare(sheet: Worksheet) -> None:
        sheet.merge_cells("A1:D1")
        sheet.merge_cells("A4:B4")
        sheet.merge_cells("C4:D4")

    document = read_sheet(
        ["2024年部门收支总表"],
        ["编制单位：某局", None, None, "单位：万元"],
        [],
        ["收入", None, "支出"],
        ["项目", "预算数", "项目", "预算数"],
        ["一、财政拨款收入", 669.02, "一、一般公共服务支出", 586.02],
        ["注：本表含上年结转"],
        prepare=prepare,
    )
    assert outline(document) == [
        "2024年部门收支总表",
        "编制单位：某局",
        "单位：万元",
        [
            ["收入", "", "支出", ""],
            ["项目", "预算数", "项目", "预算数"],
            ["一、财政拨款收入", "669.02", "一、一般公共服务支出", "586.02"],
        ],
        "注：本表含上年结转",
    ]
    assert document.tables[0].sheet == "收支总表"
    assert document.tables[0].cells[0].col_span == 2


def test_a_single_header_group_above_columns_is_no_caption():
    def prepare(sheet: Worksheet) -> None:
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("B2:C2")

    document = read_sheet(
        ["支出表"], ["项目", "支出"], [None, "基本", "项目"], ["合计", 1, 2], prepare=prepare
    )
    assert texts(document.tables[0])[:2] == [["项目", "支出", ""], ["", "基本", "项目"]]


def test_stacked_tables_of_one_sheet_are_two():
    document = read_sheet(
        ["一般公共预算支出表"],
        ["项目", "金额"],
        ["合计", 1],
        [],
        ["政府性基金预算支出表"],
        ["项目", "金额"],
        ["合计", 2],
    )
    assert outline(document) == [
        "一般公共预算支出表",
        [["项目", "金额"], ["合计", "1"]],
        "政府性基金预算支出表",
        [["项目", "金额"], ["合计", "2"]],
    ]


def test_tables_side_by_side_are_two_where_each_has_its_title():
    document = read_sheet(
        ["部门收入总表", None, None, "部门支出总表"],
        ["项目", "金额", None, "科目", "金额"],
        ["一、拨款", "1.00", None, "行政运行", "2.00"],
        ["合计", "1.00"],
    )
    assert lines(document) == ["部门收入总表", "部门支出总表"]
    first, second = document.tables
    assert texts(first) == [["项目", "金额"], ["一、拨款", "1.00"], ["合计", "1.00"]]
    assert texts(second) == [["科目", "金额"], ["行政运行", "2.00"]]


def test_two_sides_of_one_table_may_have_a_blank_column_between():
    document = read_sheet(
        ["部门收支总表"],
        ["收入", "金额", None, "支出", "金额"],
        ["一、拨款", "1.00", None, "一、教育", "2.00"],
    )
    (table,) = document.tables
    assert texts(table)[0] == ["收入", "金额", "支出", "金额"]


def test_a_blank_row_alone_does_not_cut_a_table():
    document = read_sheet(["项目", "金额"], ["甲", 1], [], ["乙", 2])
    assert [texts(table) for table in document.tables] == [
        [["项目", "金额"], ["甲", "1"], ["", ""], ["乙", "2"]]
    ]


def test_numbers_are_printed_as_the_cells_show_them():
    def prepare(sheet: Worksheet) -> None:
        for row, code in enumerate(["0.00", "#,##0.00", "General", "0.0%", "000"], start=2):
            sheet.cell(row, 2).number_format = code

    rows = [["甲", 1234.567], ["乙", 1234.567], ["丙", 0.1 + 0.2], ["丁", 0.1234], ["戊", 7]]
    document = read_sheet(["项目", "数"], *rows, prepare=prepare)
    assert [row[1] for row in texts(document.tables[0])[1:]] == ["1234.57", "1,234.57", "0.3", "12.3%", "007"]


def test_hidden_sheets_rows_and_columns_are_left_out_and_reported():
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in (["项目", "代码", "金额"], ["甲", "x", 1], ["乙", "y", 2]):
        sheet.append(row)
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["B"].hidden = True
    workbook.create_sheet("底稿").sheet_state = "hidden"
    document = read_xlsx(saved(workbook))
    assert [texts(table) for table in document.tables] == [[["项目", "金额"], ["乙", "2"]]]
    assert [notice.kind for notice in document.notices] == ["hidden_cells", "hidden_sheet"]
    assert "5 cells" in document.notices[0].detail


def test_zeros_that_the_sheet_does_not_show_are_blank():
    workbook = openpyxl.Workbook()
    for row in (["项目", "金额"], ["甲", 0], ["乙", 2]):
        workbook.active.append(row)
    assert texts(read_xlsx(saved(workbook)).tables[0])[1] == ["甲", "0"]
    workbook.active.sheet_view.showZeros = False
    assert texts(read_xlsx(saved(workbook)).tables[0])[1] == ["甲", ""]


def test_dates_truth_values_and_long_numbers():
    document = read_sheet(["甲", dt.date(2024, 3, 15), True], ["乙", 12345678901234, 0.000001])
    assert texts(document.tables[0]) == [["甲", "2024-03-15", "TRUE"], ["乙", "12345678901234", "0.000001"]]


def test_a_sheet_of_one_column_is_prose():
    assert outline(read_sheet(["目录"], ["一、收支总表\n二、收入总表"])) == [
        "目录",
        "一、收支总表",
        "二、收入总表",
    ]


def test_xls_the_same():
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("三公")
    sheet.write_merge(0, 0, 0, 2, "“三公”经费支出表")
    sheet.write(1, 2, "单位：元")
    for col, text in enumerate(("合计", "接待", "用车")):
        sheet.write(2, col, text)
    money, rate = xlwt.easyxf(num_format_str="#,##0.00"), xlwt.easyxf(num_format_str="0.00%")
    sheet.write(3, 0, 70000, money)
    sheet.write(3, 1, 0.5, rate)
    sheet.write(3, 2, 0.1 + 0.2)
    sheet.row(4).hidden = True
    sheet.write(4, 0, "藏")
    buffer = io.BytesIO()
    workbook.save(buffer)
    document = read_xls(buffer.getvalue())
    assert outline(document) == [
        "“三公”经费支出表",
        "单位：元",
        [["合计", "接待", "用车"], ["70,000.00", "50.00%", "0.3"]],
    ]
    assert [notice.kind for notice in document.notices] == ["hidden_cells"]


def test_a_cell_far_out_is_refused_before_memory_is_spent():
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = 1
    workbook.active["XFD1048576"] = 2
    with pytest.raises(UnreadableDocumentError) as caught:
        read_document(saved(workbook))
    assert caught.value.outcome == ReadOutcome.TOO_LARGE


def test_templates_of_a_district_keep_their_headers(shared: Path):
    document = read_document(
        (shared / "real/workbook/templates-excel-unit_budget_template.xlsx").read_bytes()
    )
    assert len(document.tables) == 9
    by_sheet = {table.sheet.strip(): texts(table) for table in document.tables}
    assert by_sheet["单位收入总表"][:3] == [
        ["项目", "", "", "", "收入预算", "", "", "", ""],
        [
            "功能分类科目编码",
            "",
            "",
            "功能分类科目名称",
            "合计",
            "财政拨款收入",
            "事业收入",
            "事业单位\n经营收入",
            "其他收入",
        ],
        ["类", "款", "项", "", "", "", "", "", ""],
    ]
    assert lines(document).count("单位：元") >= 8


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (1234.5, "0.00", "1234.50"),
        (1234.5, "#,##0.00_ ;[Red]-#,##0.00", "1,234.50"),
        (-1234.5, "#,##0.00_);(#,##0.00)", "(1,234.50)"),
        (-1234.5, "#,##0.00;[Red]#,##0.00", "-1,234.50"),
        (0.0, '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-"),
        (0.0, "0.00;-0.00;", ""),
        (0.0, "#,##0.00", "0.00"),
        (0.005, "0.00", "0.01"),
        (-0.001, "0.00", "0.00"),
        (1.005, "0.00", "1.01"),
        (12.5, '0.0"万元"', "12.5万元"),
        (12345678, "0.00,", "12345.68"),
        (12.0, "0.##", "12"),
        (12.3, "0.0#", "12.3"),
        (0.256, "0.0%", "25.6%"),
        (12.0, "[DBNum2]0", "12"),
        (12.5, "# ?/?", "12.5"),
        (1e22, "General", "10000000000000000000000"),
        (1e-7, "General", "0.0000001"),
        (669.02, None, "669.02"),
        (5, "0.00", "5.00"),
        (1234567, '"¥"#,##0', "¥1,234,567"),
        (45000, '[>=10000]0!.0,"万";0.00', "4.5万"),
        (-45000, '[>=10000]0!.0,"万";0.00', "-45000.00"),
        (0, '[=0]"";0.00', ""),
        (7.5, '[=0]"";0.00', "7.50"),
        (-7.5, "[<0]-0.00;0.00", "-7.50"),
        (-7.5, "[<-100]0.0;[>100]0.00;0", "-8"),
        (0, "General;[Red]-General;", ""),
        (-7.5, "General;[Red]-General;", "-7.5"),
        (7.5, 'General"元"', "7.5元"),
        (7.5, "G/通用格式", "7.5"),
        (-7.5, "0.00;;", ""),
        (-7.5, ";;;", ""),
        (1234567.891, "# ##0.00", "1 234 567.89"),
        (1.5, "[h]:mm", "1.5"),
        (1e21, "0.00", "1000000000000000000000"),
        (float("nan"), "0.00", "NaN"),
    ],
)
def test_number_formats(value: float, code: str | None, expected: str):
    assert shown(value, code) == expected


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=2))
def test_money_survives_the_way_through_a_float(amount: Decimal):
    assert Decimal(exact(float(amount))) == amount
    assert Decimal(shown(float(amount), "#,##0.00").replace(",", "")) == amount


def test_indents_of_cells_are_kept_and_formulas_without_values_reported() -> None:
    workbook = openpyxl.Workbook()
    for row in (["项目", "金额"], ["工资福利支出", 1.5], ["基本工资", 2.5], ["合计", "=SUM(B2:B3)"]):
        workbook.active.append(row)
    workbook.active["A3"].alignment = Alignment(horizontal="left", indent=2)
    workbook.active["B3"].alignment = Alignment(horizontal="right", indent=2)
    file = io.BytesIO()
    workbook.save(file)
    document = read_document(file.getvalue())
    assert texts(document.tables[0]) == [
        ["项目", "金额"],
        ["工资福利支出", "1.5"],
        ["\u3000\u3000基本工资", "2.5"],
        ["合计", ""],
    ]
    assert [notice.kind for notice in document.notices] == ["formula_without_value"]


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (12345678, '0!.0,"万元"', "1234.6万元"),
        (12345678, "0!.0000", "1234.5678"),
        (500, "0\\.0000", "0.0500"),
        (-12345678, "0!.0,", "-1234.6"),
        (1234.56000000012, None, "1234.56"),
        (0.123456789, None, "0.123456789"),
    ],
)
def test_ten_thousands_and_noise_are_shown_as_a_spreadsheet_does(
    value: float, code: str | None, text: str
) -> None:
    assert shown(value, code) == text


def test_errors_are_printed_and_reported() -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(["项目", "预算数"])
    workbook.active.append(["基本支出", "#REF!"])
    workbook.active.append(["项目支出", 2.5])
    workbook.active["B2"].data_type = "e"
    file = io.BytesIO()
    workbook.save(file)
    document = read_document(file.getvalue())
    assert texts(document.tables[0])[1] == ["基本支出", "#REF!"]
    assert [notice.kind for notice in document.notices] == ["formula_error"]


def test_errors_of_xls_are_printed_and_reported() -> None:
    document = read_document((Path(__file__).parent / "data" / "errors.xls").read_bytes())
    assert texts(document.tables[0]) == [
        ["项目", "预算数"],
        ["基本支出", "#DIV/0!"],
        ["项目支出", "#N/A"],
        ["合计", "2.50"],
    ]
    assert [notice.kind for notice in document.notices] == ["formula_error"]


OLD = (
    ["部门收支总表"],
    ["项目", "预算数", "说明"],
    ["合计", 1234.567, "中"],
    ["藏", 5.5],
    ["删", 7],
    ["余", -3],
)


def test_workbooks_of_excel_95_are_read_in_their_code_page() -> None:
    formats = {(2, 1): old_workbooks.MONEY, (4, 1): old_workbooks.STRUCK}
    records = old_workbooks.biff5_records(OLD, formats, hidden_rows=(3,))
    for data in (records, old_workbooks.in_container(records)):
        document = read_document(data)
        assert outline(document) == [
            "部门收支总表",
            [["项目", "预算数", "说明"], ["合计", "1,234.57", "中"], ["删", "", ""], ["余", "-3", ""]],
        ]
        assert [notice.kind for notice in document.notices] == ["struck_text", "hidden_cells"]
        assert document.tables[0].sheet == "收支总表"


@pytest.mark.parametrize("kept", [30, 60, 150, 300])
def test_damaged_workbooks_of_excel_95_end_with_an_outcome(kept: int) -> None:
    records = old_workbooks.biff5_records(OLD)
    for data in (records[:kept], records[:kept] + b"\xff" * 400):
        with contextlib.suppress(UnreadableDocumentError):
            read_document(data)


def struck_rows(*texts: object) -> list[list[object]]:
    return [["项目", "预算数"], *([f"项{i}", text] for i, text in enumerate(texts))]


def test_struck_figures_and_marks_of_notes_in_cells_are_left_out() -> None:
    raised = InlineFont(vertAlign="superscript")
    workbook = openpyxl.Workbook()
    rich = [
        CellRichText(TextBlock(InlineFont(strike=True), "9.00"), TextBlock(InlineFont(), "1.50")),
        CellRichText(TextBlock(InlineFont(), "2.50"), TextBlock(raised, "1")),
        CellRichText(TextBlock(InlineFont(), "9m"), TextBlock(raised, "2")),
    ]
    for row in struck_rows(*rich, 7, "8.00"):
        workbook.active.append(row)
    workbook.active["B5"].font = workbook.active["B6"].font = Font(strike=True)
    document = read_xlsx(saved(workbook))
    assert [row[1] for row in texts(document.tables[0])] == ["预算数", "1.50", "2.50", "9m2", "", ""]
    assert [(notice.kind, notice.detail[:1]) for notice in document.notices] == [
        ("struck_text", "3"),
        ("note_mark", "1"),
    ]


def test_struck_white_and_indented_cells_of_xls() -> None:
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("表")
    white, ground = "font: colour_index white", "pattern: pattern solid, fore_colour blue"
    looks = ["", "", "font: struck_out on", white, f"{white}; {ground}"]
    for row, (name, value) in enumerate(struck_rows(1.5, 7, 8, 9)):
        sheet.write(row, 0, name, xlwt.easyxf("align: horiz left, indent 2" if row == 1 else ""))
        sheet.write(row, 1, value, xlwt.easyxf(looks[row]))
    buffer = io.BytesIO()
    workbook.save(buffer)
    document = read_xls(buffer.getvalue())
    assert [row[1] for row in texts(document.tables[0])] == ["预算数", "1.5", "", "", "9"]
    assert texts(document.tables[0])[1][0] == "　　项0"
    assert [notice.kind for notice in document.notices] == ["struck_text", "hidden_text"]


def test_texts_under_merged_cells_are_reported() -> None:
    workbook = openpyxl.Workbook()
    for row in struck_rows(1, 2):
        workbook.active.append(row)
    data = saved(workbook)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    merged = sheet.replace(b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="B2:B3"/></mergeCells>')
    document = read_xlsx(with_part(data, "xl/worksheets/sheet1.xml", merged))
    assert texts(document.tables[0]) == [["项目", "预算数"], ["项0", "1"], ["项1", ""]]
    assert [notice.kind for notice in document.notices] == ["covered_text"]


def test_binary_workbooks_print_what_their_cells_show() -> None:
    rows = (
        ["项目", "支出", "x", "备注"],
        ["", "基本", "项目", "y"],
        ["合计", 1234.567, 2.5, "z"],
        ["藏", 5, 5, ""],
        ["删", 7, 0.1 + 0.2, ""],
    )
    formats = {
        (2, 0): binary_workbooks.INDENTED,
        (2, 1): binary_workbooks.MONEY,
        (4, 1): binary_workbooks.STRUCK,
    }
    data = binary_workbooks.xlsb(rows, formats, merged=[(0, 1, 0, 0), (0, 0, 1, 2)], hidden=(3, 3))
    document = read_document(data)
    assert document.format == "xlsb"
    (table,) = document.tables
    assert texts(table) == [
        ["项目", "支出", ""],
        ["", "基本", "项目"],
        ["　　合计", "1,234.57", "2.5"],
        ["删", "", "0.3"],
    ]
    assert [(cell.row_span, cell.col_span) for cell in table.cells[:2]] == [(2, 1), (1, 2)]
    assert [notice.kind for notice in document.notices] == ["struck_text", "hidden_cells", "covered_text"]


def encrypted(stream: bytes, password: str) -> bytes:
    """Records of BIFF8 encrypted as Excel 97 does it; they hold a blank record for the password."""
    place = stream.index(struct.pack("<HH", 0x2F, 54))
    salt, verifier = bytes(range(16)), bytes(range(50, 66))
    start = md5(password.encode("utf-16-le"))[:5]
    key = md5((start + salt) * 16)[:5]

    def cipher(block: int, data: bytes) -> bytes:
        return rc4(md5(key + struct.pack("<I", block)), data)

    secret = cipher(0, verifier + md5(verifier))
    said = struct.pack("<HHHH", 1, 1, 1, 0)[:6] + salt + secret
    stream = stream[: place + 4] + said + stream[place + 58 :]
    closed = bytearray(
        b"".join(cipher(n, stream[n * 1024 : (n + 1) * 1024]) for n in range(-(-len(stream) // 1024)))
    )
    position = 0
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        clear = 4 + (size if kind in {0x809, 0x2F, 0xE1} else 4 if kind == 0x85 else 0)
        closed[position : position + clear] = stream[position : position + clear]
        position += 4 + size
    return bytes(closed)


def xls_with_room_for_a_password() -> bytes:
    """The records of a workbook, a record about a password behind the first; places of sheets moved on."""
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("收支总表")
    for row, values in enumerate((["项目", "预算数"], *([f"项目{i}", i + 0.5] for i in range(200)))):
        for column, value in enumerate(values):
            sheet.write(
                row,
                column,
                value,
                xlwt.easyxf(num_format_str="#,##0.00") if column else xlwt.Style.default_style,
            )
    buffer = io.BytesIO()
    workbook.save(buffer)
    with olefile.OleFileIO(buffer) as container:
        stream = bytearray(container.openstream("Workbook").read())
    position = 0
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        if kind == 0x85:
            struct.pack_into(
                "<I", stream, position + 4, struct.unpack_from("<I", stream, position + 4)[0] + 58
            )
        position += 4 + size
    first = 4 + struct.unpack_from("<H", stream, 2)[0]
    return bytes(stream[:first]) + struct.pack("<HH", 0x2F, 54) + bytes(54) + bytes(stream[first:])


def test_workbooks_with_a_protected_structure_open_without_a_password() -> None:
    stream = xls_with_room_for_a_password()
    document = read_document(packed({"Workbook": encrypted(stream, "VelvetSweatshop")}))
    rows = texts(document.tables[0])
    assert (rows[0], rows[1], rows[-1]) == (["项目", "预算数"], ["项目0", "0.50"], ["项目199", "199.50"])
    with pytest.raises(UnreadableDocumentError) as caught:
        read_document(packed({"Workbook": encrypted(stream, "geheim")}))
    assert caught.value.outcome == ReadOutcome.ENCRYPTED
