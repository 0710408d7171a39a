"""A province's platform for all its regions: a shell page, and JSON by ADMDIV, the region in nine digits.

The address of the JSON is in the site's YAML (`api.url`), and what is sent to it; its files stand behind
preview pages. Some answer with departments first, and only of each (`api.details`) with its files.
"""

from __future__ import annotations

from urllib.parse import urljoin

from scrapers.pages import Page
from scrapers.platforms.json_listing import json_listing, read_json
from scrapers.platforms.listing import ListingPage
from scrapers.platforms.questions import asked, question
from scrapers.sites import Column, Site


def read_listing(page: Page, column: Column, site: Site) -> ListingPage:
    """The shell leads to the first page of JSON; that one to the others."""
    api = site.api.model_copy(update={"url": column.api_url or site.api.url})
    values = {"admdiv": site.admdiv or f"{site.region_code}000"}
    base_url = urljoin(site.base_url, column.url)
    data = read_json(page.text)
    if data is None:
        first = question(api, base_url, values).replace("{page}", str(api.first_page))
        return ListingPage((), (first,))
    level, address = asked(page.url, api, base_url, values)
    return json_listing(page, data, column, level, address)
