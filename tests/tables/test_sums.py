from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.tables.made_tables import document
from warehouse.tables import recognise
from warehouse.tables.sums import parents_by_sums

HALF = Decimal("0.005")


def _d(*values: str) -> list[Decimal]:
    return [Decimal(value) for value in values]


def test_nested_sums_are_found() -> None:
    values = _d("5.00", "5.00", "2.00", "3.00", "4.00", "4.00", "4.00")
    assert parents_by_sums(values, Decimal("9.00"), HALF) == frozenset({0, 1, 4, 5})


def test_a_long_tree_of_names_is_read() -> None:
    branches = [[str(11 * number + part) for part in range(1, 6)] for number in range(1, 20)]
    values = [value for branch in branches for value in (str(sum(map(int, branch))), *branch)]
    total = Decimal(sum(int(value) for branch in branches for value in branch))
    assert parents_by_sums(_d(*values), total, HALF) == frozenset(range(0, 6 * 19, 6))


def test_equal_neighbours_are_not_taken_for_parent_and_child_where_the_total_says_otherwise() -> None:
    assert parents_by_sums(_d("1.00", "1.00", "1.00"), Decimal("3.00"), HALF) == frozenset()


def test_rounding_stays_in_its_envelope() -> None:
    assert parents_by_sums(_d("3.34", "1.11", "1.11", "1.11"), Decimal("3.34"), HALF) == frozenset({0})
    assert parents_by_sums(_d("3.40", "1.11", "1.11", "1.11"), Decimal("3.40"), HALF) is None


def test_what_does_not_add_up_stays_as_it_is() -> None:
    assert parents_by_sums(_d("5.00", "1.00", "2.00"), Decimal("9.00"), HALF) is None
    assert parents_by_sums(_d("-1.00", "1.00"), Decimal(0), HALF) is None


@given(st.lists(st.lists(st.integers(100, 10**6), min_size=1, max_size=4), min_size=1, max_size=5))
def test_the_outermost_figures_of_any_reading_add_up(groups: list[list[int]]) -> None:
    values = [Decimal(value) / 100 for group in groups for value in (sum(group), *group)]
    total = Decimal(sum(map(sum, groups))) / 100
    assert parents_by_sums(values, total, HALF) is not None


def test_a_table_of_names_only_gets_roles_by_sums_and_says_so() -> None:
    recognition = recognise(
        document(
            "部门支出总表",
            "单位：万元",
            """
            功能分类科目名称|总计|基本支出|项目支出
            合计|9.00|5.00|4.00
            教育支出|5.00|5.00|
            职业教育|5.00|5.00|
            技校教育|5.00|5.00|
            卫生健康支出|4.00||4.00
            行政事业单位医疗|4.00||4.00
            """,
        )
    )
    assert [amount.row_role for amount in recognition.amounts if amount.column_path == "总计"] == [
        "total",
        "subtotal",
        "subtotal",
        "leaf",
        "subtotal",
        "leaf",
    ]
    assert [notice.kind for notice in recognition.notices] == ["roles_by_sums"]
