"""What a title or link text says: disclosure or not, year, phase, scope, agency. Pure."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

_YEAR = re.compile(r"(20\d{2})(?!\d)")
_CHINESE_YEAR = re.compile(r"二[〇○零Oo0][一二三四五六七八九〇○零][一二三四五六七八九〇○零]")
_CHINESE_DIGITS = str.maketrans("〇○零Oo一二三四五六七八九", "00000123456789")
_FILE_SUFFIX = re.compile(r"\.[A-Za-z]{2,4}$")


class Verdict(StrEnum):
    """What an article is taken for."""

    DISCLOSURE = "disclosure"
    OTHER = "other"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with the points and the rules that led to it."""

    verdict: Verdict
    score: int
    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text says of a disclosure; None where it does not say."""

    fiscal_year: int | None = None
    phase: str | None = None
    scope: str | None = None
    agency_name: str | None = None

    def or_else(self, other: Facts) -> Facts:
        """These facts, with gaps filled from a text of lower precedence."""
        return Facts(
            self.fiscal_year or other.fiscal_year,
            self.phase or other.phase,
            self.scope or other.scope,
            self.agency_name or other.agency_name,
        )


@functools.cache
def vocabulary() -> dict[str, Any]:
    """The patterns of vocabulary.yml."""
    content: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("vocabulary.yml").read_text("utf-8"))
    return content


def normalise(text: str) -> str:
    """Text without white space, digits and letters in half width, Chinese years in digits."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).replace("(", "（").replace(")", "）"))
    return _CHINESE_YEAR.sub(lambda year: year.group().replace("二", "2").translate(_CHINESE_DIGITS), text)


def judge(title: str, column_name: str = "", link_texts: tuple[str, ...] = ()) -> Judgement:
    """Whether an article is a department's budget disclosure.

    The texts of its attachments, where known, count like the title: a page titled only with the name of a
    department is decided by `2024年部门预算.pdf`. They cannot redeem a title that is plainly something else.
    """
    words = vocabulary()
    score, reasons = _points(title)
    if re.search(words["column_pattern"], normalise(column_name)):
        score += words["column_points"]
        reasons.append(f"栏目 {column_name}")
    if score > words["other_up_to"]:
        best = max((_points(text) for text in link_texts), key=lambda points: points[0], default=(0, []))
        if best[0] > 0:
            score += best[0]
            reasons += [f"附件: {reason}" for reason in best[1]]
    if score >= words["disclosure_from"]:
        verdict = Verdict.DISCLOSURE
    elif score <= words["other_up_to"]:
        verdict = Verdict.OTHER
    else:
        verdict = Verdict.UNDECIDED
    return Judgement(verdict, score, "; ".join(reasons) or "no rule matched")


def _points(text: str) -> tuple[int, list[str]]:
    text = normalise(text)
    matched = [rule for rule in vocabulary()["rules"] if re.search(rule["pattern"], text)]
    return sum(rule["points"] for rule in matched), [
        f"{rule['says']} {rule['points']:+d}" for rule in matched
    ]


def facts(text: str) -> Facts:
    """Year, phase, scope and agency as far as a title or link text says them."""
    text = _FILE_SUFFIX.sub("", normalise(text))
    return Facts(_fiscal_year(text), _phase(text), _first("scopes", "scope", text), agency_name(text))


def _fiscal_year(text: str) -> int | None:
    """The last year before the word 预算 or 决算, else the only year that is named."""
    subject = re.search(r"预算|决算|预决算|绩效目标|公开", text)
    if subject and (before := _YEAR.findall(text[: subject.start()])):
        return int(before[-1])
    years = set(_YEAR.findall(text))
    return int(years.pop()) if len(years) == 1 else None


def _phase(text: str) -> str | None:
    """None where both are named (预决算): the text then does not say which one a file is."""
    if re.search(r"预决算|预算.?(和|及|、)?决算", text):
        return None
    return _first("phases", "phase", text)


def _first(group: str, field: str, text: str) -> str | None:
    return next((str(rule[field]) for rule in vocabulary()[group] if re.search(rule["pattern"], text)), None)


def fullest(name: str | None, others: Iterable[str | None]) -> str | None:
    """An organ's name, or the same with more before it: 本溪市财政局 where a link says 财政局."""
    longer = [other for other in others if name and other and other.endswith(name)]
    return max(longer, key=len, default=name)


def agency_name(text: str) -> str | None:
    """The department or unit that a title names, without 本级; in brackets only if nowhere else."""
    text = _FILE_SUFFIX.sub("", normalise(text))
    in_brackets = "，".join(re.findall(r"（([^（）]*)）", text))
    return _longest_organ(re.sub(r"（[^（）]*）", "，", text)) or _longest_organ(in_brackets)


def _longest_organ(text: str) -> str | None:
    words = vocabulary()
    # Capturing groups inside the breaks give pieces of their own; they are never the longest organ's name.
    pieces = [piece or "" for piece in re.split(f"(?:{words['agency_breaks']})", text)]
    organs = (
        re.sub(words["agency_suffixes_to_drop"], "", piece)
        for piece in pieces
        if re.search(f"({words['agency_endings']})$", piece)
    )
    # 市本级 and 局机关 leave one character, which is nobody's name.
    return max((organ for organ in organs if len(organ) >= 3), key=len, default=None)
