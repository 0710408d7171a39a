"""What differs between content management systems: how a listing page is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from scrapers.pages import Page
from scrapers.platforms import dynamic, generic, gkmlpt, hanweb, matrix, one_based, provincial, trs_wcm
from scrapers.platforms.listing import ListingPage
from scrapers.platforms.navigation import listings_within, named_places, next_pages, total_said
from scrapers.sites import Column, Site

ReadListing = Callable[[Page, Column, Site], ListingPage]
"""Entries of one page of a column's listing, and the other pages that it names. Pure."""

PLATFORMS: Mapping[str, ReadListing] = MappingProxyType(
    {
        "trs_wcm": trs_wcm.read_listing,
        "one_based": one_based.read_listing,
        "hanweb": hanweb.read_listing,
        "gkmlpt": gkmlpt.read_listing,
        "provincial": provincial.read_listing,
        "matrix": matrix.read_listing,
        "dynamic": dynamic.read_listing,
        "generic": generic.read_listing,
    }
)


def read_listing(page: Page, column: Column, site: Site) -> ListingPage:
    """What a page of a column lists, by its platform, and where it goes on by signs that all pages share."""
    listing = PLATFORMS[site.platform](page, column, site)
    if not page.is_html or listing.beyond_end:
        return listing
    pages = listing.pages if site.selectors.next_page else (*listing.pages, *next_pages(page))
    within = (*listing.listings, *listings_within(page, site))
    listing = replace(
        listing,
        pages=tuple(dict.fromkeys(pages)),
        listings=within,
        total=listing.total or (total_said(page) if listing.entries else None),
    )
    if listing.entries or listing.pages or within or site.selectors.listing_item:
        return listing
    entries, places = named_places(page)
    return replace(listing, entries=entries, listings=places, is_guessed=bool(entries or places))
