"""Sentences of every part of a disclosure (`prose_sentences.txt`) with the statements that they must give."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse.documents.model import Line
from warehouse.tables.prose import statements

Case = tuple[list[str], list[tuple[str, ...]]]


def _cases() -> list[Case]:
    text = Path(__file__).with_name("prose_sentences.txt").read_text(encoding="utf-8")
    blocks = [block.splitlines() for block in text.split("\n\n")]
    return [_case(block) for block in blocks if block and not block[0].startswith("#")]


def _case(block: list[str]) -> Case:
    expected = [line[1:].strip() for line in block if line.startswith("=")]
    fields = [tuple("" if each == "-" else each for each in line.split("|")) for line in expected if line]
    return [line for line in block if not line.startswith("=")], fields


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case[0][0][:40])
def test_every_figure_of_a_sentence_has_its_metric_and_no_other_figure_has_one(case: Case) -> None:
    paragraphs, expected = case
    said = statements([Line(paragraph) for paragraph in paragraphs])
    assert [(each.metric, each.value_text, each.unit, each.comparison) for each in said] == expected


def test_a_signed_number_keeps_its_sign() -> None:
    (said,) = statements([Line("机关运行经费比上年增加-1 205.6万元")])
    assert (said.value_text, str(said.amount_yuan)) == ("-1 205.6", "-12056000.00")
