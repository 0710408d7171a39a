"""Links of a page, wherever their addresses stand, and what addresses tell. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from parsel import Selector, SelectorList
from w3lib.url import safe_url_string

from scrapers.pages import Page, squeeze
from scrapers.titles import vocabulary

# A nameless token, or the parameters by which stores of objects sign addresses.
_SIGNATURE = re.compile(
    r"[\w-]{40,}={0,2}"
    r"|(?i:expires|signature|ossaccesskeyid|x-(?:amz|oss|cos)-[\w-]+|q-sign[\w-]*|q-ak|auth_key)=.*"
)
_NO_ADDRESS = re.compile(r"#|(?!https?:)[a-z]+:", re.IGNORECASE)
_ADDRESS_ATTRIBUTES = ("data-href", "data-url", "data-src", "data-file")
LITERAL = re.compile(r"""["']([^"'<>\n]{3,500})["']""")
"""A string in a script, which may be an address."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link: absolute address and its text (the title attribute where the text is cut short)."""

    url: str
    text: str


def links(page: Page, region: Selector | SelectorList[Selector]) -> Iterator[tuple[Link, Selector]]:
    """The links of a region that lead to an address, with their element; also those that a script opens."""
    base = urljoin(page.url, page.selector.css("base::attr(href)").get(""))
    for anchor in region.xpath("descendant-or-self::*[self::a or self::area or @onclick]"):
        address = _address(anchor)
        if not address:
            continue
        url = safe_url_string(urldefrag(urljoin(base, address)).url)
        text = squeeze("".join(anchor.css("::text").getall()))
        hint = squeeze(anchor.root.get("title") or anchor.css("img::attr(alt)").get(""))
        yield Link(url, hint if len(hint) > len(text) or not text else text), anchor


def selected_links(page: Page, nodes: SelectorList[Selector]) -> Iterator[Link]:
    """The links in what an expression of a site's YAML selects: elements, or addresses (`//a/@href`)."""
    for node in nodes:
        if isinstance(node.root, str):
            yield Link(safe_url_string(urljoin(page.url, node.root.strip())), "")
        else:
            yield from (link for link, _ in links(page, node))


def _address(anchor: Selector) -> str | None:
    """Where a link leads: its own address, else the one in its script. Of other elements only to files."""
    get = anchor.root.get  # `attrib` copies all attributes, and fails where one has an impossible name
    href, is_link = get("href", "").strip(), anchor.root.tag in {"a", "area"}
    if is_link and href and not _NO_ADDRESS.match(href):
        return str(href)
    named = [get(name, "").strip() for name in _ADDRESS_ATTRIBUTES]
    scripts = f"{href if href.lower().startswith('javascript:') else ''} {get('onclick', '')}"
    found = [text for text in (*named, *LITERAL.findall(scripts)) if looks_like_address(text)]
    if not is_link:
        found = [text for text in found if document_suffix(text)]
    return max(found, key=lambda text: "/" in text, default=None)


def looks_like_address(text: str) -> bool:
    """Whether a string of a script leads somewhere."""
    return bool(
        re.match(r"(https?:/)?/[^/]|\.{1,2}/", text)
        or document_suffix(text)
        or re.search(r"\.(s?html?|aspx?|jsp|php|do)(\?|$)", text)
    )


def document_suffix(url: str) -> str | None:
    """`pdf`, `docx` … where the address is that of a document, else None."""
    parts = urlsplit(url)
    # Download handlers carry the name in their query: download.jsp?name=budget.pdf
    names = [parts.path, *(value.partition("=")[2] for value in parts.query.split("&"))]
    suffixes = (unquote(name, errors="replace").rpartition(".")[2].strip().lower() for name in names)
    return next((suffix for suffix in suffixes if suffix in vocabulary()["document_suffixes"]), None)


def unsigned(url: str) -> str:
    """An address without the signature that some sites put into it anew with every page."""
    address, mark, query = url.partition("?")
    kept = [part for part in query.split("&") if not _SIGNATURE.fullmatch(part)]
    if not mark or kept == query.split("&"):
        return url
    return f"{address}?{'&'.join(kept)}" if kept else address
