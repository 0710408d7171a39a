"""The figures of a sentence with the words that lead to each, and the metric that words name."""

from __future__ import annotations

import re

from warehouse.immutable import immutable
from warehouse.tables.money import unit_factors
from warehouse.tables.statement_words import words
from warehouse.tables.text import key_of_prose, remembered

CHANGES = frozenset({"increase", "decrease"})
SHARES = frozenset({"%", "个百分点"})
TOTALS = frozenset({"revenue_total", "expenditure_total"})
_OF_A_WHOLE = frozenset({"share", "completion"})
# (不含车辆), (台、套): asides that name nothing.
_ASIDE = re.compile(r"\((?:不?含[^()]*|[台套辆个、,/]+|减少|下降|降低|增加|增长)\)")
# 货物7.97万元、服务13.10万元: the bare words only where the figure follows at once.
_BOUGHT = re.compile(
    r"(?:^|[、,;:]|其中:?)拟?(?:购买|采购)?(货物|工程|服务)(?:类|预算|采购|支出|金额)*(?:为)?$"
)
_CLAUSE_END = re.compile(r"[,，:：]|[(（](?!.[)）])")
_YEAR = re.compile(r"(20\d\d)年")
# 比上年预算数5万元, 较2023年的5万元.
_YEAR_BEFORE = re.compile(
    r"[比较与](?:20\d\d|[上去])年度?"
    r"(?:.{0,4}(?:预算|决算|执行|支出|收入|收支)(?:总?[数额]|支出|总?[预决]算)?(?:为|的)?|的)$"
)
_TOGETHER = re.compile(r"[、及和与]|以及")
_RATE_OF = re.compile(r"的(?:[\d,.]+|-+)%")
_UP_TO = re.compile(r"[到至](?:20\d\d年度?的?)?")
_BUDGETS = re.compile(r"一般公共预算|公共财政预算|政府性基金预算|国有资本经营预算")
_ACCOUNT = re.compile(r"预算|决算")


@immutable
class Figure:
    """A figure of a sentence with the words that lead to it."""

    match: re.Match[str]
    between: str
    """What stands between the figure before and this one, as `key` makes it."""
    clause: str
    comparison: str
    follows: str
    is_base: bool = False
    """Whether a share or rate of this figure follows: 完成预算84.82万元的73.2%."""

    @property
    def named(self) -> str:
        """The metric that its clause names."""
        return metric_named(self.clause, self.match.group(2))

    @property
    def kind(self) -> str:
        """What its unit measures."""
        return "money" if self.match.group(2) in unit_factors() else self.match.group(2)

    @property
    def year(self) -> int | None:
        """The year that its clause names: figures of two years stand side by side in one sentence."""
        years = _YEAR.findall(self.clause)
        return int(years[-1]) if years else None

    @property
    def account(self) -> str:
        """预算 or 决算, where its clause says one of them; names of funds do not count."""
        said = _ACCOUNT.findall(_BUDGETS.sub("", self.clause))
        return said[-1] if said else ""


def figures_of(text: str) -> list[Figure]:
    """The figures of one sentence, from the left."""
    found: list[Figure] = []
    before = 0
    for match in words().figure.finditer(text):
        between = _ASIDE.sub("", key_of_prose(text[before : match.start()]))
        clause = _CLAUSE_END.split(between)[-1]
        comparison = _comparison(between) or ("previous_year" if _YEAR_BEFORE.search(clause) else "")
        follows = key_of_prose(text[match.end() : match.end() + 40])
        is_base = comparison in _OF_A_WHOLE and match.group(2) in unit_factors() and _RATE_OF.match(follows)
        if between == "的" and found and found[-1].is_base:
            comparison = _comparison(found[-1].between)
        found.append(Figure(match, between, clause, comparison, follows, is_base=bool(is_base)))
        before = match.end()
    return found


@remembered
def metric_named(text: str, unit: str = "") -> str:
    """The metric that a text names last; words that only qualify count where no other is named.

    A metric of which only counts are told is none of a figure in another unit.
    """
    known = words()
    bought = _BOUGHT.search(text)
    if bought:
        return known.bought[bought.group(1)]
    named = [
        match
        for match in known.metric.finditer(text)
        if unit in known.only_counted.get(known.metrics[match.group()], {unit})
    ]
    if not named or names_several(text):
        return ""
    strong = [match for match in named if match.group() not in known.weak] or named
    metrics = [known.metrics[match.group()] for match in strong]
    if metrics[-1] in TOTALS:  # “三公”经费支出合计: of what stands right before
        return _qualifying(text, strong[-1].start()) or metrics[-1]
    # 货物类采购预算: what is bought, not all that is bought.
    narrower = [metric for metric in metrics if known.narrower.get(metric) == metrics[-1]]
    return (narrower or metrics)[-1]


def names_several(text: str) -> bool:
    """Whether the last two metrics of a text are named together (会议费、培训费): a figure is of both."""
    known = words()
    strong = [match for match in known.metric.finditer(text) if match.group() not in known.weak][-2:]
    if len(strong) < 2 or not _TOGETHER.fullmatch(text[strong[0].end() : strong[1].start()]):
        return False
    return len({known.metrics[match.group()] for match in strong} - TOTALS) == 2


def _qualifying(text: str, end: int) -> str:
    """The metric right before a word for a total, or one of its own kind in the same clause, else nothing."""
    known = words()
    clause = _CLAUSE_END.split(text[:end])[-1]
    before = list(known.metric.finditer(clause))
    if before and before[-1].end() == len(clause):
        return known.metrics[before[-1].group()]
    kinds = [known.metrics[match.group()] for match in before]
    return next((metric for metric in kinds if metric in known.of_one_kind), "")


def _comparison(between: str) -> str:
    known = words()
    against = [match for match in known.comparison.finditer(between) if known.comparisons[match.group()]]
    if not against or _UP_TO.fullmatch(between, against[-1].end()):  # 减少到12万元 is no change of 12万元
        return ""
    return known.comparisons[against[-1].group()]
