"""What a page looks like to one who does not know its system: rows, columns named in it, its parts. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from parsel import Selector

from scrapers.dates import find_date
from scrapers.links import links
from scrapers.pages import Page, in_furniture, visible_text
from scrapers.platforms.listing import is_page_or_file, row_of
from scrapers.platforms.navigation import named_places
from scrapers.titles import Verdict, judge, normalise

_COLUMN = re.compile(
    r"(市级|本级)?(财政)?(部门|单位)?(预决算|预算/?决算|预算|决算)(信息)?(公开)?(平台|专栏|情况)?|财政(资金|信息)(公开)?"
)
_FEWEST_ROWS = 3
_SHORTEST_TITLE = 6


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a page that look alike, and where they stand."""

    xpath: str
    count: int
    dated: int
    """How many have a day beside their link."""
    disclosures: int
    """How many are titled like budget disclosures."""


def rows(page: Page) -> list[Rows]:
    """Groups of at least three rows with a link each, the one most like a listing of budgets first."""
    groups: dict[str, list[Selector]] = {}
    for link, anchor in links(page, page.selector):
        is_entry = is_page_or_file(link) or _day_of(anchor)
        if len(link.text) >= _SHORTEST_TITLE and is_entry and not in_furniture(anchor):
            groups.setdefault(_xpath(row_of(anchor)), []).append(anchor)
    found = [_rows(xpath, anchors) for xpath, anchors in groups.items() if len(anchors) >= _FEWEST_ROWS]
    return sorted(found, key=lambda group: (-group.disclosures, -group.dated, -group.count))


def _rows(xpath: str, anchors: list[Selector]) -> Rows:
    dated = sum(bool(_day_of(anchor)) for anchor in anchors)
    verdicts = Counter(judge(visible_text(anchor)).verdict for anchor in anchors)
    return Rows(xpath, len(anchors), dated, verdicts[Verdict.DISCLOSURE])


def _day_of(anchor: Selector) -> date | None:
    return find_date(" ".join(row_of(anchor).itertext("*")))


def _xpath(row: Any) -> str:  # noqa: ANN401 - lxml has no types
    """`//ul[@class='list']/li`: the row by its tag, below the nearest element with a class or an id."""
    steps, element = [_step(row)], row
    while "[" not in steps[0] and (element := element.getparent()) is not None and element.tag != "body":
        steps.insert(0, _step(element))
    return "//" + "/".join(steps)


def _step(element: Any) -> str:  # noqa: ANN401
    # Numbered ids are of one row each.
    named = {"class": r"\S", "id": r"[^\d]+$"}
    name = next((name for name, like in named.items() if re.match(like, element.get(name, ""))), None)
    return f"{element.tag}[@{name}='{element.get(name)}']" if name else str(element.tag)


def columns_named(page: Page) -> dict[str, str]:
    """Address → text of links of the same site that are called like a column of budgets."""
    host = urlsplit(page.url).netloc
    found = {
        link.url: link.text
        for link, _ in links(page, page.selector)
        if _COLUMN.fullmatch(normalise(link.text)) and urlsplit(link.url).netloc == host
    }
    return {url: text for url, text in found.items() if url != page.url}


def described(page: Page) -> Iterator[str]:
    """What a person would say of a page whose system is not known."""
    found = list(links(page, page.selector))
    yield f"{len(found)} links, {len(visible_text(page.selector))} characters of text, title {page.title!r}"
    for group in rows(page)[:2]:
        yield (
            f"{group.count} rows {group.xpath}: {group.dated} with a day, "
            f"{group.disclosures} titled like budget disclosures"
        )
    for url, text in columns_named(page).items():
        yield f"a column called {text}: {url}"
    places = [listing.title for listing in named_places(page)[1]]
    if places:
        named = "、".join(places[:5])
        yield f"listings of departments or years (selectors.sub_listing may name them): {named} …"
    if not found and page.selector.css("script"):
        yield "nothing but scripts: its entries are fetched by one of them, see the browser's network tab"
    if page.meta:
        yield "meta tags: " + ", ".join(f"{name}={text}" for name, text in page.meta.items())
