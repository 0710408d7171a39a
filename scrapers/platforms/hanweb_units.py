"""Newer Hanweb: listings built from units, JSON whose `data.html` holds the rows of one page. Pure.

An element of the column page carries what the script asks for: `querydata="{'webId':'7','pageId':'21404'}"`,
`paramjson="{'pageNo':'1','pageSize':'15'}"`, `count="57"`.
"""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import urlencode, urljoin, urlsplit

from scrapers.pages import Page
from scrapers.platforms.json_listing import read_json

_QUERY = re.compile(r"""querydata\s*=\s*(["'])(\{.*?\})\1""", re.IGNORECASE)
_PARAMETERS = re.compile(r"""paramjson\s*=\s*(["'])(\{.*?\})\1""", re.IGNORECASE)
_PAIR = re.compile(r"""["'](\w+)["']\s*:\s*["']?([^"',}]*)""")
_COUNT = re.compile(r"""\b(?:count|total)["']?\s*[:=]\s*["']?(\d+)""", re.IGNORECASE)
_ADDRESS = re.compile(r"""["']([^"'\s]*/build/unit)["'?]""")
_USUAL_ADDRESS = "/api-gateway/jpaas-publish-server/front/page/build/unit"
_USUAL_SIZE = 15


def is_unit(page: Page) -> bool:
    """Whether a page is the answer of a unit."""
    return urlsplit(page.url).path.endswith("/build/unit")


def markup(page: Page) -> str:
    """The rows in the answer of a unit."""
    data = read_json(page.text)
    inner = data.get("data") if isinstance(data, dict) else None
    rows = inner.get("html") if isinstance(inner, dict) else None
    return f"<html><body>{rows or ''}</body></html>"


def pages(page: Page, rows: int) -> tuple[tuple[str, ...], int | None]:
    """The answers that hold the other pages of a listing, and how many entries it has.

    Args:
        page: The column page.
        rows: How many entries stand in it already.
    """
    query, given = _QUERY.search(page.text), _PARAMETERS.search(page.text)
    if not query:
        return (), None
    asked = dict(_PAIR.findall(unescape(query[2])))
    said, count, address = (
        dict(_PAIR.findall(unescape(given[2]))) if given else {},
        _COUNT.search(page.text),
        _ADDRESS.search(page.text),
    )
    size = int(said.get("pageSize") or 0) or rows or _USUAL_SIZE
    total = int(count[1]) if count else None
    url = urljoin(page.url, address[1] if address else _USUAL_ADDRESS)
    first = 2 if rows else 1
    numbers = range(first, -(-total // size) + 1) if total else range(first, first + 1)
    parameters = (json.dumps({"pageNo": n, "pageSize": size}, separators=(",", ":")) for n in numbers)
    return tuple(f"{url}?{urlencode(asked | {'paramJson': text})}" for text in parameters), total
