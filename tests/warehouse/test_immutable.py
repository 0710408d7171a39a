"""Rows that are made by the hundred thousand: values like frozen dataclasses, for less."""

from __future__ import annotations

from copy import copy
from dataclasses import fields, replace

from warehouse.documents.model import Cell
from warehouse.immutable import immutable


@immutable
class _Base:
    row: int


@immutable
class _Row(_Base):
    text: str = ""


def test_rows_are_values() -> None:
    row = _Row(1, "甲")

    assert row == _Row(1, "甲") != _Row(2, "甲")
    assert len({row, _Row(1, "甲"), _Row(1)}) == 2
    assert replace(row, text="乙") == _Row(1, "乙")
    assert [field.name for field in fields(row)] == ["row", "text"]
    assert repr(row) == "_Row(row=1, text='甲')"


def test_rows_have_slots_and_can_be_copied() -> None:
    cell = Cell(0, 1, "1.00", page=2, box=(0.0, 1.0, 2.0, 3.0))

    assert not hasattr(cell, "__dict__")
    assert copy(cell) == cell
