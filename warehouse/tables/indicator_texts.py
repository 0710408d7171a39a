"""Several performance indicators in one text → each of them.

Guangdong's forms print the indicators of a project as one text:
`1、1-产出指标；11-数量指标；道路养护长度；实施周期指标值：47.1公里；年度指标值：47.1公里。2、…`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from warehouse.tables.text import printed
from warehouse.tables.vocabulary import load

_BREAK = "，,；;、"


@dataclass(frozen=True, slots=True)
class IndicatorText:
    """One indicator of a text, as printed."""

    level_1: str
    level_2: str
    level_3: str
    target: str


@cache
def _pattern() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = load("forms")["indicator_texts"]
    level_1 = "|".join(words["level_1"])
    values = "|".join(words["values"])
    head = re.compile(rf"(?:\d+[、.．])*(?:\d+[-－—])?(?<![^\W\d_])({level_1})[{_BREAK}：:—-]+(?:\d+[-－—])?")
    value = re.compile(rf"[{_BREAK}]?(?:{values})[：:]")
    return head, value


def indicators_in(text: str) -> Iterator[IndicatorText]:
    """The indicators that a text lists, each with kind, name and value; none where it lists none.

    Of several values (实施周期指标值, 年度指标值) the last one counts, which is the year's.
    """
    if "指标值" not in text and "目标值" not in text:
        return
    plain = printed(text)
    head, value = _pattern()
    heads = list(head.finditer(plain))
    starts = [match.start() for match in heads] + [len(plain)]
    for match, end in zip(heads, starts[1:], strict=True):
        told, *values = value.split(plain[match.end() : end])
        level_2, _, level_3 = re.sub(f"[{_BREAK}]", "\n", told, count=1).partition("\n")
        if not values or not level_3:
            continue
        yield IndicatorText(match.group(1), level_2, level_3.strip(_BREAK), values[-1].strip(_BREAK + "。"))
