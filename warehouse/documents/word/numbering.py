"""Automatic paragraph numbers of Word (`一、`, `(1)`, `1.1`), which stand nowhere in the text."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from lxml import etree

_MAX_ANCESTORS = 12
"""Of a style, among them itself; a damaged file may have a circle of them."""

CHINESE_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is numbered: `text` holds the places of the levels' numbers, `%1.%2`."""

    format: str
    text: str
    start: int


@dataclass(slots=True)
class Numbering:
    """The lists of a document and how far each has counted."""

    lists: dict[str, tuple[str, dict[int, Level]]]
    """numId → the abstract list that is counted (shared by several) and its levels."""
    counters: dict[tuple[str, int], int] = field(default_factory=dict)
    by_style: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Style of paragraphs → numId and level that they have unless they say otherwise."""

    def label(self, properties: etree._Element | None) -> str:
        """The number that Word prints before a paragraph, counted on; "" where it prints none."""
        if properties is None:
            return ""
        num_id, level = self.by_style.get(_value(properties.find("{*}pStyle")), ("", "0"))
        element = properties.find("{*}numPr")
        if element is not None:
            num_id = _value(element.find("{*}numId")) or num_id
            level = _value(element.find("{*}ilvl")) or level
        if num_id not in self.lists or not level.isdigit():
            return ""
        return self.advance(num_id, int(level))

    def advance(self, num_id: str, depth: int) -> str:
        """Count one paragraph at a level of a list and give its label."""
        counted, levels = self.lists[num_id]
        if depth not in levels:
            return ""
        key = (counted, depth)
        self.counters[key] = self.counters.get(key, levels[depth].start - 1) + 1
        for deeper in [k for k in self.counters if k[0] == counted and k[1] > depth]:
            del self.counters[deeper]
        label = levels[depth].text
        for upper in range(depth + 1):
            if upper in levels:
                number = self.counters.get((counted, upper), levels[upper].start)
                label = label.replace(f"%{upper + 1}", in_format(number, levels[upper].format))
        return "" if levels[depth].format in {"bullet", "none"} else label


def read_numbering(part: etree._Element | None, styles: etree._Element | None = None) -> Numbering:
    """The lists of `numbering.xml`, and the styles that use them; none where the package has no such part."""
    if part is None:
        return Numbering({})
    abstract: dict[str, dict[int, Level]] = defaultdict(dict)
    for definition in part.findall("{*}abstractNum"):
        for level in definition.findall("{*}lvl"):
            depth = _attribute(level, "ilvl")
            if depth.isdigit():
                abstract[_attribute(definition, "abstractNumId")][int(depth)] = _level(level)
    lists = {}
    for number in part.findall("{*}num"):
        target = _value(number.find("{*}abstractNumId"))
        lists[_attribute(number, "numId")] = (target, abstract.get(target, {}))
    return Numbering(lists, by_style=_by_style(part, styles))


def _by_style(part: etree._Element, styles: etree._Element | None) -> dict[str, tuple[str, str]]:
    """A list says which style has which of its levels; a style inherits from the one that it is based on."""
    levels = {
        _value(level.find("{*}pStyle")): _attribute(level, "ilvl")
        for level in part.findall("{*}abstractNum/{*}lvl")
        if level.find("{*}pStyle") is not None
    }
    by_name = {_attribute(style, "styleId"): style for style in (() if styles is None else styles)}
    found: dict[str, tuple[str, str]] = {}
    for name in by_name:
        ancestor: str | None = name
        for _ in range(_MAX_ANCESTORS):
            style = by_name.get(ancestor or "")
            if style is None:
                break
            number = style.find("{*}pPr/{*}numPr")
            if number is not None and number.find("{*}numId") is not None:
                level = (
                    _value(number.find("{*}ilvl")) or levels.get(name) or levels.get(ancestor or "") or "0"
                )
                found[name] = _value(number.find("{*}numId")), level
                break
            ancestor = _value(style.find("{*}basedOn"))
    return found


def _level(level: etree._Element) -> Level:
    start = _value(level.find("{*}start"))
    return Level(
        format=_value(level.find("{*}numFmt")) or "decimal",
        text=_value(level.find("{*}lvlText")),
        start=int(start) if start.isdigit() and len(start) < 6 else 1,
    )


def _value(element: etree._Element | None) -> str:
    return "" if element is None else _attribute(element, "val")


def _attribute(element: etree._Element, name: str) -> str:
    return next((str(v) for k, v in element.attrib.items() if str(k).rpartition("}")[2] == name), "")


def in_format(number: int, number_format: str) -> str:
    """A number as a list prints it; formats that budget documents do not use are printed as digits."""
    if "hinese" in number_format or number_format in {
        "japaneseCounting",
        "ideographDigital",
        "taiwaneseCounting",
    }:
        return chinese(number)
    if number_format == "decimalEnclosedCircle" and 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    if number_format in {"lowerLetter", "upperLetter"} and 1 <= number <= 26:
        return chr(ord("a" if number_format == "lowerLetter" else "A") + number - 1)
    return str(number)


def chinese(number: int) -> str:
    """1 to 99 in Chinese numerals (十二, 二十); digits beyond."""
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("" if tens == 1 else CHINESE_DIGITS[tens]) + "十"
    return head + (CHINESE_DIGITS[ones] if ones else "")
