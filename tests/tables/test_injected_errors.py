"""Wrong figures stay as printed; right figures in wrong cells are put right where the sums say how."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tables.injected_errors import (
    BUDGETS,
    SOURCE_ERRORS,
    Budget,
    Change,
    cell_lost,
    code_glued,
    header_beside,
    sides_cut,
)
from warehouse.tables import recognise
from warehouse.tables.model import Recognition

_CHANCE = st.integers(0, 2**32).map(random.Random)


def _chosen(recognition: Recognition) -> bool:
    return any(notice.kind == "reading_chosen" for notice in recognition.notices)


def _columns(recognition: Recognition) -> dict[int, tuple[str, str | None]]:
    return {amount.col: (amount.column_path, amount.side) for amount in recognition.amounts}


@given(st.sampled_from(BUDGETS), st.lists(st.sampled_from(SOURCE_ERRORS), max_size=3), _CHANCE)
@settings(max_examples=150, deadline=None)
def test_what_a_source_prints_is_published_as_printed(
    make: Change, errors: list[Change], chance: random.Random
) -> None:
    right = make(chance)
    columns = _columns(recognise(right.document))
    wrong = right
    for error in errors:
        wrong = (error(wrong, chance) if wrong.figures() else None) or wrong
    recognition = recognise(wrong.document)
    assert not _chosen(recognition)
    assert {(each.row, each.col): each.value_text for each in recognition.amounts} == wrong.figures()
    assert _columns(recognition).items() <= columns.items() or not columns


def _facts(recognition: Recognition) -> Counter[tuple[object, ...]]:
    return Counter(
        (each.side, each.item_code, each.item_label, each.column_path, each.value_text)
        for each in recognition.amounts
    )


@pytest.mark.parametrize("damage", [cell_lost, header_beside, sides_cut])
@given(make=st.sampled_from(BUDGETS), chance=_CHANCE)
@settings(max_examples=40, deadline=None)
def test_a_damaged_grid_is_put_right_or_left_as_it_is(
    damage: Change, make: Change, chance: random.Random
) -> None:
    right: Budget = make(chance)
    damaged = damage(right, chance)
    if damaged is None:
        return
    recognition = recognise(damaged.document)
    if _chosen(recognition):
        assert _facts(recognition) == _facts(recognise(right.document))
    else:
        assert {(each.row, each.col): each.value_text for each in recognition.amounts} == damaged.figures()


@pytest.mark.parametrize(("damage", "least"), [(cell_lost, 0.6), (header_beside, 0.7), (sides_cut, 1.0)])
def test_most_damaged_grids_are_put_right(damage: Change, least: float) -> None:
    chance = random.Random(2024)  # noqa: S311 - no secret
    outcomes: Counter[bool] = Counter()
    for make in BUDGETS * 8:
        damaged = damage(make(chance), chance)
        if damaged:
            outcomes[_chosen(recognise(damaged.document))] += 1
    assert outcomes[True] >= least * outcomes.total(), outcomes


@given(make=st.sampled_from(BUDGETS), chance=_CHANCE)
@settings(max_examples=30, deadline=None)
def test_a_code_in_the_cell_of_its_name_is_told_apart(make: Change, chance: random.Random) -> None:
    right: Budget = make(chance)
    if glued := code_glued(right, chance):
        assert _facts(recognise(glued.document)) == _facts(recognise(right.document))
