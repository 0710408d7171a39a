"""OpenDocument texts (ODT, ISO/IEC 26300), packed or as one flat XML file.

Deleted and hidden text, comments and page headers are not read; footnotes follow their paragraph.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from warehouse.documents.embedded import MAX_PICTURES, read_picture
from warehouse.documents.grid import without_slivers
from warehouse.documents.model import Cell, Document, Line, Notice, ReadOutcome, UnreadableDocumentError
from warehouse.documents.note_marks import is_note_mark, note_marks
from warehouse.documents.package import open_zip, parse_xml, read_member
from warehouse.documents.typed.tabbed import with_typed_tables
from warehouse.documents.word.numbering import Level, Numbering
from warehouse.documents.word.table import (
    EDGE_TOLERANCE,
    MAX_NESTING,
    Block,
    indentation,
    lines,
    struck_text,
    table_blocks,
)

_MAX_REPEATED = 1000
"""Of one cell or row: further blank ones only fill a page."""
_SPACES = {"tab": "\t", "line-break": "\n"}
_NOT_PRINTED = {"tracked-changes", "annotation", "sequence-decls", "forms", "ruby-text", "note-citation"}
_WRAPPERS = {
    "section", "list", "list-item", "list-header", "text-box", "frame", "note", "note-body",
    "index-body", "table-of-content", "index-title", "numbered-paragraph", "soft-page-break",
}  # fmt: skip
_BLOCKS = {"p", "h", "table"} | _WRAPPERS
_TWIPS = {"in": 1440.0, "cm": 567.0, "mm": 56.7, "pt": 20.0, "pc": 240.0}
_LENGTH = re.compile(r"(-?[\d.]+)(in|cm|mm|pt|pc)")


def read_odt(data: bytes) -> Document:
    """The lines and tables of an ODT file; nested tables follow the table that holds them.

    Raises:
        UnreadableDocumentError: CORRUPT, ENCRYPTED or TOO_LARGE.
    """
    content, *others = packed_roots(data)
    return read_odt_xml(content, (content, *others), _packed_pictures(data))


def _packed_pictures(data: bytes) -> dict[str, bytes]:
    with open_zip(data) as package:
        names = [name for name in package.namelist() if name.lower().endswith((".png", ".jpg", ".jpeg"))]
        wanted = [name for name in names if name.startswith("Pictures/")]
        return {name: read_member(package, name) for name in wanted[:MAX_PICTURES]}


def packed_roots(data: bytes) -> list[etree._Element]:
    """The roots of the content and, where there are some, of the common styles.

    Raises:
        UnreadableDocumentError: CORRUPT, ENCRYPTED or TOO_LARGE.
    """
    with open_zip(data) as package:
        names = set(package.namelist())
        if "META-INF/manifest.xml" in names and b"encryption-data" in read_member(
            package, "META-INF/manifest.xml"
        ):
            raise UnreadableDocumentError(ReadOutcome.ENCRYPTED, "the OpenDocument file needs a password")
        wanted = ["content.xml", *(["styles.xml"] if "styles.xml" in names else [])]
        return [parse_xml(read_member(package, name), name) for name in wanted]


def read_odt_xml(
    root: etree._Element,
    roots: Iterable[etree._Element] = (),
    pictures: Mapping[str, bytes] | None = None,
) -> Document:
    """The same from the XML: `root` holds the text, `roots` the styles.

    Raises:
        UnreadableDocumentError: CORRUPT where the XML holds no text; TOO_LARGE.
    """
    body = root.find("{*}body/{*}text")
    if body is None:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, "the OpenDocument file holds no text")
    _take_out_deleted(body)
    story = read_story(roots or (root,))
    story.pictures.update(pictures or {})
    blocks = tuple(with_typed_tables(_blocks(body, story, 0)))
    objects = sum(1 for frame in body.iter("{*}frame") if frame.find("{*}text-box") is None)
    if unread := objects - story.pictures_read:
        story.notices.append(Notice("picture", f"{unread} pictures or embedded objects were not read"))
    return Document("odt", blocks, notices=(*story.notices, *what_was_left_out(story)))


def _take_out_deleted(body: etree._Element) -> None:
    """Clear the text between marks of deletion: flat files keep it in its place, packed ones apart."""
    regions = body.iterfind("{*}tracked-changes/{*}changed-region")
    deleted = {attribute(region, "id") for region in regions if region.find("{*}deletion") is not None}
    within = False
    for event, element in etree.iterwalk(body, events=("start", "end")) if deleted else ():
        if event == "start":
            name = local(element)
            if name in {"change-start", "change-end"} and attribute(element, "change-id") in deleted:
                within = name == "change-start"
            element.text = None if within else element.text
        elif within:
            element.tail = None


@dataclass(slots=True)
class Story:
    """What has to be known while walking through a document."""

    indents: dict[str, str] = field(default_factory=dict)
    """Full-width spaces by style of paragraph."""
    narrow: set[str] = field(default_factory=set)
    """Styles of columns that are not wider than edges of rows may differ."""
    hidden: set[str] = field(default_factory=set)
    struck: set[str] = field(default_factory=set)
    raised: set[str] = field(default_factory=set)
    """Styles of text that is not printed, struck out, or above the line."""
    struck_texts: int = 0
    note_marks: int = 0
    pictures: dict[str, bytes] = field(default_factory=dict)
    """Those in the package, by the names that the text has for them."""
    pictures_read: int = 0
    notices: list[Notice] = field(default_factory=list)
    numbering: Numbering = field(default_factory=lambda: Numbering({}))
    lists: list[str] = field(default_factory=list)
    """Styles of the lists that are open, outermost first."""
    label: str = ""
    """The number of the list item that has just begun."""


def read_story(roots: Iterable[etree._Element]) -> Story:
    """The styles of a document, as far as they say what is printed."""
    story = Story()
    for root in roots:
        for style in root.iter("{*}style"):
            name = attribute(style, "name")
            properties = style.find("{*}paragraph-properties")
            text = style.find("{*}text-properties")
            column = style.find("{*}table-column-properties")
            if column is not None and 0 < _twips(attribute(column, "column-width")) <= EDGE_TOLERANCE:
                story.narrow.add(name)
            if text is not None:
                _note_effects(name, text, story)
            if properties is not None and attribute(properties, "text-align") in {
                "",
                "start",
                "left",
                "justify",
            }:
                twips = _twips(attribute(properties, "margin-left")) + _twips(
                    attribute(properties, "text-indent")
                )
                story.indents[name] = indentation(twips)
        for style in root.iter("{*}list-style"):
            levels = {
                int(attribute(level, "level") or "1") - 1: _level(level)
                for level in style.iter("{*}list-level-style-number")
            }
            story.numbering.lists[attribute(style, "name")] = (attribute(style, "name"), levels)
    return story


def _note_effects(name: str, text: etree._Element, story: Story) -> None:
    if attribute(text, "display") == "none":
        story.hidden.add(name)
    if attribute(text, "text-line-through-style") not in {"", "none"}:
        story.struck.add(name)
    if attribute(text, "text-position").startswith("super"):
        story.raised.add(name)


def what_was_left_out(story: Story) -> list[Notice]:
    """What of a document was not read, once it has been walked through."""
    struck = [struck_text(story.struck_texts)] if story.struck_texts else []
    return [*struck, *note_marks(story.note_marks)]


def _level(level: etree._Element) -> Level:
    number_format, depth = attribute(level, "num-format"), attribute(level, "level") or "1"
    start = attribute(level, "start-value")
    kind = {"a": "lowerLetter", "A": "upperLetter", "": "none"}.get(number_format, "decimal")
    return Level(
        format="chineseCounting" if "一" in number_format else kind,
        text=f"{attribute(level, 'num-prefix')}%{depth}{attribute(level, 'num-suffix')}",
        start=int(start) if start.isascii() and start.isdigit() else 1,
    )


def local(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: etree._Element, name: str) -> str:
    """An attribute by its local name; "" where it is absent."""
    return next((str(v) for k, v in element.attrib.items() if str(k).rpartition("}")[2] == name), "")


def number(element: etree._Element, name: str) -> int:
    """A count that an attribute states; 1 where it states none."""
    text = attribute(element, name)
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 8 else 1


def _twips(length: str) -> float:
    match = _LENGTH.fullmatch(length)
    return float(match[1]) * _TWIPS[match[2]] if match and match[1].count(".") < 2 else 0.0


def _blocks(container: etree._Element, story: Story, depth: int) -> Iterator[Block]:
    if depth > 2 * MAX_NESTING:
        raise UnreadableDocumentError(ReadOutcome.TOO_LARGE, f"tables nested deeper than {MAX_NESTING}")
    for element in container:
        name = local(element)
        if name in {"p", "h"}:
            boxes: list[etree._Element] = []
            yield from lines([_paragraph(element, story, boxes)])
            for box in boxes:
                yield from _blocks(box, story, depth + 1)
        elif name == "table":
            yield from _table(element, story, depth + 1)
        elif name == "image":
            yield from _pictured(element, story)
        elif name in _WRAPPERS:
            _enter(element, story)
            yield from _blocks(element, story, depth)
            _leave(element, story)


def _pictured(image: etree._Element, story: Story) -> list[Block]:
    """The table that a picture shows; flat files hold pictures where they stand."""
    name = attribute(image, "href")
    data = story.pictures.get(name)
    if data is None:
        try:
            data = base64.b64decode(image.findtext("{*}binary-data") or "")
        except binascii.Error:
            data = b""
    blocks, notices = read_picture(data, name or "a picture") if data else ([], [])
    story.pictures_read += bool(blocks)
    story.notices += notices
    return blocks


def _enter(element: etree._Element, story: Story) -> None:
    """Count list items; a list without a style has that of the list around it."""
    if local(element) == "list":
        story.lists.append(attribute(element, "style-name") or (story.lists[-1] if story.lists else ""))
    elif local(element) == "list-item" and story.lists and story.lists[-1] in story.numbering.lists:
        story.label = story.numbering.advance(story.lists[-1], len(story.lists) - 1)


def _leave(element: etree._Element, story: Story) -> None:
    if local(element) == "list" and story.lists:
        story.lists.pop()
    elif local(element) == "list-item":
        story.label = ""


def _paragraph(element: etree._Element, story: Story, boxes: list[etree._Element]) -> str:
    if _is_left_out(element, story):
        return ""
    text = "".join(printed_texts(element, story, boxes))
    label, story.label = story.label, ""
    return label + text if text.strip() else text


def _is_left_out(element: etree._Element, story: Story) -> bool:
    """Whether the style of a text hides it or strikes it out."""
    style = attribute(element, "style-name")
    is_struck = style in story.struck and any(map(str.strip, map(str, element.itertext())))
    story.struck_texts += is_struck
    return is_struck or style in story.hidden


def printed_texts(element: etree._Element, story: Story, boxes: list[etree._Element]) -> Iterator[str]:
    """The texts of a paragraph; what stands in frames and notes is added to `boxes`."""
    before = element.text or ""
    yield before
    for part in element:
        name = local(part)
        if name in _SPACES:
            yield _SPACES[name]
        elif name == "s":
            yield " " * number(part, "c")
        elif name in {"frame", "text-box", "note"}:
            boxes.append(part)
        elif name and name not in _NOT_PRINTED and not _is_left_out(part, story):
            text = "".join(printed_texts(part, story, boxes))
            if attribute(part, "style-name") in story.raised and is_note_mark(before, text):
                story.note_marks += 1
            else:
                before = text or before
                yield text
        before = part.tail or before
        yield part.tail or ""


def table_rows(table: etree._Element) -> Iterator[etree._Element]:
    """The rows of a table, those of groups and headers among them, each as often as it is repeated."""
    for element in table:
        name = local(element)
        if name == "table-row":
            yield from [element] * min(number(element, "number-rows-repeated"), _MAX_REPEATED)
        elif name in {"table-rows", "table-header-rows", "table-row-group"}:
            yield from table_rows(element)


def _is_deleted(row: etree._Element) -> bool:
    """A deleted row is still in the file, a mark in each of its cells."""
    marks = row.iter("{*}change", "{*}change-start")
    return next(marks, None) is not None and not "".join(map(str, row.itertext())).strip()


def _table(table: etree._Element, story: Story, depth: int) -> Iterator[Block]:
    cells: list[Cell] = []
    inner: list[Block] = []
    rows = [row for row in table_rows(table) if not _is_deleted(row)]
    for index, row in enumerate(rows):
        column = 0
        for element in row:
            name = local(element)
            if name not in {"table-cell", "covered-table-cell"}:
                continue
            repeated = min(number(element, "number-columns-repeated"), _MAX_REPEATED)
            if name == "table-cell":
                text, nested = _cell_content(element, story, depth)
                inner.extend(nested)
                spans = number(element, "number-rows-spanned"), number(element, "number-columns-spanned")
                cells.extend(Cell(index, column + i, text, *spans) for i in range(repeated))
            column += repeated
    narrow = set(_narrow_columns(table, story)) if story.narrow else set()
    yield from table_blocks(without_slivers(cells, narrow), len(rows), inner)


def _narrow_columns(table: etree._Element, story: Story) -> Iterator[int]:
    place = 0
    for column in table.iter("{*}table-column"):
        repeated = min(number(column, "number-columns-repeated"), _MAX_REPEATED)
        if attribute(column, "style-name") in story.narrow:
            yield from range(place, place + repeated)
        place += repeated


def _cell_content(cell: etree._Element, story: Story, depth: int) -> tuple[str, list[Block]]:
    paragraphs: list[str] = []
    nested: list[Block] = []
    for element in _paragraphs_and_tables(cell, story):
        if local(element) == "table":
            nested.extend(_blocks_of(element, story, depth))
            continue
        boxes: list[etree._Element] = []
        text = _paragraph(element, story, boxes)
        indent = story.indents.get(attribute(element, "style-name"), "")
        paragraphs.append(indent + text if text.strip() and not text[0].isspace() else text)
        for block in (block for box in boxes for block in _blocks(box, story, depth + 1)):
            if isinstance(block, Line):
                paragraphs.append(block.text)
            else:
                nested.append(block)
    return "\n".join(paragraphs).rstrip().lstrip("\n"), nested


def _blocks_of(table: etree._Element, story: Story, depth: int) -> Iterator[Block]:
    if depth >= MAX_NESTING:
        raise UnreadableDocumentError(ReadOutcome.TOO_LARGE, f"tables nested deeper than {MAX_NESTING}")
    yield from _table(table, story, depth + 1)


def _paragraphs_and_tables(cell: etree._Element, story: Story) -> Iterator[etree._Element]:
    for element in cell:
        name = local(element)
        if name in {"p", "h", "table"}:
            yield element
        elif name in _WRAPPERS:
            _enter(element, story)
            yield from _paragraphs_and_tables(element, story)
            _leave(element, story)
