"""Glyphs → runs of text → lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise
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

_UNUSUAL = re.compile(f"[{''.join(map(chr, sorted(_PLAIN)))}]")
"""The characters that `_PLAIN` replaces; most texts have none."""

_WORDS = re.compile(r"[A-Za-z\u2e80-\u9fff\uf900-\ufaff]")

_WORDS_OF_BUDGETS = ["支出", "收入", "预算", "决算", "合计", "单位", "项目", "部门", "公共", "财政", "万元"]
_WORDS_AND_BACK = re.compile("|".join(_WORDS_OF_BUDGETS)), re.compile("|".join(_WORDS_OF_BUDGETS)[::-1])
_AMOUNTS_AND_BACK = re.compile(r"\d{3}\.\d\d\b"), re.compile(r"\b\d\d\.\d{3}\b")
"""Common words, amounts of two decimals, and how they look from the wrong end."""

WIDE_FROM = "\u2e80"
"""Where the scripts begin whose characters are as wide as they are high."""

_BOLD_SHIFT = 0.25
"""Of the size: a character printed again this near makes it look bold and is no second character."""

_JOINED = 0.25
"""Of the size: characters no further apart than this follow each other without a space."""

_NO_GAP = 0.1
"""Of the size: characters no further apart than this have no room for a space."""

_FAR = 1.5
"""Of the size: between characters further apart stands a space."""

_NARROWEST = 0.1
_WIDE = 0.6
"""Of the size: no character follows another nearer than this, from left edge to left edge."""

_MOST_TANGLED = 500
"""Glyphs; more on one baseline are no texts one over the other, and to tell them apart takes long."""

_SAME_LINE = 0.4
"""Of the size: baselines no further apart than this are one line."""

PAGE_NUMBER = re.compile(r"[-—–－─]+\s*\d{1,4}\s*[-—–－─]+|第\s*\d{1,4}\s*页.{0,9}")
"""What cannot be but the number of a page: `- 3 -`, `第 3 页 共 9 页`."""

_OTHER_NUMBER = "  "
"""Between two numbers; a single space parts the thousands of one."""

_NOWHERE = -1e9

_tuple_of = tuple.__new__
"""A named tuple in half the time that calling its class takes."""


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


def has_words(glyphs: Sequence[Glyph]) -> bool:
    """Whether there is a letter or a Chinese character, and not only numbers and marks."""
    return any(_WORDS.match(text) for _, _, _, _, text, _ in glyphs)


def reads_backwards(glyphs: Sequence[Glyph]) -> bool:
    """Whether words and amounts run from right to left, as on a page taken for turned the other way."""
    ordered = sorted(glyphs)
    text = "".join(
        character if base == after[0] and after[1] - x1 < _JOINED * size else f"{character} "
        for (base, _, x1, size, character, _), after in pairwise([*ordered, *ordered[-1:]])
    )
    for forwards, backwards in (_WORDS_AND_BACK, _AMOUNTS_AND_BACK):
        right, wrong = len(forwards.findall(text)), len(backwards.findall(text))
        if right or wrong:
            return wrong > right
    return False


def runs_of(glyphs: list[Glyph]) -> list[Run]:
    """The runs of glyphs that are sorted (by baseline, then from left to right).

    Where two texts lie one over the other, their glyphs are put one text after the other, in place.
    """
    runs: list[Run] = []
    text: list[str] = []
    first = 0
    base = left = right = size = printed = reach = bold = wide = _NOWHERE
    previous = ""
    tangled = False
    for i, (at, x0, x1, height, character, _) in enumerate(glyphs):
        if at == base and height == size and x0 - right <= reach:
            step = x0 - left
            if step < wide and (step < bold or previous >= WIDE_FROM):
                if character == previous and step < bold:
                    continue
                tangled = tangled or step < _NARROWEST * size or previous >= WIDE_FROM
            if previous == " " and character != " " and x0 - printed < _NO_GAP * size:
                del text[-1]  # a space that lies under its neighbours
        else:
            if text:
                runs += _finished(glyphs, first, i, "" if tangled else "".join(text), right)
            text = []
            first, base, size, tangled = i, at, height, False
            reach, bold, wide = _JOINED * size, _BOLD_SHIFT * size, _WIDE * size
        text.append(character)
        left, right, previous = x0, x1, character
        if character != " ":
            printed = x1
    if text:
        runs += _finished(glyphs, first, len(glyphs), "" if tangled else "".join(text), right)
    return runs


def _finished(glyphs: list[Glyph], first: int, last: int, text: str, x1: float) -> list[Run]:
    """The run of these glyphs; without `text` the runs that they were before one was laid over the other."""
    if not text and last - first > _MOST_TANGLED:
        text = _text(glyphs[first:last])
    if text:
        return [_run(glyphs, first, last, x1, text)]
    chains = _chains(glyphs[first:last])
    glyphs[first:last] = [glyph for chain in chains for glyph in chain]
    runs = []
    for chain in chains:
        after, (_, _, right, _, _, _) = first + len(chain), chain[-1]
        runs.append(_run(glyphs, first, after, right, _text(chain)))
        first = after
    return runs


def _chains(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Glyphs of one line, those together that follow each other, wide ones apart from others."""
    chains: list[list[Glyph]] = []
    ends: list[tuple[float, bool]] = []
    for glyph in glyphs:
        _, x0, x1, size, text, _ = glyph
        is_wide = text >= WIDE_FROM
        same = [i for i, (_, wide) in enumerate(ends) if wide == is_wide]
        near = min(same, key=lambda i: abs(x0 - ends[i][0]), default=None)
        if near is not None and abs(x0 - ends[near][0]) < _JOINED * size:
            chains[near].append(glyph)
            ends[near] = x1, is_wide
        else:
            chains.append([glyph])
            ends.append((x1, is_wide))
    return chains


def _text(glyphs: Iterable[Glyph]) -> str:
    return "".join([text for _, _, _, _, text, _ in glyphs])


def _run(glyphs: Sequence[Glyph], first: int, last: int, x1: float, text: str) -> Run:
    base, x0, _, size, _, confidence = glyphs[first]
    if confidence is not None:
        confidence = min(each or 0.0 for _, _, _, _, _, each in glyphs[first:last])
    return _tuple_of(Run, (base, x0, x1, size, plain(text), first, last, confidence))


def lines_of(runs: Sequence[Run], glyphs: Sequence[Glyph]) -> list[TextLine]:
    """Lines from top to bottom: runs (of `glyphs`) whose baselines nearly agree are one line."""
    if len(runs) == 1:
        return [_line(runs[0])] if runs[0].text.strip() else []
    lines: list[TextLine] = []
    group: list[Run] = []
    for run in sorted(runs):
        if group and run.base - group[-1].base > _SAME_LINE * min(run.size, group[-1].size):
            lines.append(_joined(group, glyphs))
            group = []
        group.append(run)
    if group:
        lines.append(_joined(group, glyphs))
    return [line for line in lines if line.text.strip()]


def _joined(group: list[Run], glyphs: Sequence[Glyph]) -> TextLine:
    """The runs of one line as one text, character by character where they lie one in the other."""
    if len(group) == 1:
        return _line(group[0])
    group.sort(key=_left)
    if any(after.x0 < before.x1 - 0.1 * after.size for before, after in pairwise(group)):
        size = group[0].size
        mixed = sorted([glyph for run in group for glyph in glyphs[run.first : run.last]], key=_left)
        parts = runs_of([(0.0, x0, x1, size, text, sure) for _, x0, x1, _, text, sure in mixed])
    else:
        parts = group
    text = parts[0].text
    for before, after in pairwise(parts):
        ems = (after.x0 - before.x1) / (after.size or 1.0)
        text += (
            _OTHER_NUMBER if _are_two_numbers(before, after, ems) else _gap(text, after.text, ems)
        ) + after.text
    return TextLine(
        text,
        group[0].x0,
        min([run.base - 0.88 * run.size for run in group]),
        max([run.x1 for run in group]),
        max([run.base + 0.12 * run.size for run in group]),
        max([run.size for run in group]),
        min((run.confidence for run in group if run.confidence is not None), default=None),
    )


def _line(run: Run) -> TextLine:
    """A run that stands alone on its line."""
    base, x0, x1, size, text, _, _, confidence = run
    return _tuple_of(TextLine, (text, x0, base - 0.88 * size, x1, base + 0.12 * size, size, confidence))


def _left(printed: Run | Glyph) -> float:
    return printed[1]


def _gap(before: str, after: str, ems: float) -> str:
    """What a gap without a space stands for: a space between words, nothing between Chinese characters."""
    if before.endswith(" ") or after.startswith(" ") or ems < _JOINED:
        return ""
    return " " if ems > _FAR or (_is_latin(before[-1:]) and _is_latin(after[:1])) else ""


def _are_two_numbers(before: Run, after: Run, ems: float) -> bool:
    """Whether digits are set far apart, or set apart and differ in size."""
    if ems < _JOINED or not (before.text.rstrip()[-1:].isdigit() and after.text[:1].isdigit()):
        return False
    return ems > _FAR or before.size != after.size


def plain(text: str) -> str:
    """The text with radicals and compatibility ideographs as the characters that they stand for."""
    return text if text.isascii() or _UNUSUAL.search(text) is None else text.translate(_PLAIN)


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
