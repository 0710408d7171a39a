"""How far a column's listing was walked, what it held, and when absence may be concluded from it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from scrapers.monitors import Walked, reason_of
from scrapers.platforms.listing import Found, ListingPage
from scrapers.sites import Column
from scrapers.titles import Facts
from scrapers.walk import Walk
from tests.scrapers.made_sites import made_site

COLUMN = Column(name="部门预算", url="bmys/")


def entries(*names: str) -> tuple[Found, ...]:
    return tuple(Found(url=name, title=f"{name}2024年部门预算") for name in names)


def walked(pages: Mapping[str, ListingPage], *, full: bool = True, handled: str = "") -> Walk:
    """The walk from page `1`, whose pages are answered as given; what is not given does not answer."""
    walk = Walk(COLUMN, "1", full)
    walk.ask("1")
    for url in walk.asked:  # grows meanwhile
        if url not in pages:
            walk.complete = False
            continue
        walk.take(url, pages[url])
        for further, place in walk.further(url, pages[url], handled.__contains__):
            walk.ask(further, place)
    return walk


def seen(walk: Walk) -> tuple[bool, int, list[str]]:
    observed = walk.observed("http://a.gov.cn/bmys/")
    return observed.complete, observed.page_count, [entry.url for entry in observed.entries]


THREE_PAGES = {
    "1": ListingPage(entries("a", "b"), pages=("2", "3"), total=4),
    "2": ListingPage(entries("b", "c"), pages=("1", "3")),
    "3": ListingPage(entries("d"), pages=("1", "2")),
}


def test_a_full_walk_asks_for_every_page_once_and_gives_entries_once_in_their_order() -> None:
    walk = walked(THREE_PAGES)
    assert walk.asked == ["1", "2", "3"]
    assert seen(walk) == (True, 3, ["a", "b", "c", "d"])


def test_a_walk_for_news_ends_at_the_first_page_without_any() -> None:
    assert walked(THREE_PAGES, full=False, handled="abcd").asked == ["1"]
    one_new = walked(THREE_PAGES, full=False, handled="bcd")
    assert one_new.asked == ["1", "2"]
    assert seen(one_new) == (False, 2, ["a", "b", "c"])


@pytest.mark.parametrize(
    "pages",
    [
        THREE_PAGES | {"1": ListingPage(entries("a", "b"), pages=("2", "3"), total=5)},
        {url: page for url, page in THREE_PAGES.items() if url != "3"},
        THREE_PAGES | {"2": ListingPage(())},
        THREE_PAGES | {"2": ListingPage(entries("b", "c"), is_guessed=True)},
        {"1": ListingPage(())},
    ],
    ids=["fewer than the site says", "a page fails", "a page says nothing", "guessed", "nothing at all"],
)
def test_absence_is_concluded_only_from_what_is_whole(pages: Mapping[str, ListingPage]) -> None:
    assert not seen(walked(pages))[0]


def test_an_empty_page_after_the_last_one_is_whole() -> None:
    assert seen(walked(THREE_PAGES | {"3": ListingPage((), beyond_end=True), "1": THREE_PAGES["2"]}))[0]


def test_listings_within_the_column_say_what_their_entries_leave_out() -> None:
    place = Found(url="局", title="市民政局", facts=Facts(agency_name="市民政局"))
    year = Found(url="年", title="2024年", facts=Facts(fiscal_year=2024))
    walk = Walk(COLUMN, "1", full=True)
    walk.ask("1")
    first = ListingPage((), listings=(place,))
    walk.take("1", first)
    ((url, within),) = walk.further("1", first, bool)
    walk.ask(url, within)
    second = ListingPage((), listings=(year,))
    walk.take(url, second)
    ((url, within),) = walk.further(url, second, bool)
    walk.ask(url, within)
    (entry,) = walk.take(url, ListingPage(entries("a")))
    assert (entry.section, entry.within.agency_name, entry.within.fiscal_year) == (
        "市民政局 2024年",
        "市民政局",
        2024,
    )
    assert walk.listing_of("年") == "年"


@pytest.mark.parametrize(
    ("crawl", "closed_for", "errors", "is_open", "reason"),
    [
        (Walked(9, 3, {"stored": 12}), "finished", 0, True, "finished"),
        (Walked(0, 0, {}), "finished", 0, False, "not started: outside of crawl_between 20:00-07:00"),
        (Walked(9, 3, {"stored": 12}), "closespider_timeout", 2, True, "stopped: closespider_timeout"),
        (Walked(9, 3, {"stored": 12}), "finished", 2, True, "2 pages could not be understood"),
        (Walked(0, 0, {"stored": 1}), "finished", 0, True, "no entries"),
        (Walked(1, 1, {"stored": 3}), "finished", 0, True, "only 1 listing entries, at least 2 expected"),
        (Walked(9, 0, {"stored": 9}), "finished", 0, True, "no documents: none of 9 listing entries"),
        (Walked(9, 1, {"stored": 9}), "finished", 0, True, "only 1 documents linked, at least 3 expected"),
        (Walked(9, 0, {"unchanged": 9}, full_walk=False), "finished", 0, True, "finished"),
    ],
)
def test_a_crawl_ends_for_the_first_thing_that_is_wrong(
    crawl: Walked, closed_for: str, errors: int, is_open: bool, reason: str
) -> None:
    site = made_site(crawl_between="20:00-07:00", assertions={"minimum_entries": 2, "minimum_documents": 3})
    assert reason_of(site, crawl, closed_for, errors, is_open=is_open).startswith(reason)
