"""gkmlpt, Guangdong's disclosure catalogue: `/gkmlpt/index#613` is a shell for `/gkmlpt/api/all/613?page=1`.

The catalogue's number is the fragment of the column's address; the shell's script says the site's own (SID).
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from scrapers.pages import Page
from scrapers.platforms.json_listing import json_listing, read_json
from scrapers.platforms.listing import ListingPage
from scrapers.sites import Column, Site

_SID = re.compile(r"""\bSID["']?\s*[:=]\s*["']?(\d+)""")


def read_listing(page: Page, column: Column, site: Site) -> ListingPage:
    """The shell names the first page of JSON; that one the others."""
    data = read_json(page.text)
    if data is None:
        address = _address(page, column, site)
        first = address.replace("{page}", str(site.api.first_page))
        return ListingPage((), (urljoin(page.url, first),) if first else ())
    address = re.sub(r"([?&]page=)\d+", r"\1{page}", page.url)
    return json_listing(page, data, column, site.api, address)


def _address(page: Page, column: Column, site: Site) -> str:
    """Of the JSON behind a shell; `site.api.url` has precedence. Empty where no category is known."""
    url = urljoin(site.base_url, column.url)
    sid, category = _SID.search(page.text), urlsplit(url).fragment
    if not category:
        return ""
    folder = urlsplit(url).path.partition("/gkmlpt")[0]
    usual = f"{folder}/gkmlpt/api/all/{{category}}?page={{page}}" + ("&sid={sid}" if sid else "")
    template = site.api.url or usual
    return template.replace("{category}", category).replace("{sid}", sid[1] if sid else "")
