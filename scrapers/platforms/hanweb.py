"""Hanweb jcms: a column page whose rows a script fetches from a data proxy, as XML with markup in CDATA.

The page carries the proxy's parameters and the number of records, either in a `<datastore>` island with the
first rows or in a script. The script asks for three pages of rows at a time. The proxy refuses requests
without a Referer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from scrapers.pages import Page
from scrapers.platforms.listing import ListingPage, article_entries
from scrapers.sites import Column, Site

_ARTICLE = re.compile(r"/art/20\d\d/\d{1,2}/\d{1,2}/art_[\d_]+\.s?html?$|/art_\d+_\d+\.s?html?$")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_PROXY = re.compile(r"""["'(=]\s*([^"'\s()<>]*dataproxy\.jsp[^"'\s()<>]*)""")
_NAMES = (
    "col", "appid", "webid", "path", "columnid", "sourceContentType", "unitid", "webname", "permissiontype"
)  # fmt: skip
_PAGES_PER_REQUEST = 3


def read_listing(page: Page, column: Column, site: Site) -> ListingPage:
    """Rows of the column page or of a proxy's answer; the column page names the proxy's other answers."""
    rows = "".join(match for match in _CDATA.findall(page.text) if "dataproxy" not in match)
    # Addresses in the proxy's rows are relative to the column page, into which the script puts them.
    column_url = urljoin(site.base_url, column.url)
    markup = Page(column_url, f"<html><body>{rows}</body></html>") if rows else page
    entries = article_entries(markup, _ARTICLE, site.selectors.listing_item)
    total = _number("totalrecord", page.text)
    return ListingPage(entries, tuple(_proxied(page)) if _is_column(page) else (), total)


def _is_column(page: Page) -> bool:
    return "dataproxy" not in urlsplit(page.url).path


def _proxied(page: Page) -> Iterator[str]:
    total, size = _number("totalrecord", page.text), _number("perpage", page.text) or 15
    proxy = _PROXY.search(page.text)
    if not total or not proxy:
        return
    address = unescape(proxy[1])
    group = size * _PAGES_PER_REQUEST
    parameters = _parameters(page, address)
    for start in range(1, total + 1, group):
        wanted = {"startrecord": start, "endrecord": min(start + group - 1, total), "perpage": size}
        yield urljoin(page.url, f"{address.partition('?')[0]}?{urlencode(wanted | parameters)}")


def _parameters(page: Page, address: str) -> dict[str, str]:
    """What the script would send along: from the proxy's address, else from the script's own text."""
    named = {name: value for name, value in parse_qsl(urlsplit(address).query) if name in _NAMES}
    for name in _NAMES:
        pattern = rf"""\b{name}["']?\s*[:=]\s*["']?([^"'&,;\s<>}}]+)"""
        if name not in named and (found := re.search(pattern, page.text)):
            named[name] = unescape(found[1])
    return named


def _number(name: str, text: str) -> int | None:
    found = re.search(rf"""{name}["']?\s*(?:[:=]\s*["']?|>\s*)(\d+)""", text, re.IGNORECASE)
    return int(found[1]) if found else None
