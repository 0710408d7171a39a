"""Runs → lines of texts that may stand in columns: the words of a table without rules.

A piece of a line is a text of its own where white or its kind parts it from its neighbours. Which texts are
amounts is told here: by their form, and whole numbers by their place where a unit of money stands above.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from statistics import median
from typing import NamedTuple

from warehouse.documents.captions import MONEY_UNIT, plain
from warehouse.documents.pdf.content import Glyph
from warehouse.documents.pdf.text import WIDE_FROM, Run

_AMOUNT = re.compile(r"\s*[¥￥]?[(（]?[-－△▲]?(?:[\d,，]*\d[.．]\d+|\d{1,3}(?:[,，]\d{3})+)%?[)）]?-?\s*")
_WHOLE = re.compile(r"-?\d+%?")
_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)\.(?:\d\d|\d{4}|\d{6})")
"""An amount; none has an odd number of decimals from three on."""

_DRAWN = re.compile(r"\s*[-=_—－─━＿═]{8,}[-=_—－─━＿═\s]*")
"""A line made of characters."""

_COMPOUND = re.compile(r"(\d{3,7})[\s\u3000]+([^\d年].*)|(-?[\d,]+\.\d\d)\s*([^\d\s.%万亿元].*)")
"""A code and its name, or an amount and the label of the list beside it."""

_CODE = re.compile(r"\d+(?=[^\d\s年月日号%、.．,，:：)）/—-])")
"""A number at the start of a text, which may be that of another column."""

_COLUMN_NUMBER = re.compile(r"\d{1,2}(?==|$)")
_BESIDE_NUMBERS = re.compile(r"[^\d\W]{1,2}|\W{1,3}|[栏档列行]\s*次|栏目|")
"""What may stand in a line with the numbers of columns: 栏次, 类, 甲, a dash."""

_FIRST_NUMBERS = 4
"""Columns before the first number have letters, or nothing."""

_CAPTION = re.compile(
    r".{2,60}表(?:[(（].*[)）])?|.*公开\d+表|部门公开表\d+|表\d+|备?注[:：].*|.{0,4}说明[:：].*"
)
_UNIT = re.compile(rf".*(?:{MONEY_UNIT.pattern})")

_APART = 0.3
"""Of the size: texts of one line further apart than this may stand in different columns."""

_APART_FROM_AMOUNT = 0.1
"""The same where one of them is an amount: it may stand at the edge of its cell."""

_PADDING = 0.12
"""Of the size: white between two characters where there is none between the others is the edge of a cell."""

_ALIGNED = 0.5
"""Points; texts that begin at one place begin no further apart."""

_WRAP_FEED = 1.75
"""Of the size: lines of one cell are no further apart."""

_LINE_FEED = 4.5
"""Of the size: lines further apart than this do not belong to one table."""


class Text(NamedTuple):
    """A piece of a line."""

    x0: float
    x1: float
    base: float
    size: float
    text: str
    is_amount: bool = False
    is_glued: bool = False
    """Whether it follows a number without white: a name behind its code, or the rest of one text."""


class Column(NamedTuple):
    """What a column covers in the body, and whether that is amounts: they stand at its right end.

    Other numbers, of rows or codes, stand at either end.
    """

    x0: float
    x1: float
    is_amount: bool = False
    is_number: bool = False


class TextLine(NamedTuple):
    """The texts of a line from left to right."""

    base: float
    size: float
    texts: list[Text]
    numbers_columns: bool = False
    """Whether the line only numbers the columns below a header: `栏次 1 2 3`."""
    ends_figures: bool = False
    """Whether it holds the last digits of numbers too long for their cells."""

    @property
    def amounts(self) -> int:
        """How many texts are amounts."""
        return sum(text.is_amount for text in self.texts)

    @property
    def is_strong(self) -> bool:
        """Whether the line is surely a row: an amount beside another text."""
        return len(self.texts) > 1 and self.amounts > 0 and not self.ends_figures


def is_amount(text: str) -> bool:
    """Whether a text is an amount with decimals or grouped digits and nothing else."""
    return _AMOUNT.fullmatch(text) is not None


def may_have_amounts(runs: Sequence[Run], least: int) -> bool:
    """Whether there are some amounts, or as many whole numbers under a unit of money."""
    if sum(is_amount(run.text) for run in runs) >= least:
        return True
    whole = sum(_WHOLE.fullmatch(run.text.strip()) is not None for run in runs)
    return whole >= least and any(_UNIT.fullmatch(plain(run.text)) for run in runs)


def without_drawn_lines(runs: Sequence[Run]) -> list[Run]:
    """The runs but for lines made of hyphens and the like."""
    return [run for run in runs if _DRAWN.fullmatch(run.text) is None]


def lines_of(runs: Sequence[Run], glyphs: Sequence[Glyph]) -> list[TextLine]:
    """The lines of runs (of `glyphs`), from top to bottom."""
    lines: list[TextLine] = []
    group: list[Run] = []
    for run in sorted(run for run in runs if run.text.strip() and run.size > 0):
        if group and run.base - group[-1].base > 0.3 * min(run.size, group[-1].size):
            lines.append(_line(group, glyphs))
            group = []
        group.append(run)
    return [*lines, _line(group, glyphs)] if group else lines


def blocks_of(lines: Sequence[TextLine]) -> Iterator[list[TextLine]]:
    """Lines near each other, between captions; under a unit of money whole numbers are amounts."""
    block: list[TextLine] = []
    has_unit = False
    for line in lines:
        far = block and line.base - block[-1].base > _LINE_FEED * max(line.size, block[-1].size)
        caption = _is_caption(line)
        if far or caption:
            yield _finished(block, has_unit=has_unit)
            block = []
            has_unit = caption and _has_unit(line)
        if not caption:
            block.append(line)
    yield _finished(block, has_unit=has_unit)


def _finished(block: Sequence[TextLine], *, has_unit: bool) -> list[TextLine]:
    lines = _with_wrapped_figures(_settled(block))
    return _with_whole_amounts(lines) if has_unit else lines


def _line(group: list[Run], glyphs: Sequence[Glyph]) -> TextLine:
    texts: list[Text] = []
    for run in sorted(group, key=lambda run: run.x0):
        for number, text in enumerate(_texts_of(run, glyphs)):
            if not texts or number or text.x0 - texts[-1].x1 >= _least_gap(texts[-1], text):
                texts.append(text)
            elif _CODE.match(texts[-1].text + text.text[:1]) and texts[-1].text.isdecimal():
                texts.append(text._replace(is_glued=True))
            else:
                texts[-1] = _joined(texts[-1], text)
    return TextLine(group[0].base, max(run.size for run in group), texts, _numbers_columns(texts))


def _text(x0: float, x1: float, base: float, size: float, text: str) -> Text:
    return Text(x0, x1, base, size, text, is_amount(text))


def _joined(before: Text, after: Text) -> Text:
    end = max(before.x1, after.x1)
    return _text(before.x0, end, before.base, before.size, before.text + after.text)


def _least_gap(before: Text, after: Text) -> float:
    if _COMPOUND.fullmatch(f"{before.text} {after.text}"):
        return 0.0
    return after.size * (_APART_FROM_AMOUNT if before.is_amount or after.is_amount else _APART)


def _texts_of(run: Run, glyphs: Sequence[Glyph]) -> Iterator[Text]:
    """A run without the white space around it, parted between cells.

    A code and its name, an amount and a label are two texts; so are those of two cells whose edges meet.
    """
    places = _places(run, glyphs)
    code = _CODE.match(run.text)
    seams = {*_compound_seams(run.text), *_white_seams(run, places)}
    glued = {code.end()} - seams if code else set()
    for start, end in pairwise([0, *sorted(seams | glued), len(run.text)]):
        text = run.text[start:end].strip()
        if text:
            first = start + run.text[start:end].index(text[0])
            x0, x1 = places[first][0], places[first + len(text) - 1][1]
            yield _text(x0, x1, run.base, run.size, text)._replace(is_glued=start in glued)


def _places(run: Run, glyphs: Sequence[Glyph]) -> list[tuple[float, float]]:
    """Where each character of a run begins and ends; by usual widths where some are printed twice."""
    if len(run.text) == run.last - run.first:
        return [(x0, x1) for _, x0, x1, _, _, _ in glyphs[run.first : run.last]]
    widths = [1.0 if character >= WIDE_FROM else 0.5 for character in run.text]
    unit = (run.x1 - run.x0) / (sum(widths) or 1)
    ends = [run.x0 + unit * end for end in accumulate(widths, initial=0.0)]
    return list(pairwise(ends))


def _compound_seams(text: str) -> Iterator[int]:
    compound = _COMPOUND.fullmatch(text.strip())
    if compound:
        second = 2 if compound.group(2) else 4
        yield compound.start(second) + len(text) - len(text.lstrip())


def _white_seams(run: Run, places: Sequence[tuple[float, float]]) -> list[int]:
    """Where in a run the cell changes: at the only white there is, but for that between words and figures."""
    gaps = [after - end for (_, end), (after, _) in pairwise(places)]
    if not gaps or max(gaps) <= _PADDING * run.size:
        return []
    least = max(_PADDING * run.size, 3 * median(gaps))
    return [i for i, gap in enumerate(gaps, 1) if gap > least and _are_alike(run.text[i - 1], run.text[i])]


def _are_alike(before: str, after: str) -> bool:
    """Whether both are Chinese characters, or both digits."""
    return before >= WIDE_FROM <= after or (before.isdecimal() and after.isdecimal())


def _settled(block: Sequence[TextLine]) -> list[TextLine]:
    """The lines; a name glued to its code is a text of its own where another begins in the same place."""
    starts = [text.x0 for line in block for text in line.texts if not text.is_glued]
    return [
        line._replace(texts=_unglued(line.texts, starts))
        if any(text.is_glued for text in line.texts)
        else line
        for line in block
    ]


def _unglued(texts: Sequence[Text], starts: Sequence[float]) -> list[Text]:
    settled: list[Text] = []
    for text in texts:
        if text.is_glued and not any(abs(text.x0 - start) < _ALIGNED for start in starts):
            settled[-1] = _joined(settled[-1], text)
        else:
            settled.append(text)
    return settled


def _numbers_columns(texts: Sequence[Text]) -> bool:
    numbers: list[int] = []
    for text in texts:
        number = _COLUMN_NUMBER.match(text.text)
        if number:
            numbers.append(int(number.group()))
        elif not _BESIDE_NUMBERS.fullmatch(text.text):
            return False
    return (
        len(numbers) > 1
        and numbers[0] <= _FIRST_NUMBERS
        and all(after - before == 1 for before, after in pairwise(numbers))
    )


def _with_wrapped_figures(block: Sequence[TextLine]) -> list[TextLine]:
    """The lines; a number that goes on in the line below it is an amount, and the rest of it is none."""
    lines = list(block)
    for i, (before, after) in enumerate(pairwise(block)):
        starts = _starts(before, after)
        if starts:
            texts = [text._replace(is_amount=text.is_amount or text in starts) for text in before.texts]
            lines[i] = lines[i]._replace(texts=texts)
            lines[i + 1] = after._replace(ends_figures=True)
    return lines


def _starts(before: TextLine, after: TextLine) -> list[Text]:
    """The numbers of a line whose last digits stand below them; none where others stand below some."""
    if after.base - before.base > _WRAP_FEED * after.size:
        return []
    pairs = [
        (start, rest)
        for rest in after.texts
        for start in before.texts
        if "." in start.text and rest.text[-1].isdecimal() and start.x0 < rest.x1 and rest.x0 < start.x1
    ]
    return [start for start, _ in pairs] if all(_is_number_of(start, rest) for start, rest in pairs) else []


def _is_number_of(start: Text, rest: Text) -> bool:
    """Whether two texts, one below the other, are one number that was wrapped."""
    if not rest.text.isdecimal() or not _NUMBER.fullmatch(start.text + rest.text):
        return False
    return min(abs(start.x0 - rest.x0), abs(start.x1 - rest.x1)) < _PADDING * rest.size


def _with_whole_amounts(block: Sequence[TextLine]) -> list[TextLine]:
    """The lines with whole numbers as amounts: those behind a label, or with figures alone behind them.

    Numbers of unlike length that begin in one place are codes.
    """
    whole = [
        text
        for line in block
        if not (line.numbers_columns or line.ends_figures)
        for text in _in_places_of_amounts(line.texts)
        if _WHOLE.fullmatch(text.text)
    ]
    amounts = {text for text in whole if not _is_code(text, whole)}
    return [
        line._replace(
            texts=[text._replace(is_amount=text.is_amount or text in amounts) for text in line.texts]
        )
        for line in block
    ]


def _in_places_of_amounts(texts: Sequence[Text]) -> Iterator[Text]:
    words = [i for i, text in enumerate(texts) if not text.is_amount and not _WHOLE.fullmatch(text.text)]
    first, last = (words[0], words[-1]) if words else (len(texts), -1)
    return (text for i, text in enumerate(texts) if i > first or i > last)


def _is_code(text: Text, numbers: Sequence[Text]) -> bool:
    unlike = [other for other in numbers if len(other.text) != len(text.text)]
    begin = sum(abs(other.x0 - text.x0) < _ALIGNED for other in unlike)
    return begin > sum(abs(other.x1 - text.x1) < _ALIGNED for other in unlike)


def _has_unit(line: TextLine) -> bool:
    return any(_UNIT.fullmatch(plain(text.text)) for text in line.texts)


def _is_caption(line: TextLine) -> bool:
    if _has_unit(line):
        return True
    texts = [plain(text.text) for text in line.texts]
    return not line.amounts and len(texts) < 3 and any(_CAPTION.fullmatch(text) for text in texts)
