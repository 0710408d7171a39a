"""Listings made by a program: `list.aspx?category_id=7&page=2`, `index.php?catid=12`, `show.php?id=345`."""

from __future__ import annotations

import re

from scrapers.pages import Page
from scrapers.platforms.listing import ListingPage, article_entries, paging_links
from scrapers.sites import Column, Site

_ARTICLE = re.compile(
    r"(show|info|detail|view|article|news|content|read|display)[^/]*[?&](\w*id|c)=\w+|[?&]a=show\b.*[?&]id=\d+",
    re.IGNORECASE,
)
_PAGING = re.compile(r"[?&](page|pageno|pageindex|curpage|currentpage|pn|p)=\d+", re.IGNORECASE)


def read_listing(page: Page, column: Column, site: Site) -> ListingPage:
    """Entries of the page; the other pages as it links to them."""
    del column
    entries = article_entries(page, _ARTICLE, site.selectors.listing_item)
    return ListingPage(entries, tuple(dict.fromkeys(paging_links(page, _PAGING))))
