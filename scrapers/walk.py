"""The walk over a column's listing pages: which were asked for, what they hold, whether that is all. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import chain

from scrapers.platforms.listing import Found, ListingPage
from scrapers.sites import Column
from warehouse.record.events import ListingEntry, ListingObserved


@dataclass
class Walk:
    """What is known of a column's listing, and of the listings within it, while their pages come in."""

    column: Column
    url: str
    full: bool
    """Whether it goes to the end; else from page to page until one has nothing new."""
    asked: list[str] = field(default_factory=list)
    waiting: int = 0
    complete: bool = True
    _named: dict[str, list[str]] = field(default_factory=dict)
    """Listing → its pages that are known of and not asked for yet."""
    _entries: dict[str, tuple[Found, ...]] = field(default_factory=dict)
    """Listing page → its entries."""
    _places: dict[str, Found] = field(default_factory=dict)
    """Listing page → the listing within the column that it is a page of."""
    _totals: dict[str, int] = field(default_factory=dict)
    """Listing → how many entries the site says there are, where it does."""

    def ask(self, url: str, place: Found | None = None) -> None:
        """Note a page that is asked for, and the listing within the column that it is a page of."""
        self.asked.append(url)
        self.waiting += 1
        if place:
            self._places[url] = place

    def listing_of(self, url: str) -> str:
        """Address of the listing, the column's own or one within it, that a page belongs to."""
        place = self._places.get(url)
        return place.url if place else self.url

    def take(self, url: str, listing: ListingPage) -> tuple[Found, ...]:
        """Note what a page holds; gives its entries with what is said of the listing that they stand in."""
        place, own = self._places.get(url), self.listing_of(url)
        entries = tuple(_within(entry, place) for entry in listing.entries)
        self._entries[url] = entries
        self._totals[own] = max(self._totals.get(own, 0), listing.total or 0)
        if not (entries or listing.listings or listing.beyond_end or (url == own and listing.pages)):
            self.complete = False  # it answers something else; the first page may be a shell
        self.complete = self.complete and not listing.is_guessed
        return entries

    def further(
        self, url: str, listing: ListingPage, is_handled: Callable[[str], bool]
    ) -> list[tuple[str, Found | None]]:
        """The pages to ask for after one, each with the listing within the column that it is a page of.

        Args:
            url: The page.
            listing: What it holds.
            is_handled: Whether an entry was seen by an earlier crawl.
        """
        place, own = self._places.get(url), self.listing_of(url)
        named = self._named.get(own, [])
        known = {*self.asked, *named}
        named = named + [page for page in dict.fromkeys(listing.pages) if page not in known]
        wanted = len(named) if self.full else 1
        if not self.full and listing.entries:
            wanted = int(any(not is_handled(entry.url) for entry in listing.entries))
            if not wanted and named:
                self.complete = False
        self._named[own] = named[wanted:]
        pages: list[tuple[str, Found | None]] = [(page, place) for page in named[:wanted]]
        return pages + [(within.url, _within(within, place)) for within in listing.listings]

    def observed(self, listing_url: str) -> ListingObserved:
        """All entries in the order of the pages, each once; a listing without entries was not understood.

        Args:
            listing_url: The address under which the record knows the listing.
        """
        pages = [self._entries[url] for url in self.asked if url in self._entries]
        found: dict[str, Found] = {}
        for entry in chain.from_iterable(pages):
            found.setdefault(entry.url, entry)
        entries = [ListingEntry(url=e.url, title=e.title, listed_on=e.listed_on) for e in found.values()]
        return ListingObserved(
            listing_url=listing_url,
            column_name=self.column.name,
            complete=self.complete and bool(entries) and self._has_all(),
            page_count=len(pages),
            entries=tuple(entries),
        )

    def _has_all(self) -> bool:
        """Whether as many entries were found in each listing as the site says there are."""
        found: dict[str, set[str]] = {}
        for url, entries in self._entries.items():
            found.setdefault(self.listing_of(url), set()).update(entry.url for entry in entries)
        return all(len(found.get(url, ())) >= total for url, total in self._totals.items())


def _within(entry: Found, place: Found | None) -> Found:
    """An entry, or a listing, with what the listing says that leads to it."""
    if not place:
        return entry
    section = f"{place.section} {place.title}".strip()
    return replace(entry, section=section, within=place.facts.or_else(place.within))
