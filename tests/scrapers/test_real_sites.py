"""Shipped sites against pages of theirs that were captured, where these are at hand."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pytest
import yaml

from scrapers.attachments import attachments
from scrapers.dates import published_on
from scrapers.decoding import decode
from scrapers.layout import columns_named, rows
from scrapers.pages import Page
from scrapers.platforms import read_listing
from scrapers.recognise import recognise
from scrapers.sites import Site, load_sites
from scrapers.titles import Verdict, facts, judge

EXPECTED = yaml.safe_load(Path(__file__).with_name("real_sites.yml").read_text("utf-8"))


@functools.cache
def shipped() -> dict[str, Site]:
    return load_sites()


def understood(page: Page, platform: str) -> dict[str, Any]:
    """What is read of a page with the YAML of its site; fields that say nothing are left out."""
    site = shipped()[platform]
    column = site.columns[0].model_copy(update={"url": page.url})
    listing = read_listing(page, column, site)
    budgets = [
        entry for entry in listing.entries if judge(entry.title, column.name).verdict is Verdict.DISCLOSURE
    ]
    files, told = attachments(page, site.selectors.attachment), recognise(page)
    on, _ = published_on({"pub_date": page.meta.get("PubDate", ""), "listing": str(page.printed_date or "")})
    found = {
        "told": told[0].platform if told else None,
        "budgets": len(budgets),
        "first": budgets[0].title if budgets else None,
        "years": sorted({year for entry in budgets if (year := facts(entry.title).fiscal_year)}),
        "pages": [url.removeprefix("http://www.example.gov.cn/") for url in listing.pages],
        "columns": sorted(columns_named(page).values()),
        "rows": rows(page)[0].xpath if rows(page) and rows(page)[0].disclosures else None,
        "files": [link.text for link in files],
        "title": page.article_title if files else None,
        "agencies": sorted({name for link in files if (name := facts(link.text).agency_name)}),
        "published_on": on if files else None,
    }
    return {name: value for name, value in found.items() if value}


def capture(shared: Path, name: str, address: str) -> Page:
    return Page(address, decode((shared / "real" / "html" / name).read_bytes()))


@pytest.mark.parametrize("name", EXPECTED)
def test_a_captured_page_is_read_with_the_yaml_of_its_site(shared: Path, name: str):
    expected = EXPECTED[name]
    page = capture(shared, name, expected["address"])
    assert understood(page, expected["site"]) == expected["understood"]


def test_every_captured_page_of_a_shipped_site_is_expected(shared: Path):
    assert {path.name for path in (shared / "real" / "html").glob("*.html")} == set(EXPECTED)
