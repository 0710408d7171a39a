"""The words of performance forms (绩效目标表), from `vocabulary/forms.yml` → which cell labels what."""

from __future__ import annotations

import re
from functools import cache

from warehouse.tables.text import key, remembered
from warehouse.tables.vocabulary import load

FORM_ONLY = frozenset({"project_code", "project_name", "goal", "plan"})
"""Fields whose labels stand in no table but forms."""

HEADS_NEW_FORM = frozenset({"project_code", "project_name"})
_BRACKETED_UNIT = re.compile(r"\([^()]*元[^()]*\)")


@cache
def _labels(place: str) -> dict[str, str]:
    """Words and the fields that they name; `place` is where in a label they stand: exact, starts, ends."""
    fields = load("forms")["labels"].items()
    return {key(word): name for name, words in fields for word in words.get(place, ())}


@cache
def _sections() -> frozenset[str]:
    return frozenset(key(word) for word in load("forms")["sections"])


@remembered
def label_of(text: str) -> str | None:
    """Which field of a form a cell labels, else None."""
    plain = _BRACKETED_UNIT.sub("", key(text)).strip(":*")
    if not plain or len(plain) > 30:
        return None
    starts, ends = _labels("starts"), _labels("ends")
    if plain in _labels("exact"):
        return _labels("exact")[plain]
    if plain.startswith(tuple(starts)):
        return next(name for word, name in starts.items() if plain.startswith(word))
    if plain.endswith(tuple(ends)):
        return next(name for word, name in ends.items() if plain.endswith(word))
    return None


@remembered
def is_section(text: str) -> bool:
    """Whether a cell heads a part of a form."""
    return _BRACKETED_UNIT.sub("", key(text)).strip(":") in _sections()


def is_label(text: str) -> bool:
    """Whether a cell of a form is printed in every such form, and says nothing of this project."""
    return label_of(text) is not None or is_section(text)


@remembered
def says_money(text: str) -> bool:
    """Whether a label is of money, not of a rate or a number of things."""
    plain, words = key(text), load("forms")
    return (
        len(plain) <= 24
        and any(key(word) in plain for word in words["money_words"])
        and not any(key(word) in plain for word in words["not_money_words"])
    )


def role_of_label(label: str) -> str:
    """The role of the amount behind a label of money."""
    if label_of(label) == "budget":
        return "total"
    return "of_which" if key(label).startswith("其中") else "leaf"
