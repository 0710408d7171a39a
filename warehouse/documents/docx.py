"""Word documents (DOCX, Office Open XML), read with lxml from the package itself.

What a reader of the printed page sees is kept; deleted text, hidden text, field codes, page headers and
footers are not.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from lxml import etree

from warehouse.documents.docx_parts import Parts
from warehouse.documents.docx_xml import (
    alternative,
    child,
    hidden_styles,
    instruction_runs,
    is_on,
    is_struck,
    local,
    number,
    symbol,
    twips,
    value,
    within_box,
)
from warehouse.documents.model import (
    Document,
    Line,
    Notice,
    ReadOutcome,
    UnreadableDocumentError,
)
from warehouse.documents.numbering import Numbering, read_numbering
from warehouse.documents.package import open_zip, parse_xml, read_member
from warehouse.documents.tabbed import with_tabbed_tables
from warehouse.documents.word_table import (
    CHARACTER_TWIPS,
    MAX_NESTING,
    Block,
    WordCell,
    indentation,
    lines,
    struck_text,
    word_table,
)

_TRANSPARENT = {
    "sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "body", "hyperlink", "fldSimple", "dir",
    "bdo",     "AlternateContent", "Choice", "Fallback", "ruby", "rubyBase", "oMath", "oMathPara",
    "sect", "sub-section", "content",
}  # fmt: skip
"""Elements that only wrap what is printed."""

_PICTURES = "{*}blip", "{*}imagedata"
_OBJECTS = {"OLEObject", "blip", "imagedata"}
_CHARACTERS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def read_docx(data: bytes) -> Document:
    """The lines and tables of a DOCX file; nested tables follow the table that holds them.

    Raises:
        UnreadableDocumentError: CORRUPT, ENCRYPTED or TOO_LARGE.
    """
    with open_zip(data) as package:
        part = _main_part(package)
        root = parse_xml(read_member(package, part), part)
        folder = part.rpartition("/")[0]
        styles = _optional(package, f"{folder}/styles.xml")
        story = _Story(
            hidden_runs=instruction_runs(root),
            hidden_styles=hidden_styles(styles),
            numbering=read_numbering(_optional(package, f"{folder}/numbering.xml"), styles),
            parts=Parts(package, part),
        )
        notes = [_optional(package, f"{folder}/{name}.xml") for name in ("footnotes", "endnotes")]
        return _document(root, story, notes)


def read_word_xml(root: etree._Element) -> Document:
    """The same from Word 2003 XML: the elements of DOCX in one file, numbers of lists as they are printed.

    Raises:
        UnreadableDocumentError: CORRUPT or TOO_LARGE.
    """
    story = _Story(
        hidden_runs=instruction_runs(root),
        hidden_styles=hidden_styles(child(root, "styles")),
        numbering=Numbering({}),
    )
    return _document(root, story, ())


def _document(root: etree._Element, story: _Story, notes: Sequence[etree._Element | None]) -> Document:
    body = child(root, "body")
    if body is None:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, "the Word document has no body")
    blocks = [*_blocks(body, story, 0), *_notes(notes, story)]
    if story.parts is not None:
        story.notices.extend(story.parts.notices)
    pictures = sum(1 for _ in body.iter(*_PICTURES)) - story.read_objects
    if pictures > 0:
        story.notices.append(Notice("picture", f"{pictures} pictures or embedded objects were not read"))
    if story.struck:
        story.notices.append(struck_text(story.struck))
    return Document("docx", tuple(with_tabbed_tables(blocks)), notices=tuple(story.notices))


def _notes(parts: Sequence[etree._Element | None], story: _Story) -> Iterator[Block]:
    """Footnotes and endnotes, without the lines that separate them from the text."""
    for part in parts:
        for note in part if part is not None else ():
            if value(note, "type") is None:
                yield from _blocks(note, story, 0)


@dataclass(slots=True)
class _Story:
    """What has to be known while walking through a document."""

    hidden_runs: set[etree._Element]
    hidden_styles: set[str]
    numbering: Numbering
    parts: Parts | None = None
    read_objects: int = 0
    struck: int = 0
    """Runs that are struck out."""
    notices: list[Notice] = field(default_factory=list)


def _main_part(package: zipfile.ZipFile) -> str:
    relations = parse_xml(read_member(package, "_rels/.rels"), "_rels/.rels")
    for relation in relations:
        if (relation.get("Type") or "").endswith("/officeDocument"):
            return (relation.get("Target") or "").lstrip("/")
    raise UnreadableDocumentError(ReadOutcome.CORRUPT, "the package names no main document")


def _optional(package: zipfile.ZipFile, part: str) -> etree._Element | None:
    return parse_xml(read_member(package, part), part) if part in package.namelist() else None


def _blocks(container: etree._Element, story: _Story, depth: int) -> Iterator[Block]:
    if depth > MAX_NESTING:
        raise UnreadableDocumentError(ReadOutcome.TOO_LARGE, f"tables nested deeper than {MAX_NESTING}")
    for element in container:
        name = local(element)
        if name == "p":
            yield from _paragraph(element, story, depth)
        elif name == "tbl":
            yield from _table(element, story, depth)
        elif name == "AlternateContent":
            yield from _blocks(alternative(element), story, depth)
        elif name == "altChunk":
            yield from _embedded(element, story)
        elif name in _TRANSPARENT or _is_inserted(element):
            yield from _blocks(element, story, depth)


def _embedded(element: etree._Element, story: _Story) -> Iterator[Block]:
    """What another part of the package holds that is printed here."""
    if story.parts is not None:
        yield from story.parts.blocks(element)


def _is_inserted(element: etree._Element) -> bool:
    """A change in Word 2003 XML that is not a deletion; comments stand in such elements, too."""
    return local(element) == "annotation" and (value(element, "type") or "").endswith("Insertion")


def _paragraph(paragraph: etree._Element, story: _Story, depth: int) -> Iterator[Block]:
    boxes: list[etree._Element] = []
    text = _paragraph_text(paragraph, story, boxes)
    yield from lines([text])
    yield from _boxed(boxes, story, depth)


def _pictured(element: etree._Element, story: _Story) -> Iterator[Block]:
    if story.parts is not None:
        yield from story.parts.table_shown(element)


def _boxed(boxes: list[etree._Element], story: _Story, depth: int) -> Iterator[Block]:
    """What text boxes and embedded objects hold, and the tables that pictures show."""
    for box in boxes:
        if local(box) in _OBJECTS:
            is_picture = local(box) != "OLEObject"
            found = list(_pictured(box, story) if is_picture else _embedded(box, story))
            story.read_objects += bool(found)
            yield from found
        else:
            yield from _blocks(box, story, depth + 1)


def _paragraph_text(paragraph: etree._Element, story: _Story, boxes: list[etree._Element]) -> str:
    properties = child(paragraph, "pPr")
    if (value(child(properties, "pStyle")) or "") in story.hidden_styles:
        return ""
    parts: list[str] = []
    _collect(paragraph, story, parts, boxes)
    text = "".join(parts)
    is_deleted = child(properties, "rPr", "del") is not None
    return text if is_deleted and not text.strip() else _label(properties, story) + text


def _label(properties: etree._Element | None, story: _Story) -> str:
    printed = value(child(properties, "listPr", "t"))  # Word 2003 XML
    return story.numbering.label(properties) if printed is None else printed


def _collect(element: etree._Element, story: _Story, parts: list[str], boxes: list[etree._Element]) -> None:
    for part in element:
        name = local(part)
        if name == "r":
            if part in story.hidden_runs or _is_hidden(part, story):
                continue
            if is_struck(part):
                story.struck += 1
            else:
                _collect_run(part, parts, boxes)
        elif name == "AlternateContent":
            _collect(alternative(part), story, parts, boxes)
        elif name in _TRANSPARENT or _is_inserted(part):
            _collect(part, story, parts, boxes)


def _is_hidden(run: etree._Element, story: _Story) -> bool:
    properties = child(run, "rPr")
    if properties is None:
        return False
    own = child(properties, "vanish")
    if own is not None:
        return is_on(own)
    return (value(child(properties, "rStyle")) or "") in story.hidden_styles


def _collect_run(run: etree._Element, parts: list[str], boxes: list[etree._Element]) -> None:
    for part in run:
        name = local(part)
        if name == "t":
            parts.append(part.text or "")
        elif name in _CHARACTERS:
            parts.append("" if value(part, "type") == "page" else _CHARACTERS[name])
        elif name == "sym":
            parts.append(symbol(part))
        elif name in {"drawing", "pict", "object", "AlternateContent"}:
            holder = alternative(part) if name == "AlternateContent" else part
            pictures = () if next(holder.iter("{*}OLEObject"), None) is not None else _PICTURES
            found = holder.iter("{*}txbxContent", "{*}OLEObject", *pictures)
            boxes.extend(box for box in found if not within_box(box, holder))


def _table(table: etree._Element, story: _Story, depth: int) -> Iterator[Block]:
    elements = [(row, list(_row_cells(row))) for row in _rows(table)]
    if (
        all(len(cells) <= 1 for _, cells in elements)
        and next(table.iterdescendants("{*}tbl"), None) is not None
    ):
        # A frame of one column around other tables: what it holds, in its order.
        for _, cells in elements:
            for cell in cells:
                yield from _blocks(cell, story, depth + 1)
        return
    edges = _grid_edges(table)
    inner: list[Block] = []
    rows = [_read_row(row, cells, edges, inner, (story, depth)) for row, cells in elements]
    yield from word_table(rows, inner, story.notices)


def _grid_edges(table: etree._Element) -> list[int]:
    """Edges of the grid's columns in twips; columns of unknown width are an inch wide."""
    grid = child(table, "tblGrid")
    widths = (
        [] if grid is None else [value(column, "w") or "" for column in grid if local(column) == "gridCol"]
    )
    edges = [0, *accumulate(int(w) if w.isascii() and w.isdigit() and len(w) < 6 else 0 for w in widths)]
    return edges if all(right - left > 0 for left, right in pairwise(edges)) else [0]


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for element in table:
        name = local(element)
        if name == "tr":
            properties = child(element, "trPr")
            if child(properties, "del") is None and not is_on(child(properties, "hidden")):
                yield element
        elif name in _TRANSPARENT:
            yield from _rows(element)


def _row_cells(row: etree._Element) -> Iterator[etree._Element]:
    for element in row:
        name = local(element)
        if name == "tc":
            yield element
        elif name in _TRANSPARENT:
            yield from _row_cells(element)


def _read_row(
    row: etree._Element,
    elements: list[etree._Element],
    edges: list[int],
    inner: list[Block],
    where: tuple[_Story, int],
) -> list[WordCell]:
    """The row's cells; tables in them are appended to `inner`."""
    story, depth = where
    column = number(child(row, "trPr", "gridBefore"), 0)
    cells: list[WordCell] = []
    for element in elements:
        properties = child(element, "tcPr")
        span = max(1, number(child(properties, "gridSpan"), 1))
        text, nested = _cell_content(element, story, depth)
        inner.extend(nested)
        left, right = _edge(edges, column), _edge(edges, column + span)
        merged_left = _continues(properties, "hMerge", "hmerge")
        cells.append(WordCell(left, right, text, merged_left, _continues(properties, "vMerge", "vmerge")))
        column += span
    return cells


def _edge(edges: list[int], column: int) -> int:
    """Where a column of the grid begins; beyond the stated ones they are an inch wide."""
    return edges[column] if column < len(edges) else edges[-1] + 1440 * (column + 1 - len(edges))


def _continues(properties: etree._Element | None, *names: str) -> bool:
    """A merge element without a value goes on with the cell before (or above)."""
    merge = next((found for name in names if (found := child(properties, name)) is not None), None)
    return merge is not None and (value(merge) or "continue") == "continue"


def _cell_content(cell: etree._Element, story: _Story, depth: int) -> tuple[str, list[Block]]:
    """The cell's own text, and the tables in it with the lines of their captions."""
    paragraphs: list[str] = []
    nested: list[Block] = []
    for element in _cell_elements(cell):
        if local(element) == "tbl":
            nested.extend(_nested(element, story, depth))
            continue
        boxes: list[etree._Element] = []
        text = _paragraph_text(element, story, boxes)
        paragraphs.append(_indent(element) + text if text.strip() and not text[0].isspace() else text)
        for block in _boxed(boxes, story, depth):
            if isinstance(block, Line):
                paragraphs.append(block.text)
            else:
                nested.append(block)
    return "\n".join(paragraphs).rstrip().lstrip("\n"), nested


def _indent(paragraph: etree._Element) -> str:
    """Full-width spaces as wide as the first line is indented: labels say so what they are a part of."""
    properties = child(paragraph, "pPr")
    indent = child(properties, "ind")
    if indent is None or (value(child(properties, "jc")) or "left") not in {"left", "start", "both"}:
        return ""
    left = twips(indent, "left") or twips(indent, "start")
    left = left or twips(indent, "leftChars") * CHARACTER_TWIPS // 100
    first = twips(indent, "firstLine") or twips(indent, "firstLineChars") * CHARACTER_TWIPS / 100
    return indentation(left + first - twips(indent, "hanging"))


def _nested(table: etree._Element, story: _Story, depth: int) -> Iterator[Block]:
    if depth >= MAX_NESTING:
        raise UnreadableDocumentError(ReadOutcome.TOO_LARGE, f"tables nested deeper than {MAX_NESTING}")
    yield from _table(table, story, depth + 1)


def _cell_elements(cell: etree._Element) -> Iterator[etree._Element]:
    for element in cell:
        name = local(element)
        if name in {"p", "tbl"}:
            yield element
        elif name == "AlternateContent":
            yield from _cell_elements(alternative(element))
        elif name in _TRANSPARENT:
            yield from _cell_elements(element)
