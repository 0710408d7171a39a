"""The elements of a web page, in order → its lines and tables; hidden and struck text is left out."""

from __future__ import annotations

import re

from lxml import etree

from warehouse.documents.html.pictures import Pictures
from warehouse.documents.html.style import Styles, is_invisible, is_narrow, is_raised, is_struck, list_number
from warehouse.documents.html.table import (
    BREAK,
    Block,
    HtmlCell,
    HtmlTable,
    Part,
    blocks_of,
    joined,
    last_character,
    put_table,
)
from warehouse.documents.model import Line, ReadOutcome, Table, UnreadableDocumentError
from warehouse.documents.note_marks import is_note_mark
from warehouse.documents.typed.spaced import with_spaced_tables

MAX_SPAN = 1000
"""The limit that browsers set on colspan; more rows than that in one cell are as implausible."""
MAX_NESTING = 100

_BLOCK = {
    "address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "div", "dl", "dt", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav",
    "ol", "p", "pre", "section", "ul",
}  # fmt: skip
_NOT_TEXT = {
    "script", "style", "noscript", "template", "head", "select", "button", "textarea", "iframe", "svg",
    "object", "datalist", "audio", "video", "canvas", "title", "del", "s", "strike",
}  # fmt: skip
_FILLED_IN = {"text", "number", "tel"}
"""Kinds of form fields that show their value."""


class Walker:
    """Walks the tree without recursion: pages nest unclosed tags hundreds deep."""

    def __init__(self, styles: Styles, pictures: Pictures) -> None:
        self.page: list[Part] = []
        self.tables: list[HtmlTable] = []
        self.styles = styles
        self.pictures = pictures
        self.struck = 0
        self.note_marks = 0
        self.unseen = 0

    def walk(self, body: etree._Element) -> list[Block]:
        """Everything printed under an element."""
        walk = etree.iterwalk(body, events=("start", "end"))
        for event, element in walk:
            name = self.styles.role(element)
            if event == "end":
                self._end(name)
                if element is not body:
                    self._sink().append(element.tail or "")
            elif self._is_left_out(element, name):
                walk.skip_subtree()
                self._sink().append("\n" if name in _BLOCK else "")
                # The end event of a skipped element still comes, and with it its tail.
                if name in {"table", "td", "th"}:
                    self._start(name, element)
            elif name == "pre" and (typed := _typed_tables(element)):
                walk.skip_subtree()
                self._sink().extend([BREAK, *typed])
            else:
                self._start(name, element)
                text = element.text or ""
                self._sink().append(text.replace("\n", BREAK) if name == "pre" else text)
        while self.tables:
            self._end("table")
        return blocks_of(self.page)

    def _is_left_out(self, element: etree._Element, name: str) -> bool:
        if not name or name in _NOT_TEXT:
            self.struck += is_struck(element)
            return True
        if self.styles.is_gone(element):
            return True
        if element.tag not in {"sup", "font"} and not element.get("style"):
            return False  # what follows is said by styles
        if self.styles.is_unseen(element):
            self.unseen += 1
        elif is_struck(element):
            self.struck += 1
        elif is_raised(element) and is_note_mark(
            last_character(self._sink()), "".join(map(str, element.itertext()))
        ):
            self.note_marks += 1
        else:
            return is_invisible(element)
        return True

    def _sink(self) -> list[Part]:
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
            self._start_cell(element)
        elif name == "a" and element.get("href") and self.tables and self.tables[-1].cell is not None:
            self.tables[-1].cell.has_link = True
        elif name == "input" and self.tables and element.get("type", "text").lower() in _FILLED_IN:
            self._sink().append(element.get("value", ""))
        elif name == "img":
            self._sink().extend(self.pictures.blocks(element))
        elif name in _BLOCK:
            self._sink().append(BREAK)
            if self.tables and self.tables[-1].cell is not None:
                self._sink().append(joined(self.styles.indent(element)))
            if name == "li":
                self._sink().append(joined(list_number(element)))

    def _start_cell(self, element: etree._Element) -> None:
        table = self.tables[-1]
        if not table.rows:
            table.begin_row(element)
        table.cell = HtmlCell(
            _span(element, "rowspan"),
            _span(element, "colspan"),
            is_gone=self.styles.is_gone(element),
            is_narrow=is_narrow(element),
        )
        table.rows[-1].append(table.cell)
        table.cell.parts.append(joined(self.styles.indent(element)))

    def _end(self, name: str) -> None:
        if name == "table" and self.tables:
            table = self.tables.pop()
            put_table(table, self._sink())
        elif name in {"td", "th", "tr"} and self.tables:
            self.tables[-1].cell = None
        elif name in _BLOCK:
            self._sink().append(BREAK)


def _typed_tables(element: etree._Element) -> list[Block]:
    """The blocks of a text that is printed as it is typed, if there are tables in it."""
    text = "".join(map(str, element.itertext())).expandtabs()
    blocks = list(with_spaced_tables(map(Line, text.splitlines()), is_aligned=True))
    return blocks if any(isinstance(block, Table) for block in blocks) else []


def _span(element: etree._Element, name: str) -> int:
    match = re.match(r"\s*(\d{1,6})", element.get(name, ""))
    if match is None:
        return 1
    number = int(match[1])
    # rowspan="0" reaches to the end of the table.
    return MAX_SPAN if name == "rowspan" and number == 0 else min(max(number, 1), MAX_SPAN)
