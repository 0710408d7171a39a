"""What the styles of a web page say of its text: what is hidden, how far it is indented, how lists count."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from warehouse.documents.unseen import is_figure
from warehouse.documents.word.numbering import in_format
from warehouse.documents.word.table import CHARACTER_TWIPS, EDGE_TOLERANCE, indentation

_GONE = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_INVISIBLE = re.compile(r"visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
_SIZELESS = re.compile(
    r"(?<![\w-])(?:opacity|font-size)\s*:\s*0(?:\.0*)?(?:px|pt|em|rem|%)?\s*(?:[;!]|$)|"
    r"(?<![\w-])color\s*:\s*transparent",
    re.IGNORECASE,
)
_WHITE = re.compile(
    r"(?<![\w-])color\s*:\s*(?:#fff(?:fff)?\b|white\b|rgb\(\s*255\s*,\s*255\s*,\s*255\s*\))", re.IGNORECASE
)
_FILLED = re.compile(
    r"(?<![\w-])background[\w-]*\s*:\s*(?!\s*(?:none|transparent|white|#fff(?:fff)?)\s*(?:;|$))",
    re.IGNORECASE,
)
_RAISED = re.compile(r"vertical-align\s*:\s*super", re.IGNORECASE)
_WITHIN_TABLES = {"tr", "td", "th", "span", "font", "b", "strong", "i", "em", "u", "sup", "sub", "label"}
"""What a class may hide for good; larger parts of a page are hidden until a reader asks for them."""
_WITHIN_TEXTS = _WITHIN_TABLES - {"tr", "td", "th"}
_STRUCK = re.compile(r"text-decoration[\w-]*\s*:[^;]*line-through", re.IGNORECASE)
_DISPLAY = re.compile(r"display\s*:\s*(table(?:-row|-cell)?)\s*(?:;|!|$)", re.IGNORECASE)
_ROLES = {"table": "table", "table-row": "tr", "table-cell": "td", "tr": "tr", "td": "td", "th": "th"}
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_OF_CLASS = re.compile(r".*\.([\w-]+)", re.DOTALL)
_OF_CLASS_ALONE = re.compile(r"\w*\.([\w-]+)")
_NOT_SCREEN = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", re.IGNORECASE)
_INDENT = re.compile(
    r"(?<![\w-])(?:text-indent|padding-left|margin-left)\s*:\s*(-?\d*\.?\d+)\s*(pt|px|em|rem|cm|mm|in)"
)
_WIDTH = re.compile(r"\s*(\d*\.?\d+)\s*(px|pt)?\s*")
_WIDTH_STYLE = re.compile(r"(?<![\w-])width\s*:\s*(\d*\.?\d+)\s*(px|pt)")
_CENTRED = re.compile(r"(?<![\w-])text-align\s*:\s*(?:-\w+-)?(?:center|right)", re.IGNORECASE)
_TWIPS = {
    "pt": 20,
    "px": 15,
    "em": CHARACTER_TWIPS,
    "rem": CHARACTER_TWIPS,
    "cm": 567,
    "mm": 56.7,
    "in": 1440,
}
_UNNUMBERED = re.compile(r"list-style(?:-type)?\s*:[^;]*\b(?:none|disc|circle|square)\b", re.IGNORECASE)
_LIST_FORMATS = {"a": "lowerLetter", "A": "upperLetter", "cjk-ideographic": "chineseCounting"}


@dataclass(frozen=True, slots=True)
class Styles:
    """The page's own style sheets: declarations by class."""

    classes: dict[str, str]
    hiding: frozenset[str] = frozenset()
    """Classes that hide what they are given to, whatever it stands in."""

    def is_gone(self, element: etree._Element) -> bool:
        """Whether an element takes no room: it says so itself, or a class of a cell or of a text does."""
        style = element.get("style")
        if element.get("hidden") is not None or (style and _GONE.search(style)):
            return True
        return (
            bool(self.hiding)
            and element.tag in _WITHIN_TABLES
            and not self.hiding.isdisjoint(element.get("class", "").split())
        )

    def is_unseen(self, element: etree._Element) -> bool:
        """Whether a figure within a text has no size, or is white on what is not known to be dark."""
        style = element.get("style", "")
        if element.tag not in _WITHIN_TEXTS or not is_figure("".join(map(str, element.itertext()))):
            return False
        if _SIZELESS.search(style):
            return True
        if not (_WHITE.search(style) or _WHITE.match(f"color:{element.get('color', '')}")):
            return False
        around = list(element.iterancestors())
        return any(each.tag == "td" for each in around) and not any(map(self._may_be_dark, around))

    def _may_be_dark(self, element: etree._Element) -> bool:
        """Whether an element is filled, or has a class of which the page does not say what it does."""
        if element.get("bgcolor", element.get("background")) or _FILLED.search(element.get("style", "")):
            return True
        names = element.get("class", "").split() if element.tag not in {"body", "html"} else []
        return any(name not in self.classes or _FILLED.search(self.classes[name]) for name in names)

    def role(self, element: etree._Element) -> str:
        """The element's name, or that of the part of a table that its styles or its class make of it."""
        name = element.tag if isinstance(element.tag, str) else ""
        if name not in {"div", "span", "ul", "li", "dl", "dd", "dt"}:
            return name
        classes = element.get("class", "").split()
        style = ";".join((*(self.classes.get(each, "") for each in classes), element.get("style", "")))
        display = _DISPLAY.search(style)
        said = [display[1].lower()] if display else classes
        return next((_ROLES[each] for each in said if each in _ROLES), name)

    def indent(self, element: etree._Element) -> str:
        """Spaces as wide as an element of a cell is indented; none where it is not aligned left."""
        named = (self.classes.get(name, "") for name in element.get("class", "").split())
        style = ";".join((*named, element.get("style", "")))
        if (
            not style.strip(";")
            or _CENTRED.search(style)
            or element.get("align", "left") in {"center", "right"}
        ):
            return ""
        return indentation(sum(float(number) * _TWIPS[unit] for number, unit in _INDENT.findall(style)))


def is_invisible(element: etree._Element) -> bool:
    """Whether an element takes room and shows nothing there."""
    return _INVISIBLE.search(element.get("style", "")) is not None


def is_narrow(cell: etree._Element) -> bool:
    """Whether a cell says that it is not wider than edges of rows may differ."""
    width = _WIDTH.fullmatch(cell.get("width", "")) or _WIDTH_STYLE.search(cell.get("style", ""))
    return width is not None and 0 < float(width[1]) * _TWIPS[width[2] or "px"] <= EDGE_TOLERANCE


def is_struck(element: etree._Element) -> bool:
    """Whether an element is struck out or marked as deleted: what stands beside it holds."""
    return element.tag in {"del", "s", "strike"} or _STRUCK.search(element.get("style", "")) is not None


def is_raised(element: etree._Element) -> bool:
    """Whether an element stands above the line, as marks of notes do."""
    return element.tag == "sup" or _RAISED.search(element.get("style", "")) is not None


def read_styles(root: etree._Element) -> Styles:
    """The rules for classes, those for print and other media left out."""
    classes: dict[str, dict[str, str]] = {}
    hiding: set[str] = set()
    for style in root.iter("style"):
        sheet = _NOT_SCREEN.sub("", "".join(str(text) for text in style.itertext()))
        for selectors, declarations in _RULE.findall(sheet):
            for selector in map(str.strip, selectors.split(",")):
                if (named := _OF_CLASS.fullmatch(selector)) is not None:
                    said = (each.partition(":") for each in declarations.split(";"))
                    classes.setdefault(named[1], {}).update((name.strip(), value) for name, _, value in said)
                if _OF_CLASS_ALONE.fullmatch(selector) and _GONE.search(declarations):
                    hiding.add(selector.rpartition(".")[2])
    joined = {
        name: ";".join(f"{key}:{value}" for key, value in said.items()) for name, said in classes.items()
    }
    return Styles(joined, frozenset(hiding))


def list_number(item: etree._Element) -> str:
    """The number that a browser prints before an item; lists of links are menus without."""
    parent = item.getparent()
    if parent is None or parent.tag != "ol" or _UNNUMBERED.search(parent.get("style", "")):
        return ""
    if next(item.iter("a"), None) is not None:
        return ""
    number = _whole(parent.get("start", ""), 1) + parent.index(item)
    kind = re.search(r"list-style(?:-type)?\s*:[^;]*?([\w-]+)\s*(?:;|$)", parent.get("style", ""))
    format_name = _LIST_FORMATS.get(kind[1] if kind else parent.get("type", ""), "decimal")
    return in_format(_whole(item.get("value", ""), number), format_name) + (
        "、" if format_name == "chineseCounting" else "."
    )


def _whole(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else default
