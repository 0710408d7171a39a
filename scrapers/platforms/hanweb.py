"""Hanweb jcms: a column page whose rows a script fetches from a data proxy, as XML with markup in CDATA.

The page carries the proxy's parameters and the number of records, either in a `<datastore>` island with the
first rows or in a script. The script asks for three pages of rows at a time. The proxy refuses requests
without a Referer; where it wants a POST, the site's YAML says `api.method: POST`.

Newer versions link their pages (`index.html?uid=85741&pageNum=2`), or build them from units (`hanweb_units`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from scrapers.forms import FORM_MARK, posted
from scrapers.pages import Page
from scrapers.platforms import hanweb_units
from scrapers.platforms.listing import ListingPage, article_entries, paging_links
from scrapers.sites import Column, Site

_ARTICLE = re.compile(r"/art/20\d\d/\d{1,2}/\d{1,2}/art_[\d_]+\.s?html?$|/art_\d+_\d+\.s?html?$")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_PROXY = re.compile(r"""["'(=]\s*([^"'\s()<>]*dataproxy\.jsp[^"'\s()<>]*)""")
_PAGING = re.compile(r"[?&](pageNum|pageNo|page)=\d+", re.IGNORECASE)
_NAMES = (
    "col", "appid", "webid", "path", "columnid", "sourceContentType", "unitid", "webname", "permissiontype"
)  # fmt: skip
_PAGES_PER_REQUEST = 3


def read_listing(page: Page, column: Column, site: Site) -> ListingPage:
    """Rows of the column page or of a proxy's answer; the column page names the proxy's other answers."""
    if hanweb_units.is_unit(page):
        markup = Page(urljoin(site.base_url, column.url), hanweb_units.markup(page))
        entries = article_entries(markup, _ARTICLE, site.selectors.listing_item)
        return ListingPage(entries, beyond_end=not entries)
    rows = "".join(match for match in _CDATA.findall(page.text) if "dataproxy" not in match)
    # Addresses in the proxy's rows are relative to the column page, into which the script puts them.
    column_url = urljoin(site.base_url, column.url)
    markup = Page(column_url, f"<html><body>{rows}</body></html>") if rows else page
    entries = article_entries(markup, _ARTICLE, site.selectors.listing_item)
    total = _number("totalrecord", page.text)
    further = _following(page, total, bool(entries)) if _is_proxy(page) else _proxied(page, total)
    pages, unit_total = hanweb_units.pages(page, len(entries))
    pages, total = (*further, *pages, *paging_links(page, _PAGING)), total or unit_total
    if site.api.method == "POST":
        pages = tuple(_as_post(address) if "dataproxy" in address else address for address in pages)
    beyond_end = _is_proxy(page) and not entries
    return ListingPage(entries, tuple(dict.fromkeys(pages)), total=total, beyond_end=beyond_end)


def _as_post(address: str) -> str:
    """The same question with the rows in the address and all else in the form, as the script sends it."""
    url, _, query = address.partition("?")
    rows = {name: text for name, text in parse_qsl(query) if name in {"startrecord", "endrecord", "perpage"}}
    form = {name: text for name, text in parse_qsl(query) if name not in rows}
    return posted(f"{url}?{urlencode(rows)}", form)


def _is_proxy(page: Page) -> bool:
    return "dataproxy" in urlsplit(page.url).path


def _proxied(page: Page, total: int | None) -> Iterator[str]:
    """The proxy's answers to a column page; only the first where it does not say how many rows there are."""
    proxy, size = _PROXY.search(page.text), _number("perpage", page.text) or 15
    if not proxy or total == 0:
        return
    address = unescape(proxy[1])
    parameters = _parameters(page, address)
    group = size * _PAGES_PER_REQUEST
    for start in range(1, (total or 1) + 1, group):
        wanted = _rows(start, group, total) | {"perpage": str(size)}
        yield urljoin(page.url, f"{address.partition('?')[0]}?{urlencode(wanted | parameters)}")


def _following(page: Page, total: int | None, has_rows: bool) -> Iterator[str]:
    """The answer after this one, where there are more rows or nobody says how many there are."""
    address, _, query = page.url.replace(FORM_MARK, "&").partition("?")
    asked = dict(parse_qsl(query))
    start, end = int(asked.get("startrecord", 1)), int(asked.get("endrecord", 0))
    if has_rows and end >= start and (total is None or end < total):
        yield f"{address}?{urlencode(asked | _rows(end + 1, end + 1 - start, total))}"


def _rows(start: int, count: int, total: int | None) -> dict[str, str]:
    return {"startrecord": str(start), "endrecord": str(min(start + count - 1, total or start + count))}


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
