"""Figures in the prose: which metric, how much, set against what, and where it stands.

Lines of a page are joined to sentences first, as a figure and its metric often stand on two lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache

from warehouse.documents.model import Line
from warehouse.tables.model import Statement
from warehouse.tables.money import to_yuan, unit_factors
from warehouse.tables.paragraphs import Paragraph, paragraphs
from warehouse.tables.text import key
from warehouse.tables.vocabulary import load

_SENTENCE = re.compile(r"[^。；;！!？?\n]*[。；;！!？?\n]?")
# One character for one, so that places in the text stay places in the line.
_ONE_WIDTH = str.maketrans("０１２３４５６７８９，．％（）“”－−", '0123456789,.%()""--')
# 住房改革支出（款）: 2018年预算支出合计… speaks of one subject of the classification.
_SUBJECT = re.compile(r"\([类款项]\)")
_AFTER_ORDINAL = r"(?<=[一二三四五六七八九十\d]\))"
_CHANGES = frozenset({"increase", "decrease"})
_SHARES = frozenset({"%", "个百分点"})
# 单价100万元（含）以上设备: the figure is a limit. (不含车辆), (台、套): asides that name nothing.
_NO_THRESHOLD = r"(?!\(?含?\)?及?以[上下])"
_ASIDE = re.compile(r"\((?:不?含[^()]*|[台套辆个、,/]+|减少|下降|降低|增加|增长)\)")
# 货物7.97万元、服务13.10万元: the bare word only where the figure follows at once.
_SERVICES = re.compile(r"(?:^|[、,;])服务(?:类|预算|采购|支出|金额)?(?:为)?$")
_GLOSSARY = re.compile(
    r"^\s*(?:[（(]?[一二三四五六七八九十\d]+[、.）)])?.{2,30}(?:[:：]\s*(?:系|是|主要)?(?:指|反映)|是指)"
)
# 1,234.56, with a space where the text is justified (1 234.56, 12 .5); -3.2 behind 增加 is a decrease.
_NUMBER = r"(?:(?<![\da-zA-Z%元辆个])-)?(?:\d{1,3}(?:,\s?\d{3})+|\d{1,3}(?: \d{3})+|\d+)(?:\s?\.\s?\d+)?"
_CLAUSE_END = re.compile(r"[,，:：]|[(（](?!.[)）])")
_YEAR = re.compile(r"(20\d\d)年")
_AGAINST = re.compile(r"同比|[比较与同](?:20\d\d|[上去前]|年初|年)")
_YEAR_BEFORE = re.compile(
    r"[比较与](?:20\d\d|上)年度?.{0,4}(?:预算|决算|执行|支出|收入|收支)(?:总?[数额]|支出|总?[预决]算)?(?:为|的)?$"
)
_SHARE = "占"
_YEAR_AGO = re.compile(r"[上去]年|年初")
_RANGE = frozenset({"至", "到", "-", "—", "~", "～"})
_UP_TO = re.compile(r"[到至](?:20\d\d年度?的?)?")
_AVERAGE = re.compile(r"[人车户次批]均|平均每")
_MAX_HEADING = 60


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
    only_counted: dict[str, frozenset[str]]
    many: frozenset[str]
    narrower: dict[str, str]
    parts_named: dict[str, str]
    after: dict[str, re.Pattern[str]]
    of_heading: re.Pattern[str]


@cache
def _words() -> _Words:
    known = load("statements")
    metrics = {key(word): metric for metric, words in known["metrics"].items() for word in words}
    comparisons = {key(word): name for name, words in known["comparisons"].items() for word in words}
    weak = frozenset(map(key, known["weak"]))
    units = "|".join(map(re.escape, sorted(known["units"], key=len, reverse=True)))
    return _Words(
        figure=re.compile(rf"(?<![\d.])(?<!\d,)({_NUMBER})\s*({units}){_NO_THRESHOLD}"),
        metric=_metric_pattern(metrics, weak, known["before_weak"]),
        metrics=metrics,
        comparison=_longest_first(comparisons),
        comparisons=comparisons,
        weak=weak,
        bare={side: frozenset(map(key, bare)) for side, bare in known["bare"].items()},
        money_of_counted=known["money_of_counted"],
        weak_metrics=frozenset(metrics[word] for word in weak if word in metrics),
        countable=frozenset(known["countable"]),
        only_counted={metric: frozenset(units) for metric, units in known["only_counted"].items()},
        many=frozenset(known["many"]),
        narrower=known["narrower"],
        parts_named=known["parts_named"],
        after={metric: re.compile(text) for metric, text in known["after"].items()},
        of_heading=re.compile(known["of_heading"]),
    )


def _longest_first(words: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


def _metric_pattern(words: dict[str, str], weak: frozenset[str], before_weak: str) -> re.Pattern[str]:
    """Any word of a metric, the longest at a place; weak words only after certain characters."""
    first = "".join(sorted({re.escape(word[0]) for word in words}))  # most places are ruled out by it at once
    choices = "|".join(
        (f"(?:(?<![^{re.escape(before_weak)}])|{_AFTER_ORDINAL})" if word in weak else "") + re.escape(word)
        for word in sorted(words, key=len, reverse=True)
    )
    return re.compile(f"(?=[{first}])(?:{choices})")


def statements(lines: Sequence[Line]) -> Iterator[Statement]:
    """The figures of the prose with a metric, in the order of the text.

    Args:
        lines: All lines outside the tables, in reading order; `line_ordinal` counts them from 1.
    """
    ordinal = 0
    heading = ""
    for paragraph in paragraphs(lines):
        text = paragraph.text.translate(_ONE_WIDTH)
        if _GLOSSARY.match(text) or not _words().figure.search(text):
            heading = key(text)
            continue
        context = _Context(heading)
        for sentence in _SENTENCE.finditer(text):
            for found in _figures(paragraph, sentence, context.before(sentence.group())):
                ordinal += 1
                yield replace(found, ordinal=ordinal)
            context.heading = key(sentence.group()) or context.heading
        heading = context.heading


@dataclass(slots=True)
class _Context:
    """What the sentences of a paragraph before this one have told."""

    heading: str
    """The sentence before, or the line above: where it has no figure it may say what the next are of."""
    topic: str = ""
    """The metric of which the last full sentence speaks, not the list of its parts."""
    told: set[tuple[str, str]] = field(default_factory=set)
    """Metrics, with kinds of units, of which the figure is known: what comes again is a part."""
    in_list: bool = False
    is_new: bool = True

    def before(self, sentence: str) -> _Context:
        """Forget what ends with the sentence before: its parts follow 其中, or a semicolon."""
        is_list = sentence.startswith("其中")
        if not is_list:
            self.told.clear()
        ended = self.heading[-1:] not in {";", "；"}
        self.in_list = is_list or (self.in_list and not ended)
        self.is_new = not is_list and (ended or not self.in_list)
        return self

    def leads(self, metric: str) -> None:
        """Note the first metric of a sentence."""
        if metric and self.is_new:
            self.topic = metric


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure of a sentence with the words that lead to it."""

    match: re.Match[str]
    between: str
    """What stands between the figure before and this one, as `key` makes it."""
    clause: str
    comparison: str
    follows: str

    @property
    def named(self) -> str:
        """The metric that its clause names."""
        return _metric(self.clause, self.match.group(2))

    @property
    def kind(self) -> str:
        """What its unit measures."""
        return "money" if self.match.group(2) in unit_factors() else self.match.group(2)

    @property
    def year(self) -> int | None:
        """The year that its clause names: figures of two years stand side by side in one sentence."""
        years = _YEAR.findall(self.clause)
        return int(years[-1]) if years else None


def _figures_of(text: str) -> list[_Figure]:
    found, before = [], 0
    for match in _words().figure.finditer(text):
        between = _ASIDE.sub("", key(text[before : match.start()]))
        clause = _CLAUSE_END.split(between)[-1]
        comparison = _comparison(between) or ("previous_year" if _YEAR_BEFORE.search(clause) else "")
        found.append(_Figure(match, between, clause, comparison, key(text[match.end() :][:40])))
        before = match.end()
    return found


def _figures(paragraph: Paragraph, sentence: re.Match[str], context: _Context) -> Iterator[Statement]:
    """The figures of one sentence with what they are of."""
    figures = _figures_of(sentence.group())
    named = list(_with_metrics(figures, paragraph.text[: sentence.start()], context))
    said = whole = last = ""
    for figure, metric, goes_on in named:
        whole, last = (last if "其中" in figure.between else whole), metric
        if not metric or not _is_measured(metric, figure):
            continue
        comparison = figure.comparison
        if not comparison and _is_of_year_before(figure, metric, named):
            comparison = "previous_year"
        money = _words().money_of_counted.get(metric, metric)
        said = money if figure.kind == "money" or (figure.kind in _SHARES and said == money) else metric
        is_another = metric in _words().many and whole != metric and figure.named == metric
        is_again = (said, figure.kind) in context.told and not is_another
        suffix = _suffix(figure, metric, is_again=is_again) if not comparison and not goes_on else ""
        if not comparison and not suffix:
            context.told.add((said, figure.kind))
        yield _statement(paragraph, sentence, figure.match, (said + suffix, comparison))


def _is_of_year_before(figure: _Figure, metric: str, others: Sequence[tuple[_Figure, str, bool]]) -> bool:
    """Whether a figure of a sentence names an earlier year than another of the same metric does."""
    year = figure.year
    speaks_of_it = figure.named == metric or _words().of_heading.fullmatch(figure.clause)
    return bool(year and speaks_of_it) and any(
        other.year and year and other.year > year and its == metric for other, its, _ in others
    )


def _is_measured(metric: str, figure: _Figure) -> bool:
    """Whether a unit says something of a metric: money and shares mostly, counts of what is counted."""
    if figure.kind == "money" or figure.kind in _SHARES:
        return metric not in _words().only_counted
    return metric in _words().countable or figure.kind in _words().only_counted.get(metric, ())


def _suffix(figure: _Figure, metric: str, *, is_again: bool) -> str:
    """`_part` for what is a part of a figure that stands before, `_average` for one of each."""
    if _AVERAGE.search(figure.clause):
        return "_average"
    if figure.between in _RANGE:
        return ""
    return "_part" if is_again or _is_part(figure.clause, metric) else ""


def _with_metrics(
    figures: Sequence[_Figure], before: str, context: _Context
) -> Iterator[tuple[_Figure, str, bool]]:
    """Each figure with its metric, and whether it only goes on with the one before."""
    lead, metric, of_money, seen = "", "", "", ""
    for figure in figures:
        seen += figure.between
        goes_on = bool(metric) and _is_bare(figure.clause, metric)
        own = "" if goes_on else _own_metric(figure, metric, before + seen, context)
        if own:
            metric = own
        elif figure.comparison in _CHANGES and "其中" in seen and re.match(r"[比较与同]", figure.clause):
            metric = lead
        elif figure.comparison in _CHANGES and figure.kind == "money":
            metric = of_money or metric  # 购置费18万元，购置车辆1台，比上年增加18万元
        of_money = metric if figure.kind == "money" else of_money
        lead = lead or metric
        context.leads(lead)
        yield figure, metric, goes_on


def _own_metric(figure: _Figure, metric: str, before: str, context: _Context) -> str:
    """The metric that the words before a figure name, else those behind it, else what was spoken of."""
    words = _words()
    text = figure.clause if metric else figure.between
    own = _metric(text, figure.match.group(2))
    if figure.comparison == "share":  # 甲占乙的5% says a share of 乙 of 甲
        whole_at = text.rfind(_SHARE)
        own = _metric(text[: max(whole_at, 0)], figure.match.group(2)) or ("" if metric else own)
    if own == words.parts_named.get(metric) and not _YEAR_AGO.search(text):
        return ""
    if own in words.weak_metrics and _SUBJECT.search(key(before)):
        return "expenditure_by_function"
    if not own:
        own = next((name for name, text in words.after.items() if text.match(figure.follows)), "")
    return own or ("" if metric else _spoken_of(figure, before, context))


def _spoken_of(figure: _Figure, before: str, context: _Context) -> str:
    """The metric of a sentence that names none: of its heading (2024年预算安排…) or the last (比上年…)."""
    if figure.comparison in _CHANGES and _AGAINST.match(figure.between):
        return context.topic
    if not _words().of_heading.fullmatch(_SUBJECT.split(figure.between)[-1]):
        return ""
    if any(_SUBJECT.search(text) for text in (figure.between, key(before), context.heading)):
        return "expenditure_by_function"
    return _metric(context.heading) if len(context.heading) <= _MAX_HEADING else ""


def _is_bare(clause: str, metric: str) -> bool:
    """Whether a clause only says 支出决算 or the like, after a metric of that side."""
    side = "revenue" if metric.endswith("revenue") or metric == "revenue_total" else "expenditure"
    plain = re.sub(r"(?:为|是|数|安排|年初)+$", "", clause)
    return metric not in {"revenue_total", "expenditure_total"} and plain in _words().bare[side]


def _metric(text: str, unit: str = "") -> str:
    """The metric that a text names last; words that only qualify count where no other is named.

    A metric of which only counts are told is none of a figure in another unit.
    """
    words = _words()
    named = [
        match.group()
        for match in words.metric.finditer(text)
        if unit in words.only_counted.get(words.metrics[match.group()], {unit})
    ]
    if not named:
        return "procurement_services" if _SERVICES.search(text) else ""
    if _SERVICES.search(text):
        return "procurement_services"
    strong = [word for word in named if word not in words.weak]
    metrics = [words.metrics[word] for word in strong or named]
    # 货物类采购预算: what is bought, not all that is bought.
    narrower = [metric for metric in metrics if words.narrower.get(metric) == metrics[-1]]
    return (narrower or metrics)[-1]


def _comparison(between: str) -> str:
    words = _words()
    against = [match for match in words.comparison.finditer(between) if words.comparisons[match.group()]]
    if not against or _UP_TO.fullmatch(between, against[-1].end()):  # 减少到12万元 is no change of 12万元
        return ""
    return words.comparisons[against[-1].group()]


def _is_part(clause: str, metric: str) -> bool:
    """Whether a clause gives what one kind of money pays of a metric (其中一般公共预算拨款政府采购)."""
    words = _words()
    return clause.startswith("其中") and any(
        match.group() in words.weak and words.metrics[match.group()] != metric
        for match in words.metric.finditer(clause)
    )


def _statement(
    paragraph: Paragraph, sentence: re.Match[str], figure: re.Match[str], about: tuple[str, str]
) -> Statement:
    number, unit = Decimal(re.sub(r"[,\s]", "", figure.group(1))), figure.group(2)
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
