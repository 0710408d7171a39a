"""The same table in every format gives the same amounts."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tables.form_renderings import RENDERERS, Form, Part
from tests.tables.made_tables import table
from warehouse.documents import read_document
from warehouse.tables import recognise

_MONEY = st.integers(0, 10**9).map(lambda cents: f"{Decimal(cents) / 100:,.2f}")
_CELL = st.one_of(_MONEY, st.sampled_from(["", "0.00", "-", "—"]))
_ROWS = st.lists(st.tuples(_MONEY, _CELL, _CELL), min_size=1, max_size=8)
_ABOVE = ("2024年某市商务局部门预算", "一般公共预算支出表", "单位：万元")
_HEADER = ["科目编码", "科目名称", "合计", "基本支出", "项目支出"]


def _form(rows: list[tuple[str, str, str]]) -> Form:
    body = [[f"20113{at:02}", f"　项目{at}", *figures] for at, figures in enumerate(rows, start=1)]
    part = Part(_ABOVE, (), table([_HEADER, *body]), "", "", "万元", None, (), ())
    return Form("made", {}, tuple(RENDERERS), (part,))


@given(_ROWS)
@settings(max_examples=12, deadline=None)
def test_a_table_gives_the_same_amounts_in_every_format(rows: list[tuple[str, str, str]]) -> None:
    form = _form(rows)
    expected = [
        (f"20113{at:02}", f"项目{at}", path, text)
        for at, figures in enumerate(rows, start=1)
        for path, text in zip(_HEADER[2:], figures, strict=True)
        if text.strip("-—")
    ]
    for file_format, render in RENDERERS.items():
        amounts = recognise(read_document(render(form))).amounts
        read = [(each.item_code, each.item_label, each.column_path, each.value_text) for each in amounts]
        assert read == expected, file_format
