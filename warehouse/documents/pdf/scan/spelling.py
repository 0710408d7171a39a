"""Characters that are taken for their like, where the word that they stand in has none other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from warehouse.documents.pdf.scan.text import Character

_LIKE = [
    (re.compile(r"(?<=科)日|(?<=项)日(?!期)|日(?=标(?!准))"), "目"),  # 科目, 项目, 目标
    (re.compile(r"(?<=收)人(?![员才数民均次])"), "入"),  # 收入
    (re.compile(r"(?<![一-鿿])木(?=年[收支预度财])"), "本"),  # 本年
    (re.compile(r"(?<=[预决])[箅筭]"), "算"),  # 预算, 决算
]
"""What is mistaken, told by its neighbours, and what it is: of two characters one of which makes no word."""


def corrected(line: Sequence[Character]) -> list[Character]:
    """The characters of a line, those that make no word with their neighbours replaced by their like."""
    text = "".join(character.text for character in line)
    right = text
    for mistaken, meant in _LIKE:
        right = mistaken.sub(meant, right)
    return [
        character if character.text == meant else character._replace(text=meant)
        for character, meant in zip(line, right, strict=True)
    ]
