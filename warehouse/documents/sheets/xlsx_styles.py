"""Styles of the cells of XLSX workbooks: number formats, indents, what is hidden or struck."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from warehouse.documents.model import ReadOutcome, UnreadableDocumentError
from warehouse.documents.note_marks import is_note_mark
from warehouse.documents.package import open_zip, parse_xml, read_member
from warehouse.documents.sheets.cell_styles import NARROW, CellStyle, SheetStyles, refuse_vast_area
from warehouse.documents.sheets.number_format import BUILT_IN

_LOOKS = "{*}fonts", "{*}fills"
_NARROW = re.compile(r"0?\.\d+")


class _Runs(NamedTuple):
    """What a text of several runs prints, and whether what it leaves out is struck."""

    text: str
    struck: bool


def xlsx_styles(data: bytes) -> list[tuple[str, SheetStyles]]:
    """Of each sheet in the order of the workbook, with its name.

    Raises:
        UnreadableDocumentError: CORRUPT, ENCRYPTED or TOO_LARGE.
    """
    with open_zip(data) as package:
        names = set(package.namelist())
        styles = _styles(package) if "xl/styles.xml" in names else []
        shared = _shared(package) if "xl/sharedStrings.xml" in names else {}
        return [
            (
                name,
                _sheet(read_member(package, part), part, styles, shared) if part in names else SheetStyles(),
            )
            for name, part in _parts(package)
        ]


def xlsx_active_sheet(data: bytes) -> str | None:
    """The sheet that the workbook shows when it is opened; None where it does not say.

    Raises:
        UnreadableDocumentError: CORRUPT, ENCRYPTED or TOO_LARGE.
    """
    with open_zip(data) as package:
        names = [name for name, _ in _parts(package)]
        workbook = parse_xml(read_member(package, "xl/workbook.xml"), "xl/workbook.xml")
    view = next(workbook.iter("{*}workbookView"), None)
    index = _index("" if view is None else view.get("activeTab", ""), -1) + 1
    return names[index] if index < len(names) else None


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _styles(package: zipfile.ZipFile) -> list[CellStyle]:
    """By index of cell format."""
    root = parse_xml(read_member(package, "xl/styles.xml"), "xl/styles.xml")
    codes: dict[int, str] = dict(BUILT_IN)
    for element in root.iter("{*}numFmt"):
        if (number := element.get("numFmtId", "")).isdigit():
            codes[int(number)] = element.get("formatCode", "")
    fonts, fills = (list(parent) if parent is not None else [] for parent in map(root.find, _LOOKS))
    formats = root.find("{*}cellXfs")
    return [_style(each, codes, fonts, fills) for each in (() if formats is None else formats)]


def _style(
    element: etree._Element,
    codes: dict[int, str],
    fonts: list[etree._Element],
    fills: list[etree._Element],
) -> CellStyle:
    number, font_number, fill_number = (
        _index(element.get(name, "0"), -1) + 1 for name in ("numFmtId", "fontId", "fillId")
    )
    font = fonts[font_number] if font_number < len(fonts) else None
    fill = fills[fill_number] if fill_number < len(fills) else None
    is_unseen = _is_white(font) and (fill is None or _is_blank(fill))
    return CellStyle(codes.get(number), _indent(element), _is_struck(font), is_unseen)


def _is_white(font: etree._Element | None) -> bool:
    color = None if font is None else font.find("{*}color")
    return color is not None and (
        color.get("rgb", "").upper() in {"FFFFFFFF", "00FFFFFF"}
        or (color.get("theme") == "0" and color.get("tint", "0") == "0")
    )


def _is_blank(fill: etree._Element) -> bool:
    pattern = fill.find("{*}patternFill")
    return pattern is not None and pattern.get("patternType", "none") == "none"


def _is_struck(properties: etree._Element | None) -> bool:
    strike = None if properties is None else properties.find("{*}strike")
    return strike is not None and strike.get("val", "1") not in {"0", "false"}


def _indent(style: etree._Element) -> int:
    alignment = style.find("{*}alignment")
    steps = "" if alignment is None else alignment.get("indent", "")
    if alignment is None or alignment.get("horizontal", "left") not in {"left", "general", "distributed"}:
        return 0
    return int(steps) if steps.isdigit() and len(steps) < 3 else 0


def _shared(package: zipfile.ZipFile) -> dict[int, _Runs]:
    """By number, the shared texts that print less than they hold: a run is struck, or marks a note."""
    content = read_member(package, "xl/sharedStrings.xml")
    if b"strike" not in content and b"superscript" not in content:
        return {}
    items = enumerate(parse_xml(content, "xl/sharedStrings.xml").iterfind("{*}si"))
    return {number: less for number, item in items if (less := _less_than_it_holds(item)) is not None}


def _less_than_it_holds(item: etree._Element) -> _Runs | None:
    """What a text of several runs prints, if that is not all of it."""
    printed, struck, whole = "", False, ""
    for run in item.iterfind("{*}r"):
        text = run.findtext("{*}t") or ""
        whole += text
        properties = run.find("{*}rPr")
        if _is_struck(properties):
            struck = True
        elif not (_is_raised(properties) and is_note_mark(printed, text)):
            printed += text
    return _Runs(printed, struck) if printed != whole else None


def _is_raised(properties: etree._Element | None) -> bool:
    align = None if properties is None else properties.find("{*}vertAlign")
    return align is not None and align.get("val") == "superscript"


def _parts(package: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Sheet names and the parts that hold them."""
    if "xl/workbook.xml" not in package.namelist():
        return
    workbook = parse_xml(read_member(package, "xl/workbook.xml"), "xl/workbook.xml")
    relations = parse_xml(read_member(package, "xl/_rels/workbook.xml.rels"), "xl/_rels/workbook.xml.rels")
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for sheet in workbook.iter("{*}sheet"):
        relation = next((str(v) for k, v in sheet.attrib.items() if str(k).endswith("}id")), "")
        target = targets.get(relation, "")
        yield sheet.get("name", ""), target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _sheet(content: bytes, part: str, styles: list[CellStyle], shared: dict[int, _Runs]) -> SheetStyles:
    if b"<!DOCTYPE" in content[:4096]:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"{part} declares a document type")
    found = SheetStyles()
    row = column = last_row = last_column = -1
    events = etree.iterparse(
        io.BytesIO(content),
        events=("start", "end"),
        tag=[f"{{*}}{name}" for name in ("row", "col", "c", "sheetView", "mergeCell")],
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
    )
    try:
        for event, element in events:
            name = _local(element)
            if event == "start" and name == "row":
                row, column = _index(element.get("r", ""), row + 1), -1
                if _is_hidden(element, "ht"):
                    found.hidden_rows.add(row)
            elif event == "start" and name == "col":
                _note_columns(element, found)
            elif event == "start" and name == "sheetView" and element.get("showZeros") in {"0", "false"}:
                found.shows_zeros = False
            elif event == "end" and name == "c":
                row, column = _position(element.get("r", ""), row, column + 1)
                if len(element):
                    last_row, last_column = max(last_row, row), max(last_column, column)
                    _note_cell(element, (row, column), styles, shared, found)
            if event == "end" and name in {"row", "mergeCell"}:
                element.clear()
    except etree.XMLSyntaxError as error:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"{part} is not well-formed: {error}") from error
    refuse_vast_area(last_row, last_column)
    if found.unseen and any(mark in content for mark in (b"tablePart", b"conditionalFormatting")):
        found.unseen.clear()  # what they fill may be dark
    return found


def _is_hidden(element: etree._Element, size: str) -> bool:
    """Whether a row or column says so, or has no size."""
    return element.get("hidden") in {"1", "true"} or element.get(size) in {"0", "0.0"}


def _note_columns(columns: etree._Element, found: SheetStyles) -> None:
    first, last = _index(columns.get("min", ""), 0), _index(columns.get("max", ""), 0)
    places = range(first, min(last, 16_383) + 1)
    if _is_hidden(columns, "width"):
        found.hidden_columns.update(places)
    elif _NARROW.fullmatch(columns.get("width", "")) and float(columns.get("width", "")) <= NARROW:
        found.narrow_columns.update(places)


def _note_cell(
    cell: etree._Element,
    place: tuple[int, int],
    styles: list[CellStyle],
    shared: dict[int, _Runs],
    found: SheetStyles,
) -> None:
    """What the reader of values does not say of a cell."""
    kind = cell.get("t", "n")
    number = _index(cell.get("s", "0"), -1) + 1
    style = styles[number] if number < len(styles) else None
    if style is not None:
        found.note(place, style, is_text=kind != "n")
    if kind == "e":
        found.errors[place] = cell.findtext("{*}v") or "#VALUE!"
    elif kind == "s" and shared:
        _note_runs(place, shared.get(_index(cell.findtext("{*}v") or "", -2) + 1), found)
    elif kind == "inlineStr" and (text := cell.find("{*}is")) is not None:
        _note_runs(place, _less_than_it_holds(text), found)
    elif cell.find("{*}f") is not None and not cell.findtext("{*}v"):
        found.formulas_without_value += 1


def _note_runs(place: tuple[int, int], shared: _Runs | None, found: SheetStyles) -> None:
    if shared is None:
        return
    found.texts[place] = shared.text
    found.struck_texts += shared.struck
    found.note_marks += not shared.struck


def _index(text: str, default: int) -> int:
    return int(text) - 1 if text.isascii() and text.isdigit() and len(text) < 8 else default


def _position(reference: str, row: int, column: int) -> tuple[int, int]:
    """`C7` → (6, 2); the running position where a cell does not state its own."""
    match = re.fullmatch(r"([A-Z]{1,3})(\d{1,7})", reference)
    if match is None:
        return row, column
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, number - 1
