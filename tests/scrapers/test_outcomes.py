"""Every answer is one of a closed set of outcomes, with evidence."""

from __future__ import annotations

import pytest

from scrapers.outcomes import Answer, file_name, outcome_of
from scrapers.pages import Page
from warehouse.record.events import PageKind

HTML = "<html><head><title>{}</title></head><body><p>".format
TEXT = "正文" * 30


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (404, "not_found"),
        (410, "not_found"),
        (400, "not_found"),
        (401, "blocked"),
        (403, "blocked"),
        (412, "blocked"),
        (429, "blocked"),
        (521, "blocked"),
        (408, "timeout"),
        (500, "server_error"),
        (503, "server_error"),
        (204, "server_error"),
    ],
)
def test_statuses(status: int, expected: str):
    outcome, detail = outcome_of(Answer("http://a/1.pdf", PageKind.DOCUMENT, status, b""), None)
    assert (outcome, detail.split(" where")[0]) == (expected, f"HTTP {status}")


@pytest.mark.parametrize(
    ("url", "body", "expected"),
    [
        ("http://a/1.pdf", b"%PDF-1.4 ...", "stored"),
        ("http://a/1.pdf", b"\r\n%PDF-1.4 ...", "stored"),
        ("http://a/1.pdf", b"PK\x03\x04", "wrong_type"),
        ("http://a/1.pdf", (HTML("提示") + TEXT).encode(), "wrong_type"),
        ("http://a/1.doc", b"PK\x03\x04", "stored"),
        ("http://a/1.doc", (HTML("提示") + TEXT).encode(), "wrong_type"),
        ("http://a/1.xls", (HTML("表") + "<table><tr><td>1</td></tr></table>" + TEXT).encode(), "stored"),
        ("http://a/down.jsp?id=1", b"%PDF-1.4", "stored"),
        ("http://a/1.pdf", b"", "empty"),
        ("http://a/1.pdf", b" \r\n", "empty"),
        ("http://a/1.pdf", b"<script>var a=1;document.cookie=a;location.reload()</script>", "blocked"),
    ],
)
def test_documents(url: str, body: bytes, expected: str):
    assert outcome_of(Answer(url, PageKind.DOCUMENT, 200, body), None)[0] == expected


def test_pages():
    def outcome(body: bytes) -> str:
        return outcome_of(Answer("http://a/1.html", PageKind.ARTICLE, 200, body), None)[0]

    assert outcome((HTML("某局") + TEXT).encode("gbk")) == "stored"
    assert outcome(b"\x89PNG\r\n") == "wrong_type"
    assert outcome(b"%PDF-1.4") == "stored"  # a download handler: the page is the document
    assert outcome("<html><body><h2>您访问的页面不存在或已删除</h2></body></html>".encode()) == "soft_404"
    assert outcome(b"<html><script>anti()</script><body></body></html>") == "blocked"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b'attachment; filename="budget.pdf"', "budget.pdf"),
        (b"attachment; filename*=UTF-8''%E9%A2%84%E7%AE%97.pdf", "预算.pdf"),
        ("attachment; filename=预算.doc".encode("gbk"), "预算.doc"),
        ('attachment; filename="预算.doc"'.encode(), "预算.doc"),
        (b'attachment; filename="%E9%A2%84%E7%AE%97.doc"', "预算.doc"),
        (b'attachment; filename="../../etc/passwd"', "passwd"),
        (b'attachment; filename="C:\\\\x\\\\a.doc"', "a.doc"),
        (b"inline", None),
        (b"", None),
    ],
)
def test_file_names_are_labels(header: bytes, expected: str | None):
    assert file_name(header) == expected


def test_the_home_page_in_place_of_a_listing():
    def outcome(body: str, url: str = "http://a/zwgk/bmys/") -> str:
        return outcome_of(Answer(url, PageKind.LISTING, 200, body.encode()), home)[0]

    news = HTML("某市人民政府") + "".join(f"<p>第{number}条要闻</p>" for number in range(30))
    home = Page("http://a/", news)
    assert outcome(news) == "soft_404"
    assert outcome(news, "http://a/") == "stored", "the column is the home page itself"
    assert outcome(news.replace("要闻", "部门预算")) == "stored"
    shell = "<html><body><div id=app>加载中</div><script src=/app.js></script></body></html>"
    home = Page("http://a/", shell)
    assert outcome(shell) == "stored", "shells are all alike"


def test_a_signpost_to_another_host_is_not_followed_and_says_where_it_points():
    body = b"<html><script>window.location.href = 'http://elsewhere/x';</script></html>"
    outcome, detail = outcome_of(Answer("http://a/1.html", PageKind.ARTICLE, 200, body), None)
    assert (outcome, detail) == ("blocked", "sends on to http://elsewhere/x, which is not an allowed host")
