"""Where a listing goes on, whatever made it: its next page, listings within it, how many entries. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from scrapers.forms import postback
from scrapers.links import Link, links, selected_links
from scrapers.pages import Page, in_furniture, select, visible_text
from scrapers.platforms.listing import Found, is_page_or_file
from scrapers.sites import Site
from scrapers.titles import agency_name, facts, normalise

_NEXT = re.compile(r"[\s<>«»‹›\[(]*(下一?页|next|[>»›]{1,2})[\s<>«»‹›\])]*", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"\[?\s*(\d{1,3}|\.{3}|…)\s*\]?")
_FIRST_PAGE = re.compile(r"=(Page%24|Page\$)?1$")
_TOTAL = re.compile(r"共\s*(?:有|计)?\s*(\d{1,6})\s*(?:条|篇)")
_PERIOD = re.compile(r"(20\d\d年?度?)?([市县区省]本?级)?(部门|单位)?(预算|决算|预决算)?(信息)?(公开)?")
_FEWEST_DEPARTMENTS = 3


def next_pages(page: Page) -> Iterator[str]:
    """Addresses of links that say 下一页, and of the page numbers of a WebForms grid."""
    steps = []
    for anchor in page.selector.xpath("//a[@href]"):
        text, href = visible_text(anchor), anchor.root.get("href")
        is_next, is_number = _NEXT.fullmatch(text), _PAGE_NUMBER.fullmatch(text)
        if "__doPostBack" in href:
            address = postback(page, href) if is_next or is_number else None
            if address and "__step" in address:
                steps += [address] if is_next else []
            elif address and not _FIRST_PAGE.search(address):
                yield address
        elif is_next:
            yield from (link.url for link, _ in links(page, anchor) if _is_beside(page, link))
    yield from steps[:1]


def _is_beside(page: Page, link: Link) -> bool:
    """Whether a link leads to another address in the page's folder or below: `>>` may mean "more" too."""
    here, there = urlsplit(page.url), urlsplit(link.url)
    folder = here.path.rpartition("/")[0]
    return link.url != page.url and here.netloc == there.netloc and there.path.startswith(folder)


def total_said(page: Page) -> int | None:
    """How many entries the whole listing has, where its page prints it: 共 57 条."""
    said = _TOTAL.search(visible_text(page.selector))
    return int(said[1]) if said else None


def listings_within(page: Page, site: Site) -> tuple[Found, ...]:
    """Listings that the site's YAML selects on a page (`selectors.sub_listing`)."""
    expression = site.selectors.sub_listing
    chosen = selected_links(page, select(page.selector, expression)) if expression else ()
    return _as_listings(page, list(chosen))


def named_places(page: Page) -> tuple[tuple[Found, ...], tuple[Found, ...]]:
    """What a page without dated entries lists by name alone: articles, and listings of departments or years.

    Departments are told by a list of at least three organs' names on the same host; years and kinds of budget
    by their words.
    """
    here = urlsplit(page.url)
    own = [
        link
        for link, anchor in links(page, page.selector)
        if urlsplit(link.url).netloc == here.netloc
        and urlsplit(link.url).path.strip("/")
        and link.url != page.url
        and not in_furniture(anchor)
    ]
    organs = [link for link in own if agency_name(link.text) == normalise(link.text)]
    named = organs if len(organs) >= _FEWEST_DEPARTMENTS else []
    named += [link for link in own if link.text and _PERIOD.fullmatch(normalise(link.text))]
    articles = [link for link in named if is_page_or_file(link)]
    entries = tuple(Found(link.url, link.text, None, link.text) for link in dict.fromkeys(articles))
    return entries, _as_listings(page, [link for link in named if link not in articles])


def _as_listings(page: Page, found: list[Link]) -> tuple[Found, ...]:
    listings = {link.url: Found(link.url, link.text, facts=facts(link.text)) for link in found}
    return tuple(listing for url, listing in listings.items() if url != page.url)
