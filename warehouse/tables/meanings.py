"""Header texts → roles and meanings of columns, from `vocabulary/columns.yml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from warehouse.tables.text import key, native, remembered
from warehouse.tables.vocabulary import load

_YEAR = re.compile(r"(20\d\d)")


_RATE_ROW = re.compile(
    r"(?:比?上年|同比|比|较)?(?:20\d\d年)?(?:增长|增减|增加|减少|变动|下降)?(?:幅度|比例|比率|率|占比|比重|%)(?:\(%\))?|(?:增减|同比|增长)\(?%\)?"
)
_PERIOD_ROW = re.compile(
    r"(?:20\d\d年|上年|本年)度?(?:年初)?(?:预算|决算|执行|安排|完成|预算执行|实际)数?|(?:比?上年|同比|较上年)?(?:增减|变动)(?:额|数|变化|情况|金额|变动)?"
)


# What 本年数 and 上年数 are depends on the account that the table is part of.
_OF_THE_ACCOUNT = frozenset({"current", "previous"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the vocabulary: `value` where every condition that is given holds."""

    value: str
    exact: frozenset[str]
    has: re.Pattern[str] | None
    under: re.Pattern[str] | None
    without: re.Pattern[str] | None

    def matches(self, leaf: str, path: str) -> bool:
        """Whether the rule holds for an innermost header text in its path."""
        if self.exact and leaf not in self.exact:
            return False
        if self.has and not self.has.search(leaf):
            return False
        if self.under and not self.under.search(path):
            return False
        return not (self.without and self.without.search(leaf))


def _any_of(words: list[str] | None) -> re.Pattern[str] | None:
    return re.compile("|".join(re.escape(key(word)) for word in words)) if words else None


@cache
def _rules(section: str) -> tuple[Rule, ...]:
    return tuple(
        Rule(
            value=str(entry.get("role") or entry["value"]),
            exact=frozenset(key(word) for word in entry.get("exact", ())),
            has=_any_of(entry.get("has")),
            under=_any_of(entry.get("under")),
            without=_any_of(entry.get("not")),
        )
        for entry in _entries(section)
    )


def _entries(section: str) -> list[dict[str, Any]]:
    columns = load("columns")
    entries: list[dict[str, Any]] = (
        columns["periods"]["relative"] if section == "periods" else columns[section]
    )
    return entries


@cache
def _words(section: str) -> frozenset[str]:
    return frozenset(key(word) for word in load("columns")[section])


@remembered
def _first(section: str, leaf: str, path: str) -> str | None:
    for rule in _rules(section):
        if rule.matches(leaf, path):
            return rule.value
    return None


@remembered
def plain_header(text: str) -> str:
    """A header text for comparison: without `其中：` in front, colon behind, unit and formula in brackets."""
    plain = re.sub(r"^其中[::]?", "", native(text))
    plain = re.sub(r"\((?:[^()]*元|\d+=[^()]*|\d+)\)", "", plain)
    return plain.strip(":*") or plain


@remembered
def role_of(parts: tuple[str, ...]) -> str | None:
    """The role of a column that holds no amounts, by its header path (outermost text first); else None."""
    if not parts:
        return None
    return _first("roles", plain_header(parts[-1]), "/".join(key(part) for part in parts))


def is_kind(parts: tuple[str, ...]) -> bool:
    """Whether a column of names holds kinds that head the names beside it (支出类别, 资产类别)."""
    return bool(parts) and plain_header(parts[-1]) in _words("kinds")


def is_total(text: str) -> bool:
    """Whether a header text is a bare total (合计, 小计)."""
    return plain_header(text) in _words("totals")


@remembered
def is_header_word(text: str) -> bool:
    """Whether a cell says something that headers say."""
    plain = plain_header(text)
    return (
        plain in _words("header_words")
        or plain in _words("totals")
        or any(_first(section, plain, plain) for section in ("roles", "funds", "natures", "periods"))
        or _YEAR.match(plain) is not None
        or any(word in plain for word in _words("header_hints"))
    )


def says_amount(parts: tuple[str, ...]) -> bool:
    """Whether a header heads amounts, whatever its cells print: it names fund, nature, period or total."""
    if not parts:
        return False
    leaf = plain_header(parts[-1])
    return leaf in _words("totals") or any(
        _first(section, leaf, leaf) for section in ("funds", "natures", "periods")
    )


@remembered
def counts_things(parts: tuple[str, ...]) -> bool:
    """Whether a header is of a number of things (会议次数, 常住人口), none of money (预算数, 下达数)."""
    return bool(parts) and _first("counts", plain_header(parts[-1]), "") is not None


@remembered
def may_be_rate(parts: tuple[str, ...]) -> str | None:
    """`rate` where a header rather heads rates than money (占预算, 同比增长), `open` where either may be."""
    return _first("rates", plain_header(parts[-1]), "") if parts else None


@remembered
def is_rate_row(label: str) -> bool:
    """Whether a row prints rates (增减%, 增长率) where the items are the headers."""
    return _RATE_ROW.fullmatch(key(label)) is not None


@remembered
def is_period_row(label: str) -> bool:
    """Whether a row is a period (2023年预算数, 增减额) where the items are the headers."""
    return _PERIOD_ROW.fullmatch(key(label)) is not None


def _from_leaf_out(section: str, parts: tuple[str, ...]) -> str | None:
    for part in reversed(parts):
        value = _first(section, key(part), key(part))
        if value:
            return value
    return None


@remembered
def fund_of(parts: tuple[str, ...]) -> str | None:
    """Which money the header path states, innermost text first; None where it does not say.

    What is carried into the next year (年末结转和结余, and what it heads) is not money brought forward.
    """
    fund = _from_leaf_out("funds", parts)
    return None if fund == "carryover" and _is_next_year(parts) else fund


@remembered
def nature_of(parts: tuple[str, ...]) -> str | None:
    """What the money is spent on by the header path, innermost text first; None where it does not say.

    What is carried into the next year is not spent, whatever it was meant for.
    """
    return "next_year" if _is_next_year(parts) else _from_leaf_out("natures", parts)


def _is_next_year(parts: tuple[str, ...]) -> bool:
    return any(_first("natures", plain, plain) == "next_year" for plain in map(key, parts))


def period_of(parts: tuple[str, ...], fiscal_year: int | None, phase: str | None) -> str | None:
    """Of which year and account the header path speaks, innermost text first.

    A change against another year (增减额) is `change`. A printed year is set against the fiscal year; without
    one it is taken for the current year: a table that heads its only column 2024年预算数 means its own year.
    """
    if any(_first("periods", key(part), key(part)) == "change" for part in parts):
        return "change"
    year = next((year for part in reversed(parts) if (year := year_of(part))), None)
    if year and fiscal_year and year == fiscal_year - 1:
        return _dated(_saying_kind(parts), year, fiscal_year, phase)
    for part in reversed(parts):
        plain = key(part)
        match = _YEAR.search(plain)
        if match:
            return _dated(plain, int(match.group(1)), fiscal_year, phase)
        value = _first("periods", plain, plain)
        if value in _OF_THE_ACCOUNT:
            return f"{value}_{'execution' if phase == 'final_account' else 'budget'}"
        if value:
            return value
    return None


def _saying_kind(parts: tuple[str, ...]) -> str:
    """The innermost text that says budget or execution: 年初预算 under 2024年."""
    periods = load("columns")["periods"]
    words = (*periods["budget_words"], *periods["execution_words"])
    return next(
        (plain for part in reversed(parts) if any(word in (plain := key(part)) for word in words)), ""
    )


def _dated(plain: str, year: int, fiscal_year: int | None, phase: str | None) -> str | None:
    periods = load("columns")["periods"]
    age = (fiscal_year or year) - year
    if age not in (0, 1):
        return None
    says_budget = any(word in plain for word in periods["budget_words"])
    says_execution = any(word in plain for word in periods["execution_words"])
    kind = "execution" if says_execution or (phase == "final_account" and not says_budget) else "budget"
    if kind == "budget" and not age and "调整" in plain:
        return "current_adjusted_budget"
    return f"{'previous' if age else 'current'}_{kind}"


def year_of(text: str) -> int | None:
    """The year that a header text prints (2024年预算数)."""
    match = _YEAR.search(key(text))
    return int(match.group(1)) if match else None


@cache
def _names(section: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (value, re.compile(pattern)) for value, pattern in load("columns")["section_names"][section].items()
    )


@remembered
def nature_named(text: str) -> str | None:
    """The nature that a name without ordinal is, and nothing else: 人员经费, 项目支出."""
    return next((value for value, pattern in _names("natures") if pattern.fullmatch(key(text))), None)


@remembered
def fund_named(text: str) -> str | None:
    """The fund that a name without ordinal is, and nothing else: 一般公共预算项目, 单位资金."""
    return next((value for value, pattern in _names("funds") if pattern.fullmatch(key(text))), None)


def side_of(text: str) -> str | None:
    """`revenue` or `expenditure` where a header text names exactly one side."""
    plain = key(text)
    sides = load("columns")["sides"]
    named = [side for side, words in sides.items() if any(word in plain for word in words)]
    return named[0] if len(named) == 1 else None


def side_heading(text: str) -> str | None:
    """The side that a header text alone is about: 收入, 支出预算, 收入（万元）."""
    return {"收入": "revenue", "支出": "expenditure"}.get(plain_header(text).removesuffix("预算"))
