"""Glyphs → lines of text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from warehouse.documents.pdf.content import Glyph

_RADICALS = dict(
    zip(
        map(ord, "⺁⺎⺝⺠⺴⻁⻂⻃⻄⻅⻆⻉⻋⻌⻐⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻲"),
        "厂兀月民网虎衤覀西见角贝车辶钅长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟",
        strict=True,
    )
)
"""CJK radicals that compatibility normalisation leaves alone though they stand for characters."""

_PLAIN = _RADICALS | {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFB00))
}
_PLAIN |= {0x2E9F: "母", 0x2EF3: "龟", 0xA0: " ", 0xFFFE: "-", 0xAD: "-", 0x200B: "", 0xFEFF: "", 0: ""}


class TextLine(NamedTuple):
    """Glyphs on one baseline from left to right, and their text."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    confidence: float | None


def lines_of(glyphs: Iterable[Glyph]) -> list[TextLine]:
    """Lines from top to bottom: glyphs whose baselines nearly agree are one line."""
    lines: list[TextLine] = []
    group: list[Glyph] = []
    for glyph in sorted(glyphs):
        if group and glyph.base - group[-1].base > 0.4 * min(glyph.size, group[-1].size):
            lines.append(_line(group))
            group = []
        group.append(glyph)
    if group:
        lines.append(_line(group))
    return [line for line in lines if line.text.strip()]


def _line(group: list[Glyph]) -> TextLine:
    group.sort(key=_left)
    parts: list[str] = []
    previous: Glyph | None = None
    for glyph in group:
        if previous is not None:
            gap = glyph.x0 - previous.x1
            if glyph.text == previous.text and abs(glyph.x0 - previous.x0) < 0.25 * glyph.size:
                continue  # printed twice to look bold
            if gap > 0.25 * glyph.size and previous.text != " " and glyph.text != " ":
                parts.append(_gap(previous.text, glyph.text, gap / glyph.size))
        parts.append(glyph.text)
        previous = glyph
    return TextLine(
        plain("".join(parts)),
        group[0].x0,
        min(g.base - 0.88 * g.size for g in group),
        max(g.x1 for g in group),
        max(g.base + 0.12 * g.size for g in group),
        max(g.size for g in group),
        min((g.confidence for g in group if g.confidence is not None), default=None),
    )


def _left(glyph: Glyph) -> float:
    return glyph.x0


def _gap(before: str, after: str, ems: float) -> str:
    """What a gap without a space stands for: a space between words, nothing between Chinese characters."""
    if ems > 1.5 or (before.isascii() and after.isascii() and before.isalpha() and after.isalpha()):
        return " "
    return ""


def plain(text: str) -> str:
    """The text with radicals and compatibility ideographs as the characters that they stand for."""
    return text if text.isascii() else text.translate(_PLAIN)


def join(lines: Sequence[str]) -> str:
    """Wrapped lines as one text: nothing between them but a space between two Latin words."""
    text = ""
    for line in lines:
        part = line.rstrip(" ")
        if text:
            part = part.lstrip(" ")
            if part and _is_latin(text[-1]) and _is_latin(part[0]):
                text += " "
        text += part
    return text


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalpha()
