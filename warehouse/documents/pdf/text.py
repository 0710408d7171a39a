"""Glyphs → runs of text → lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
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

_PLAIN: dict[int, str] = _RADICALS | {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFB07))
}
_PLAIN |= {0x2E9F: "母", 0x2EF3: "龟", 0xA0: " ", 0xFFFE: "-", 0xAD: "-", 0x200B: "", 0xFEFF: "", 0: ""}

_BOLD_SHIFT = 0.25
"""Of the size: a character printed again this near makes it look bold and is no second character."""

_JOINED = 0.25
"""Of the size: characters no further apart than this follow each other without a space."""

_SAME_LINE = 0.4
"""Of the size: baselines no further apart than this are one line."""


class Run(NamedTuple):
    """Characters that follow each other on one baseline: the page's sorted glyphs from `first` to `last`."""

    base: float
    x0: float
    x1: float
    size: float
    text: str
    first: int
    last: int
    confidence: float | None = None


class TextLine(NamedTuple):
    """Runs on one line from left to right, as one text."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    confidence: float | None


def runs_of(glyphs: Sequence[Glyph]) -> list[Run]:
    """The runs of glyphs that are sorted (by baseline, then from left to right)."""
    runs: list[Run] = []
    text: list[str] = []
    first = 0
    base = left = right = size = -1e9
    previous = ""
    for i, (at, x0, x1, height, character, _) in enumerate(glyphs):
        if at == base and height == size and x0 - right <= _JOINED * size:
            if character == previous and x0 - left < _BOLD_SHIFT * size:
                continue
        else:
            if text:
                runs.append(_run(glyphs[first:i], first, right, text))
            text = []
            first, base, size = i, at, height
        text.append(character)
        left, right, previous = x0, x1, character
    if text:
        runs.append(_run(glyphs[first:], first, right, text))
    return runs


def _run(glyphs: Sequence[Glyph], first: int, x1: float, text: list[str]) -> Run:
    base, x0, _, size, _, confidence = glyphs[0]
    if confidence is not None:
        confidence = min(glyph.confidence or 0.0 for glyph in glyphs)
    return Run(base, x0, x1, size, plain("".join(text)), first, first + len(glyphs), confidence)


def lines_of(runs: Sequence[Run]) -> list[TextLine]:
    """Lines from top to bottom: runs whose baselines nearly agree are one line."""
    if len(runs) == 1:
        return [_line(list(runs))] if runs[0].text.strip() else []
    lines: list[TextLine] = []
    group: list[Run] = []
    for run in sorted(runs):
        if group and run.base - group[-1].base > _SAME_LINE * min(run.size, group[-1].size):
            lines.append(_line(group))
            group = []
        group.append(run)
    if group:
        lines.append(_line(group))
    return [line for line in lines if line.text.strip()]


def _line(group: list[Run]) -> TextLine:
    top = group[0].base - 0.88 * group[0].size
    bottom = group[-1].base + 0.12 * group[-1].size
    if len(group) == 1:
        _, x0, x1, size, text, _, _, confidence = group[0]
        return TextLine(text, x0, top, x1, bottom, size, confidence)
    group.sort(key=_left)
    text = group[0].text
    previous = group[0]
    for run in group[1:]:
        if run.text == previous.text and abs(run.x0 - previous.x0) < _BOLD_SHIFT * run.size:
            continue
        text += _gap(text, run.text, (run.x0 - previous.x1) / run.size) + run.text
        previous = run
    return TextLine(
        text,
        group[0].x0,
        top,
        max(run.x1 for run in group),
        bottom,
        max(run.size for run in group),
        min((run.confidence for run in group if run.confidence is not None), default=None),
    )


def _left(run: Run) -> float:
    return run.x0


def _gap(before: str, after: str, ems: float) -> str:
    """What a gap without a space stands for: a space between words, nothing between Chinese characters."""
    if before.endswith(" ") or after.startswith(" ") or ems < _JOINED:
        return ""
    return " " if ems > 1.5 or (_is_latin(before[-1:]) and _is_latin(after[:1])) else ""


def plain(text: str) -> str:
    """The text with radicals and compatibility ideographs as the characters that they stand for."""
    return text if text.isascii() else text.translate(_PLAIN)


def join(lines: Sequence[TextLine]) -> str:
    """Wrapped lines as one text: nothing between them but a space between two Latin words."""
    text = lines[0].text.rstrip(" ") if lines else ""
    for line in lines[1:]:
        part = line.text.rstrip(" ")
        if text:
            part = part.lstrip(" ")
        if text and part and _is_latin(text[-1]) and _is_latin(part[0]):
            text += " "
        text += part
    return text


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalpha()
