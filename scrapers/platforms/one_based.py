"""Systems that look like TRS WCM but count pages from one: `index_2.html` is page 2; `?page=2` likewise.

Pages are linked in the markup, or counted in a script that looks like TRS WCM's.
"""

from __future__ import annotations

import re

from scrapers.pages import Page
from scrapers.platforms.listing import ListingPage, article_entries, paging_links, scripted_pages
from scrapers.sites import Column, Site

_ARTICLE = re.compile(
    r"/(content/)?(post|content|art|info)_?[\d_/-]+\.s?html?$"
    r"|/20\d{6}/\d{6,}\.s?html?$|/20\d{4}/[0-9a-f]{32}\.s?html?$|/20\d{4}/\d\d/[0-9a-f-]{36}\.html$"
)
_PAGING = re.compile(r"(index|list|column-index)[-_]\d+\.s?html?$|[?&](page|pageNo|p|pn)=\d+", re.IGNORECASE)


def read_listing(page: Page, column: Column, site: Site) -> ListingPage:
    """Entries of the page; the other pages as it links to or counts them."""
    del column
    entries = article_entries(page, _ARTICLE, site.selectors.listing_item)
    pages = (*paging_links(page, _PAGING), *scripted_pages(page, first=2))
    return ListingPage(entries, tuple(dict.fromkeys(pages)))
