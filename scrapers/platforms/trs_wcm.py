"""TRS WCM: static listings, paged by a script: `createPageHTML(N, 0, "index", "html")`."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from scrapers.pages import Page
from scrapers.platforms.base import GovernmentSpider
from scrapers.platforms.listing import ListingPage, article_entries
from scrapers.sites import Column, Site

_ARTICLE = re.compile(r"/t20\d{6}_\d+\.s?html?$")
# The definition `function createPageHTML(_nPageCount, …)` has no digits and does not match.
_PAGING = re.compile(r"""createPageHTML\(\s*(\d+)\s*,\s*\d+\s*,\s*["']([^"']+)["']\s*,\s*["'](\w+)["']""")


class TrsWcmSpider(GovernmentSpider):
    """Page k is `index_{k-1}.html`; the first is `index.html`."""

    name = "trs_wcm"

    @staticmethod
    def read_listing(page: Page, column: Column, site: Site) -> ListingPage:
        """Entries of the page; the other pages by the count in its script."""
        del column
        match = _PAGING.search(page.text)
        count, name, suffix = (int(match[1]), match[2], match[3]) if match else (1, "", "")
        pages = tuple(urljoin(page.url, f"{name}_{number}.{suffix}") for number in range(1, count))
        return ListingPage(article_entries(page, _ARTICLE, site.selectors.listing_item), pages)
