"""The vocabulary of figures in prose (`vocabulary/statements.yml`), ready to be looked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from warehouse.tables.text import key
from warehouse.tables.vocabulary import load

_AFTER_ORDINAL = r"(?<=[一二三四五六七八九十\d]\))"
# 单价100万元（含）以上设备: the figure is a limit.
_NO_THRESHOLD = r"(?!\(?含?\)?及?以[上下])"
# 1,234.56, with a space where the text is justified (1 234.56, 12 .5); -3.2 behind 增加 is a decrease.
_NUMBER = r"(?:(?<![\da-zA-Z%元辆个])-)?(?:\d{1,3}(?:,\s?\d{3})+|\d{1,3}(?: \d{3})+|\d+)(?:\s?\.\s?\d+)?"


@dataclass(frozen=True, slots=True)
class Words:
    """What the sections of the vocabulary say; texts are as `key` makes them."""

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
    bought: dict[str, str]
    of_one_kind: frozenset[str]
    parts_named: dict[str, str]
    after: dict[str, re.Pattern[str]]
    of_heading: re.Pattern[str]


@cache
def words() -> Words:
    """The vocabulary, read once."""
    known = load("statements")
    metrics = {key(word): metric for metric, words in known["metrics"].items() for word in words}
    comparisons = {key(word): name for name, words in known["comparisons"].items() for word in words}
    weak = frozenset(map(key, known["weak"]))
    units = "|".join(map(re.escape, sorted(known["units"], key=len, reverse=True)))
    return Words(
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
        bought=known["bought"],
        of_one_kind=frozenset(known["of_one_kind"]),
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
