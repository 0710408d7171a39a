"""Listings that a shell page's script fetches as JSON: records with a title and an address. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urljoin

from scrapers.dates import read_date
from scrapers.pages import Page
from scrapers.platforms.listing import Found, ListingPage
from scrapers.platforms.questions import is_complete, page_number, question
from scrapers.sites import Api, Column, FieldName
from scrapers.titles import Facts, facts, normalise, vocabulary

Record = dict[str, Any]
_JSONP = re.compile(r"^\s*[\w$.]+\((.*)\)\s*;?\s*$", re.DOTALL)


def read_json(text: str) -> Any | None:  # noqa: ANN401 - any JSON
    """The value of a JSON or JSONP answer; None where it is something else (the shell page)."""
    try:
        return json.loads(match[1] if (match := _JSONP.match(text)) else text)
    except ValueError:
        return None


def json_listing(page: Page, data: object, column: Column, api: Api, address: str) -> ListingPage:
    """Entries of a JSON answer; the first one names all others by the total, else each the next.

    Args:
        page: The answer.
        data: Its value.
        column: What it is listed in.
        api: How records are named, and where their entries are.
        address: Of the JSON, with `{page}` for the page's number.
    """
    records = find_records(data, api)
    found = tuple(found for record in records if (found := _found(page, record, column, api)))
    entries, listings = ((), found) if api.details else (found, ())
    total = None if api.details else _total(data)
    if "{page}" not in address or not records:
        return ListingPage(entries, listings=listings, total=total, beyond_end=not records)
    number, count = page_number(page.url, address, api.first_page), _total(data)
    if count is None:
        following = [number + 1]
    elif number == api.first_page:
        pages = -(-count // (_first_number(data, "page_size") or len(records)))
        following = list(range(number + 1, api.first_page + pages))
    else:
        following = []
    further = tuple(urljoin(page.url, address.replace("{page}", str(n))) for n in following)
    return ListingPage(entries, further, listings, total)


def find_records(data: object, api: Api) -> list[Record]:
    """The longest list of objects that have a title (or, where they are departments, a name)."""
    named: tuple[FieldName, ...] = ("title", "agency") if api.details else ("title",)
    lists = [
        found
        for found in _lists(data)
        if any(_value(record, field, api) for record in found for field in named)
    ]
    return max(lists, key=len, default=[])


def _lists(data: object) -> Iterator[list[Record]]:
    if isinstance(data, list):
        objects = [item for item in data if isinstance(item, dict)]
        if objects:
            yield objects
        for item in data:
            yield from _lists(item)
    elif isinstance(data, dict):
        for value in data.values():
            yield from _lists(value)


def _found(page: Page, record: Record, column: Column, api: Api) -> Found | None:
    agency = _value(record, "agency", api)
    title = _value(record, "title", api) or (agency if api.details else "")
    address = _entry_address(page, record, api)
    if not title or not address:
        return None
    year = re.search(r"20\d\d", _value(record, "year", api))
    said = facts(title).or_else(
        Facts(int(year[0]) if year else None, column.phase, None, normalise(agency) or None)
    )
    # A record's own title is often only 部门预算, its department and year standing beside it.
    place = [
        agency if agency and agency not in title else "",
        f"{year[0]}年" if year and year[0] not in title else "",
    ]
    return Found(
        urljoin(page.url, address),
        "".join(place) + title,
        read_date(_value(record, "date", api)),
        title,
        said,
    )


def _entry_address(page: Page, record: Record, api: Api) -> str:
    """Where a record leads: to its page or file, or to a question of its own. Empty where it does not say."""
    if api.details:
        address = question(api.details, page.url.partition("#")[0], record)
        return address.replace("{page}", str(api.details.first_page)) if is_complete(address) else ""
    if not api.entry_url:
        return _value(record, "url", api)
    try:
        return api.entry_url.format_map({name: quote(str(value), safe="") for name, value in record.items()})
    except KeyError:  # a record without an id leads nowhere
        return ""


def _value(record: Mapping[str, Any], field: FieldName, api: Api) -> str:
    names = [api.fields[field]] if field in api.fields else vocabulary()["json_fields"][field]
    by_name = {_plain(key): value for key, value in record.items()}
    values = (by_name.get(_plain(name)) for name in names)
    return next((str(value).strip() for value in values if value and not isinstance(value, dict | list)), "")


def _plain(name: str) -> str:
    """agencyName, agency_name and AGENCY_NAME are the same."""
    return name.replace("_", "").lower()


def _total(data: object) -> int | None:
    return _first_number(data, "total")


def _first_number(data: object, field: str) -> int | None:
    """A number beside the records or above them, under one of the names of the vocabulary."""
    names = {_plain(name) for name in vocabulary()["json_fields"][field]}
    level = [data]
    while level:
        objects = [item for item in level if isinstance(item, dict)]
        for item in objects:
            for key, value in item.items():
                if _plain(key) in names and str(value).isdigit():
                    return int(value)
        level = [value for item in objects for value in item.values()]
    return None
