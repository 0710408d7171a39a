"""Flaws that producers of PDF leave in pages: browsers, office suites, printer drivers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.documents.pdf.paper import ROWS, only
from tests.documents.pdf.sources import whole
from warehouse.documents.model import Line, Table
from warehouse.documents.pdf import read_pdf
from warehouse.documents.pdf.sources import open_reference
from warehouse.tables.money import parse_number

if TYPE_CHECKING:
    from tests.documents.pdf.paper import Paper

    NewPaper = Callable[[], Paper]
    Texts = Callable[[Table], list[list[str]]]


@pytest.mark.parametrize("fill", [(0.1, 0.2, 0.5), (0.27, 0.45, 0.77), (0.75, 0, 0), (1, 0.75, 0)])
def test_white_text_on_a_header_of_any_colour_is_text(
    new_paper: NewPaper, grid: Texts, fill: tuple[float, float, float]
):
    paper = new_paper()
    paper.canvas.setFillColorRGB(*fill)
    paper.box(50, 100, 300, 20, stroke=0, fill=1)
    paper.canvas.setFillColorRGB(1, 1, 1)
    for i, text in enumerate(ROWS[0]):
        paper.text(53 + 100 * i, 104, text)
    paper.canvas.setFillColorRGB(0, 0, 0)
    paper.table([["", "", ""], *ROWS[1:]])
    assert grid(only(paper.data())) == ROWS


def test_a_pale_watermark_whose_baseline_runs_along_a_rule_is_left_out(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.table(ROWS)
    paper.box(50, 119.6, 300, 0.8, stroke=0, fill=1)
    paper.canvas.setFillColorRGB(0.87, 0.87, 0.87)
    paper.text(60, 120 - 0.88 * 12, "某市财政局", size=12)
    assert grid(only(paper.data())) == ROWS


def _pdf(objects: list[bytes]) -> bytes:
    """A file of these objects, the first of which is the catalogue; readers rebuild the missing table."""
    numbered = b"".join(b"%d 0 obj\n%s\nendobj\n" % (i, body) for i, body in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + numbered + b"trailer\n<</Root 1 0 R>>\n%%EOF\n"


def _stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


def test_characters_of_a_type_3_font_whose_meaning_is_written_beside_them_are_read():
    codes = {0x21: 0x5408, 0x22: 0x8BA1, 0x23: 0x2F83, 0x24: 0x4E2D, 0x25: 0x2ED4, 0x26: 0x90E8}
    unicode_map = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def /CMapType 2 def\n"
        b"1 begincodespacerange <00> <FF> endcodespacerange\n%d beginbfchar\n"
        % len(codes)
        + b"".join(b"<%02X> <%04X>\n" % pair for pair in codes.items())
        + b"endbfchar endcmap CMapName currentdict /CMap defineresource pop end end"
    )
    names = b"".join(b"/g%02X " % code for code in codes)
    glyphs = b"".join(b"/g%02X 6 0 R " % code for code in codes)
    font = (
        b"<</Type/Font/Subtype/Type3/FontMatrix[.001 0 0 .001 0 0]/FontBBox[0 0 1000 1000]"
        b"/FirstChar 33/LastChar 38/Widths[%s]/Encoding<</Type/Encoding/Differences[33 %s]>>"
        b"/CharProcs<<%s>>/ToUnicode 7 0 R>>"
    ) % (b"1000 " * len(codes), names, glyphs)
    text = (
        b"BT /F1 10 Tf 100 700 Td <2122> Tj /Span<</ActualText <FEFF81EA>>> BDC <23> Tj EMC <24> Tj "
        b"/Span<</ActualText <FEFF95E8>>> BDC <25> Tj EMC <26> Tj ET"
    )
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
    data = _pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            page + b"/Resources<</Font<</F1 5 0 R>>>>>>",
            _stream(text),
            font,
            _stream(b"1000 0 0 0 900 900 d1 0 0 900 900 re f"),
            _stream(unicode_map),
        ]
    )
    document = read_pdf(data)
    assert [block.text for block in document.blocks] == ["合计自中门部"]
    assert [notice.kind for notice in document.notices] == ["fallback"]


def test_the_nested_header_of_a_table_without_rules_is_read_with_its_blank_columns(
    new_paper: NewPaper, grid: Texts
):
    paper = new_paper()
    paper.row([(120, "c"), (390, "c")], 100, ["功能分类科目", "本年收入"])
    paper.row([(240, "c"), (530, "c")], 109, ["合计", "上年结转"])
    paper.row(
        [(75, "c"), (150, "c"), (310, "c"), (385, "c"), (465, "c")],
        118,
        ["编码", "科目名称", "小计", "财政拨款", "单位资金"],
    )
    body = [(50, "l"), (100, "l"), (270, "r"), (340, "r"), (420, "r")]
    rows = [
        ["201", "一般公共服务支出", "1,034.50", "1,034.50", "1,034.50"],
        ["20113", "商贸事务", "34.50", "34.50", "34.50"],
        ["20132", "组织事务", "1,000.00", "1,000.00", "1,000.00"],
    ]
    for i, row in enumerate(rows):
        paper.row(body, 136 + 18 * i, row)
    table = only(paper.data())
    assert grid(table)[2:] == [[*row, "", ""] for row in rows]
    spans = {c.text: (c.row, c.col, c.row_span, c.col_span) for c in table.cells if c.row < 2}
    assert spans["功能分类科目"] == (0, 0, 1, 2)
    assert spans["合计"] == (0, 2, 2, 1)
    assert spans["本年收入"] == (0, 3, 1, 3)
    assert spans["单位资金"] == (1, 5, 1, 1)
    assert spans["上年结转"] == (0, 6, 2, 1)


def test_lists_side_by_side_and_wrapped_labels_between_horizontal_rules_are_read(
    new_paper: NewPaper, grid: Texts
):
    paper = new_paper()
    for top in (95, 118, 232):
        paper.line(45, top, 520, top)
    columns = [(50, "l"), (270, "r"), (272, "l"), (515, "r")]
    paper.row([(110, "c"), (230, "c"), (340, "c"), (470, "c")], 101, ["收入", "预算数", "支出", "预算数"])
    lines = [
        (124, ["一、一般公共预算拨款收入", "100.00", "一、一般公共服务支出", "60.00"]),
        (144, ["二、政府性基金预算拨款收", "", "二、教育支出", "40.00"]),
        (156, ["入", "", "", ""]),
        (176, ["三、单位资金", "", "三、科学技术支出", ""]),
        (196, ["", "", "四、住房保障支出", ""]),
        (216, ["收入总计", "100.00", "支出总计", "100.00"]),
    ]
    for top, row in lines:
        paper.row(columns, top, row)
    paper.text(50, 240, "注：本表反映部门年度收支情况，不含上年结转 12.00 万元。")
    rows = grid(only(paper.data()))
    assert rows[0] == ["收入", "预算数", "支出", "预算数"]
    assert rows[2] == ["二、政府性基金预算拨款收入", "", "二、教育支出", "40.00"]
    assert [row[3] for row in rows[1:]] == ["60.00", "40.00", "", "", "100.00"]
    assert [row[1] for row in rows[1:]] == ["100.00", "", "", "", "100.00"]


def test_a_single_row_under_headers_is_a_table_and_sentences_around_numbers_are_none(
    new_paper: NewPaper, grid: Texts
):
    paper = new_paper()
    places = [(80, "c"), (180, "c"), (300, "c"), (420, "c")]
    paper.row(places, 100, ["合计", "因公出国费", "公务用车运行费", "公务接待费"])
    paper.row(places, 120, ["6.00", "1.00", "3.00", "2.00"])
    for i, kind in enumerate(("人员经费", "公用经费", "项目支出")):
        top = 400 + 20 * i
        for x, text in ((60, kind), (120, f"{i}4.50"), (160, "万元，主要用于工资福利等支出。")):
            paper.text(x, top, text)
    assert grid(only(paper.data())) == [
        ["合计", "因公出国费", "公务用车运行费", "公务接待费"],
        ["6.00", "1.00", "3.00", "2.00"],
    ]


def test_dotted_rules_are_rules(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    for top in range(100, 181, 20):
        for x in range(50, 351, 2):
            paper.box(x, top, 0.8, 0.8, stroke=0, fill=1)
    for x in range(50, 351, 100):
        for top in range(100, 181, 2):
            paper.box(x, top, 0.8, 0.8, stroke=0, fill=1)
    for r, row in enumerate(ROWS):
        for c, text in enumerate(row):
            paper.text(53 + 100 * c, 104 + 20 * r, text)
    assert grid(only(paper.data())) == ROWS


def test_a_first_row_of_two_cells_without_outer_rules_is_a_row(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    for top in (120, 140, 160):
        paper.line(50, top, 450, top)
    paper.line(250, 100, 250, 180)
    for x in (150, 350):
        paper.line(x, 120, x, 180)
    rows = [
        ["收入", "", "支出", ""],
        ["项目", "预算数", "项目", "预算数"],
        ["拨款收入", "10.00", "教育支出", "10.00"],
        ["收入总计", "10.00", "支出总计", "10.00"],
    ]
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            paper.text(53 + 100 * c, 104 + 20 * r, text)
    assert grid(only(paper.data())) == rows


@pytest.mark.parametrize("places", [(50, 150, 250, 350), (50, 350)], ids=["columns", "frame"])
def test_rows_without_rules_between_them_are_rows(new_paper: NewPaper, grid: Texts, places: tuple[int, ...]):
    paper = new_paper()
    for top in (100, 120, 240):
        paper.line(50, top, 350, top)
    for x in places:
        paper.line(x, 100, x, 240)
    rows = [*ROWS, ["卫生健康支出", "0.50", ""], ["农林水支出", "0.30", ""], ["住房保障支出", "0.20", ""]]
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            paper.text(55 + 100 * c, 104 + 20 * r, text)
    assert grid(only(paper.data())) == rows


def test_a_merged_first_column_without_rules_on_the_next_page_is_its_column(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.table(
        [["单位", "项目", "合计"], ["某局", "办公费", "1.00"], ["", "水费", "2.00"]],
        left=50,
        top=700,
        skip="b",
    )
    paper.page()
    paper.line(50, 50, 50, 90)  # the merged cell has neither an upper nor a lower rule here
    paper.table([["电费", "3.00"], ["邮电费", "4.00"]], left=150, top=50, widths=[100, 100])
    (table,) = read_pdf(paper.data()).tables
    assert grid(table)[3:] == [["", "电费", "3.00"], ["", "邮电费", "4.00"]]


def test_a_row_cut_by_the_page_break_beside_a_merged_cell_is_joined(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    for top in (700, 720, 740):
        paper.line(150 if top > 720 else 50, top, 350, top)
    paper.line(50, 760, 350, 760)
    for x in (50, 150, 250, 350):
        paper.line(x, 700, x, 760)
    for x, top, text in (
        (53, 704, "单位"),
        (153, 704, "项目"),
        (253, 704, "合计"),
        (53, 724, "某局"),
        (153, 724, "办公费"),
        (253, 724, "1.00"),
        (153, 744, "农产品供应链体系建"),
        (253, 744, "2.00"),
    ):
        paper.text(x, top, text)
    paper.page()
    for top in (50, 70, 90):
        paper.line(50 if top != 70 else 150, top, 350, top)
    for x in (50, 150, 250, 350):
        paper.line(x, 50, x, 90)
    for x, top, text in ((153, 54, "设资金"), (153, 74, "电费"), (253, 74, "3.00")):
        paper.text(x, top, text)
    (table,) = read_pdf(paper.data()).tables
    assert grid(table) == [
        ["单位", "项目", "合计"],
        ["某局", "办公费", "1.00"],
        ["", "农产品供应链体系建设资金", "2.00"],
        ["", "电费", "3.00"],
    ]


@pytest.mark.parametrize("quarter", [90, 270])
def test_a_turned_page_whose_text_is_mirrored_twice_is_read(new_paper: NewPaper, grid: Texts, quarter: int):
    """Browsers turn the page upside down and each text back; readers then mistake left for right."""
    paper = new_paper()
    canvas = paper.canvas
    if quarter == 90:
        canvas.transform(0, 1, -1, 0, 595, 0)
    else:
        canvas.transform(0, -1, 1, 0, 0, 842)
    canvas.transform(1, 0, 0, -1, 0, 595)
    for i in range(5):
        canvas.line(50, 100 + 20 * i, 350, 100 + 20 * i)
    for x in (50, 150, 250, 350):
        canvas.line(x, 100, x, 180)
    for r, row in enumerate(ROWS):
        for c, text in enumerate(row):
            printed = canvas.beginText()
            printed.setFont("STSong-Light", 10)
            printed.setTextTransform(1, 0, 0, -1, 55 + 100 * c, 114 + 20 * r)
            printed.textOut(text)
            canvas.drawText(printed)
    table = only(paper.data())
    assert grid(table) == ROWS
    x0, top, x1, bottom = next(c for c in table.cells if c.text == "1,234.50").box
    assert (x1 - x0, bottom - top) == pytest.approx((20, 100), abs=1)
    assert x0 == pytest.approx(120 if quarter == 90 else 595 - 140, abs=1)


def test_both_sources_measure_from_the_corner_of_what_is_shown(new_paper: NewPaper):
    paper = new_paper(cropBox=(30, 40, 500, 800))
    paper.table(ROWS)
    data = paper.data()
    fast, reference = whole(data).read(1), open_reference(data).read(1)
    assert (fast.width, fast.height) == (reference.width, reference.height) == (470, 760)
    assert sorted(rule.at for rule in reference.vertical) == pytest.approx([20, 120, 220, 320], abs=0.1)
    for rule, same in zip(reference.horizontal, fast.horizontal, strict=True):
        assert rule == pytest.approx(same, abs=0.1)
    lines = [sorted({round(glyph[0]) for glyph in source.glyphs}) for source in (reference, fast)]
    assert lines[0] == lines[1]


def test_a_level_watermark_of_any_colour_is_in_no_cell(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.table(ROWS)
    paper.canvas.setFillAlpha(0.1)
    paper.text(60, 118, "内部资料", size=45)
    document = read_pdf(paper.data())
    assert grid(document.tables[0]) == ROWS
    assert "watermark" in {notice.kind for notice in document.notices}


def test_figures_near_each_other_do_not_turn_a_page_with_a_watermark(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    rows = [["", *["49.44"] * 5], *[[f"3010{i}", *["49.44"] * 5] for i in range(8)]]
    paper.table(rows, widths=[40, *[28.0] * 5])
    paper.canvas.rotate(30)
    paper.text(300, 300, "仅供内部审核", size=30)
    assert grid(only(paper.data())) == rows


@pytest.mark.parametrize(("dash", "white"), [(6, 5), (3, 3.2), (2, 6)])
def test_rules_drawn_as_dashes_are_rules(new_paper: NewPaper, grid: Texts, dash: float, white: float):
    paper = new_paper()
    rows = [["项目", "说明"], ["办公费", "年初"], ["水费", "追加"]]
    for k in range(60):
        start = 50 + k * (dash + white)
        for top in (100, 130, 160, 190):
            if start < 350:
                paper.line(start, top, min(start + dash, 350), top)
        for x in (50, 200, 350):
            if start + 50 < 190:
                paper.line(x, start + 50, x, min(start + 50 + dash, 190))
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            paper.text(60 + 150 * c, 110 + 30 * r, text)
    assert grid(only(paper.data())) == rows


def test_a_frame_with_a_line_under_the_header_parts_no_columns(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    for top in (100, 120, 160):
        paper.line(50, top, 350, top)
    for x in (50, 350):
        paper.line(x, 100, x, 160)
    rows = [["项目", "合计", "基本支出"], ["教育支出", "34.50", "4.50"], ["卫生健康支出", "100.00", "90.00"]]
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            paper.text(60 + 110 * c, 104 + 20 * r, text)
    assert grid(only(paper.data())) == rows


def test_a_merged_label_beside_the_rest_of_a_wrapped_one_makes_no_row(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    columns = [(50, "l"), (130, "l"), (400, "r"), (480, "r")]
    for top, row in [
        (100, ["单位", "项目名称", "合计", "财政拨款"]),
        (120, ["", "招商引资工作经费", "10.00", "10.00"]),
        (135, ["", "外经贸发展专项资金（稳外贸稳外资", "", ""]),
        (140, ["", "", "20.00", "20.00"]),
        (145, ["某局", "及跨境电子商务综合试验区配套）", "", ""]),
        (160, ["", "人事代理人员经费", "30.00", "30.00"]),
        (180, ["", "农贸市场改造资金", "40.00", "40.00"]),
    ]:
        paper.row(columns, top, row)
    rows = grid(only(paper.data()))
    assert rows[2] == [
        "某局",
        "外经贸发展专项资金（稳外贸稳外资及跨境电子商务综合试验区配套）",
        "20.00",
        "20.00",
    ]
    assert [row[2] for row in rows[1:]] == ["10.00", "20.00", "30.00", "40.00"]


def test_a_page_number_within_the_table_is_in_no_cell(new_paper: NewPaper):
    paper = new_paper()
    for number in range(1, 3):
        bottom = paper.table([ROWS[0], *[[f"第{i}项", f"{number}.50", "年初"] for i in range(30)]], top=200)
        paper.text(190, bottom - 8, f"- {number} -", size=8)
        paper.page()
    document = read_pdf(paper.data())
    assert not any("-" in cell.text for table in document.tables for cell in table.cells)
    assert [line.text for line in document.blocks if isinstance(line, Line)] == []


def test_a_frame_around_title_table_and_the_rest_of_the_page_adds_no_rows(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    for rows in (ROWS[:3], [ROWS[0], ROWS[3]]):
        paper.box(50, 30, 300, 700)
        if rows[1:] == ROWS[1:3]:
            paper.text(120, 50, "部门收支总表")
            paper.text(290, 80, "单位：万元")
        paper.table(rows)
        paper.page()
    document = read_pdf(paper.data())
    assert [grid(table) for table in document.tables] == [ROWS]
    assert [b.text for b in document.blocks if isinstance(b, Line)] == ["部门收支总表", "单位：万元"]


def test_a_frame_with_round_corners_is_a_frame(new_paper: NewPaper):
    paper = new_paper()
    paper.canvas.roundRect(50, 842 - 160, 300, 60, 6)
    for top in (120, 140):
        paper.line(50, top, 350, top)
    for x in (150, 250):
        paper.line(x, 100, x, 160)
    rows = [["合计", "因公出国费", "公务接待费"], ["3.00", "2.00", "1.00"], ["年初", "年中", "年末"]]
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            paper.text(55 + 100 * c, 104 + 20 * r, text)
    data = paper.data()
    assert sorted(rule.at for rule in whole(data).read(1).vertical) == pytest.approx(
        [50, 150, 250, 350], abs=1
    )
    assert [cell.text for cell in only(data).cells] == [text for row in rows for text in row]


def test_a_frame_under_a_ruled_header_parts_no_columns(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    rows = [["合计", "因公出国费", "公务接待费"], ["3.00", "2.00", "1.00"]]
    for top in (100, 120, 140):
        paper.line(50, top, 350, top)
    for x in (50, 150, 250, 350):
        paper.line(x, 100, x, 140 if x in {50, 350} else 120)
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            paper.text(60 + 100 * c, 104 + 20 * r, text)
    assert grid(only(paper.data())) == rows


def test_one_row_under_a_header_keeps_its_outer_columns_without_outer_rules(new_paper: NewPaper):
    paper = new_paper()
    paper.line(150, 120, 350, 120)
    paper.line(50, 140, 450, 140)
    for x in (150, 350):
        paper.line(x, 100, x, 160)
    paper.line(250, 120, 250, 160)
    head = [
        (60, 112, "合计"),
        (200, 104, "公务用车费"),
        (160, 124, "购置"),
        (260, 124, "运行"),
        (360, 112, "接待费"),
    ]
    for x, top, text in head:
        paper.text(x, top, text)
    for x, text in ((60, "6.00"), (160, "1.00"), (260, "2.00"), (360, "3.00")):
        paper.text(x, 144, text)
    table = only(paper.data())
    lowest = [cell for cell in table.cells if cell.row == table.row_count - 1]
    assert [cell.text for cell in lowest] == ["6.00", "1.00", "2.00", "3.00"]
    assert next(cell for cell in table.cells if cell.text == "接待费").row_span == 2


@pytest.mark.parametrize(
    ("x", "top", "size"), [(160, 124, 10), (210, 124, 7), (160, 120, 6)], ids=["far", "small", "above"]
)
def test_a_stray_number_in_a_cell_does_not_become_part_of_its_amount(
    new_paper: NewPaper, x: float, top: float, size: float
):
    paper = new_paper()
    paper.table([ROWS[0], ["合计", "", ""], ROWS[2]])
    paper.text(220, 126, "733.69")
    paper.text(x, top, "2", size=size)
    amount = next(cell for cell in only(paper.data()).cells if (cell.row, cell.col) == (1, 1))
    assert amount.text.split() == ["2", "733.69"]
    assert parse_number(amount.text) is None


@pytest.mark.parametrize("x", [165, 178, 183])
def test_a_line_through_a_number_parts_no_digits(new_paper: NewPaper, x: float):
    paper = new_paper()
    paper.table(ROWS)
    paper.line(x, 120, x, 160)  # the side of a stamp
    cells = [cell.text.strip() for cell in only(paper.data()).cells if cell.text.strip()]
    assert {"1,234.50", "1,000.00"} <= set(cells)


def test_amounts_that_touch_each_other_at_a_rule_are_two(new_paper: NewPaper, grid: Texts):
    paper = new_paper()
    paper.table([["项目", "预算数", "上年"], ["合计", "", ""]])
    width = paper.canvas.stringWidth("34.50", "STSong-Light", 10)
    for x, text in ((250 - width, "34.50"), (250, "12.00")):
        paper.text(x, 124, text)
    assert grid(only(paper.data()))[1] == ["合计", "34.50", "12.00"]
