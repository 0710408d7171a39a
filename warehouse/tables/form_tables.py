"""Which tables are performance forms (绩效目标表), and which go on with the form before."""

from __future__ import annotations

from itertools import pairwise

from warehouse.tables import meanings
from warehouse.tables.form_labels import FORM_ONLY, HEADS_NEW_FORM, is_label, label_of
from warehouse.tables.header_rows import Grid, distinct, find_header_rows
from warehouse.tables.indicators import indicator_columns
from warehouse.tables.text import key

_FORM_TYPES = frozenset({"project_performance", "overall_performance"})
_ANCHORS = frozenset({"project_code", "project_name", "agency", "department", "budget", "goal", "fiscal"})


def is_form(grid: Grid) -> bool:
    """Whether a table is a performance form: labels with values beside them, or indicators alone.

    A table that lists projects, one after the other under one header, is not.
    """
    below = _indicators_below(grid)
    return _labelled_values(grid) >= 2 if below is None else below


def _labelled_values(grid: Grid) -> int:
    """How many labels have their value beside them; 0 without any label that only forms have."""
    pairs, form_only = 0, False
    for index, row in enumerate(grid[:14]):
        cells = [cell for cell in distinct(row) if cell.row == index]
        for cell, beside in pairwise(cells):
            name = label_of(cell.text)
            if name == "plan" or (name in _ANCHORS and _is_value(beside.text)):
                pairs += 1
                form_only = form_only or name in FORM_ONLY
    return pairs if form_only else 0


def _indicators_below(grid: Grid) -> bool | None:
    """Whether a header of indicators begins the table or stands below rows that are no header.

    None where there is none: labels decide.
    """
    for index, row in enumerate(grid):
        columns = indicator_columns(row)
        if not columns:
            continue
        if index == 0:
            listed = any("项目名称" in key(cell.text) for cell in distinct(row))
            return {"level_1", "level_3"} <= columns.keys() and not listed
        return index >= find_header_rows(grid).end
    return None


def _is_value(text: str) -> bool:
    return not is_label(text) and not (text and meanings.is_header_word(text))


def continues_form(type_before: str, grid: Grid) -> bool:
    """Whether a table holds only indicators, of the form that the table before began."""
    if type_before not in _FORM_TYPES or not grid or not indicator_columns(grid[0]):
        return False
    return not any(label_of(cell.text) in HEADS_NEW_FORM for row in grid for cell in distinct(row))
