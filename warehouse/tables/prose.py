"""Figures in the prose: which metric, how much, set against what, and where it stands.

Lines of a page are joined to sentences first, as a figure and its metric often stand on two lines.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from warehouse.documents.model import Line
from warehouse.tables.model import Statement
from warehouse.tables.money import to_yuan, unit_factors
from warehouse.tables.text import key
from warehouse.tables.vocabulary import load

_SENTENCE = re.compile(r"[^。；;！!？?\n]*[。；;！!？?\n]?")
_SENTENCE_END = ("。", "；", ";", "！", "!", "？", "?", "：", ":")
_CONTENTS = re.compile(r"(?:\.{4,}|…{2,}|·{4,})")
# One character for one, so that places in the text stay places in the line.
_ONE_WIDTH = str.maketrans("０１２３４５６７８９，．％（）“”", '0123456789,.%()""')
# 住房改革支出（款）: 2018年预算支出合计… speaks of one subject of the classification.
_SUBJECT = re.compile(r"\([类款项]\)")
_AFTER_ORDINAL = r"(?<=[一二三四五六七八九十\d]\))"
_NEAR_MARGIN = 2.5
_CHANGES = frozenset({"increase", "decrease"})
_SHARES = frozenset({"%", "个百分点"})
# 单价100万元（含）以上设备: the figure is a limit. (不含车辆), (台、套): asides that name nothing.
_NO_THRESHOLD = r"(?!\(?含?\)?及?以[上下])"
_ASIDE = re.compile(r"\((?:不?含[^()]*|[台套辆个、,/]+)\)")
# 货物7.97万元、服务13.10万元: the bare word only where the figure follows at once.
_SERVICES = re.compile(r"(?:^|[、,;])服务(?:类|预算|采购)?(?:为)?$")
_GLOSSARY = re.compile(r"^[（(]?[一二三四五六七八九十\d]+[、.）)].{2,20}[:：](?:指|是指|反映)")


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """Lines that belong together: their text without breaks, and where each line begins in it."""

    text: str
    starts: tuple[int, ...]
    ordinals: tuple[int, ...]
    pages: tuple[int | None, ...]

    def place(self, at: int) -> tuple[int, int, int | None]:
        """Ordinal of the line, character in the line, and page, of a character of the paragraph."""
        index = bisect_right(self.starts, at) - 1
        return self.ordinals[index], at - self.starts[index], self.pages[index]


@dataclass(frozen=True, slots=True)
class _Words:
    figure: re.Pattern[str]
    metric: re.Pattern[str]
    metrics: dict[str, str]
    comparison: re.Pattern[str]
    comparisons: dict[str, str]
    weak: frozenset[str]
    weak_metrics: frozenset[str]
    bare: dict[str, frozenset[str]]
    money_of_counted: dict[str, str]
    countable: frozenset[str]


@cache
def _words() -> _Words:
    known = load("statements")
    metrics = {key(word): metric for metric, words in known["metrics"].items() for word in words}
    comparisons = {key(word): name for name, words in known["comparisons"].items() for word in words}
    weak = frozenset(map(key, known["weak"]))
    units = "|".join(map(re.escape, sorted(known["units"], key=len, reverse=True)))
    return _Words(
        figure=re.compile(
            rf"(?<![\d.,])(\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*({units}){_NO_THRESHOLD}"
        ),
        metric=_metric_pattern(metrics, weak, known["before_weak"]),
        metrics=metrics,
        comparison=_longest_first(comparisons),
        comparisons=comparisons,
        weak=weak,
        bare={side: frozenset(map(key, bare)) for side, bare in known["bare"].items()},
        money_of_counted=known["money_of_counted"],
        weak_metrics=frozenset(metrics[word] for word in weak if word in metrics),
        countable=frozenset(known["countable"]),
    )


def _longest_first(words: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


def _metric_pattern(words: dict[str, str], weak: frozenset[str], before_weak: str) -> re.Pattern[str]:
    """Any word of a metric, the longest at a place; weak words only after certain characters."""
    return re.compile(
        "|".join(
            (f"(?:(?<![^{re.escape(before_weak)}])|{_AFTER_ORDINAL})" if word in weak else "")
            + re.escape(word)
            for word in sorted(words, key=len, reverse=True)
        )
    )


def statements(lines: Sequence[Line]) -> Iterator[Statement]:
    """The figures of the prose with a metric, in the order of the text.

    Args:
        lines: All lines outside the tables, in reading order; `line_ordinal` counts them from 1.
    """
    ordinal = 0
    for paragraph in _paragraphs(lines):
        text = paragraph.text.translate(_ONE_WIDTH)
        if _GLOSSARY.match(text) or not _words().figure.search(text):
            continue
        told: set[tuple[str, str]] = set()
        for sentence in _SENTENCE.finditer(text):
            if not sentence.group().startswith("其中"):
                told.clear()
            for found in _figures(paragraph, sentence, told):
                ordinal += 1
                yield _numbered(found, ordinal)


def _numbered(found: Statement, ordinal: int) -> Statement:
    return replace(found, ordinal=ordinal)


def _paragraphs(lines: Sequence[Line]) -> Iterator[_Paragraph]:
    """Lines joined while they run up to the right margin of their page and end no sentence."""
    margins = _margins(lines)
    waiting: list[tuple[int, Line]] = []
    for ordinal, line in enumerate(lines, start=1):
        if _CONTENTS.search(line.text):
            continue
        waiting.append((ordinal, line))
        if not _is_full(line, margins.get(line.page, 0)) or line.text.rstrip().endswith(_SENTENCE_END):
            yield _joined(waiting)
            waiting = []
    if waiting:
        yield _joined(waiting)


def _margins(lines: Sequence[Line]) -> dict[int | None, float]:
    """The right margin of each page: where its long lines end (a page number may stand further right)."""
    edges: dict[int | None, list[float]] = {}
    for line in lines:
        if line.box:
            edges.setdefault(line.page, []).append(line.box[2])
    return {page: sorted(found)[len(found) * 9 // 10] for page, found in edges.items()}


def _is_full(line: Line, margin: float) -> bool:
    """Whether a line ends within two and a half characters of the margin, and so goes on below."""
    if line.box is None or not line.text:
        return False
    return line.box[2] >= margin - _NEAR_MARGIN * (line.box[3] - line.box[1])


def _joined(lines: Sequence[tuple[int, Line]]) -> _Paragraph:
    starts, length = [], 0
    for _, line in lines:
        starts.append(length)
        length += len(line.text)
    return _Paragraph(
        text="".join(line.text for _, line in lines),
        starts=tuple(starts),
        ordinals=tuple(ordinal for ordinal, _ in lines),
        pages=tuple(line.page for _, line in lines),
    )


def _figures(
    paragraph: _Paragraph, sentence: re.Match[str], told: set[tuple[str, str]]
) -> Iterator[Statement]:
    """The figures of one sentence; a figure without a metric of its own goes on with the one before it.

    `told` holds metrics, with kinds of units, of which the figure is known: what comes again is a part.
    """
    words, text = _words(), sentence.group()
    lead, metric, before = "", "", 0
    for figure in words.figure.finditer(text):
        between = _ASIDE.sub("", key(text[before : figure.start()]))
        clause = re.split(r"[,，:：(（]", between)[-1]
        comparison = _comparison(between)
        own = _metric(clause if metric else between)
        goes_on = bool(metric) and _is_bare(clause, metric)
        if goes_on:
            own = ""
        if own in words.weak_metrics and _SUBJECT.search(
            key(paragraph.text[: sentence.start() + figure.start()])
        ):
            own = "expenditure_by_function"
        if own and not (metric and comparison == "share"):
            metric = own
        elif comparison in _CHANGES and "其中" in text[: figure.start()] and re.match(r"[比较与同]", clause):
            metric = lead
        before, lead = figure.end(), lead or metric
        unit = figure.group(2)
        if not metric or (
            unit not in unit_factors() and unit not in _SHARES and metric not in words.countable
        ):
            continue
        kind = "money" if unit in unit_factors() else unit
        said = words.money_of_counted.get(metric, metric) if kind == "money" else metric
        is_part = not comparison and not goes_on and ((said, kind) in told or _is_part(clause, metric))
        if not comparison:
            told.add((said, kind))
        yield _statement(paragraph, sentence, figure, (f"{said}_part" if is_part else said, comparison))


def _is_bare(clause: str, metric: str) -> bool:
    """Whether a clause only says 支出决算 or the like, after a metric of that side."""
    side = "revenue" if metric.endswith("revenue") or metric == "revenue_total" else "expenditure"
    plain = re.sub(r"(?:为|是|数|安排|年初)+$", "", clause)
    return metric not in {"revenue_total", "expenditure_total"} and plain in _words().bare[side]


def _metric(text: str) -> str:
    """The metric that a text names last; words that only qualify count where no other is named."""
    words = _words()
    named = [match.group() for match in words.metric.finditer(text)]
    if not named:
        return "procurement_services" if _SERVICES.search(text) else ""
    if _SERVICES.search(text):
        return "procurement_services"
    strong = [word for word in named if word not in words.weak]
    return words.metrics[(strong or named)[-1]]


def _comparison(between: str) -> str:
    against = [match.group() for match in _words().comparison.finditer(between)]
    return _words().comparisons[against[-1]] if against else ""


def _is_part(clause: str, metric: str) -> bool:
    """Whether a clause gives what one kind of money pays of a metric (其中一般公共预算拨款政府采购)."""
    words = _words()
    named = [match.group() for match in words.metric.finditer(clause)]
    return clause.startswith("其中") and any(
        word in words.weak and words.metrics[word] != metric for word in named
    )


def _statement(
    paragraph: _Paragraph, sentence: re.Match[str], figure: re.Match[str], about: tuple[str, str]
) -> Statement:
    number, unit = Decimal(figure.group(1).replace(",", "")), figure.group(2)
    start, end = sentence.span()
    line_ordinal, char_start, page = paragraph.place(start + figure.start())
    return Statement(
        ordinal=0,
        page=page,
        line_ordinal=line_ordinal,
        char_start=char_start,
        sentence=paragraph.text[start:end].strip(),
        metric=about[0],
        value_text=paragraph.text[start + figure.start(1) : start + figure.end(1)],
        unit=unit,
        amount_yuan=to_yuan(number, unit) if unit in unit_factors() else None,
        comparison=about[1],
    )
