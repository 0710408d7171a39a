"""Web pages: data tables with their spans, the article's text, and nothing of the furniture around it."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.documents.document_builders import lines, outline, texts, word_document
from warehouse.documents import read_document
from warehouse.documents.html.page import read_html

TABLE = (
    "<table><tr><td rowspan=2>项目</td><td colspan=2>基本支出</td></tr><tr><td>人员</td><td>公用</td></tr>"
    "<tr><td>&nbsp;&nbsp;行政运行</td><td>1.00</td><td></td></tr></table>"
)
GRID = [["项目", "基本支出", ""], ["", "人员", "公用"], ["  行政运行", "1.00", ""]]


def read(body: str, head: str = "") -> list[str | list[list[str]]]:
    return outline(read_html(f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode()))


def test_row_and_column_spans():
    document = read_html(TABLE.encode())
    assert [texts(table) for table in document.tables] == [GRID]
    assert document.tables[0].grid()[1][0].text == "项目"


def test_a_rowspan_beyond_the_end_and_overlapping_spans_still_tile():
    document = read_html(
        b"<table><tr><td rowspan=99>a<td colspan=99>b</tr><tr><td>c<td rowspan=0>d</tr><tr><td>e</tr></table>"
    )
    (table,) = document.tables
    assert (table.row_count, table.column_count) == (3, 3)
    assert [cell.text for cell in table.grid()[2]] == ["a", "e", "d"]


def test_layout_tables_dissolve_into_what_they_hold():
    menu = "<table><tr><td>菜单</td></tr></table>"
    page = f"<table><tr><td>{menu}</td><td>标题<br>单位：元 {TABLE} 结尾</td></tr></table>"
    assert read(page) == ["菜单", "标题", "单位：元", GRID, "结尾"]


def test_scripts_styles_comments_and_hidden_text_are_not_text():
    page = (
        "<script>var a='表';</script><style>td{}</style><!-- 注释 -->"
        "<div style='display: none'>藏<table><tr><td>x</td></tr></table></div>后"
        "<p hidden>藏</p><textarea>藏</textarea><p>见<span style='display:none'>不</span>到</p>"
    )
    assert read(page) == ["后", "见到"]


def test_hidden_cells_keep_their_place_in_the_row():
    page = "<table><tr><td>甲<td style='display:none'>藏<td>乙</tr><tr><td>1<td>2<td>3</tr></table>"
    assert read(page) == [[["甲", "", "乙"], ["1", "2", "3"]]]


def test_cells_that_scripts_hide_under_merged_ones_take_no_place():
    """What a script hides when it merges cells: the cells that the merged one covers."""
    gone = "<td style='display:none'>"
    across = f"<tr><td colspan=2>支出{gone}支出<td>备注</tr><tr><td>1.00<td>2.00<td>无</tr>"
    down = f"<tr><td rowspan=2>某局<td>1.00</tr><tr>{gone}某局<td>2.00</tr>"
    assert read(f"<table>{across}</table><p>与</p><table>{down}</table>") == [
        [["支出", "", "备注"], ["1.00", "2.00", "无"]],
        "与",
        [["某局", "1.00"], ["", "2.00"]],
    ]


def test_classes_hide_cells_and_texts_but_not_parts_of_the_page():
    style = "<style>.no, td.never{display:none} .tab .inner{display:none}</style>"
    page = (
        "<div class=no><table><tr><td>科目<td class=no>编号<td>合计</tr>"
        "<tr><td class=inner>甲<td class=never>9.00<td><span class=no>8.00</span>1.00</tr></table></div>"
    )
    assert read(page, style) == [[["科目", "合计"], ["甲", "1.00"]]]


def test_a_head_in_a_table_of_its_own_is_the_head_of_the_next_one():
    head = "<table><thead><tr><th>科目<th>合计<th style='display:none'></tr></thead></table>"
    body = "<table><tr><td>教育支出<td>1.00</tr><tr><td>住房<td>2.00</tr></table>"
    table = [["科目", "合计"], ["教育支出", "1.00"], ["住房", "2.00"]]
    assert read(f"<div>{head}</div> <div>{body}</div>") == [table]
    other = body.replace("<td>1.00", "<td>1.00<td>3.00")
    assert read(f"{head}{other}")[:2] == ["科目", "合计"]
    years = "<table><tr><td>项目<td>2024</tr><tr><td>合计<td>1.00</tr></table>"
    assert read(f"{head}{years}") == ["科目", "合计", [["项目", "2024"], ["合计", "1.00"]]]
    assert read(f"{head}说明{body}") == ["科目", "合计", "说明", table[1:]]


def test_fields_of_forms_print_what_was_filled_in():
    page = "<tr><td>科目<td>合计</tr><tr><td>甲<td><input value='1.00'><input type=hidden value=9></tr>"
    assert read(f"<table>{page}</table>") == [[["科目", "合计"], ["甲", "1.00"]]]


def test_tables_stacked_in_the_sheet_of_a_saved_workbook():
    """Each is as wide as it needs to be, and names the unit behind the department."""
    rows = (
        "<tr><td>部门支出总表<td><td></tr><tr><td>部门：某局　单位：万元<td><td></tr>"
        "<tr><td>科目<td>合计<td>基本</tr><tr><td>甲<td>1.00<td>1.00</tr><tr><td><td><td></tr>"
        "<tr><td>三公经费支出表<td><td></tr><tr><td>部门：某局　单位：万元<td><td></tr>"
        "<tr><td>合计<td>接待<td></tr><tr><td>2.00<td>2.00<td></tr>"
    )
    assert read(f"<table>{rows}</table>") == [
        *("部门支出总表", "部门：某局　单位：万元"),
        [["科目", "合计", "基本"], ["甲", "1.00", "1.00"]],
        *("三公经费支出表", "部门：某局　单位：万元"),
        [["合计", "接待"], ["2.00", "2.00"]],
    ]


def test_only_the_article_is_read_where_it_stands_out():
    page = f"<div>首页 导航</div><div class='TRS_Editor'><p>部门预算</p>{TABLE}</div><div>版权所有</div>"
    head = "<title>站点</title><meta name='ArticleTitle' content='某局2024年部门预算公开'>"
    assert read(page, head) == ["某局2024年部门预算公开", "部门预算", GRID]


def test_tables_beside_what_looks_like_the_article_are_not_lost():
    page = f"<div class='TRS_Editor'><p>{'说明文字' * 10}</p></div><div>{TABLE}</div>"
    assert GRID in read(page)


def test_menus_and_index_boxes_are_not_tables():
    menu = "<table><tr><td><a href=a>机构</a><td><a href=b>公开</a></tr><tr><td><a href=c>报</a></tr></table>"
    box = "<table><tr><td>[索引号]</td><td>1150</td></tr><tr><td>[日期]</td><td>2026-03-02</td></tr></table>"
    assert [block for block in read(menu + box) if isinstance(block, list)] == []


def test_captions_in_the_grid_are_lines():
    page = (
        "<table><caption>支出表</caption><tr><td colspan=2>2024年部门支出总表</td></tr><tr><td>某局</td>"
        "<td>单位：万元</td></tr><tr><td>科目</td><td>合计</td></tr><tr><td>行政运行</td><td>1.5</td></tr></table>"
    )
    assert read(page) == [
        "支出表", "2024年部门支出总表", "某局", "单位：万元", [["科目", "合计"], ["行政运行", "1.5"]],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("claimed", "real"),
    [
        ("utf-8", "gb18030"),
        ("gb2312", "utf-8"),
        ("gb2312", "gbk"),
        ("iso-8859-1", "gbk"),
        ("nonsense", "gb18030"),
        ("utf-8", "utf-16"),
        ("gbk", "utf-8-sig"),
    ],
)
def test_the_encoding_that_fits_wins_over_the_claimed_one(claimed: str, real: str):
    page = f"<html><head><meta charset='{claimed}'></head><body>{TABLE}<p>喆㙍岁入预算</p></body></html>"
    page = page if real in {"gb18030", "utf-8", "utf-8-sig", "utf-16"} else page.replace("㙍", "")
    document = read_document(page.encode(real))
    assert [texts(table) for table in document.tables] == [GRID]
    assert lines(document)[-1].endswith("岁入预算")


def test_a_cut_off_character_does_not_turn_the_page_into_another_encoding():
    assert "部门预算" in lines(read_html("<p>部门预算</p><p>收入</p>".encode()[:-1] + b"\xe6"))[0]


def test_unclosed_tags_nested_hundreds_deep_are_read():
    document = read_html(("<div><font>" * 3000 + TABLE).encode())
    assert document.tables or lines(document) == []


def test_a_page_saved_as_one_file_is_read():
    message = EmailMessage()
    message["MIME-Version"] = "1.0"
    message.set_content("text")
    message.add_alternative(f"<html>{TABLE}</html>", subtype="html", charset="gbk")
    data = message.as_bytes().replace(b"MIME-Version: 1.0\n", b"", 1)
    document = read_document(b"MIME-Version: 1.0\n" + data)
    assert [texts(table) for table in document.tables] == [GRID]


def test_real_pages_without_budget_tables_give_text_and_no_tables(shared: Path):
    pages = sorted((shared / "real" / "html").glob("*.html")) + sorted(
        (shared / "real" / "not-pdf").iterdir()
    )
    documents = {page.name: read_document(page.read_bytes()) for page in pages}
    assert {document.format for document in documents.values()} == {"html"}
    assert [name for name, document in documents.items() if document.tables or not document.blocks] == []


def test_forms_stacked_in_one_table_are_tables_of_their_own() -> None:
    def form(title: str, last: str) -> str:
        return (
            f"<tr><td colspan=3>{title}</td></tr><tr><td colspan=2>部门：某局</td><td>单位：万元</td></tr>"
            f"<tr><td>科目</td><td>合计</td><td>{last}</td></tr><tr><td>教育支出</td><td>1.00</td><td>1.00</td></tr>"
        )

    rows = form("部门收入总表", "财政拨款") + form("部门支出总表", "基本支出")
    document = read_document(f"<html><body><table>{rows}</table></body></html>".encode())
    assert [table.row_count for table in document.tables] == [2, 2]
    assert lines(document) == [
        "部门收入总表",
        "部门：某局",
        "单位：万元",
        "部门支出总表",
        "部门：某局",
        "单位：万元",
    ]


def test_a_table_in_a_cell_of_data_follows_the_table():
    inner = "<table><tr><td>内1<td>内2<tr><td>内3<td>内4</table>"
    rows = f"<tr><td>项目<td>预算数<td>备注<tr><td>合计<td>1.00<td>{inner}<tr><td>基本<td>1.00<td>"
    document = read_html(f"<table>{rows}</table>".encode())
    assert [texts(table) for table in document.tables] == [
        [["项目", "预算数", "备注"], ["合计", "1.00", ""], ["基本", "1.00", ""]],
        [["内1", "内2"], ["内3", "内4"]],
    ]


def test_control_characters_are_no_text():
    document = read_html("<table><tr><td>项\x01目<td>数<tr><td>合\x1e计<td>1.00\x08</table>".encode())
    assert texts(document.tables[0]) == [["项目", "数"], ["合计", "1.00"]]


def test_indents_and_numbers_that_styles_print() -> None:
    cells = (
        "<td>工资福利支出</td>",
        '<td><p style="text-indent:21.0pt;mso-char-indent-count:2.0">\n基本工资</p></td>',
        '<td class="xl70">津贴</td>',
        '<td style="padding-left:28px;text-align:center">合计</td>',
        '<td><ol start="3"><li><p>奖金</p></li></ol></td>',
    )
    rows = "".join(f"<tr>{cell}<td>1.00</td></tr>" for cell in cells)
    style = "<style>@media print{.xl70{padding-left:90px}}\n.xl70{padding-left:42px;}</style>"
    (table,) = read_document(f"<html>{style}<table>{rows}</table></html>".encode()).tables
    assert [row[0] for row in texts(table)] == [
        "工资福利支出",
        "　　基本工资",
        "　　　津贴",
        "合计",
        "3.奖金",
    ]


def test_ordered_lists_count_and_menus_do_not() -> None:
    page = (
        "<ol><li>概况<li>预算</ol><ol type='a' start='2'><li value='4'>丁</ol>"
        "<ol style='list-style-type:cjk-ideographic'><li>说明</ol>"
        "<ol><li><a href='/'>首页</a></ol><ol style='list-style:none'><li>无</ol>"
    )
    assert lines(read_document(f"<html>{page}</html>".encode())) == [
        "1.概况",
        "2.预算",
        "d.丁",
        "一、说明",
        "首页",
        "无",
    ]


def test_the_sheets_of_a_workbook_saved_as_one_page_are_read() -> None:
    sheet = "<html><table><tr><td>项目<td>金额<tr><td>合计<td>{}</table></html>"
    parts = ("<html><frameset></frameset></html>", sheet.format("1.00"), sheet.format("2.00"))
    body = "".join(f"--B\nContent-Type: text/html; charset=utf-8\n\n{part}\n" for part in parts)
    data = f'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="B"\n\n{body}--B--\n'
    assert [texts(table)[1] for table in read_document(data.encode()).tables] == [
        ["合计", "1.00"],
        ["合计", "2.00"],
    ]


HEAD = "<tr><td>科目编码<td>科目名称<td>合计</tr>"
ROW = "<tr><td>201<td>一般公共服务支出<td>{}</tr>"
READ = [["科目编码", "科目名称", "合计"], ["201", "一般公共服务支出", "100.00"]]


@pytest.mark.parametrize(
    "struck",
    ["<del>90.00</del>", "<s>90.00</s>", "<b style='text-decoration: line-through'>9</b>"],
)
def test_struck_out_figures_are_reported_not_read(struck: str) -> None:
    page = f"<html><table>{HEAD}{ROW.format(struck + '<ins>100.00</ins>')}</table></html>"
    document = read_document(page.encode())
    assert texts(document.tables[0]) == READ
    assert [notice.kind for notice in document.notices] == ["struck_text"]


def test_head_and_foot_stand_on_top_and_at_the_bottom() -> None:
    foot = "<tfoot><tr><td><td>合计<td>100.00</tr></tfoot>"
    page = f"<html><table>{foot}<thead>{HEAD}</thead><tbody>{ROW.format('100.00')}</tbody></table></html>"
    assert texts(read_document(page.encode()).tables[0]) == [*READ, ["", "合计", "100.00"]]


@pytest.mark.parametrize(
    ("style", "names"),
    [
        ("<style>.a{display:table}.b{display: table-row;}.c{display:table-cell}</style>", "abc"),
        ("", ("table", "tr", "td")),
    ],
)
def test_tables_drawn_with_other_elements(style: str, names: Sequence[str]) -> None:
    table, row, cell = (f'<div class="{name}">' for name in names)
    rows = "".join(row + "".join(f"{cell}{text}</div>" for text in texts_of) + "</div>" for texts_of in READ)
    page = f"<html>{style}<body>{table}{rows}</div></body></html>"
    assert texts(read_document(page.encode()).tables[0]) == READ


MADE_BY_SCRIPT = f'<table border="1">{HEAD}{ROW.format("100.00")}</table>'


@pytest.mark.parametrize(
    "page",
    [
        f"<script>var d = {{'t': 1, \"content\": {json.dumps(MADE_BY_SCRIPT)}}};</script>",
        f'<script type="text/html"><p>正文</p>{MADE_BY_SCRIPT}</script>',
        f"<textarea>{html.escape(MADE_BY_SCRIPT)}</textarea>",
        f'<iframe srcdoc="{html.escape(MADE_BY_SCRIPT)}"></iframe>',
    ],
)
def test_tables_that_scripts_put_into_the_page(page: str) -> None:
    (read,) = read_document(f"<html><body><p>前</p>{page}</body></html>".encode()).tables
    assert texts(read) == READ


def test_a_page_in_big5_that_says_so() -> None:
    page = '<html><meta charset="big5"><table><tr><td>項目<td>金額<tr><td>合計<td>1.00</table></html>'
    assert texts(read_document(page.encode("big5")).tables[0]) == [["項目", "金額"], ["合計", "1.00"]]


def test_documents_in_addresses_of_the_page_are_read() -> None:
    word = base64.b64encode(word_document(*READ)).decode()
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    page = (
        f'<p>附件</p><iframe src="data:{kind};base64,{word}"></iframe>'
        '<embed src="data:application/pdf;base64,JVBERi0x"><img src="data:image/png;base64,AA">'
    )
    document = read_document(f"<html><body>{page}</body></html>".encode())
    assert outline(document) == ["附件", READ]
    assert [notice.kind for notice in document.notices] == ["embedded_part"]


@pytest.mark.parametrize(
    ("page", "kinds"),
    [
        ("<iframe src='a.pdf'></iframe><embed src='data:text/html,x'>", ["frame"]),
        ("<div id=app></div><script>axios.get('/api').then(fill)</script>", ["script"]),
        ("<script>$.getJSON('/list', fill)</script><img src='t.png'>", ["picture", "script"]),
        ("<script>var hits = 1; document.write(hits)</script>", []),
        (f"<script>$.ajax('/hits')</script>{TABLE}", []),
    ],
)
def test_a_page_without_tables_says_where_they_may_be(page: str, kinds: list[str]) -> None:
    document = read_document(f"<html><body><p>部门预算</p>{page}</body></html>".encode())
    assert [notice.kind for notice in document.notices] == kinds
