"""Labels of rows → what their words and ordinals say, from `vocabulary/rows.yml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from warehouse.tables.text import key, native, remembered
from warehouse.tables.vocabulary import load


@dataclass(frozen=True, slots=True)
class Patterns:
    """The words and patterns of `vocabulary/rows.yml`, compiled."""

    totals: tuple[re.Pattern[str], ...]
    subtotals: tuple[re.Pattern[str], ...]
    only_total: re.Pattern[str]
    of_which: re.Pattern[str]
    ordinals: tuple[re.Pattern[str], ...]
    note: re.Pattern[str]
    economic_classes: frozenset[str]
    unit_name: re.Pattern[str]
    first: re.Pattern[str]
    carryover: re.Pattern[str]
    budget_name: re.Pattern[str]
    count: re.Pattern[str]
    step: re.Pattern[str]


@cache
def patterns() -> Patterns:
    """The vocabulary of rows, read once."""
    words = load("rows")
    return Patterns(
        totals=tuple(re.compile(pattern) for pattern in words["total_patterns"]),
        subtotals=tuple(re.compile(pattern) for pattern in words["subtotal_patterns"]),
        only_total=re.compile(words["only_total_pattern"]),
        of_which=re.compile(words["of_which_pattern"]),
        ordinals=tuple(re.compile(pattern) for pattern in words["ordinal_levels"]),
        note=re.compile(words["note_pattern"]),
        unit_name=re.compile(words["unit_name_pattern"]),
        first=re.compile(words["first_pattern"]),
        carryover=re.compile(words["carryover_pattern"]),
        budget_name=re.compile(words["budget_name_pattern"]),
        count=re.compile(words["count_pattern"]),
        step=re.compile(words["step_pattern"]),
        economic_classes=frozenset(key(name) for name in words["economic_classes"]),
    )


@remembered
def names_a_unit(label: str) -> bool:
    """Whether a label ends like the name of a public body (局, 中心, 委员会 …)."""
    return patterns().unit_name.search(key(label)) is not None


@remembered
def is_count(label: str) -> bool:
    """Whether a row counts things instead of money, by its label: `公务用车保有量（辆）`."""
    return patterns().count.search(key(label)) is not None


@remembered
def level_of(label: str) -> int | None:
    """Depth of the ordinal that a label begins with, 0 outermost; None without ordinal."""
    shown, plain = label, key(label)
    for level, pattern in enumerate(patterns().ordinals):
        if pattern.match(shown if level == len(patterns().ordinals) - 1 else plain):
            return level
    return None


@remembered
def bare(label: str) -> str:
    """A label for comparison, without ordinals, colon and marks."""
    plain = native(label)
    for pattern in patterns().ordinals:
        plain = pattern.sub("", plain, count=1)
    return plain.strip(":*#")


@remembered
def role_said(label: str) -> str | None:
    """The role that the label itself says (其中：, 合计, 小计)."""
    plain, words = bare(label), patterns()
    if says_of_which(label):
        return "of_which"
    if any(pattern.search(plain) for pattern in words.totals):
        return "total"
    return "subtotal" if any(pattern.search(plain) for pattern in words.subtotals) else None


def says_of_which(label: str) -> bool:
    """Whether a label itself says that it is a part of the row above (其中：…)."""
    return patterns().of_which.match(key(label)) is not None


@remembered
def without_of_which(label: str) -> str:
    """A label without 其中： in front."""
    return patterns().of_which.sub("", key(label), count=1)
