"""A number as a spreadsheet cell shows it, from its stored value and the cell's number format.

What a workbook publishes is what it shows: `1234.567` under `#,##0.00` is the figure 1,234.57. Formats that
are not about decimal numbers (fractions, exponents, dates) give the exact value instead.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%",
    37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
    41: '#,##0;-#,##0;"-"', 42: '#,##0;-#,##0;"-"',
    43: '#,##0.00;-#,##0.00;"-"', 44: '#,##0.00;-#,##0.00;"-"',
}  # fmt: skip
"""Formats that a file names by number only (ECMA-376 18.8.30), accounting forms without their padding."""

_TOO_LARGE = Decimal(10) ** 20
"""For a layout; no sum of money."""
_MICRO, _NOISE, _MOST_ROUNDED = Decimal("0.000001"), Decimal("0.00000001"), Decimal(10) ** 15
_GENERAL = "General"
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)\]")
_HOLDS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}
_NO_DECIMALS = re.compile(r"DBNum.*|[hms]+", re.IGNORECASE)
"""In square brackets: numbers in Chinese characters, lengths of time."""
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<number>(?i:General)|G/通用格式|[0#?][0#?,]*(?:\.[0#?]*)?,*|\.[0#?]+)|(?P<percent>%)|(?P<other>.)",
    re.DOTALL,
)


def exact(value: float | Decimal) -> str:
    """The shortest decimal text of a stored number, without the noise that sums of floats leave behind.

    Noise is what stands beyond 15 digits, or far behind the point alone (1234.56000000012).
    """
    number = _decimal(value)
    if not number.is_finite():
        return str(number)
    rounded = number.quantize(_MICRO, ROUND_HALF_UP) if abs(number) < _MOST_ROUNDED else number
    return _plain(rounded if abs(number - rounded) <= _NOISE else number)


def shown(value: float, code: str | None) -> str:
    """The text that a cell with number format `code` prints; `exact` where the format does not say."""
    if code is None or not code.strip() or code == _GENERAL:
        return exact(value)
    number = _decimal(value)
    if not number.is_finite() or abs(number) >= _TOO_LARGE:
        return exact(value)
    section, number = _choose(_sections(code), number)
    layout = _parse(section)
    return exact(value) if layout is None else layout.print(number)


def _decimal(value: float | Decimal) -> Decimal:
    return Decimal(format(value, ".15g")) if isinstance(value, float) else Decimal(value)


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _sections(code: str) -> list[str]:
    """The parts for positive, negative and zero numbers (and for text), which semicolons separate."""
    sections = [""]
    for match in _TOKEN.finditer(code):
        if match["other"] == ";":
            sections.append("")
        else:
            sections[-1] += match.group()
    return sections


def _choose(sections: list[str], number: Decimal) -> tuple[str, Decimal]:
    """The section for a number: by its condition, else for positive, negative or zero.

    One for negative numbers prints its own sign.
    """
    conditions = [_CONDITION.search(section) for section in sections[:2]]
    if any(conditions):
        section = _conditional(sections, conditions, number)
        return section, -number if number < 0 and _has_sign(section) else number
    if number < 0 and len(sections) > 1:
        return _signed(sections[1]), -number
    if number == 0 and len(sections) > 2:
        return sections[2], number
    return sections[0], number


def _conditional(sections: list[str], conditions: list[re.Match[str] | None], number: Decimal) -> str:
    """The first section whose condition holds, else the one behind those that have one."""
    for section, condition in zip(sections, conditions, strict=False):
        if condition is not None and _HOLDS[condition[1]](number, Decimal(condition[2])):
            return _CONDITION.sub("", section)
    others = [section for section in sections[:3] if not _CONDITION.search(section)]
    return others[0] if others else _GENERAL


def _has_sign(section: str) -> bool:
    return "-" in section or "(" in section or "（" in section


def _signed(section: str) -> str:
    """Accounting forms without a sign (red, or in brackets) would lose it in text; a blank one hides all."""
    return section if not section or _has_sign(section) else "-" + section


@dataclass(frozen=True, slots=True)
class _Layout:
    before: str
    number: str | None
    after: str
    percent: bool
    pointed: int = 0
    """Digits behind a point that is only a literal: 0!.0, prints ten thousands, 12345678 as 1234.6."""
    group: str = ","
    """What separates thousands."""

    def print(self, number: Decimal) -> str:
        if self.number is None:
            return (self.before + self.after).strip()
        if self.number[0] in "Gg":
            return f"{'-' if number < 0 else ''}{self.before}{exact(abs(number))}{self.after}".strip()
        scale = len(self.number) - len(self.number.rstrip(","))
        number = number.scaleb(2 if self.percent else 0).scaleb(-3 * scale)
        whole_code, _, places_code = self.number.rstrip(",").partition(".")
        rounded = abs(number).quantize(Decimal(1).scaleb(-len(places_code)), ROUND_HALF_UP)
        whole, _, places = format(rounded, "f").partition(".")
        whole = whole.zfill(whole_code.count("0")) if whole.strip("0") else "0" * whole_code.count("0")
        if "," in whole_code and whole:
            whole = f"{int(whole):,}".replace(",", self.group) if len(whole) > 3 else whole
        if self.pointed:
            whole = f"{whole[: -self.pointed]}.{whole[-self.pointed :]}"
        optional = len(places_code) - len(places_code.rstrip("#?"))
        kept = len(places) - min(optional, len(places) - len(places.rstrip("0")))
        places = places[:kept]
        sign = "-" if number < 0 and rounded else ""
        return f"{sign}{self.before}{whole}{'.' if places else ''}{places}{self.after}".strip()


def _parse(section: str) -> _Layout | None:
    """None for what is not a plain decimal format: dates, fractions, exponents, text."""
    before, after = "", ""
    number: str | None = None
    percent, pointed, group = False, 0, ","
    for match in _TOKEN.finditer(section):
        literal = match["quoted"] or match["escaped"] or ""
        if match["bracket"] is not None:
            if _NO_DECIMALS.fullmatch(match["bracket"]):
                return None
            literal = match["bracket"][1:].partition("-")[0] if match["bracket"].startswith("$") else ""
        elif match["number"] is not None:
            if set(match["number"]) <= {"?"}:
                continue  # `"-"??` keeps room for digits and prints none
            group = " " if number and after == " " else group
            number, pointed = _with_digits(number, after, match["number"])
            if number is None:
                return None
            after = ""
        elif match["percent"]:
            percent, literal = True, "%"
        elif match["other"]:
            if match["other"].isalpha() or match["other"] in "/@":
                return None
            literal = match["other"]
        before, after = (before + literal, after) if number is None else (before, after + literal)
    if number is None and "?" in section and not before:
        return None
    return _Layout(before, number, after, percent, pointed, group)


def _with_digits(number: str | None, after: str, digits: str) -> tuple[str | None, int]:
    """The code of a number with further digits, and how many of them follow a point that is a literal.

    Digits behind a space are the thousands of some languages (# ##0.00).
    """
    if number is None:
        return digits, 0
    if after == " " and set(number) <= {"#", "0"} and digits[:3] in {"##0", "###", "000"}:
        return f"{number},{digits}", 0
    places = digits.rstrip(",")
    if after != "." or set(places) != {"0"} or not set(number) <= {"0", "#"}:
        return None, 0
    return number + digits, len(places)
