"""Word documents (DOCX, Office Open XML), read with lxml from the package itself.

What a reader of the printed page sees is kept; deleted text, hidden text, field codes, page headers and
footers are not.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from lxml import etree

from warehouse.documents.model import Document, Line, Notice, ReadOutcome, UnreadableDocumentError
from warehouse.documents.note_marks import note_marks
from warehouse.documents.package import open_zip, parse_xml, read_member
from warehouse.documents.typed.tabbed import with_typed_tables
from warehouse.documents.unseen import unseen_figures
from warehouse.documents.word.docx_parts import Parts
from warehouse.documents.word.docx_text import PICTURES, TRANSPARENT, Story, is_inserted, paragraph_text
from warehouse.documents.word.docx_xml import (
    alternative,
    child,
    instruction_runs,
    is_on,
    local,
    number,
    shaded_styles,
    style_effects,
    twips,
    value,
)
from warehouse.documents.word.numbering import Numbering, read_numbering
from warehouse.documents.word.table import (
    CHARACTER_TWIPS,
    MAX_NESTING,
    Block,
    WordCell,
    indentation,
    lines,
    struck_text,
    word_table,
)

_OBJECTS = {"OLEObject", "blip", "imagedata"}


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
        story = Story(
            hidden_runs=instruction_runs(root),
            styles=style_effects(styles),
            shaded_styles=shaded_styles(styles),
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
    story = Story(
        hidden_runs=instruction_runs(root),
        styles=style_effects(child(root, "styles")),
        numbering=Numbering({}),
    )
    return _document(root, story, ())


def _document(root: etree._Element, story: Story, notes: Sequence[etree._Element | None]) -> Document:
    body = child(root, "body")
    if body is None:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, "the Word document has no body")
    blocks = [*_blocks(body, story, 0), *_notes(notes, story)]
    if story.parts is not None:
        story.notices.extend(story.parts.notices)
    pictures = sum(1 for _ in body.iter(*PICTURES)) - story.read_objects
    if pictures > 0:
        story.notices.append(Notice("picture", f"{pictures} pictures or embedded objects were not read"))
    if story.struck:
        story.notices.append(struck_text(story.struck))
    story.notices += [*note_marks(story.note_marks), *unseen_figures(story.unseen)]
    return Document("docx", tuple(with_typed_tables(blocks)), notices=tuple(story.notices))


def _notes(parts: Sequence[etree._Element | None], story: Story) -> Iterator[Block]:
    """Footnotes and endnotes, without the lines that separate them from the text."""
    for part in parts:
        for note in part if part is not None else ():
            if value(note, "type") is None:
                yield from _blocks(note, story, 0)


def _main_part(package: zipfile.ZipFile) -> str:
    relations = parse_xml(read_member(package, "_rels/.rels"), "_rels/.rels")
    for relation in relations:
        if (relation.get("Type") or "").endswith("/officeDocument"):
            return (relation.get("Target") or "").lstrip("/")
    raise UnreadableDocumentError(ReadOutcome.CORRUPT, "the package names no main document")


def _optional(package: zipfile.ZipFile, part: str) -> etree._Element | None:
    return parse_xml(read_member(package, part), part) if part in package.namelist() else None


def _blocks(container: etree._Element, story: Story, depth: int) -> Iterator[Block]:
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
        elif name in TRANSPARENT or is_inserted(element):
            yield from _blocks(element, story, depth)


def _embedded(element: etree._Element, story: Story) -> Iterator[Block]:
    """What another part of the package holds that is printed here."""
    if story.parts is not None:
        yield from story.parts.blocks(element)


def _paragraph(paragraph: etree._Element, story: Story, depth: int) -> Iterator[Block]:
    boxes: list[etree._Element] = []
    text = paragraph_text(paragraph, story, boxes)
    yield from lines([text])
    yield from _boxed(boxes, story, depth)


def _pictured(element: etree._Element, story: Story) -> Iterator[Block]:
    if story.parts is not None:
        yield from story.parts.table_shown(element)


def _boxed(boxes: list[etree._Element], story: Story, depth: int) -> Iterator[Block]:
    """What text boxes and embedded objects hold, and the tables that pictures show."""
    for box in boxes:
        if local(box) in _OBJECTS:
            is_picture = local(box) != "OLEObject"
            found = list(_pictured(box, story) if is_picture else _embedded(box, story))
            story.read_objects += bool(found)
            yield from found
        else:
            yield from _blocks(box, story, depth + 1)


def _table(table: etree._Element, story: Story, depth: int) -> Iterator[Block]:
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
        elif name in TRANSPARENT:
            yield from _rows(element)


def _row_cells(row: etree._Element) -> Iterator[etree._Element]:
    for element in row:
        name = local(element)
        if name == "tc":
            yield element
        elif name in TRANSPARENT:
            yield from _row_cells(element)


def _read_row(
    row: etree._Element,
    elements: list[etree._Element],
    edges: list[int],
    inner: list[Block],
    where: tuple[Story, int],
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


def _cell_content(cell: etree._Element, story: Story, depth: int) -> tuple[str, list[Block]]:
    """The cell's own text, and the tables in it with the lines of their captions."""
    paragraphs: list[str] = []
    nested: list[Block] = []
    for element in _cell_elements(cell):
        if local(element) == "tbl":
            nested.extend(_nested(element, story, depth))
            continue
        boxes: list[etree._Element] = []
        text = paragraph_text(element, story, boxes)
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


def _nested(table: etree._Element, story: Story, depth: int) -> Iterator[Block]:
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
        elif name in TRANSPARENT:
            yield from _cell_elements(element)
