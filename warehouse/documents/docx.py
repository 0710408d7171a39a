"""Word documents (DOCX, Office Open XML), read with lxml from the package itself.

What a reader of the printed page sees is kept; deleted text, hidden text, field codes, page headers and
footers are not.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from warehouse.documents.captions import split_captions
from warehouse.documents.grid import tile
from warehouse.documents.model import (
    Cell,
    Document,
    Line,
    Notice,
    ReadOutcome,
    Table,
    UnreadableDocumentError,
)
from warehouse.documents.numbering import Numbering, read_numbering
from warehouse.documents.package import open_zip, parse_xml, read_member

MAX_NESTING = 20
"""Tables within tables; Word itself stops far earlier."""

Block = Line | Table

_TRANSPARENT = {
    "sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "body", "hyperlink", "fldSimple", "dir",
    "bdo",     "AlternateContent", "Choice", "Fallback", "ruby", "rubyBase", "oMath", "oMathPara",
}  # fmt: skip
"""Elements that only wrap what is printed."""

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
        story = _Story(
            hidden_runs=_instruction_runs(root),
            hidden_styles=_hidden_styles(_optional(package, f"{folder}/styles.xml")),
            numbering=read_numbering(_optional(package, f"{folder}/numbering.xml")),
        )
    body = next((child for child in root if local(child) == "body"), None)
    if body is None:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"{part} has no body")
    blocks = tuple(_blocks(body, story, 0))
    return Document("docx", blocks, notices=tuple(story.notices))


@dataclass(slots=True)
class _Story:
    """What has to be known while walking through a document."""

    hidden_runs: set[etree._Element]
    hidden_styles: set[str]
    numbering: Numbering
    notices: list[Notice] = field(default_factory=list)


def local(element: etree._Element) -> str:
    """The element's name without its namespace (transitional and strict files differ only there)."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def value(element: etree._Element | None, name: str = "val") -> str | None:
    """An attribute by its local name; None where the element or the attribute is absent."""
    if element is None:
        return None
    return next((str(v) for k, v in element.attrib.items() if str(k).rpartition("}")[2] == name), None)


def child(element: etree._Element | None, *names: str) -> etree._Element | None:
    """The first descendant along a path of local names."""
    for name in names:
        if element is None:
            return None
        element = next((e for e in element if local(e) == name), None)
    return element


def is_on(element: etree._Element | None) -> bool:
    """A toggle property: present and not switched off."""
    return element is not None and value(element) not in {"0", "false", "off"}


def _number(element: etree._Element | None, default: int) -> int:
    text = value(element) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else default


def _main_part(package: zipfile.ZipFile) -> str:
    relations = parse_xml(read_member(package, "_rels/.rels"), "_rels/.rels")
    for relation in relations:
        if (relation.get("Type") or "").endswith("/officeDocument"):
            return (relation.get("Target") or "").lstrip("/")
    raise UnreadableDocumentError(ReadOutcome.CORRUPT, "the package names no main document")


def _optional(package: zipfile.ZipFile, part: str) -> etree._Element | None:
    return parse_xml(read_member(package, part), part) if part in package.namelist() else None


def _hidden_styles(styles: etree._Element | None) -> set[str]:
    """Styles whose text is hidden."""
    if styles is None:
        return set()
    return {value(style, "styleId") or "" for style in styles if is_on(child(style, "rPr", "vanish"))}


def _instruction_runs(root: etree._Element) -> set[etree._Element]:
    """Runs that hold field codes (`TC …`, `HYPERLINK …`); a field without an end hides nothing."""
    hidden: set[etree._Element] = set()
    open_fields: list[list[etree._Element]] = []
    in_code: list[bool] = []
    for run in root.iter("{*}r"):
        kinds = [value(mark, "fldCharType") for mark in run if local(mark) == "fldChar"]
        if not kinds and open_fields and in_code[-1]:
            open_fields[-1].append(run)
        for kind in kinds:
            if kind == "begin":
                open_fields.append([])
                in_code.append(True)
            elif kind == "separate" and open_fields:
                in_code[-1] = False
            elif kind == "end" and open_fields:
                runs, outer_code = open_fields.pop(), (in_code.pop(), bool(in_code and in_code[-1]))[1]
                hidden.update(runs)
                if outer_code:
                    open_fields[-1].extend(runs)
    return hidden


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
            yield from _blocks(_alternative(element), story, depth)
        elif name in _TRANSPARENT:
            yield from _blocks(element, story, depth)


def _alternative(element: etree._Element) -> etree._Element:
    """One of the renderings of the same content, preferably the modern one."""
    return next((e for e in element if local(e) == "Choice"), next(iter(element), element))


def _paragraph(paragraph: etree._Element, story: _Story, depth: int) -> Iterator[Block]:
    boxes: list[etree._Element] = []
    text = _paragraph_text(paragraph, story, boxes)
    yield from (Line(part) for part in text.split("\n") if part.strip())
    for box in boxes:
        yield from _blocks(box, story, depth + 1)


def _paragraph_text(paragraph: etree._Element, story: _Story, boxes: list[etree._Element]) -> str:
    properties = child(paragraph, "pPr")
    if (value(child(properties, "pStyle")) or "") in story.hidden_styles:
        return ""
    parts: list[str] = []
    _collect(paragraph, story, parts, boxes)
    text = "".join(parts)
    return story.numbering.label(properties) + text if text.strip() else text


def _collect(element: etree._Element, story: _Story, parts: list[str], boxes: list[etree._Element]) -> None:
    for part in element:
        name = local(part)
        if name == "r":
            if part not in story.hidden_runs and not _is_hidden(part, story):
                _collect_run(part, parts, boxes)
        elif name == "AlternateContent":
            _collect(_alternative(part), story, parts, boxes)
        elif name in _TRANSPARENT:
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
            parts.append(_symbol(part))
        elif name in {"drawing", "pict", "object", "AlternateContent"}:
            holder = _alternative(part) if name == "AlternateContent" else part
            boxes.extend(box for box in holder.iter("{*}txbxContent") if not _within_box(box, holder))


def _within_box(box: etree._Element, holder: etree._Element) -> bool:
    """A box within a box is read with the outer one; the fallback of a rendering is not read at all."""
    for ancestor in box.iterancestors():
        if ancestor is holder:
            return False
        if local(ancestor) in {"txbxContent", "Fallback"}:
            return True
    return False


def _symbol(symbol: etree._Element) -> str:
    """A character of a symbol font, as its code; fonts map their glyphs to the private use area."""
    code = value(symbol, "char") or ""
    try:
        return chr(int(code, 16))
    except (ValueError, OverflowError):
        return ""


def _table(table: etree._Element, story: _Story, depth: int) -> Iterator[Block]:
    place = _GridPlace(depth)
    for row in _rows(table):
        _read_row(row, place, story)
        place.row += 1
    if place.cells:
        yield from place_table(tile(place.cells, place.row), place.inner)


def place_table(grid: Table, inner: list[Block]) -> Iterator[Block]:
    """A table with its captions taken out, then the tables that stood in its cells.

    A frame (one column, or one text, around other tables or text) is not a table: its texts are lines.
    """
    texts = [cell.text for cell in grid.cells if cell.text.strip()]
    if (grid.column_count == 1 and (inner or grid.row_count == 1)) or (inner and len(texts) <= 1):
        yield from (Line(part) for text in texts for part in text.split("\n") if part.strip())
        yield from inner
        return
    before, kept, after = split_captions(grid, merged_only=True)
    yield from before
    if kept is not None:
        yield kept
    yield from inner
    yield from after


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


@dataclass(slots=True)
class _GridPlace:
    """A table while its rows are read."""

    depth: int
    row: int = 0
    cells: list[Cell] = field(default_factory=list)
    inner: list[Block] = field(default_factory=list)


def _read_row(row: etree._Element, place: _GridPlace, story: _Story) -> None:
    index, cells = place.row, place.cells
    col = _number(child(row, "trPr", "gridBefore"), 0)
    for element in _row_cells(row):
        properties = child(element, "tcPr")
        span = max(1, _number(child(properties, "gridSpan"), 1))
        text, nested = _cell_content(element, story, place.depth)
        place.inner.extend(nested)
        if _continues(child(properties, "hMerge")) and cells:
            cells[-1] = replace(cells[-1], col_span=cells[-1].col_span + span)
        elif not _continues(child(properties, "vMerge")) or not grow_above(cells, index, col, span):
            cells.append(Cell(index, col, text, col_span=span))
        elif text:
            story.notices.append(Notice("covered_text", f"hidden in a merged cell: {text}"))
        col += span


def _continues(merge: etree._Element | None) -> bool:
    """A merge element without a value goes on with the cell before (or above)."""
    return merge is not None and (value(merge) or "continue") == "continue"


def grow_above(cells: list[Cell], row: int, col: int, col_span: int) -> bool:
    """Let the cell that ends just above this place, with the same columns, reach down into this row."""
    for position in range(len(cells) - 1, -1, -1):
        cell = cells[position]
        if cell.col == col and cell.row + cell.row_span == row and cell.col_span == col_span:
            cells[position] = replace(cell, row_span=cell.row_span + 1)
            return True
    return False


def _cell_content(cell: etree._Element, story: _Story, depth: int) -> tuple[str, list[Block]]:
    """The cell's own text, and the tables in it with the lines of their captions."""
    paragraphs: list[str] = []
    nested: list[Block] = []
    for element in _cell_elements(cell):
        if local(element) == "tbl":
            nested.extend(_nested(element, story, depth))
            continue
        boxes: list[etree._Element] = []
        paragraphs.append(_paragraph_text(element, story, boxes))
        for box in boxes:
            for block in _blocks(box, story, depth + 1):
                if isinstance(block, Line):
                    paragraphs.append(block.text)
                else:
                    nested.append(block)
    return "\n".join(paragraphs).rstrip().lstrip("\n"), nested


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
            yield from _cell_elements(_alternative(element))
        elif name in _TRANSPARENT:
            yield from _cell_elements(element)
