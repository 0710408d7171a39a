"""Web pages: the article's text as lines, its data tables as tables with row and column spans.

Tables that only lay out a page (they hold other tables, or are a single row or column) are dissolved into what
they hold. Scripts, styles, form controls and hidden elements are not text.
"""

from __future__ import annotations

import codecs
import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HTMLParser

from warehouse.documents.captions import split_captions
from warehouse.documents.grid import tile
from warehouse.documents.model import Cell, Document, Line, ReadOutcome, Table, UnreadableDocumentError

Block = Line | Table

MAX_SPAN = 1000
"""The limit that browsers set on colspan; more rows than that in one cell are as implausible."""
MAX_NESTING = 100

ARTICLE = (
    "//*[contains(concat(' ', @class, ' '), ' TRS_Editor ')]",
    "//*[contains(concat(' ', @class, ' '), ' TRS_UEDITOR ')]",
    "//*[contains(concat(' ', @class, ' '), ' trs_editor_view ')]",
    "//*[@id='zoom' or @id='Zoom' or @id='zoomcon' or @id='UCAP-CONTENT' or @id='mainText']",
    "//*[contains(concat(' ', @class, ' '), ' pages_content ')]",
    "//*[contains(@class, 'article-content') or contains(@class, 'article_content')]",
    "//*[contains(@class, 'articleContent') or contains(@class, 'article-body')]",
    "//*[contains(@class, 'content-text') or contains(@class, 'detail-content') or contains(@class, 'news_content')]",
    "//article",
)
"""Where the systems behind government sites put the text of an article, the most telling first."""

_BLOCK = {
    "address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "div", "dl", "dt", "figure", "footer", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "ul",
}  # fmt: skip
_NOT_TEXT = {
    "script", "style", "noscript", "template", "head", "select", "button", "textarea", "iframe", "svg", "object",
    "input", "datalist", "audio", "video", "canvas", "title",
}  # fmt: skip
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]{2,20})""", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f]+")


def read_html(data: bytes) -> Document:
    """The page's title, then lines and data tables of the article (of the whole page where no article stands out).

    Raises:
        UnreadableDocumentError: CORRUPT where nothing can be parsed; TOO_LARGE for absurd nesting or tables.
    """
    root = parse_html(data)
    walker = _Walker()
    body = _article(root)
    blocks = list(walker.walk(body))
    title = _title(root)
    if title and title not in {block.text for block in blocks if isinstance(block, Line)}:
        blocks.insert(0, Line(title))
    return Document("html", tuple(blocks))


def read_mhtml(data: bytes) -> Document:
    """A page saved with its pictures into one file (also what some systems call `.doc`): its first HTML part.

    Raises:
        UnreadableDocumentError: as `read_html`; WRONG_TYPE where no part is HTML.
    """
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return read_html(payload)
    raise UnreadableDocumentError(ReadOutcome.WRONG_TYPE, "a mail message without an HTML part")


def decode(data: bytes) -> str:
    """The page's text: by byte order mark, else as the encoding that fits best whatever the page claims."""
    for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return data.decode(name, "replace")
    if data[:200].count(b"\x00") > 50:
        return data.decode("utf-16-le" if data[1:2] == b"\x00" else "utf-16-be", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    candidates = ["utf-8", "gb18030"]
    if (claimed := _claimed(data)) is not None:
        candidates.insert(0, claimed)
    # A page is mostly right in its encoding and full of damage in any other; GB18030 is a superset of GBK and GB2312.
    return min((data.decode(name, "replace") for name in candidates), key=lambda text: text.count("\ufffd"))


def _claimed(data: bytes) -> str | None:
    match = _META_CHARSET.search(data[:4096])
    if match is None:
        return None
    try:
        name = codecs.lookup(match[1].decode("ascii")).name
    except (LookupError, UnicodeDecodeError):
        return None
    return "gb18030" if name.startswith(("gb", "hz")) else name


def parse_html(data: bytes) -> etree._Element:
    """The root element; nothing is fetched, no entity of the page's own is expanded.

    Raises:
        UnreadableDocumentError: CORRUPT.
    """
    text = decode(data).replace("\x00", "")
    parser = HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, etree.ParserError, ValueError) as error:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"the page cannot be parsed: {error}") from error
    if root is None:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, "the page holds no element")
    return root


def _title(root: etree._Element) -> str:
    for path in ("//meta[@name='ArticleTitle' or @name='articletitle']/@content", "//title/text()"):
        for found in root.xpath(path):
            if text := _SPACES.sub(" ", str(found)).strip():
                return text
    return ""


def _article(root: etree._Element) -> etree._Element:
    """The article's element, where one stands out and no table of the page lies outside it."""
    has_tables = next(root.iter("table"), None) is not None
    for path in ARTICLE:
        found = [element for element in root.xpath(path) if isinstance(element.tag, str)]
        if not found:
            continue
        best = max(found, key=lambda element: len("".join(element.itertext())))
        if next(best.iter("table"), None) is not None:
            return best
        if not has_tables and len("".join(best.itertext()).strip()) > 20:
            return best
    body = root.find("body")
    return root if body is None else body


@dataclass(slots=True)
class _HtmlCell:
    row_span: int
    col_span: int
    parts: list[str | Block] = field(default_factory=list)


@dataclass(slots=True)
class _HtmlTable:
    rows: list[list[_HtmlCell]] = field(default_factory=list)
    cell: _HtmlCell | None = None
    loose: list[str | Block] = field(default_factory=list)
    """What stands in the table but in no cell: its caption."""

    def sink(self) -> list[str | Block]:
        return self.loose if self.cell is None else self.cell.parts


class _Walker:
    """Walks the tree without recursion: pages nest unclosed tags hundreds deep."""

    def __init__(self) -> None:
        self.page: list[str | Block] = []
        self.tables: list[_HtmlTable] = []

    def walk(self, body: etree._Element) -> Iterator[Block]:
        walk = etree.iterwalk(body, events=("start", "end"))
        for event, element in walk:
            name = element.tag if isinstance(element.tag, str) else ""
            if event == "end":
                self._end(name)
                if element is not body:
                    self._sink().append(element.tail or "")
            elif not name or name in _NOT_TEXT or _is_hidden(element):
                walk.skip_subtree()
                self._sink().append("\n" if name in _BLOCK else "")
                # The end event of a skipped element still comes, and with it its tail.
                if name in {"table", "td", "th"}:
                    self._start(name, element)
            else:
                self._start(name, element)
                self._sink().append(element.text or "")
        return iter(_blocks(self.page))

    def _sink(self) -> list[str | Block]:
        return self.tables[-1].sink() if self.tables else self.page

    def _start(self, name: str, element: etree._Element) -> None:
        if name == "table":
            if len(self.tables) >= MAX_NESTING:
                raise UnreadableDocumentError(ReadOutcome.TOO_LARGE, f"tables nested deeper than {MAX_NESTING}")
            self.tables.append(_HtmlTable())
        elif name == "tr" and self.tables:
            self.tables[-1].rows.append([])
            self.tables[-1].cell = None
        elif name in {"td", "th"} and self.tables:
            table = self.tables[-1]
            if not table.rows:
                table.rows.append([])
            table.cell = _HtmlCell(_span(element, "rowspan"), _span(element, "colspan"))
            table.rows[-1].append(table.cell)
        elif name in _BLOCK:
            self._sink().append(_BREAK)

    def _end(self, name: str) -> None:
        if name == "table" and self.tables:
            blocks = list(_finish(self.tables.pop()))
            sink = self._sink()
            sink.append(_BREAK)
            sink.extend(blocks)
            sink.append(_BREAK)
        elif name in {"td", "th", "tr"} and self.tables:
            self.tables[-1].cell = None
        elif name in _BLOCK:
            self._sink().append(_BREAK)


_BREAK = "\x1e"
"""Stands for a break between paragraphs until white space, in which line breaks mean nothing, is collapsed."""


def _is_hidden(element: etree._Element) -> bool:
    return element.get("hidden") is not None or _HIDDEN_STYLE.search(element.get("style", "")) is not None


def _span(element: etree._Element, name: str) -> int:
    match = re.match(r"\s*(\d{1,6})", element.get(name, ""))
    if match is None:
        return 1
    number = int(match[1])
    # rowspan="0" reaches to the end of the table.
    return MAX_SPAN if name == "rowspan" and number == 0 else min(max(number, 1), MAX_SPAN)


def _text(parts: list[str]) -> str:
    """Paragraphs by "\\n"; white space collapsed as a browser does, non-breaking and full-width spaces kept."""
    text = _SPACES.sub(" ", "".join(parts))
    lines = [line.strip(" ").replace("\xa0", " ").rstrip() for line in text.split(_BREAK)]
    return "\n".join(line for line in lines if line.strip())


def _blocks(parts: list[str | Block]) -> list[Block]:
    blocks: list[Block] = []
    run: list[str] = []
    for part in [*parts, None]:
        if isinstance(part, str):
            run.append(part)
            continue
        blocks.extend(Line(line) for line in _text(run).split("\n") if line)
        run = []
        if part is not None:
            blocks.append(part)
    return blocks


def _finish(table: _HtmlTable) -> Iterator[Block]:
    yield from _blocks(table.loose)
    cells = _place(table)
    holds_tables = any(isinstance(part, Table) for row in table.rows for cell in row for part in cell.parts)
    columns = len({cell.col for cell in cells})
    if holds_tables or columns < 2 or len([row for row in table.rows if row]) < 2:
        for row in table.rows:
            for html_cell in row:
                yield from _blocks(html_cell.parts)
        return
    before, kept, after = split_captions(tile(cells, len(table.rows)), merged_only=True)
    yield from before
    if kept is not None:
        yield kept
    yield from after


def _place(table: _HtmlTable) -> list[Cell]:
    """Cells at the places that the table model of HTML gives them: each at the next free column of its row."""
    cells: list[Cell] = []
    occupied: dict[int, set[int]] = {}
    for r, row in enumerate(table.rows):
        taken = occupied.pop(r, set())
        column = 0
        for cell in row:
            while column in taken:
                column += 1
            down = min(cell.row_span, len(table.rows) - r)
            columns = range(column, column + cell.col_span)
            for below in range(r + 1, r + down):
                occupied.setdefault(below, set()).update(columns)
            cells.append(Cell(r, column, _cell_text(cell), down, cell.col_span))
            column += cell.col_span
    return cells


def _cell_text(cell: _HtmlCell) -> str:
    return _text([part if isinstance(part, str) else _BREAK + _block_text(part) + _BREAK for part in cell.parts])


def _block_text(block: Block) -> str:
    return block.text if isinstance(block, Line) else ""
