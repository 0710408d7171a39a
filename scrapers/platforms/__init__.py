"""What differs between content management systems: how a listing page is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from scrapers.pages import Page
from scrapers.platforms import dynamic, generic, gkmlpt, hanweb, matrix, one_based, provincial, trs_wcm
from scrapers.platforms.listing import ListingPage
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
