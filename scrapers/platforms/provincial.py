"""A province's platform for all its regions: a shell page, and JSON by ADMDIV, the region in nine digits.

The address of the JSON is in the site's YAML (`api.url`); its files stand behind preview pages.
"""

from __future__ import annotations

from urllib.parse import urljoin

from scrapers.pages import Page
from scrapers.platforms.json_listing import json_listing, read_json
from scrapers.platforms.listing import ListingPage
from scrapers.sites import Column, Site


def read_listing(page: Page, column: Column, site: Site) -> ListingPage:
    """The shell leads to the first page of JSON; that one to the others."""
    address = (column.api_url or site.api.url or "").replace(
        "{admdiv}", site.admdiv or f"{site.region_code}000"
    )
    data = read_json(page.text)
    if data is None:
        first = address.replace("{page}", str(site.api.first_page))
        return ListingPage((), (urljoin(page.url, first),))
    return json_listing(page, data, column, site.api, address)
