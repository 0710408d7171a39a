"""Printed numbers → `Decimal`, exactly; never a float, never a guess."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache

from warehouse.tables.text import key, remembered
from warehouse.tables.vocabulary import load

CENT = Decimal("0.01")
ZERO = Decimal(0)

_NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?:'\d{3})+|\d+)(?:\.\d+)?|\.\d+")
_SPACED = re.compile(r"[-−－]?\d{1,3}(?:[ \xa0\u2002-\u200a\u202f]\d{3})+\.\d\d")
"""One space before each group of three digits and two decimals: a space that separates thousands."""

LIKE_MONEY = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)\.\d+|-?\d{1,3}(?:,\d{3})+")
"""A number with decimals or thousands (as `key` makes it): as money is printed, and no code or year."""

_MINUS_BEHIND = re.compile(r"([\d,]+\.\d+)-")
_BLANK = re.compile(r"[-—―ー─_/\\*.…]*")
_UNIT_SUFFIX = re.compile(r"(?:百万|[亿万千百])?元$")


@cache
def unit_factors() -> dict[str, int]:
    """Yuan in one of each unit of money that is known."""
    factors: dict[str, int] = load("captions")["units"]
    return factors


@remembered
def is_blank(text: str) -> bool:
    """Whether a cell prints nothing: empty, or only dashes and the like. Blank is not zero."""
    return _BLANK.fullmatch(key(text)) is not None


@remembered
def parse_number(text: str) -> Decimal | None:
    """The number that a cell prints, or None where it prints anything else.

    Thousands separators (commas, apostrophes, single spaces), full-width digits, signs before or behind,
    brackets around (negative), and a unit of money behind are read; `-` and `—` alone are blank; a percentage
    is no amount; separators that do not stand before groups of three are damage, not a number. A number
    wrapped in its cell is one number, two numbers in a cell are none.

    >>> parse_number("（1,880.86）")
    Decimal('-1880.86')
    """
    if _is_several(text) and not _SPACED.fullmatch(text.strip()):
        return None
    plain = _UNIT_SUFFIX.sub("", key(text))
    if plain[-1:] == "-":
        plain = _MINUS_BEHIND.sub(r"-\1", plain)
    sign = 1
    if len(plain) > 2 and plain[0] == "(" and plain[-1] == ")":
        plain, sign = plain[1:-1], -1
    if plain[:1] in {"-", "△", "▲"}:
        plain, sign = plain[1:], -sign
    elif plain[:1] == "+":
        plain = plain[1:]
    plain = plain.removeprefix("¥")
    if not _NUMBER.fullmatch(plain):
        return None
    return sign * Decimal(plain.replace(",", "").replace("'", ""))


def _is_several(text: str) -> bool:
    """Whether white space parts whole numbers; long decimals (6 digits) may be wrapped within them."""
    tokens = [key(token) for token in text.split()]
    if len(tokens) < 2 or not all(_NUMBER.fullmatch(token) for token in tokens):
        return False
    return len(tokens[0].partition(".")[2]) <= 2


@remembered
def stated_unit(text: str) -> str | None:
    """The unit of money that a single cell prints behind its number (`2.8万元`), else None."""
    match = _UNIT_SUFFIX.search(key(text))
    return (
        match.group()
        if match and parse_number(text) is not None and match.group() in unit_factors()
        else None
    )


@remembered
def to_yuan(value: Decimal, unit: str) -> Decimal:
    """The amount in yuan with two digits; a printed -0.00 is 0.

    Raises:
        KeyError: The unit is not one of money.
    """
    return (value * unit_factors()[unit]).quantize(CENT, rounding=ROUND_HALF_EVEN) + ZERO


@remembered
def is_exact(value: Decimal, unit: str) -> bool:
    """Whether the amount has no parts below one fen, so that `to_yuan` rounds nothing away."""
    return value * unit_factors()[unit] == to_yuan(value, unit)
