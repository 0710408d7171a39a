"""Forms of many provinces, each as DOCX, XLSX, XLS, HTML and PDF: every amount, and no other.

Each form is rendered in two formats in turn among the fast tests, in the others among the slow ones.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.tables.form_renderings import RENDERERS, Form, forms
from warehouse.documents import read_document
from warehouse.tables import recognise
from warehouse.tables.model import Amount

_FORMS = forms()
_FAST_FORMATS = 2
_CASES = [
    pytest.param(
        form,
        file_format,
        id=f"{form.name}-{file_format}",
        marks=() if (place - number) % len(form.formats) < _FAST_FORMATS else pytest.mark.slow,
    )
    for number, form in enumerate(_FORMS)
    for place, file_format in enumerate(form.formats)
]


def _facts(amount: Amount) -> tuple[Any, ...]:
    return (
        amount.table_type,
        amount.item_code or None,
        amount.item_label or None,
        amount.column_path,
        amount.amount_yuan,
        amount.row_role,
        amount.agency_code or None,
        amount.side,
        amount.fund_type,
        amount.nature,
        amount.period,
    )


@pytest.mark.parametrize(("form", "file_format"), _CASES)
def test_every_amount_of_a_form_is_read_and_no_other(form: Form, file_format: str) -> None:
    recognition = recognise(read_document(RENDERERS[file_format](form)))
    expected = Counter(facts for part in form.parts for facts in part.amounts())
    found = Counter(_facts(amount) for amount in recognition.amounts)
    assert found - expected == Counter()
    assert expected - found == Counter()
    published = [part for part in form.parts if part.table]
    assert [(table.table_type, table.table_title) for table in recognition.tables] == [
        (part.table_type, part.title) for part in published
    ]
    for table, part in zip(recognition.tables, published, strict=True):
        assert part.agency is None or table.agency_name == part.agency
    for name, value in form.facts.items():
        assert getattr(recognition.facts, name) == value, name
    assert [
        notice.kind
        for notice in recognition.notices
        if notice.kind in {"unrecognised_table", "unread_amounts"}
    ] == ["unrecognised_table" for part in published if part.table_type == "unrecognised"]
