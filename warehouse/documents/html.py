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

from lxml import etree
from lxml.html import HTMLParser

from warehouse.documents.embedded import read_embedded
from warehouse.documents.html_hidden import hidden_documents, hidden_pages
from warehouse.documents.html_style import (
    Styles,
    is_hidden,
    is_struck,
    list_number,
    read_styles,
)
from warehouse.documents.html_table import BREAK, SPACES, HtmlCell, HtmlTable, blocks_of, finish, joined
from warehouse.documents.model import (
    Document,
    Line,
    ReadOutcome,
    Table,
    UnreadableDocumentError,
)
from warehouse.documents.word_table import struck_text

Block = Line | Table

MAX_SPAN = 1000
"""The limit that browsers set on colspan; more rows than that in one cell are as implausible."""
MAX_NESTING = 100

ARTICLE = (
    "trs_editor", "trs_ueditor", "trs_editor_view", "zoom", "zoomcon", "ucap-content", "pages_content",
    "article-content", "article_content", "articlecontent", "article-body", "content-text", "detail-content",
    "news_content", "maintext",
)  # fmt: skip
"""Ids and classes of what holds the text of an article in the systems behind government sites, best first."""

_BLOCK = {
    "address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "div", "dl", "dt", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav",
    "ol", "p", "pre", "section", "ul",
}  # fmt: skip
_NOT_TEXT = {
    "script", "style", "noscript", "template", "head", "select", "button", "textarea", "iframe", "svg",
    "object", "input", "datalist", "audio", "video", "canvas", "title", "del", "s", "strike",
}  # fmt: skip
_BIG5 = re.compile(rb"charset\s*=\s*[\"']?\s*big5", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x01-\x08\x0b\x0e-\x1d\x1f\x7f]+")
"""Not \x1e, which is `BREAK`."""


def read_html(data: bytes) -> Document:
    """The page's title, then lines and data tables of the article.

    They are those of the whole page where no article stands out, or where the tables stand outside it.

    Raises:
        UnreadableDocumentError: CORRUPT where nothing can be parsed; TOO_LARGE for absurd nesting or tables.
    """
    root = parse_html(data)
    blocks, struck = _page_blocks(root)
    if not _has_table(blocks):
        for page in hidden_pages(root):
            within, within_struck = _page_blocks(parse_html(page.encode()))
            if _has_table(within):
                blocks, struck = [*blocks, *within], struck + within_struck
    notices = [struck_text(struck)] if struck else []
    for file in hidden_documents(root):
        within, said = read_embedded(file, "a document in an address of the page", is_shown=False)
        blocks, notices = [*blocks, *within], notices + said
    title = _title(root)
    if title and title not in {block.text for block in blocks if isinstance(block, Line)}:
        blocks.insert(0, Line(title))
    return Document("html", tuple(blocks), notices=tuple(notices))


def _page_blocks(root: etree._Element) -> tuple[list[Block], int]:
    """What the page prints, and how many texts are struck out."""
    article, styles = _article(root), read_styles(root)
    walker = _Walker(styles)
    blocks = [] if article is None else walker.walk(article)
    if not _has_table(blocks):
        body = root.find("body")
        on_page = _Walker(styles)
        page = on_page.walk(root if body is None else body)
        # Tables beside what looks like the article are worth more than a clean text.
        if article is None or _has_table(page):
            return page, on_page.struck
    return blocks, walker.struck


def read_mhtml(data: bytes) -> Document:
    """A page saved with its pictures into one file (also what some systems call `.doc` or `.xls`).

    That is its first HTML part; where it holds no table (a workbook's frame), all parts that hold some.

    Raises:
        UnreadableDocumentError: as `read_html`; WRONG_TYPE where no part is HTML.
    """
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    payloads = [
        part.get_payload(decode=True) for part in message.walk() if part.get_content_type() == "text/html"
    ]
    pages = [read_html(payload) for payload in payloads if isinstance(payload, bytes)]
    if not pages:
        raise UnreadableDocumentError(ReadOutcome.WRONG_TYPE, "a mail message without an HTML part")
    with_tables = [page for page in pages[1:] if page.tables]
    if pages[0].tables or not with_tables:
        return pages[0]
    return Document("html", tuple(block for page in with_tables for block in page.blocks))


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


class _Walker:
    """Walks the tree without recursion: pages nest unclosed tags hundreds deep."""

    def __init__(self, styles: Styles) -> None:
        self.page: list[str | Block] = []
        self.tables: list[HtmlTable] = []
        self.styles = styles
        self.struck = 0

    def walk(self, body: etree._Element) -> list[Block]:
        """Everything printed under an element."""
        walk = etree.iterwalk(body, events=("start", "end"))
        for event, element in walk:
            name = self.styles.role(element)
            if event == "end":
                self._end(name)
                if element is not body:
                    self._sink().append(element.tail or "")
            elif not name or name in _NOT_TEXT or is_hidden(element):
                walk.skip_subtree()
                self.struck += is_struck(element)
                self._sink().append("\n" if name in _BLOCK else "")
                # The end event of a skipped element still comes, and with it its tail.
                if name in {"table", "td", "th"}:
                    self._start(name, element)
            else:
                self._start(name, element)
                text = element.text or ""
                self._sink().append(text.replace("\n", BREAK) if name == "pre" else text)
        while self.tables:
            self._end("table")
        return blocks_of(self.page)

    def _sink(self) -> list[str | Block]:
        return self.tables[-1].sink() if self.tables else self.page

    def _start(self, name: str, element: etree._Element) -> None:
        if name == "table":
            if len(self.tables) >= MAX_NESTING:
                raise UnreadableDocumentError(
                    ReadOutcome.TOO_LARGE, f"tables nested deeper than {MAX_NESTING}"
                )
            self.tables.append(HtmlTable())
        elif name == "tr" and self.tables:
            self.tables[-1].begin_row(element)
        elif name in {"td", "th"} and self.tables:
            table = self.tables[-1]
            if not table.rows:
                table.begin_row(element)
            table.cell = HtmlCell(_span(element, "rowspan"), _span(element, "colspan"))
            table.rows[-1].append(table.cell)
            table.cell.parts.append(joined(self.styles.indent(element)))
        elif name == "a" and element.get("href") and self.tables and self.tables[-1].cell is not None:
            self.tables[-1].cell.has_link = True
        elif name in _BLOCK:
            self._sink().append(BREAK)
            if self.tables and self.tables[-1].cell is not None:
                self._sink().append(joined(self.styles.indent(element)))
            if name == "li":
                self._sink().append(joined(list_number(element)))

    def _end(self, name: str) -> None:
        if name == "table" and self.tables:
            blocks = list(finish(self.tables.pop()))
            sink = self._sink()
            sink.append(BREAK)
            sink.extend(blocks)
            sink.append(BREAK)
        elif name in {"td", "th", "tr"} and self.tables:
            self.tables[-1].cell = None
        elif name in _BLOCK:
            self._sink().append(BREAK)


def _span(element: etree._Element, name: str) -> int:
    match = re.match(r"\s*(\d{1,6})", element.get(name, ""))
    if match is None:
        return 1
    number = int(match[1])
    # rowspan="0" reaches to the end of the table.
    return MAX_SPAN if name == "rowspan" and number == 0 else min(max(number, 1), MAX_SPAN)
