"""The text of a paragraph of WordprocessingML as it is printed: without what is hidden, deleted or struck."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from warehouse.documents.model import Notice
from warehouse.documents.note_marks import is_note_mark
from warehouse.documents.unseen import is_figure
from warehouse.documents.word.docx_parts import Parts
from warehouse.documents.word.docx_xml import (
    Effects,
    alternative,
    child,
    effects_of,
    is_shaded,
    is_white,
    local,
    symbol,
    value,
    within_box,
)
from warehouse.documents.word.numbering import Numbering

TRANSPARENT = {
    "sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "body", "hyperlink", "fldSimple", "dir",
    "bdo", "AlternateContent", "Choice", "Fallback", "rubyBase", "oMath", "oMathPara",
    "sect", "sub-section", "content",
}  # fmt: skip
"""Elements that only wrap what is printed."""

PICTURES = "{*}blip", "{*}imagedata"
_CHARACTERS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


@dataclass(slots=True)
class Story:
    """What has to be known while walking through a document."""

    hidden_runs: set[etree._Element]
    styles: dict[str, Effects]
    """What styles of text do to it, by their ids."""
    numbering: Numbering
    parts: Parts | None = None
    read_objects: int = 0
    struck: int = 0
    """Runs that are struck out."""
    note_marks: int = 0
    shaded_styles: set[str] = field(default_factory=set)
    """Styles of tables that shade a part of it."""
    unseen: int = 0
    """Figures in the colour of the paper."""
    notices: list[Notice] = field(default_factory=list)


def is_inserted(element: etree._Element) -> bool:
    """A change in Word 2003 XML that is not a deletion; comments stand in such elements, too."""
    return local(element) == "annotation" and (value(element, "type") or "").endswith("Insertion")


def paragraph_text(paragraph: etree._Element, story: Story, boxes: list[etree._Element]) -> str:
    """The text of a paragraph with its number; what stands in its boxes and objects is added to `boxes`."""
    properties = child(paragraph, "pPr")
    of_style = story.styles.get(value(child(properties, "pStyle")) or "", Effects())
    if of_style.is_hidden:
        return ""
    parts: list[str] = []
    _collect(paragraph, (story, of_style), parts, boxes)
    text = "".join(parts)
    is_deleted = child(properties, "rPr", "del") is not None
    return text if is_deleted and not text.strip() else _label(properties, story) + text


def _label(properties: etree._Element | None, story: Story) -> str:
    printed = value(child(properties, "listPr", "t"))  # Word 2003 XML
    return story.numbering.label(properties) if printed is None else printed


def _collect(
    element: etree._Element, where: tuple[Story, Effects], parts: list[str], boxes: list[etree._Element]
) -> None:
    story, _ = where
    for part in element:
        name = local(part)
        if name == "r":
            if part not in story.hidden_runs:
                _take_run(part, where, parts, boxes)
        elif name == "AlternateContent":
            _collect(alternative(part), where, parts, boxes)
        elif name in TRANSPARENT or is_inserted(part):
            _collect(part, where, parts, boxes)


def _take_run(
    run: etree._Element, where: tuple[Story, Effects], parts: list[str], boxes: list[etree._Element]
) -> None:
    """What a run prints, unless it is hidden, struck or the mark of a note."""
    story, around = where
    properties = child(run, "rPr")
    if properties is not None:
        style = value(child(properties, "rStyle"))
        around = effects_of(properties, story.styles.get(style, around) if style else around)
    if around.is_hidden:
        return
    if around.is_struck:
        story.struck += 1
        return
    printed: list[str] = []
    _collect_run(run, where, printed, boxes)
    if is_white(properties) and is_figure("".join(printed)) and not _may_be_dark(run, story):
        story.unseen += 1
        return
    if around.is_raised and is_note_mark("".join(parts), "".join(printed)):
        story.note_marks += 1
    else:
        parts += printed


def _may_be_dark(run: etree._Element, story: Story) -> bool:
    """Whether a run is in no cell, or something around it is shaded: a paragraph, a table or its style."""
    in_cell = False
    for element in (run, *run.iterancestors()):
        name = local(element)
        if name == "txbxContent":
            return True
        in_cell = in_cell or name == "tc"
        properties = child(element, f"{name}Pr")
        if properties is None:
            continue
        if is_shaded(properties) or child(properties, "highlight") is not None:
            return True
        if name == "tbl" and value(child(properties, "tblStyle")) in story.shaded_styles:
            return True
    return not in_cell


def _collect_run(
    run: etree._Element, where: tuple[Story, Effects], parts: list[str], boxes: list[etree._Element]
) -> None:
    for part in run:
        name = local(part)
        if name == "t":
            parts.append(part.text or "")
        elif name in _CHARACTERS:
            parts.append("" if value(part, "type") == "page" else _CHARACTERS[name])
        elif name == "sym":
            parts.append(symbol(part))
        elif name == "ruby":
            _collect(part, where, parts, boxes)
        elif name in {"drawing", "pict", "object", "AlternateContent"}:
            holder = alternative(part) if name == "AlternateContent" else part
            pictures = () if next(holder.iter("{*}OLEObject"), None) is not None else PICTURES
            found = holder.iter("{*}txbxContent", "{*}OLEObject", *pictures)
            boxes.extend(box for box in found if not within_box(box, holder))
