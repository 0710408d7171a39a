"""Pages of real government sites, where they are at hand."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from scrapers.attachments import attachments
from scrapers.decoding import decode
from scrapers.outcomes import Answer, outcome_of
from scrapers.pages import Page
from scrapers.platforms.listing import article_entries
from scrapers.recognise import recognise
from scrapers.titles import facts, judge
from warehouse.record.events import PageKind


def real(shared: Path, name: str) -> Page:
    path = shared / "real" / "html" / name
    return Page("https://www.example.gov.cn/a/b/index.html", decode(path.read_bytes()))


def test_zhengzhou_articles_without_meta_tags(shared: Path):
    page = real(shared, "016_郑州-商务局_2026年部门预算.html")
    assert page.article_title == "2026年郑州市商务局所属单位预算公开"
    assert [link.text for link in attachments(page)] == [
        "2026年郑州市商务局机关单位预算公开.pdf",
        "2026年郑州市会展业促进中心单位预算公开.pdf",
        "2026年中国国际贸易促进委员会郑州市支会单位预算公开.pdf",
        "2026年郑州市对外开放服务中心单位预算公开.pdf",
    ]
    assert [facts(link.text).agency_name for link in attachments(page)] == [
        "郑州市商务局",
        "郑州市会展业促进中心",
        "中国国际贸易促进委员会郑州市支会",
        "郑州市对外开放服务中心",
    ]
    assert judge(page.article_title).verdict == "disclosure"


def test_suzhou_article_with_meta_tags(shared: Path):
    page = real(shared, "006_苏州-科技创新局_苏州市科技局本级2026年度整体预算绩效目标表.html")
    assert page.meta["ContentSource"] == "苏州市科学技术局"
    assert page.meta["PubDate"] == "2026-03-03 14:22:48"
    assert len(attachments(page)) == 1


def test_shijiazhuang_listings_are_rows_of_divs_that_link_twice(shared: Path):
    page = real(shared, "034_石家庄-商务局_2026年部门预算.html")
    entries = article_entries(page, re.compile("no such pattern"))
    assert len(entries) == 17
    assert [(entry.title, entry.listed_on) for entry in entries[:2]] == [
        ("石家庄市商务局2026年所属单位预算信息公开", date(2026, 2, 11)),
        ("石家庄市商务局2026年部门预算信息公开", date(2026, 2, 9)),
    ]


def test_the_platform_of_captured_pages_is_told(shared: Path):
    told = {
        path.name.partition("-")[0]: recognise(real(shared, path.name))[0].platform
        for path in sorted((shared / "real" / "html").glob("*.html"))
        if path.name.startswith(("022_佛山-财政局", "009_武汉-商务局"))
    }
    assert told == {"022_佛山": "gkmlpt", "009_武汉": "trs_wcm"}


def test_every_page_is_a_page_and_none_passes_for_another(shared: Path):
    for path in sorted((shared / "real" / "html").glob("*.html")):
        answer = Answer("https://www.example.gov.cn/x.html", PageKind.ARTICLE, 200, path.read_bytes())
        assert outcome_of(answer, None) == ("stored", None), path.name


def test_what_servers_sent_under_pdf_addresses_is_of_the_wrong_type(shared: Path):
    for path in sorted((shared / "real" / "not-pdf").glob("*.pdf")):
        answer = Answer("https://www.example.gov.cn/x.pdf", PageKind.DOCUMENT, 200, path.read_bytes())
        outcome, detail = outcome_of(answer, None)
        assert outcome == "wrong_type", path.name
        assert detail is not None
        assert detail.startswith("expected PDF, found HTML titled")
