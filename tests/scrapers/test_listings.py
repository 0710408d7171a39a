"""Listing pages of each platform, as strings of markup."""

from __future__ import annotations

from datetime import date

from scrapers.pages import Page
from scrapers.platforms import PLATFORMS
from scrapers.sites import Column, Site
from tests.scrapers.made_sites import made_site

SITE = made_site(columns=[{"name": "部门预算", "url": "a/"}])
COLUMN = SITE.columns[0]


def read(
    platform: str, body: str, url: str = "http://www.example.gov.cn/a/index.html", column: Column = COLUMN
):
    return PLATFORMS[platform](Page(url, f"<html><body>{body}</body></html>"), column, SITE)


def test_trs_counts_pages_from_zero_and_ignores_the_definition_of_the_function():
    listing = read(
        "trs_wcm",
        """<ul><li><a href="./202403/t20240315_1.html">某局2024年部门预算</a>2024-03-15</li></ul>
        <script>function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){}
        createPageHTML( 4 , 0 , 'index' , "shtml" );</script>""",
    )
    assert listing.pages == tuple(f"http://www.example.gov.cn/a/index_{n}.shtml" for n in (1, 2, 3))
    (entry,) = listing.entries
    assert (entry.url, entry.listed_on) == (
        "http://www.example.gov.cn/a/202403/t20240315_1.html",
        date(2024, 3, 15),
    )


def test_scripted_paging_in_its_variants():
    for script in (
        "createPageHTML(3, 0, 'index', 'html', 45)",
        'createPageHTML("page_div", 3, 1, "fenye", "index", "html")',
        'createPageHTML(3,0,"index","html");',
    ):
        assert [url.rsplit("/", 1)[-1] for url in read("trs_wcm", f"<script>{script}</script>").pages] == [
            "index_1.html",
            "index_2.html",
        ], script
    assert [url.rsplit("/", 1)[-1] for url in read("one_based", f"<script>{script}</script>").pages] == [
        "index_2.html",
        "index_3.html",
    ]


def test_trs_without_paging_is_one_page():
    assert read("trs_wcm", "<script>createPageHTML(1, 0, 'index', 'html')</script>").pages == ()
    assert read("trs_wcm", "").pages == ()


def test_one_based_pages_are_those_that_are_linked():
    listing = read(
        "one_based",
        """<dl><dt><a href="/content/post_1.html">甲</a></dt></dl><a href="index_2.html">2</a>
        <a href="index_3.html">下一页</a><a href="?page=9">尾页</a><a href="/b/index_2.html">公告</a>""",
    )
    assert listing.pages == (
        "http://www.example.gov.cn/a/index_2.html",
        "http://www.example.gov.cn/a/index_3.html",
        "http://www.example.gov.cn/a/index.html?page=9",
    )
    assert [entry.title for entry in listing.entries] == ["甲"]


def test_rows_need_no_list_markup_and_menus_are_no_entries():
    listing = read(
        "one_based",
        """<div class=menu><a href="/zwgk/">政务公开</a><a href="/zwgk/index.html">2024-01-01</a></div>
        <div><div><a href="x/1.html">2024-03-15</a></div>
        <div><a href="x/1.html">甲局2024年部门预算</a></div></div>
        <div><p><a href="x/2.html" title="乙局2024年部门预算公开说明">乙局2024年部门…</a></p>
        <i>2024.03.16</i></div>
        <div><a href="x/3.pdf">丙局2024年部门预算</a><i>2024年3月17日</i></div>""",
    )
    assert [(entry.title, entry.listed_on) for entry in listing.entries] == [
        ("甲局2024年部门预算", date(2024, 3, 15)),
        ("乙局2024年部门预算公开说明", date(2024, 3, 16)),
        ("丙局2024年部门预算", date(2024, 3, 17)),
    ]


def test_a_matrix_with_merged_cells():
    listing = read(
        "matrix",
        """<table><tr><td rowspan=2>序号</td><td rowspan=2>部门</td><td colspan=2>2024年</td>
        <td>2023年</td></tr>
        <tr><td>预算</td><td>决算</td><td>预算</td></tr>
        <tr><td>1</td><td rowspan=2>市商务局</td><td><a href="1.doc">公开</a></td>
        <td><a href="j.doc">公开</a></td><td></td></tr>
        <tr><td>2</td><td><a href="附件1.pdf">附件1</a></td><td></td>
        <td><a href="old.xls">下载</a></td></tr></table>""",
        column=Column(name="部门预决算公开", url="a/"),
    )
    assert [
        (entry.url.rsplit("/", 1)[-1], entry.facts.agency_name, entry.facts.fiscal_year, entry.facts.phase)
        for entry in listing.entries
    ] == [
        ("1.doc", "市商务局", 2024, "budget"),
        ("j.doc", "市商务局", 2024, "final_account"),
        ("%E9%99%84%E4%BB%B61.pdf", "市商务局", 2024, "budget"),
        ("old.xls", "市商务局", 2023, "budget"),
    ]


def test_a_matrix_with_years_down_and_articles_or_handlers_in_its_cells():
    listing = read(
        "matrix",
        """<table><tr><th>年度</th><th>市商务局</th><th>市财政局</th></tr>
        <tr><td>2024年度</td><td><a href="/art/1.html">查看</a></td>
        <td><a href="/down?id=7">下载</a></td></tr>
        <tr><td>2023</td><td></td><td><a href="b.doc">下载</a></td></tr></table>""",
        column=Column(name="部门预算公开", url="a/", phase="budget"),
    )
    assert sorted(
        (entry.url.rsplit("/", 1)[-1], entry.facts.agency_name, entry.facts.fiscal_year)
        for entry in listing.entries
    ) == [("1.html", "市商务局", 2024), ("b.doc", "市财政局", 2023), ("down?id=7", "市财政局", 2024)]


def test_hanweb_without_a_number_of_rows_asks_on_until_there_are_none():
    column = Column(name="部门预算", url="col/col7/index.html")
    shell = """<script>$("#1").jpage({proxyUrl: "/module/web/jpage/dataproxy.jsp", perPage: 2,
    ajaxParam: {columnid: 7, unitid: '9'}})</script>"""
    first = read("hanweb", shell, "http://www.example.gov.cn/col/col7/index.html", column)
    (address,) = first.pages
    assert address.endswith("dataproxy.jsp?startrecord=1&endrecord=6&perpage=2&columnid=7&unitid=9")
    row = "<record><![CDATA[<li><a href='/art/2024/3/15/art_7_1.html'>甲局2024年部门预算</a></li>]]></record>"
    answer = PLATFORMS["hanweb"](Page(address, f"<recordset>{row}</recordset>"), column, SITE)
    assert [entry.url for entry in answer.entries] == ["http://www.example.gov.cn/art/2024/3/15/art_7_1.html"]
    assert answer.pages[0].endswith("startrecord=7&endrecord=12&perpage=2&columnid=7&unitid=9")
    last = PLATFORMS["hanweb"](Page(answer.pages[0], "<recordset></recordset>"), column, SITE)
    assert (last.entries, last.pages, last.beyond_end) == ((), (), True)


def test_json_under_many_names():
    api = {"url": "/api/list?region={admdiv}&p={page}", "entry_url": "/view?id={docId}"}
    site = Site.model_validate(SITE.model_dump() | {"platform": "provincial", "api": api})
    address = "http://www.example.gov.cn/api/list?region=140900000&p={page}"
    shell = PLATFORMS["provincial"](Page("http://www.example.gov.cn/", "<html></html>"), COLUMN, site)
    assert shell.pages == (address.replace("{page}", "1"),)
    text = """callback({"result": {"rows": [{"docId": "a/b", "org_name": "某市商务局", "year": 2024,
    "docTitle": "部门决算", "pubTime": 1725148800000}, {"docTitle": "无号"}], "totalCount": 3}})"""
    listing = PLATFORMS["provincial"](Page(shell.pages[0], text), COLUMN, site)
    (entry,) = listing.entries
    assert entry.url == "http://www.example.gov.cn/view?id=a%2Fb"
    assert (entry.title, entry.listed_on) == ("某市商务局2024年部门决算", date(2024, 9, 1))
    assert (entry.facts.fiscal_year, entry.facts.phase) == (2024, "final_account")
    assert (listing.total, listing.pages) == (3, (address.replace("{page}", "2"),))


def test_sidebars_are_left_out_where_budgets_stand_elsewhere():
    news = '<div class="right-side"><a href="/news/t20251101_1.html">要闻一条</a> 2025-11-01</div>'
    budget = '<div class=main><a href="t20240301_2.html">某局2024年部门预算公开</a> 2024-03-01</div>'
    assert [entry.title for entry in read("trs_wcm", news + budget).entries] == ["某局2024年部门预算公开"]
    assert [entry.title for entry in read("trs_wcm", news).entries] == ["要闻一条"]
    aside = budget.replace("main", "nav-list")
    assert len(read("trs_wcm", aside + news.replace("right-side", "x")).entries) == 2, "never the budgets"
