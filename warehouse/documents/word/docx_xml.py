"""Elements of WordprocessingML: names and attributes, fields, what is hidden, alternatives, symbols."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

_MAX_STYLES = 50
"""Of styles that are based on each other."""

_OF_FIGURES = frozenset("0123456789.,-()%")


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


def number(element: etree._Element | None, default: int) -> int:
    """The whole number of an element; the default where it has none."""
    text = value(element) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else default


@dataclass(frozen=True, slots=True)
class Effects:
    """What is done to a text: hidden, struck out (what stands beside it holds), raised above the line."""

    is_hidden: bool = False
    is_struck: bool = False
    is_raised: bool = False


def effects_of(properties: etree._Element | None, around: Effects) -> Effects:
    """The effects that run properties state, or else those around them."""
    stated = {local(each): each for each in properties} if properties is not None else {}
    if stated.keys().isdisjoint({"vanish", "strike", "dstrike", "vertAlign"}):
        return around
    strikes = [is_on(stated[name]) for name in ("strike", "dstrike") if name in stated]
    raised = value(stated["vertAlign"]) == "superscript" if "vertAlign" in stated else around.is_raised
    return Effects(
        is_hidden=is_on(stated["vanish"]) if "vanish" in stated else around.is_hidden,
        is_struck=any(strikes) if strikes else around.is_struck,
        is_raised=raised,
    )


def style_effects(styles: etree._Element | None) -> dict[str, Effects]:
    """What each style does to text, by its id; a style says what differs from the one it is based on."""
    elements = (
        {value(style, "styleId") or "": style for style in styles if local(style) == "style"}
        if (styles is not None)
        else {}
    )
    found: dict[str, Effects] = {}

    def resolve(name: str, below: int) -> Effects:
        style = elements.get(name)
        if style is None or below > _MAX_STYLES:
            return Effects()
        if name not in found:
            base = resolve(value(child(style, "basedOn")) or "", below + 1)
            found[name] = effects_of(child(style, "rPr"), base)
        return found[name]

    for name in elements:
        resolve(name, 0)
    return found


def is_white(properties: etree._Element | None) -> bool:
    """Whether run properties state the colour of paper."""
    return (value(child(properties, "color")) or "").upper() == "FFFFFF"


def is_shaded(properties: etree._Element) -> bool:
    """Whether properties state a ground other than that of paper."""
    return any(
        (value(shading, "fill") or "auto").lower() not in {"auto", "ffffff"}
        or (value(shading) or "clear") not in {"clear", "nil"}
        for shading in properties.iter("{*}shd")
    )


def shaded_styles(styles: etree._Element | None) -> set[str]:
    """Styles that shade something, by their ids; those based on one of them may do so, too."""
    elements = [style for style in styles if local(style) == "style"] if styles is not None else []
    found = {value(style, "styleId") or "" for style in elements if is_shaded(style)}
    based = {value(style, "styleId") or "" for style in elements if value(child(style, "basedOn")) in found}
    return found | based


@dataclass(slots=True)
class _Field:
    """A field whose end has not been seen: where its code begins among all runs, and ends if it has ended."""

    start: int
    end: int | None = None


def instruction_runs(root: etree._Element) -> set[etree._Element]:
    """Runs that hold field codes (`TC …`, `HYPERLINK …`); a field without an end hides nothing."""
    hidden: set[etree._Element] = set()
    open_fields: list[_Field] = []
    runs: list[etree._Element] = []
    for run in root.iter("{*}r"):
        kinds = [value(mark, "fldCharType") for mark in run if local(mark) == "fldChar"]
        if open_fields and not kinds:
            runs.append(run)
        for kind in kinds:
            if kind == "begin":
                open_fields.append(_Field(len(runs)))
            elif kind == "separate" and open_fields and open_fields[-1].end is None:
                open_fields[-1].end = len(runs)
            elif kind == "end" and open_fields:
                closed = open_fields.pop()
                hidden.update(runs[closed.start : closed.end])
    return hidden


def alternative(element: etree._Element) -> etree._Element:
    """One of the renderings of the same content, preferably the modern one."""
    return next((e for e in element if local(e) == "Choice"), next(iter(element), element))


def within_box(box: etree._Element, holder: etree._Element) -> bool:
    """A box within a box is read with the outer one; the fallback of a rendering is not read at all."""
    for ancestor in box.iterancestors():
        if ancestor is holder:
            return False
        if local(ancestor) in {"txbxContent", "Fallback"}:
            return True
    return False


def symbol(element: etree._Element) -> str:
    """A character of a symbol font, as its code; fonts map their glyphs to the private use area.

    Digits and signs of the font Symbol stand where ASCII has them.
    """
    try:
        code = int(value(element, "char") or "", 16)
        if (value(element, "font") or "").lower() == "symbol" and chr(code & 0xFF) in _OF_FIGURES:
            return chr(code & 0xFF)
        return chr(code)
    except (ValueError, OverflowError):
        return ""


def twips(element: etree._Element, name: str) -> int:
    """A length in an attribute, not negative; 0 where there is none."""
    text = value(element, name) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
