"""Which of the links of a page lead to its documents. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, urljoin, urlsplit

from parsel import Selector
from w3lib.url import safe_url_string

from scrapers.links import LITERAL, Link, document_suffix, links, looks_like_address, selected_links
from scrapers.pages import SIGNPOST_CHARACTERS, Page, in_furniture, select, visible_text
from scrapers.titles import vocabulary

# What a viewer's script is given to show, where its address has no suffix.
_VIEWED = re.compile(r"""(?i)(?:url|file|path|pdf|src)["']?\s*[:=]\s*["']((?:https?:)?/[^"'<>\s]+)["']""")
_BOARD_LINK = re.compile(r"\[(?:file|attach|attachment|附件)=([^\]\s]+)\]([^\[]*)\[/", re.IGNORECASE)
_PAGE_SUFFIX = re.compile(r"(/|\.s?html?|\.png|\.jpe?g|\.gif|\.js|\.css)$", re.IGNORECASE)


def attachments(page: Page, selector: str | None = None) -> tuple[Link, ...]:
    """The documents that a page links to or shows outside its header, navigation and footer, each once.

    Args:
        page: An article, or the preview page of a file.
        selector: Where the site's YAML says where attachments stand; then every link there is one.
    """
    found: dict[str, Link] = {}
    for link in selected_links(page, select(page.selector, selector)) if selector else ():
        found.setdefault(link.url, link)
    for link, anchor in () if selector else links(page, page.selector):
        shown = Link(shown_document(link.url), link.text)
        if (is_document(link) or shown != link or _is_labelled(page, link, anchor)) and not in_furniture(
            anchor
        ):
            found.setdefault(shown.url, shown)
    for link in _previews(page):
        found.setdefault(link.url, link)
    for link in () if found else _written_in_scripts(page):
        found.setdefault(link.url, link)
    return tuple(found.values())


def _is_labelled(page: Page, link: Link, anchor: Selector) -> bool:
    """Whether a link that leads to no page stands right after the word 附件."""
    if "附件" not in page.text or _PAGE_SUFFIX.search(urlsplit(link.url).path):
        return False
    before = "".join(anchor.xpath("preceding::text()[normalize-space()]").getall()[-2:])
    return bool(re.search(r"附件[\d一二三四五六七八九十]*(下载)?\s*[:：【]?\s*$", before))


def _written_in_scripts(page: Page) -> Iterator[Link]:
    """Files named in the markup of bulletin boards (`[file=/a.pdf]…[/file]`), or in a viewer's script."""
    for address, text in _BOARD_LINK.findall(page.text):
        yield Link(safe_url_string(urljoin(page.url, unescape(address))), text)
    script = "\n".join(page.selector.css("body script::text").getall())
    named = [text for text in LITERAL.findall(script) if document_suffix(text) and looks_like_address(text)]
    if not named and len(visible_text(page.selector)) < SIGNPOST_CHARACTERS:
        named = [text for text in _VIEWED.findall(script) if not _PAGE_SUFFIX.search(text)]
    for text in named:
        if "{" not in text:
            yield Link(safe_url_string(urljoin(page.url, text)), page.article_title)


def is_document(link: Link) -> bool:
    """Whether an address, the name beside it or its handler says that a file is behind it."""
    named = PurePosixPath(link.text).suffix.lower().lstrip(".") in vocabulary()["document_suffixes"]
    handled = re.search(vocabulary()["download_pattern"], link.url) and not _PAGE_SUFFIX.search(link.url)
    return bool(document_suffix(link.url) or named or handled)


def shown_document(url: str) -> str:
    """The address of the file that a viewer is to show (`viewer.html?file=%2Fdown%3Fid%3D7`), else `url`.

    A handler that sends the file itself (`download.do?file=/a.pdf`) is no viewer.
    """
    if re.search(vocabulary()["download_pattern"], urlsplit(url).path):
        return url
    for name, value in parse_qsl(urlsplit(url).query):
        if name.lower() in vocabulary()["viewer_parameters"] and re.match(r"(https?:/)?/|\.{1,2}/", value):
            return safe_url_string(urljoin(url, value))
    return url


def _previews(page: Page) -> Iterator[Link]:
    """Files that a page shows in a frame of its own: a viewer, or the file itself."""
    for address in page.selector.css("iframe::attr(src), embed::attr(src), object::attr(data)").getall():
        url = safe_url_string(urljoin(page.url, address.strip()))
        shown = shown_document(url)
        if shown != url or is_document(Link(url, "")):
            yield Link(shown, page.article_title)
