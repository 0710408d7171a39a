"""Which table is it? By title, then by headers and labels, from `vocabulary/table_types.yml`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from warehouse.tables.text import key, remembered
from warehouse.tables.vocabulary import load

UNRECOGNISED = "unrecognised"


@dataclass(frozen=True, slots=True)
class TableType:
    """What a table was taken for, and why, for people."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class _TitleRule:
    table_type: str
    words: tuple[str, ...]
    without: tuple[str, ...]
    score: int


@cache
def _title_rules() -> tuple[_TitleRule, ...]:
    return tuple(
        _TitleRule(
            table_type=entry["type"],
            words=tuple(key(word) for word in rule["all"]),
            without=tuple(key(word) for word in rule.get("not", ())),
            score=rule["score"],
        )
        for entry in load("table_types")
        for rule in entry.get("title", ())
    )


@remembered
def by_title(title: str) -> tuple[int, str, str]:
    """Score, type and matching words of the best rule for a title; score 0 where none matches."""
    plain = key(title)
    best = (0, UNRECOGNISED, "")
    for rule in _title_rules():
        if rule.score <= best[0] or not all(word in plain for word in rule.words):
            continue
        if not any(word in plain for word in rule.without):
            best = (rule.score, rule.table_type, " ".join(rule.words))
    return best


def title_score(title: str) -> int:
    """How surely a title names a type; 0 for not at all."""
    return by_title(title)[0]


def recognise_type(
    title: str, headers: Iterable[str], labels: Sequence[str], *, has_sides: bool
) -> TableType:
    """The type of a table.

    Args:
        title: As found above the table; "" where there is none.
        headers: Header paths of all columns.
        labels: Labels of all rows, of both sides.
        has_sides: Whether revenue and expenditure stand side by side.
    """
    score, name, words = by_title(title) if title else (0, UNRECOGNISED, "")
    if score:
        return TableType(name, f"title says {words}")
    header_text = "/".join(key(header) for header in headers)
    label_text = "/".join(key(label) for label in labels)
    best = (0, UNRECOGNISED, "")
    for entry in load("table_types"):
        for rule in entry.get("content", ()):
            if rule["score"] > best[0] and _content_holds(rule, header_text, label_text, has_sides=has_sides):
                best = (rule["score"], entry["type"], _evidence(rule))
    if best[0]:
        return TableType(best[1], f"headers and labels say {best[2]}")
    return TableType(
        UNRECOGNISED,
        f"title {title!r} and headers match no type" if title else "no title, headers match no type",
    )


def _content_holds(rule: dict[str, Any], headers: str, labels: str, *, has_sides: bool) -> bool:
    if rule.get("sides", has_sides) != has_sides:
        return False
    if any(key(word) in headers for word in rule.get("not_headers", ())):
        return False
    if any(key(word) in labels for word in rule.get("not_labels", ())):
        return False
    return all(any(key(word) in headers for word in words) for words in rule.get("headers", ())) and all(
        any(key(word) in labels for word in words) for words in rule.get("labels", ())
    )


def _evidence(rule: dict[str, Any]) -> str:
    return ", ".join(words[0] for part in ("headers", "labels") for words in rule.get(part, ()))
