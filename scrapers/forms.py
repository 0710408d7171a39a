"""Requests that send a form, written as addresses: `http://…/list.do#post:pageNo=2&regionid=321000000`.

A listing names its further pages by addresses, and the record knows an answer by its address; a fragment is
never sent, so what a POST carries can stand there. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin

from scrapers.pages import Page

FORM_MARK, _JSON = "#post:", "#json:"
_POSTBACK = re.compile(r"""__doPostBack\(\s*['"]([^'"]+)['"]\s*,\s*['"]([^'"]*)['"]""")
_STEP = "__step"


@dataclass(frozen=True, slots=True)
class Sending:
    """What is really sent: an address, and a body where it is a POST."""

    url: str
    body: str | None = None
    content_type: str = ""


def posted(url: str, fields: Mapping[str, object]) -> str:
    """The address of a POST of a form; braces stay, so that it may be a template."""
    return f"{url}{FORM_MARK}{urlencode({name: str(value) for name, value in fields.items()}, safe='{}')}"


def posted_json(url: str, fields: Mapping[str, object]) -> str:
    """The address of a POST of a JSON object."""
    return url + _JSON + quote(json.dumps(fields, ensure_ascii=False), safe="{}:,")


def sending(address: str, page: Page | None = None) -> Sending:
    """What an address stands for.

    Args:
        address: Any; one without a form is a GET.
        page: Where the address was found: a WebForms page wants its own hidden fields back.
    """
    url, mark, body = re.split(f"({FORM_MARK}|{_JSON})", address + FORM_MARK, maxsplit=1)
    body = body.removesuffix(FORM_MARK)
    if address == url:
        return Sending(address)
    if mark == _JSON:
        return Sending(url, unquote(body), "application/json")
    fields = dict(parse_qsl(body, keep_blank_values=True))
    if "__EVENTTARGET" in fields and page:
        fields = _hidden_fields(page) | {name: text for name, text in fields.items() if name != _STEP}
    return Sending(url, urlencode(fields), "application/x-www-form-urlencoded")


def postback(page: Page, script: str) -> str | None:
    """The address of what a WebForms link does (`javascript:__doPostBack('Grid','Page$2')`).

    A link that only says "next" says it on every page: the number of the step tells them apart.
    """
    called = _POSTBACK.search(script)
    if not called:
        return None
    fields = {"__EVENTTARGET": called[1], "__EVENTARGUMENT": called[2]}
    if not called[2]:
        step = re.search(rf"{_STEP}=(\d+)", page.url)
        fields[_STEP] = str(int(step[1]) + 1 if step else 1)
    action = page.selector.xpath("//form[.//input[@name='__VIEWSTATE']]/@action").get("")
    return posted(urljoin(page.url.partition("#")[0], action), fields)


def _hidden_fields(page: Page) -> dict[str, str]:
    inputs = page.selector.xpath("//form//input[@type='hidden'][@name]")
    return {str(field.root.get("name")): str(field.root.get("value", "")) for field in inputs}
