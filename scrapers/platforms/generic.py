"""Any list of articles with attachments, described by selectors in the site's YAML: CSS, or XPath."""

from __future__ import annotations

from collections.abc import Iterator

from parsel import Selector, SelectorList

from scrapers.dates import find_date
from scrapers.links import links, selected_links
from scrapers.pages import Page, select, visible_text
from scrapers.platforms.listing import Found, ListingPage
from scrapers.sites import Column, Selectors, Site


def read_listing(page: Page, column: Column, site: Site) -> ListingPage:
    """One entry per row (`listing_item`), and the pages that `next_page` selects."""
    del column
    rows = select(page.selector, site.selectors.listing_item or "li")
    found = {entry.url: entry for row in rows for entry in _entries(page, row, site.selectors)}
    return ListingPage(tuple(found.values()), tuple(_next_pages(page, site.selectors.next_page)))


def _entries(page: Page, row: Selector, selectors: Selectors) -> Iterator[Found]:
    """The entry of a row: its first link, with the row's title and date where selectors name them."""
    region = select(row, selectors.link) if selectors.link else SelectorList([row])
    link = next(selected_links(page, region), None)
    if not link:
        return
    printed = (other.text for other, _ in links(page, row))
    title = _text(row, selectors.title) or link.text or next(printed, "")
    date = _text(row, selectors.date) if selectors.date else visible_text(row)
    yield Found(link.url, title, find_date(date), title)


def _text(row: Selector, expression: str | None) -> str:
    chosen = select(row, expression)[:1] if expression else ()
    return next(
        (node.get() if isinstance(node.root, str) else visible_text(node) for node in chosen), ""
    ).strip()


def _next_pages(page: Page, expression: str | None) -> Iterator[str]:
    """Addresses of the selected links, or the selected addresses (`//a[.='下页']/@data-url`)."""
    if expression:
        yield from (link.url for link in selected_links(page, select(page.selector, expression)))
