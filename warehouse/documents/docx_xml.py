"""Elements of WordprocessingML: names and attributes, fields, what is hidden, alternatives, symbols."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree


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


def is_struck(run: etree._Element) -> bool:
    """Whether the text of a run is struck out: what stands beside it holds."""
    properties = child(run, "rPr")
    return is_on(child(properties, "strike")) or is_on(child(properties, "dstrike"))


def number(element: etree._Element | None, default: int) -> int:
    """The whole number of an element; the default where it has none."""
    text = value(element) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else default


def hidden_styles(styles: etree._Element | None) -> set[str]:
    """Styles whose text is hidden."""
    if styles is None:
        return set()
    return {value(style, "styleId") or "" for style in styles if is_on(child(style, "rPr", "vanish"))}


@dataclass(slots=True)
class _Field:
    """A field whose end has not been seen; its code reaches up to the separator."""

    runs: list[etree._Element] = field(default_factory=list)
    in_code: bool = True


def instruction_runs(root: etree._Element) -> set[etree._Element]:
    """Runs that hold field codes (`TC …`, `HYPERLINK …`); a field without an end hides nothing."""
    hidden: set[etree._Element] = set()
    open_fields: list[_Field] = []
    for run in root.iter("{*}r"):
        kinds = [value(mark, "fldCharType") for mark in run if local(mark) == "fldChar"]
        for open_field in open_fields:
            if open_field.in_code and not kinds:
                open_field.runs.append(run)
        for kind in kinds:
            if kind == "begin":
                open_fields.append(_Field())
            elif kind == "separate" and open_fields:
                open_fields[-1].in_code = False
            elif kind == "end" and open_fields:
                hidden.update(open_fields.pop().runs)
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
    """A character of a symbol font, as its code; fonts map their glyphs to the private use area."""
    code = value(element, "char") or ""
    try:
        return chr(int(code, 16))
    except (ValueError, OverflowError):
        return ""


def twips(element: etree._Element, name: str) -> int:
    """A length in an attribute, not negative; 0 where there is none."""
    text = value(element, name) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
