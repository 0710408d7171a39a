"""TRS WCM: static listings, paged by a script: `createPageHTML(N, 0, "index", "html")`.

Page k is `index_{k-1}.html`; the first is `index.html`.
"""

from __future__ import annotations

import re

from scrapers.pages import Page
from scrapers.platforms.listing import ListingPage, article_entries, scripted_pages
from scrapers.sites import Column, Site

_ARTICLE = re.compile(r"/t20\d{6}_\d+\.s?html?$")


def read_listing(page: Page, column: Column, site: Site) -> ListingPage:
    """Entries of the page; the other pages by the count in its script."""
    del column
    entries = article_entries(page, _ARTICLE, site.selectors.listing_item)
    return ListingPage(entries, scripted_pages(page, first=1))
