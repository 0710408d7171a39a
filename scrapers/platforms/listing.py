"""What a listing page says: its entries and the other pages of the same listing. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urljoin, urlsplit

from parsel import Selector

from scrapers.dates import find_date
from scrapers.links import Link, document_suffix, links
from scrapers.pages import Page, in_furniture, select
from scrapers.titles import Facts, Verdict, judge

_PAGING_TEXT = re.compile(r"[\s<>«»‹›\[]*(首页|尾页|末页|上一?页|下一?页|第?\d+页?|[<>«»‹›.…]+)[\s<>«»‹›\]]*")
_BESIDE = re.compile(r"foot|header|nav|crumb|side|friend|share|hot|recommend|related|rank", re.IGNORECASE)
_PAGING_CALL = re.compile(r"""(?<!function )\bcreatePage(?:HTML)?\w*\(([^()]*)\)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of a listing: an article, or a document that the listing links to directly."""

    url: str
    title: str
    listed_on: date | None = None
    link_text: str = ""
    facts: Facts = field(default_factory=Facts)
    """What its place says (the row and column of a matrix)."""
    section: str = ""
    """Titles of the listings within the column that lead to it: `市民政局 2024年`."""
    within: Facts = field(default_factory=Facts)
    """What those listings say; its own title goes before it."""


@dataclass(frozen=True, slots=True)
class ListingPage:
    """One page of a listing, and the addresses of the pages that it names."""

    entries: tuple[Found, ...]
    pages: tuple[str, ...] = ()
    """Addresses; those of forms are written as `scrapers.forms` says."""
    listings: tuple[Found, ...] = ()
    """Listings within this one: of departments, of years."""
    total: int | None = None
    """How many entries the whole listing has, where the page says so."""
    beyond_end: bool = False
    """Whether the page has no entries because the one before it was the last."""
    is_guessed: bool = False
    """Whether entries and listings are only links with fitting names: absence says nothing then."""


def article_entries(
    page: Page, article_pattern: re.Pattern[str], item: str | None = None
) -> tuple[Found, ...]:
    """Entries in the order of the page, each once: dated links, and links that look like articles.

    What stands in navigation and sidebars is left out where budgets stand elsewhere only.

    Args:
        page: The listing page.
        article_pattern: What the platform's article addresses look like (searched in path and query).
        item: The rows, where the site's YAML names them; then every link in them is an entry.
    """
    found: dict[str, Found] = {}
    beside: dict[str, Found] = {}
    for region in select(page.selector, item) if item else [page.selector]:
        for link, anchor in links(page, region):
            listed_on = find_date(" ".join(row_of(anchor).itertext("*")))
            if not link.text or _PAGING_TEXT.fullmatch(link.text):
                continue
            if item or article_pattern.search(link.url) or (listed_on and is_page_or_file(link)):
                place = beside if not item and in_furniture(anchor, _BESIDE) else found
                # Some rows link twice, from the title and from the date.
                text = max(link.text, place[link.url].title if link.url in place else "", key=len)
                place[link.url] = Found(link.url, text, listed_on, text)
    told = [
        any(judge(entry.title).verdict is Verdict.DISCLOSURE for entry in group.values())
        for group in (found, beside)
    ]
    return tuple(found.values() if told == [True, False] else (found | beside).values())


def row_of(anchor: Selector) -> Any:  # noqa: ANN401 - lxml has no types
    """A link's row: the largest element around it that links nowhere else."""
    row, href = anchor.root, anchor.root.get("href")
    while (parent := row.getparent()) is not None and set(parent.xpath(".//a/@href")) == {href}:
        row = parent
    return row


def is_page_or_file(link: Link) -> bool:
    """Not a folder: rows of menus link to columns, which end in a slash or index page."""
    parts = urlsplit(link.url)
    named = re.search(r"/(?!index|list)[^/]+\.s?html?$", parts.path)
    numbered = re.search(r"/(?!index|list)[^/]+\.(aspx?|php|jsp|do)$", parts.path, re.IGNORECASE)
    return bool(document_suffix(link.url) or named or (numbered and re.search(r"id=\w", parts.query)))


def paging_links(page: Page, pattern: re.Pattern[str]) -> Iterator[str]:
    """Links to other pages of the listing: the address matches, the text is a number or a direction."""
    for link, _ in links(page, page.selector):
        if _PAGING_TEXT.fullmatch(link.text) and pattern.search(link.url):
            yield link.url


def scripted_pages(page: Page, first: int) -> tuple[str, ...]:
    """Pages after the first of a listing that is paged by `createPageHTML(50, 0, "index", "html")`.

    Variants put a container's id in front (`createPageHTML("div", 50, 1, "turn", "index", "html")`), or name
    variables: the number of pages is the first number, the file's name the last two texts.

    Args:
        page: The listing page.
        first: The number in the name of the second page: 1 where pages are counted from zero, else 2.
    """
    for call in _PAGING_CALL.findall(page.text):
        values = [_value_of(argument.strip(), page.text) for argument in call.split(",")]
        numbers = [int(value) for value in values if isinstance(value, int)]
        texts = [value for value in values if isinstance(value, str)]
        if numbers and len(texts) >= 2:
            name, suffix = texts[-2:]
            last = numbers[0] - 2 + first
            return tuple(urljoin(page.url, f"{name}_{number}.{suffix}") for number in range(first, last + 1))
    return ()


def _value_of(argument: str, script: str) -> int | str | None:
    """A number or a text, written out or in a variable of the script; None where it is neither."""
    if re.fullmatch(r"[A-Za-z_$][\w$]*", argument):
        assigned = re.search(rf"""\b{re.escape(argument)}\s*=\s*(\d+|["'][^"']*["'])""", script)
        argument = assigned[1] if assigned else ""
    if argument.isdigit():
        return int(argument)
    return argument[1:-1] if re.fullmatch(r"""(["'])[^"']*\1""", argument) else None
