"""Figures in the prose: which metric, how much, set against what, and where it stands.

Lines of a page are joined to sentences first, as a figure and its metric often stand on two lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from warehouse.documents.model import Line
from warehouse.tables.figures import CHANGES, SHARES, TOTALS, Figure, figures_of, metric_named, names_several
from warehouse.tables.model import Statement
from warehouse.tables.money import to_yuan, unit_factors
from warehouse.tables.paragraphs import Paragraph, paragraphs
from warehouse.tables.statement_words import words
from warehouse.tables.text import key_of_prose

_SENTENCE = re.compile(r"[^。；;！!？?\n]*[。；;！!？?\n]?")
# One character for one, so that places in the text stay places in the line.
_ONE_WIDTH = str.maketrans("０１２３４５６７８９，．：；％（）“”－−", '0123456789,.:;%()""--')
# 住房改革支出（款）: 2018年预算支出合计… speaks of one subject of the classification.
_SUBJECT = re.compile(r"\([类款项]\)")
_GLOSSARY = re.compile(
    r"^\s*(?:[（(]?[一二三四五六七八九十\d]+[、.）)])?.{2,30}(?:[:：]\s*(?:系|是|主要)?(?:指|反映)|是指)"
)
_AGAINST = re.compile(r"同比|[比较与同](?:20\d\d|[上去前]|年初|年)")
_SHARE = "占"
_REVENUES = frozenset({"revenue_total", "general_public_revenue", "fiscal_appropriation_revenue"})
_COMPARES = re.compile(r"[),]*[比较与同]")
_SAME_SCOPE = re.compile(r"^按?(?:同口径|可比口径),?")
_REASON = re.compile(r"原因|由于|[系是]因")
_CAUSE = re.compile(r"主要|原因|由于|[系是]因")
_TOGETHER = re.compile(r"[两二三四五六]项(?:合计|共计|共|总计)")
# What a clause names that is neither the account nor a known metric: 债务还本支出, 转移支付收入.
_ITEM = re.compile(
    r"(?!涉及|安排|使用|投入|用于)[\u3400-\u9fff)]{2,}(?:收入|支出)(?:预计|为|是|预算|决算|数|安排|完成)*$"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_YEAR_AGO = re.compile(r"[上去]年|年初")
_RANGE = frozenset({"至", "到", "-", "—", "~", "～"})
_DIGIT = re.compile(r"\d")
_AVERAGE = re.compile(r"[人车户次批]均|平均每")
_MAX_HEADING = 60
_FEW = 3


def statements(lines: Sequence[Line]) -> Iterator[Statement]:
    """The figures of the prose with a metric, in the order of the text.

    Args:
        lines: All lines outside the tables, in reading order; `line_ordinal` counts them from 1.
    """
    ordinal = 0
    heading = ""
    for paragraph in paragraphs(lines):
        text = paragraph.text.translate(_ONE_WIDTH) if _DIGIT.search(paragraph.text) else ""
        if not words().figure.search(text) or _GLOSSARY.match(text):
            heading = paragraph.text.strip()
            continue
        context = _Context(heading)
        for sentence in _SENTENCE.finditer(text):
            for found in _figures(paragraph, sentence, context.before(sentence.group())):
                ordinal += 1
                yield replace(found, ordinal=ordinal)
            context.said = sentence.group().strip() or context.said
        heading = context.said


@dataclass(slots=True)
class _Context:
    """What the sentences of a paragraph before this one have told."""

    said: str
    """The sentence before, or the line above: where it has no figure it may say what the next are of."""
    topic: str = ""
    """The metric of which the last full sentence speaks, not the list of its parts."""
    told: dict[tuple[str, str], str] = field(default_factory=dict)
    """Account of the figure that is known of a metric and kind of unit: what is told again is a part."""
    in_list: bool = False
    is_new: bool = True

    @property
    def heading(self) -> str:
        """What was said before, as `key` makes it."""
        return key_of_prose(self.said)

    def before(self, sentence: str) -> _Context:
        """Forget what ends with the sentence before: its parts follow 其中, or a semicolon."""
        is_list = sentence.startswith("其中")
        if not is_list:
            self.told.clear()
        ended = not self.said.endswith((";", "；"))
        self.in_list = is_list or (self.in_list and not ended)
        self.is_new = not is_list and (ended or not self.in_list)
        return self

    def leads(self, metric: str) -> None:
        """Note the first metric of a sentence."""
        if metric and self.is_new:
            self.topic = metric

    def tells_again(self, metric: str, figure: Figure) -> bool:
        """Whether the figure of a metric is known already, of the same account as far as both say it."""
        account = self.told.get((metric, figure.kind))
        return account is not None and (account == figure.account or not (account and figure.account))


def _figures(paragraph: Paragraph, sentence: re.Match[str], context: _Context) -> Iterator[Statement]:
    """The figures of one sentence with what they are of."""
    figures = figures_of(sentence.group())
    named = list(_with_metrics(figures, paragraph.text[: sentence.start()], context))
    said = whole = last = ""
    for figure, metric, goes_on in named:
        whole, last = (last if "其中" in figure.between else whole), metric
        if not metric or not _is_measured(metric, figure):
            continue
        comparison = "" if figure.is_base else figure.comparison
        if not comparison and _is_of_year_before(figure, metric, named):
            comparison = "previous_year"
        money = words().money_of_counted.get(metric, metric)
        said = money if figure.kind == "money" or (figure.kind in SHARES and said == money) else metric
        suffix = ""
        if not (comparison or goes_on or figure.is_base):
            is_another = metric in words().many and whole != metric and figure.named == metric
            suffix = _suffix(figure, metric, is_again=context.tells_again(said, figure) and not is_another)
        if not comparison and not suffix:
            context.told.setdefault((said, figure.kind), figure.account)
        yield _statement(paragraph, sentence, figure.match, (said + suffix, comparison))


def _is_of_year_before(figure: Figure, metric: str, others: Sequence[tuple[Figure, str, bool]]) -> bool:
    """Whether a figure of a sentence names an earlier year than another of the same metric does."""
    year = figure.year
    speaks_of_it = figure.named == metric or words().of_heading.fullmatch(figure.clause)
    return bool(year and speaks_of_it) and any(
        other.year and year and other.year > year and its == metric for other, its, _ in others
    )


def _is_measured(metric: str, figure: Figure) -> bool:
    """Whether a unit says something of a metric: money and rates mostly, counts of what is counted."""
    if figure.kind in SHARES and not figure.comparison:
        return False
    if figure.kind == "money" or figure.kind in SHARES:
        return metric not in words().only_counted
    return metric in words().countable or figure.kind in words().only_counted.get(metric, ())


def _suffix(figure: Figure, metric: str, *, is_again: bool) -> str:
    """`_part` for what is a part of a figure that stands before, `_average` for one of each."""
    if _AVERAGE.search(figure.clause):
        return "_average"
    if figure.between in _RANGE:
        return ""
    return "_part" if is_again or _is_part(figure.clause, metric) else ""


@dataclass(slots=True)
class _Thread:
    """What a sentence has spoken of up to a figure."""

    context: _Context
    lead: str = ""
    """Its first metric."""
    metric: str = ""
    of_money: str = ""
    whole: str = ""
    """The metric before 其中, whose parts are listed since."""
    in_list: bool = False
    changed: set[str] = field(default_factory=set)
    """Metrics of which a change has been told."""

    def enters(self, figure: Figure) -> None:
        """Note where a list of parts begins."""
        if "其中" in figure.between:
            self.in_list, self.whole = True, self.metric

    def metric_of(self, figure: Figure, later: Sequence[Figure]) -> str:
        """The metric of a figure whose words name none: one from before, or none where that is a guess."""
        if figure.between == "的" or not self.metric:
            return self.metric
        if figure.comparison in CHANGES:
            return self._changed_by(figure, later)
        if self._is_of_something_else(figure):
            return ""
        whole = self.whole or self.context.topic
        names_a_part = figure.kind == "money" and not figure.comparison and _names_something(figure.clause)
        return whole if names_a_part and self._lists_parts and whole else self.metric

    @property
    def _lists_parts(self) -> bool:
        return self.in_list or self.context.in_list

    def _is_of_something_else(self, figure: Figure) -> bool:
        """Whether a figure is of several metrics, of nothing that is named, or of what has no name here."""
        if _TOGETHER.search(figure.clause) or names_several(figure.clause):
            return True
        if figure.kind == "money" and (not figure.between or _REASON.search(figure.between)):
            return True
        if figure.is_base:
            return _SHARE in figure.clause
        if self._lists_parts:
            return False
        is_item = figure.kind == "money" and not figure.comparison and _ITEM.fullmatch(figure.clause)
        return self.metric in words().only_counted or bool(is_item)

    def _changed_by(self, figure: Figure, later: Sequence[Figure]) -> str:
        """What a change is of that names nothing; behind the last of the parts, it is of them together."""
        against = _AGAINST.search(figure.clause)
        if not against and (_CAUSE.search(figure.between) or _changes_something_else(figure.clause)):
            return ""
        is_open = self.in_list and self.whole and self.whole not in self.changed
        if is_open and _COMPARES.match(figure.between) and not any(other.named for other in later):
            return self.whole
        if figure.kind == "money":
            return self.of_money or self.metric  # 购置费18万元，购置车辆1辆，比上年增加18万元
        return self.metric


def _with_metrics(
    figures: Sequence[Figure], before: str, context: _Context
) -> Iterator[tuple[Figure, str, bool]]:
    """Each figure with its metric, and whether it only goes on with the one before."""
    thread, seen = _Thread(context), ""
    for at, figure in enumerate(figures):
        seen += figure.between
        thread.enters(figure)
        goes_on = bool(thread.metric) and _is_bare(figure.clause, thread.metric)
        own = "" if goes_on else _own_metric(figure, thread.metric, before + seen, context)
        if at and not thread.metric and own in TOTALS and words().of_heading.fullmatch(figure.clause):
            own = ""  # 全年预算为…，支出决算为…: of what the first figure is of, which is not known
        metric = thread.metric if goes_on else own or thread.metric_of(figure, figures[at + 1 :])
        if figure.comparison in CHANGES and metric:
            thread.changed.add(metric)
        if not figure.is_base:
            thread.metric = metric or thread.metric
            thread.of_money = metric if figure.kind == "money" and metric else thread.of_money
            thread.lead = thread.lead or metric
        context.leads(thread.lead)
        yield figure, metric, goes_on


def _changes_something_else(clause: str) -> bool:
    """Whether a clause says what has changed, and names nothing known: 结项资金减少, not 下降."""
    changed = words().comparison.sub("", clause)
    return len(changed) > _FEW and _names_something(changed)


def _names_something(clause: str) -> bool:
    """Whether a clause before a figure names more than the account: 债务还本支出, not 支出决算为."""
    return _HAN.search(clause) is not None and words().of_heading.fullmatch(clause) is None


def _own_metric(figure: Figure, metric: str, before: str, context: _Context) -> str:
    """The metric that the words before a figure name, else those behind it, else what was spoken of."""
    known = words()
    text = figure.clause if metric else figure.between
    own = metric_named(text, figure.match.group(2))
    if figure.comparison == "share":  # 甲占乙的5% says a share of 乙 of 甲
        whole_at = text.rfind(_SHARE)
        if figure.is_base:
            return metric_named(text[whole_at + 1 :], figure.match.group(2))
        own = metric_named(text[: max(whole_at, 0)], figure.match.group(2))
    if own == "general_public_expenditure" and metric in _REVENUES and "支出" not in text:
        return "general_public_revenue"
    if own == known.parts_named.get(metric) and not _YEAR_AGO.search(text):
        return ""
    if own in known.weak_metrics and _SUBJECT.search(key_of_prose(before)):
        return "expenditure_by_function"
    if not own:
        own = next((name for name, text in known.after.items() if text.match(figure.follows)), "")
    return own or ("" if metric else _spoken_of(figure, before, context))


def _spoken_of(figure: Figure, before: str, context: _Context) -> str:
    """The metric of a sentence that names none: of its heading (2024年预算安排…) or the last (比上年…)."""
    if figure.comparison in CHANGES and _AGAINST.match(_SAME_SCOPE.sub("", figure.between)):
        return context.topic
    if not words().of_heading.fullmatch(_SUBJECT.split(figure.between)[-1]):
        return ""
    heading = context.heading
    if any(_SUBJECT.search(text) for text in (figure.between, key_of_prose(before), heading)):
        return "expenditure_by_function"
    return metric_named(heading) if len(heading) <= _MAX_HEADING else ""


def _is_bare(clause: str, metric: str) -> bool:
    """Whether a clause only says 支出决算 or the like, after a metric of that side."""
    side = "revenue" if metric.endswith("revenue") or metric == "revenue_total" else "expenditure"
    plain = re.sub(r"(?:为|是|数|安排|年初)+$", "", clause)
    return metric not in TOTALS and plain in words().bare[side]


def _is_part(clause: str, metric: str) -> bool:
    """Whether a clause gives what one kind of money pays of a metric (其中一般公共预算拨款政府采购)."""
    known = words()
    return clause.startswith("其中") and any(
        match.group() in known.weak and known.metrics[match.group()] != metric
        for match in known.metric.finditer(clause)
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
