"""Lines around a table → its title, unit of money, year, agency and note of emptiness."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from warehouse.tables.text import key, key_of_prose, native, printed, remembered
from warehouse.tables.vocabulary import load

_TITLE_END = re.compile(r"表(?:\([^()]*\)|续|-+[^()。,:]{2,12}|[一二三四五六七八九十\d]*)*$")
_CONTENTS = re.compile(r"(?:\.{3,}|…{2,}|・{3,})\d*$|表\d{1,3}$")
_SENTENCE = re.compile(r"[。;!?]|,.*,")
# What stands in one line with the name of a unit: the unit of money, the year.
_BESIDE_AGENCY = re.compile(
    r"(?<=.)(?:(?:金额|货币|计量)?单位:?(?:人民币)?(?:百万|[亿万千百])?元|预算年度|20\d\d年)|^单位:?(?:人民币)?(?:百万|[亿万千百])?元"
)
# A title with the unit, or the name of the department, in the same line.
_TITLE_BESIDE = re.compile(
    r"^(.{3,50}?表)[(（]?(?:(?:金额|货币|计量|编制|填报|公开)?(?:单位|部门)(?:名称)?)[:：].*$"
)
_HALF_UNIT = re.compile(r"单位:?(百万|[亿万千百])$")
_ORDINAL = re.compile(r"(?:第?[一二三四五六七八九十]+[、章部]|\([一二三四五六七八九十]+\)|\d+[、.])")
_COUNTED = re.compile(r"单位[:](?:[人名个辆台套所户次件亩]|平方米)(?:$|[、,/)])")
_COVER_END = re.compile(r"(?:部门|单位)(?:预算|决算)(?:公开)?$")
_MAX_TITLE = 60
_SHORT = 2
_REACH = 12


@dataclass(frozen=True, slots=True)
class Caption:
    """What the lines above a table say of it; "" and None where they do not say."""

    title: str = ""
    unit: str | None = None
    fiscal_year: int | None = None
    agency_name: str | None = None
    agency_code: str | None = None
    counts: bool = False
    """Whether the unit that is stated is one of things counted (单位：人), so that no figure is money."""
    heading: str = ""
    """A numbered heading right above (六、一般公共预算支出情况): no title, but all there is without one."""


@cache
def _patterns(name: str) -> tuple[re.Pattern[str], ...]:
    value = load("captions")[name]
    return tuple(re.compile(pattern) for pattern in ([value] if isinstance(value, str) else value))


@remembered
def unit_in(text: str) -> str | None:
    """The unit of money that a line or a header states: `单位：万元`, `价值（单位：万元）`, `金额(元)`."""
    plain = native(text)
    if "元" not in plain:
        return None
    for pattern in _patterns("unit_patterns"):
        match = pattern.search(plain)
        if match and match.group(1) in load("captions")["units"]:
            return match.group(1)
    return None


def document_unit(texts: Sequence[str]) -> str | None:
    """The unit that the text declares for all its figures (金额单位均为万元), else None."""
    marks = load("captions")["document_unit_marks"]
    for text in texts:
        if "元" not in text or not any(mark in text for mark in marks):
            continue
        for pattern in _patterns("document_unit_patterns"):
            match = pattern.search(key_of_prose(text))
            if match:
                return match.group(1)
    return None


def year_in(text: str) -> int | None:
    """The budget year that a caption states."""
    plain = key(text)
    if "20" not in plain:
        return None
    for pattern in _patterns("year_patterns"):
        match = pattern.search(plain)
        if match:
            return int(match.group(1))
    return None


def agency_in(text: str) -> tuple[str | None, str] | None:
    """Code and name of the unit that a caption names: `322商务部门` → ("322", "商务部门")."""
    plain = _BESIDE_AGENCY.split(key(text), maxsplit=1)[0]
    coded = _patterns("coded_agency_pattern")[0]
    for pattern in _patterns("agency_patterns"):
        match = pattern.match(plain)
        if match and (name := match.group(1).strip(":")):
            parts = coded.match(name)
            return (parts.group(1), parts.group(2)) if parts else (None, name)
    parts = coded.match(plain)
    return (parts.group(1), parts.group(2)) if parts else None


def without_number(title: str) -> str:
    """A title without the number of the form in front of it: `表1：收支总表` → `收支总表`."""
    match = _patterns("number_pattern")[0].match(key(title))
    if not match or len(key(title)) != len(title):
        return title
    rest = title[match.end() :]
    return rest if len(rest) > 2 else title


def is_title(text: str) -> bool:
    """Whether a line could be a title: it ends in 表 and is neither a sentence nor an entry of contents."""
    plain = key(text)
    return (
        3 < len(plain) <= _MAX_TITLE
        and _TITLE_END.search(plain) is not None
        and not _CONTENTS.search(plain)
        and not _SENTENCE.search(plain)
        and without_number(printed(text)) != ""
        and _patterns("number_pattern")[0].fullmatch(plain) is None
    )


def read_caption(lines: Sequence[str], title_score: Callable[[str], int]) -> Caption:
    """What the lines between the table before and this table say; the nearest line wins.

    Args:
        lines: Texts above the table, nearest last.
        title_score: How well a text names a type of table, 0 for not at all: a heading such as
            `部门政府采购预算` is a title though it does not end in 表.
    """
    near = list(lines)[-_REACH:]
    title = _title(near, title_score)
    backwards = near[::-1]
    unit = next((unit for line in backwards if (unit := unit_in(line))), None) or _broken_unit(near)
    year = next((year for line in backwards if (year := year_in(line))), None)
    agency = next((named for line in backwards if not is_title(line) and (named := agency_in(line))), None)
    code, name = agency or (None, None)
    heading = "" if title_score(title) else _heading(near, title_score)
    counts = unit is None and any(_COUNTED.search(key(line)) for line in near)
    return Caption(title, unit, year, name, code, counts, heading)


def _heading(lines: list[str], title_score: Callable[[str], int]) -> str:
    """The last line above that is more than the unit, where it is a numbered heading that names a table."""
    said = [line for line in lines if len(key(line)) > _SHORT and not unit_in(line)]
    last = said[-1] if said else ""
    match = _ORDINAL.match(key(last))
    return printed(last) if match and title_score(last) and _names_a_table(key(last)[match.end() :]) else ""


def _broken_unit(lines: list[str]) -> str | None:
    """A unit that a narrow column broke over two lines: `单位：万` and `元`."""
    for line, below in pairwise(lines):
        match = _HALF_UNIT.search(key(line))
        if match and key(below).endswith("元"):
            return f"{match.group(1)}元"
    return None


def _title(lines: list[str], title_score: Callable[[str], int]) -> str:
    for index in range(len(lines) - 1, -1, -1):
        line = _without_neighbour(lines[index])
        if is_title(line):
            return without_number(_with_line_above(printed(line), lines[:index], title_score))
        if title_score(line) and _names_a_table(line):
            return without_number(printed(line))
    return ""


def _without_neighbour(line: str) -> str:
    """A title alone, where the unit of money stands in the same line (部门收支总表  单位：万元)."""
    if is_title(line):
        return line
    match = _TITLE_BESIDE.match(printed(line))
    return match.group(1) if match else line


def _with_line_above(shown: str, above: list[str], title_score: Callable[[str], int]) -> str:
    """A title that is broken over two lines: both together say more than the last one alone."""
    start = without_number(printed(above[-1])) if above else ""
    plain = key(start)
    if not start or len(start) > 40 or unit_in(start) or agency_in(start) or _TITLE_END.search(plain):
        return shown
    if (
        _COVER_END.search(plain)
        or _patterns("number_pattern")[0].fullmatch(plain)
        or _SENTENCE.search(plain)
        or ":" in plain
    ):
        return shown
    return start + shown if title_score(start + shown) > title_score(shown) else shown


def _names_a_table(line: str) -> bool:
    plain = key(line)
    return (
        len(plain) <= 30
        and not _SENTENCE.search(plain)
        and not _CONTENTS.search(plain)
        and ":" not in plain
        and plain.count("(") == plain.count(")")
        and _ORDINAL.match(plain) is None
    )


def empty_note_in(text: str) -> str | None:
    """The text itself where it says that the table is empty (空表列示, 本表无数据), else None."""
    plain = key(text)
    if (
        len(plain) > 120
        or plain.endswith(":")
        or not any(pattern.search(plain) for pattern in _patterns("empty_note_patterns"))
    ):
        return None
    return text.strip()
