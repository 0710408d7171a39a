"""Pages: charsets, meta tags, dates, attachments, soft 404s."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.attachments import attachments
from scrapers.dates import date_in_url, find_date, published_on, read_date
from scrapers.decoding import decode
from scrapers.links import document_suffix
from scrapers.pages import Page, forwards_to, has_budget_tables, is_same_page

URL = "http://www.example.gov.cn/zwgk/bmys/202403/t20240315_1.html"


def page(body: str, head: str = "") -> Page:
    return Page(URL, f"<html><head>{head}</head><body>{body}</body></html>")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize(
    "claim", ["", "text/html; charset=utf-8", "text/html; charset=gb2312", "text/html; charset=x"]
)
def test_the_bytes_are_believed_before_the_claims(encoding: str, claim: str):
    text = (
        "<meta charset=utf-8>秦皇岛市部门预算公开㐂"
        if encoding == "gb18030"
        else "<p>秦皇岛市部门预算公开</p>"
    )
    assert decode(text.encode(encoding), claim) == text


def test_one_broken_character_does_not_turn_the_page_into_another_encoding():
    body = ("部门预算公开" * 50).encode() + b"\xe5\x85"
    assert decode(body).startswith("部门预算公开")


@given(st.binary())
def test_any_bytes_give_text(body: bytes):
    assert isinstance(decode(body, "text/html; charset=gbk"), str)


def test_meta_tags_in_any_case_quoting_and_order():
    found = page(
        "",
        "<META content='某市人民政府' NAME=SITENAME><meta name='pubdate' content=' 2024/03/15  09:30:00 '/>"
        '<meta name="ContentSource" content=""><meta name="ContentSource" content="市商务局">'
        '<meta name="ArticleTitle " content="2024年部门预算"><meta name="keywords" content="x">',
    ).meta
    assert found == {
        "SiteName": "某市人民政府",
        "PubDate": "2024/03/15 09:30:00",
        "ContentSource": "市商务局",
        "ArticleTitle": "2024年部门预算",
    }


def test_the_title_is_the_meta_tag_else_the_heading_else_the_page_s_without_its_site():
    title = "<title>某局2024年部门预算_某市人民政府门户网站</title>"
    assert page("", title).article_title == "某局2024年部门预算"
    assert page("<h1><style>.a{}</style>某局 预算</h1>", title).article_title == "某局 预算"
    assert page("<h1>别的</h1>", title + "<meta name=ArticleTitle content=正题>").article_title == "正题"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[2024-03-15]", date(2024, 3, 15)),
        ("2024/3/5 09:30", date(2024, 3, 5)),
        ("发布时间：2024年3月15日", date(2024, 3, 15)),
        ("03-15", None),
        ("2024-13-40", None),
        ("预算2024.1288万元", None),
    ],
)
def test_dates_in_text(text: str, expected: date | None):
    assert find_date(text) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/202403/t20240315_123456.html", date(2024, 3, 15)),
        ("/202403/P020240315402512345678.pdf", date(2024, 3, 15)),
        ("/art/2024/3/15/art_81_123.html", date(2024, 3, 15)),
        ("/columns/x/202602/11/3ed1e060.html", date(2026, 2, 11)),
        ("/202403/", None),
        ("/content/post_20240315123.html", None),
    ],
)
def test_dates_in_addresses(url: str, expected: date | None):
    assert date_in_url(url) == expected


def test_published_on_takes_the_first_source_that_holds_a_date():
    dates = {
        "last_modified": "Tue, 01 Oct 2024 01:00:00 GMT",
        "url": "2024-03-14",
        "listing": "2024-03-16",
        "pub_date": "见正文",
    }
    assert published_on(dates) == (date(2024, 3, 16), "listing")
    assert published_on({"last_modified": dates["last_modified"]}) == (date(2024, 10, 1), "last_modified")
    assert published_on({}) == (None, None)


def test_attachments_are_found_by_address_name_or_handler_but_not_in_the_footer():
    found = attachments(
        page(
            """<div class=TRS_Editor><a href="./P020240315.pdf">附件1</a><a href="./P020240315.pdf">同一个</a>
            <a href="/down.jsp?id=3&amp;name=%E9%A2%84%E7%AE%97.XLSX">下载</a>
            <a href="/download?fileid=9" title="2024年部门预算.doc">2024年部…</a>
            <a href="javascript:void(0)">x.pdf</a><a href="more.html">更多</a>
            <a href="2024预算.docx">表</a></div>
            <div class="footer"><a href="/about.pdf">说明</a></div>"""
        )
    )
    base = "http://www.example.gov.cn"
    assert [(link.url, link.text) for link in found] == [
        (f"{base}/zwgk/bmys/202403/P020240315.pdf", "附件1"),
        (f"{base}/down.jsp?id=3&name=%E9%A2%84%E7%AE%97.XLSX", "下载"),
        (f"{base}/download?fileid=9", "2024年部门预算.doc"),
        (f"{base}/zwgk/bmys/202403/2024%E9%A2%84%E7%AE%97.docx", "表"),
    ]


def test_document_suffixes():
    assert document_suffix("http://a/1.PDF") == "pdf"
    assert document_suffix("http://a/x.jsp?f=1.doc&y=2") == "doc"
    assert document_suffix("http://a/x.html") is None


def test_tables_with_figures_in_the_article_make_the_page_a_document():
    row = "<tr><td>合计</td><td>1,880.86</td><td>72.50</td></tr>"
    assert has_budget_tables(page(f"<div class=TRS_Editor><table>{row * 3}</table></div>"))
    assert not has_budget_tables(page(f"<div class=TRS_Editor><table>{row}</table></div>"))
    assert not has_budget_tables(page(f"<div class=sidebar><table>{row * 3}</table></div>"))


def test_the_home_page_under_another_address_is_recognised_despite_a_clock():
    lines = "".join(f"<p>第{n}条要闻</p>" for n in range(30))
    home = page(f"{lines}<span>今天 8:00</span>", "<title>某市</title>")
    assert is_same_page(page(f"{lines}<span>今天 9:13</span>", "<title>某市</title>"), home)
    assert not is_same_page(page(f"{lines}<p>x</p>", "<meta name=ArticleTitle content=预算>"), home)
    assert not is_same_page(page("<p>正文</p>"), home)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024年3月15日 9时", date(2024, 3, 15)),
        ("20240315093000", date(2024, 3, 15)),
        ("1710466200000", date(2024, 3, 15)),
        ("Fri Mar 15 09:30:00 CST 2024", date(2024, 3, 15)),
        ("Mar 15, 2024 9:30:00 AM", date(2024, 3, 15)),
        ("2024-03-15T23:30:00Z", date(2024, 3, 16)),
        ("2024-03-15T23:30:00+08:00", date(2024, 3, 15)),
        ("见正文", None),
    ],
)
def test_dates_of_fields(text: str, expected: date | None):
    assert read_date(text) == expected


def test_meta_tags_misspelt_swapped_repeated_and_in_the_body():
    found = page(
        '<meta name="ArticleTilte" content="正题"><meta property="ContentSourse" content="市商务局">',
        '<meta name="某市人民政府" content="SiteName"><meta name="PubData" content="待定">'
        '<meta name="publishdate" content="2024-03-15"><meta name="ColumnType" content="别的">',
    ).meta
    assert found == {
        "SiteName": "某市人民政府",
        "PubDate": "2024-03-15",
        "ArticleTitle": "正题",
        "ContentSource": "市商务局",
    }


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("<p>2024-03-15 15:30　浏览次数：12</p>", date(2024, 3, 15)),
        ("<p>时间：2024/3/15 来源：财政局</p>", date(2024, 3, 15)),
        ("<p>根据2024年3月15日会议要求，现公开</p>", None),
    ],
)
def test_the_day_in_the_byline_of_a_page_without_meta_tags(byline: str, expected: date | None):
    assert page(byline).printed_date == expected


@pytest.mark.parametrize(
    "markup",
    [
        """<a href="javascript:;" onclick="downFile('/up/x.pdf','预算.pdf')">预算</a>""",
        """<a href="#" onclick="location.href='/up/x.pdf'">预算表</a>""",
        """<a data-href="/up/x.pdf">下载</a>""",
        """<span onclick="window.open('/up/x.pdf')">查看</span>""",
        """<iframe src="/pdfjs/web/viewer.html?file=/up/x.pdf"></iframe>""",
        """<object data="/up/x.pdf" type="application/pdf"></object>""",
        """<embed src="/up/x.pdf">""",
        """<div id="pdf"></div><script>var u = "/up/x.pdf"; PDFObject.embed(u, "#pdf");</script>""",
        """<p>附件：[file=/up/x.pdf]部门预算[/file]</p>""",
    ],
)
def test_files_however_a_page_leads_to_them(markup: str):
    assert [link.url for link in attachments(page(markup))] == ["http://www.example.gov.cn/up/x.pdf"]


def test_files_whose_address_does_not_say_so():
    labelled = page(
        "<div>附件：<span><a href='/res?uuid=7'>部门预算公开表</a></span> <a href='/x?y=1'>更多</a></div>"
    )
    assert [link.url for link in attachments(labelled)] == ["http://www.example.gov.cn/res?uuid=7"]
    viewer = page("<div id=v></div><script>var DEFAULT_URL = '/file/stream/7'; load('/v/app.js')</script>")
    assert [link.url for link in attachments(viewer)] == ["http://www.example.gov.cn/file/stream/7"]
    handler = page("<a href='/download.do?file=/up/x.pdf'>附件1</a>")
    assert [link.url for link in attachments(handler)] == [
        "http://www.example.gov.cn/download.do?file=/up/x.pdf"
    ]


@pytest.mark.parametrize(
    ("body", "head", "target"),
    [
        ("", "<META HTTP-EQUIV=Refresh CONTENT=\"0;URL='/f/0.pdf'\">", "http://www.example.gov.cn/f/0.pdf"),
        (
            "<script>window.location.href = '../1.html';</script>",
            "",
            "http://www.example.gov.cn/zwgk/bmys/1.html",
        ),
        ("<script>location.replace('/b')</script>", "", "http://www.example.gov.cn/b"),
        ("<script>document.cookie='a=1';location.href='/b'</script>", "", None),
        ("<script>if (mobile) location.href='/m/'</script>", "", None),
        (f"<script>location.href='{URL}?t=1'</script>", "", None),
        ("<p>" + "正文" * 50 + "</p><script>location.href='/b'</script>", "", None),
    ],
)
def test_pages_that_only_point_elsewhere(body: str, head: str, target: str | None):
    assert forwards_to(page(body, head)) == target


@pytest.mark.parametrize(
    ("listed", "body", "title", "expected"),
    [
        (
            "某市民政局2024年部门预算",
            "<p>某市民政局2024年部门预算</p>",
            "某市 部门预算 某市民政局2024年部门预算",
            "某市民政局2024年部门预算",
        ),
        ("某市民政局2024年部…", "<h1>某市民政局2024年部门预算</h1>", "", "某市民政局2024年部门预算"),
        (
            "某市民政局2024年部门预算",
            "<h1>某市民政局2024年部门预算2024-02-01 来源：</h1>",
            "",
            "某市民政局2024年部门预算",
        ),
        ("某市民政局2024年部门预算", "<p>正文</p>", "文件预览", "某市民政局2024年部门预算"),
        ("附件", "<h1>某市民政局2024年部门预算</h1>", "", "某市民政局2024年部门预算"),
    ],
)
def test_the_listing_helps_to_tell_the_title(listed: str, body: str, title: str, expected: str):
    assert page(body, f"<title>{title}</title>").title_of(listed).startswith(expected)
