"""What a shell page's script asks for, as the site's YAML describes it: address, form, page number. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

from w3lib.url import safe_url_string

from scrapers.forms import posted, posted_json
from scrapers.sites import Api

_PLACE = re.compile(r"\{(\w+)\}")


def question(api: Api, base_url: str, values: Mapping[str, object]) -> str:
    """The address of a question, with its form; places for which there is no value stay, as `{page}` does."""
    url = safe_url_string(urljoin(base_url, _filled(api.url or "", values)))
    url = re.sub(r"%7B(\w+)%7D", r"{\1}", url)
    if api.json_body:  # numbers are numbers there
        return posted_json(url, _filled(api.json_body, values)).replace("%22{page}%22", "{page}")
    return posted(url, _filled(api.form, values)) if api.form else url


def is_complete(address: str) -> bool:
    """Whether everything but the page's number is filled in."""
    return not _PLACE.search(address.replace("{page}", ""))


def _filled(given: Any, values: Mapping[str, object]) -> Any:  # noqa: ANN401 - any value of YAML
    if isinstance(given, str):
        return _PLACE.sub(lambda place: str(values.get(place[1], place[0])), given)
    if isinstance(given, Mapping):
        return {name: _filled(value, values) for name, value in given.items()}
    return [_filled(value, values) for value in given] if isinstance(given, list) else given


def asked(url: str, api: Api, base_url: str, values: Mapping[str, object]) -> tuple[Api, str]:
    """Which question an address is, of a site's and those behind its records; and its address with `{page}`.

    Where none fits (after a redirect), the site's own, without a place for the page's number.
    """
    for level in reversed(list(_levels(api))):
        pieces = _PLACE.split(question(level, base_url, values))
        pattern = "".join(
            re.escape(piece)
            if number % 2 == 0
            else r"(?P<page>\d+)"
            if piece == "page" and piece not in pieces[1:number:2]
            else "[^&/?#]*"
            for number, piece in enumerate(pieces)
        )
        if found := re.fullmatch(pattern, url):
            start, end = found.span("page") if "page" in found.groupdict() else (len(url), len(url))
            return level, url if start == end else f"{url[:start]}{{page}}{url[end:]}"
    return api, url


def page_number(url: str, address: str, first: int) -> int:
    """The number of a page, by its address and the same with `{page}`."""
    before = address.partition("{page}")[0]
    found = re.match(r"\d+", url.removeprefix(before)) if "{page}" in address else None
    return int(found[0]) if found else first


def _levels(api: Api | None) -> Iterator[Api]:
    while api:
        yield api
        api = api.details
