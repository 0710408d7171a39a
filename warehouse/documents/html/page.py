"""Web pages: the article's text as lines, its data tables as tables with row and column spans.

Tables that only lay out a page (they hold little but other tables, or are a single row or column) are
dissolved into what they hold; those in a cell of a data table follow it. Scripts, styles, form controls and
hidden elements are not text.
"""

from __future__ import annotations

import codecs
import email
import email.policy
import re
from collections.abc import Iterator, Mapping
from email.message import Message

from lxml import etree
from lxml.html import HTMLParser

from warehouse.documents.embedded import read_embedded
from warehouse.documents.html.hidden import hidden_documents, hidden_pages, parts_elsewhere
from warehouse.documents.html.pictures import Pictures
from warehouse.documents.html.style import read_styles
from warehouse.documents.html.table import BREAK, SPACES
from warehouse.documents.html.walk import Walker
from warehouse.documents.model import (
    Document,
    Line,
    Notice,
    ReadOutcome,
    Table,
    UnreadableDocumentError,
)
from warehouse.documents.note_marks import note_marks
from warehouse.documents.typed.tabbed import with_typed_tables
from warehouse.documents.unseen import unseen_figures
from warehouse.documents.word.table import struck_text

Block = Line | Table

ARTICLE = (
    "trs_editor", "trs_ueditor", "trs_editor_view", "zoom", "zoomcon", "ucap-content", "pages_content",
    "article-content", "article_content", "articlecontent", "article-body", "content-text", "detail-content",
    "news_content", "maintext",
)  # fmt: skip
"""Ids and classes of what holds the text of an article in the systems behind government sites, best first."""

_BIG5 = re.compile(rb"charset\s*=\s*[\"']?\s*big5", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x01-\x08\x0b\x0e-\x1d\x1f\x7f]+")
"""Not \x1e, which is `BREAK`."""


def read_html(data: bytes, files: Mapping[str, bytes] | None = None) -> Document:
    """The page's title, then lines and data tables of the article.

    They are those of the whole page where no article stands out, or where the tables stand outside it.

    Args:
        data: The page, in whatever encoding.
        files: Pictures that were saved with it, by the addresses that the page has for them.

    Raises:
        UnreadableDocumentError: CORRUPT where nothing can be parsed; TOO_LARGE for absurd nesting or tables.
    """
    root = parse_html(data)
    pictures = Pictures(files or {})
    blocks, notices = _page_blocks(root, pictures)
    if not _has_table(blocks):
        for page in hidden_pages(root):
            within, said = _page_blocks(parse_html(page.encode()), pictures)
            if _has_table(within):
                blocks, notices = [*blocks, *within], notices + said
    notices += pictures.notices
    for file in hidden_documents(root):
        within, said = read_embedded(file, "a document in an address of the page", is_shown=False)
        blocks, notices = [*blocks, *within], notices + said
    if not _has_table(blocks):
        notices += [*pictures.not_in_the_file(), *parts_elsewhere(root)]
    title = _title(root)
    if title and title not in {block.text for block in blocks if isinstance(block, Line)}:
        blocks.insert(0, Line(title))
    return Document("html", tuple(with_typed_tables(blocks)), notices=tuple(notices))


def _page_blocks(root: etree._Element, pictures: Pictures) -> tuple[list[Block], list[Notice]]:
    """What the page prints, and what of it was left out."""
    article, styles = _article(root), read_styles(root)
    walker = Walker(styles, pictures)
    blocks = [] if article is None else walker.walk(article)
    if not _has_table(blocks):
        body = root.find("body")
        on_page, in_article = Walker(styles, pictures), set(pictures.elsewhere)
        page = on_page.walk(root if body is None else body)
        if article is not None:
            pictures.elsewhere = in_article  # those beside it belong to every page of the site
        # Tables beside what looks like the article are worth more than a clean text.
        if article is None or _has_table(page):
            walker, blocks = on_page, page
    struck = [struck_text(walker.struck)] if walker.struck else []
    return blocks, [*struck, *note_marks(walker.note_marks), *unseen_figures(walker.unseen)]


def read_mhtml(data: bytes) -> Document:
    """A page saved with its pictures into one file (also what some systems call `.doc` or `.xls`).

    That is its first HTML part; where it holds no table (a workbook's frame), all parts that hold some.

    Raises:
        UnreadableDocumentError: as `read_html`; WRONG_TYPE where no part is HTML.
    """
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    payloads: list[bytes] = []
    files: dict[str, bytes] = {}
    for part in message.walk():
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes) and part.get_content_type() == "text/html":
            payloads.append(payload)
        elif isinstance(payload, bytes) and part.get_content_maintype() == "image":
            files |= dict.fromkeys(_addresses(part), payload)
    pages = [read_html(payload, files) for payload in payloads]
    if not pages:
        raise UnreadableDocumentError(ReadOutcome.WRONG_TYPE, "a mail message without an HTML part")
    with_tables = [page for page in pages[1:] if page.tables]
    if pages[0].tables or not with_tables:
        return pages[0]
    blocks = tuple(block for page in with_tables for block in page.blocks)
    return Document("html", blocks, notices=tuple(notice for page in with_tables for notice in page.notices))


def _addresses(part: Message) -> Iterator[str]:
    """How a page may call another part of its message: by its place, the end of that, or its number."""
    location = part.get("Content-Location", "").strip()
    if location:
        yield from (location, location.replace("\\", "/").rpartition("/")[2])
    if number := part.get("Content-ID", "").strip(" <>"):
        yield f"cid:{number}"


def decode(data: bytes) -> str:
    """The page's text: by byte order mark, else as the encoding that fits best whatever the page claims."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(name, "replace")
    if data[:200].count(b"\x00") > 50:
        return data.decode("utf-16-le" if data[1:2] == b"\x00" else "utf-16-be", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    candidates = [*(["big5hkscs"] if _BIG5.search(data[:4096]) else []), "utf-8", "gb18030"]
    # A page is mostly right in its encoding and full of damage in any other; GB18030 is a superset of GBK and
    # GB2312.
    return min((data.decode(name, "replace") for name in candidates), key=lambda text: text.count("\ufffd"))


def parse_html(data: bytes) -> etree._Element:
    """The root element; nothing is fetched, no entity of the page's own is expanded.

    Raises:
        UnreadableDocumentError: CORRUPT.
    """
    text = _CONTROLS.sub("", decode(data).replace("\x00", "").replace(BREAK, ""))
    parser = HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, etree.ParserError, ValueError) as error:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"the page cannot be parsed: {error}") from error
    if root is None:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, "the page holds no element")
    return root


def _title(root: etree._Element) -> str:
    named = (
        meta.get("content", "")
        for meta in root.iter("meta")
        if meta.get("name", "").lower() == "articletitle"
    )
    titles = (title.text or "" for title in root.iter("title"))
    return next((text for raw in (*named, *titles) if (text := SPACES.sub(" ", raw).strip())), "")


def _article(root: etree._Element) -> etree._Element | None:
    """The article's element, where one stands out: it is what the most telling of the known places holds."""
    by_name: dict[str, list[etree._Element]] = {}
    for element in root.iter(etree.Element):
        for name in {element.get("id", ""), *element.get("class", "").split()}:
            by_name.setdefault(name.lower(), []).append(element)
    for name in ARTICLE:
        best = max(by_name.get(name, []), key=_text_length, default=None)
        if best is not None and (next(best.iter("table"), None) is not None or _text_length(best) > 20):
            return best
    return None


def _text_length(element: etree._Element) -> int:
    return sum(len(text.strip()) for text in element.itertext())


def _has_table(blocks: list[Block]) -> bool:
    return any(isinstance(block, Table) for block in blocks)
