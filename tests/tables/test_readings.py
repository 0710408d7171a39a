"""Readings of a grid other than as its header stands: chosen where only they satisfy the printed sums."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tables.made_tables import document, grid
from warehouse.documents.model import Cell
from warehouse.tables import recognise
from warehouse.tables.headers import read_header
from warehouse.tables.model import Amount, Recognition
from warehouse.tables.readings import choose_reading


def _recognise(rows: str) -> Recognition:
    return recognise(document("部门支出总表", "单位：万元", rows))


def _printed(amounts: tuple[Amount, ...], label: str) -> dict[str, str]:
    return {amount.column_path: amount.value_text for amount in amounts if amount.item_label == label}


def _kinds(recognition: Recognition) -> list[str]:
    return [notice.kind for notice in recognition.notices]


def test_headers_of_several_rows_are_moved_to_their_figures() -> None:
    recognition = _recognise(
        """
        科目编码|科目名称|合计|基本支出|<|<|项目支出|
        ^|^|^|小计|人员经费|公用经费|^|
        201|一般公共服务支出||9.00|5.00|3.00|2.00|4.00
        205|教育支出||3.00|1.00|1.00||2.00
        """
    )
    assert _printed(recognition.amounts, "一般公共服务支出") == {
        "合计": "9.00",
        "基本支出/小计": "5.00",
        "基本支出/人员经费": "3.00",
        "基本支出/公用经费": "2.00",
        "项目支出": "4.00",
    }
    assert _kinds(recognition) == ["reading_chosen"]


def test_figures_shifted_under_one_merged_header_are_put_back() -> None:
    recognition = _recognise(
        """
        科目编码|科目名称|合计|基本支出|<|<||项目支出
        ^|^|^|小计|人员经费|公用经费|^|^
        201|一般公共服务支出|9.00||5.00|3.00|2.00|4.00
        205|教育支出|3.00||1.00|1.00||2.00
        """
    )
    assert _printed(recognition.amounts, "一般公共服务支出") == {
        "合计": "9.00",
        "基本支出/小计": "5.00",
        "基本支出/人员经费": "3.00",
        "基本支出/公用经费": "2.00",
        "项目支出": "4.00",
    }
    assert _kinds(recognition) == ["reading_chosen"]


def test_a_row_that_lost_a_blank_cell_is_put_right_where_the_sums_of_rows_say_so() -> None:
    recognition = _recognise(
        """
        科目编码|科目名称|合计|基本支出|项目支出
        201|一般公共服务支出|9.00|5.00|4.00
        20113|商贸事务|9.00|5.00|4.00
        2011301|行政运行|5.00|5.00|
        2011308|招商引资|4.00|4.00|
        """
    )
    assert _printed(recognition.amounts, "招商引资") == {"合计": "4.00", "项目支出": "4.00"}
    moved = next(
        amount for amount in recognition.amounts if amount.column_path == "项目支出" and amount.row == 4
    )
    assert moved.col == 3, "the place is where the figure is printed"
    assert [notice.detail for notice in recognition.notices] == [
        "figures of row 4 belong to the columns beside them; only so every total is the sum of its parts"
    ]


def test_rows_that_lost_the_cell_before_their_name_are_put_right() -> None:
    recognition = _recognise(
        """
        科目编码|科目名称|合计|基本支出|项目支出
        合计|9.00|5.00|4.00|
        201|一般公共服务支出|9.00|5.00|4.00
        20113|商贸事务|9.00|5.00|4.00
        行政运行|5.00|5.00||
        2011308|招商引资|4.00||4.00
        """
    )
    assert _printed(recognition.amounts, "合计") == {"合计": "9.00", "基本支出": "5.00", "项目支出": "4.00"}
    assert _printed(recognition.amounts, "商贸事务") == {
        "合计": "9.00",
        "基本支出": "5.00",
        "项目支出": "4.00",
    }
    assert next(amount for amount in recognition.amounts if amount.row == 1).row_role == "total"
    assert _printed(recognition.amounts, "行政运行") == {"合计": "5.00", "基本支出": "5.00"}
    assert _kinds(recognition) == ["reading_chosen"]


def test_rows_that_lost_a_cell_before_and_behind_their_name_are_put_right() -> None:
    recognition = _recognise(
        """
        科目编码|科目名称|合计|基本支出|项目支出
        201|一般公共服务支出|9.00|5.00|4.00
        20113|商贸事务|9.00|5.00|4.00
        2011301|行政运行|5.00|5.00|
        2011308|招商引资|4.00|4.00|
        合计|9.00|5.00|4.00|
        """
    )
    assert _printed(recognition.amounts, "招商引资") == {"合计": "4.00", "项目支出": "4.00"}
    assert _printed(recognition.amounts, "合计") == {"合计": "9.00", "基本支出": "5.00", "项目支出": "4.00"}
    (notice,) = recognition.notices
    assert notice.detail.startswith("figures of row 4, 5 belong to the columns beside them")


def test_a_row_that_gained_a_blank_cell_is_put_right() -> None:
    recognition = _recognise(
        """
        科目编码|科目名称|合计|基本支出|项目支出|上缴上级支出
        201|一般公共服务支出|9.00|5.00|4.00|
        20113|商贸事务|9.00|5.00|4.00|
        2011301|行政运行|5.00||5.00|
        2011308|招商引资|4.00||4.00|
        """
    )
    assert _printed(recognition.amounts, "行政运行") == {"合计": "5.00", "基本支出": "5.00"}
    assert _printed(recognition.amounts, "招商引资") == {"合计": "4.00", "项目支出": "4.00"}
    assert _kinds(recognition) == ["reading_chosen"]


def test_a_figure_in_a_merged_cell_belongs_to_the_column_that_the_sums_say() -> None:
    recognition = _recognise(
        """
        科目编码|科目名称|合计|基本支出|项目支出
        201|一般公共服务支出|9.00|5.00|4.00
        20113|商贸事务|9.00|5.00|4.00
        2011301|行政运行|5.00|5.00|
        2011308|招商引资|4.00|4.00|<
        """
    )
    assert _printed(recognition.amounts, "招商引资") == {"合计": "4.00", "项目支出": "4.00"}
    assert _kinds(recognition) == ["reading_chosen"]


def test_what_two_readings_would_satisfy_is_published_as_printed() -> None:
    rows = """
        科目编码|科目名称|合计|基本支出|项目支出
        201|一般公共服务支出|9.00|9.00|
        20113|商贸事务|9.00||9.00
        """
    recognition = _recognise(rows)
    assert _printed(recognition.amounts, "一般公共服务支出") == {"合计": "9.00", "基本支出": "9.00"}
    assert _printed(recognition.amounts, "商贸事务") == {"合计": "9.00", "项目支出": "9.00"}
    assert recognition.notices == ()


def test_a_wrong_figure_is_published_as_printed() -> None:
    recognition = _recognise(
        """
        科目编码|科目名称|合计|基本支出|项目支出
        201|一般公共服务支出|9.00|5.00|4.00
        20113|商贸事务|9.00|5.00|4.00
        2011301|行政运行|5.00|5.00|
        2011308|招商引资|4.00||7.00
        """
    )
    assert _printed(recognition.amounts, "招商引资") == {"合计": "4.00", "项目支出": "7.00"}
    assert recognition.notices == ()


@pytest.mark.parametrize("header", ["收入|支出|<|<", "收入|<|<|支出"])
def test_two_sides_cut_at_the_wrong_column_are_told_by_their_totals(header: str) -> None:
    recognition = recognise(
        document(
            "部门收支总表",
            "单位：万元",
            f"""
            {header}
            项目|预算数|项目|预算数
            一、财政拨款|8.00|一、教育支出|6.00
            二、其他收入|1.00|二、住房保障支出|3.00
            收入总计|9.00|支出总计|9.00
            """,
        )
    )
    assert [(amount.side, amount.column_path, amount.item_label) for amount in recognition.amounts[:2]] == [
        ("revenue", "收入/预算数", "一、财政拨款"),
        ("expenditure", "支出/预算数", "一、教育支出"),
    ]
    assert _kinds(recognition) == ["reading_chosen"]


_CENTS = st.integers(100, 10**7)
_LEAVES = st.lists(st.lists(st.tuples(_CENTS, _CENTS), min_size=1, max_size=3), min_size=1, max_size=4)


def _money(cents: int) -> str:
    return f"{Decimal(cents) / 100:.2f}" if cents else ""


def _row(code: str, basic: int, project: int) -> list[str]:
    return [code, f"科目{code}", *map(_money, (basic + project, basic, project))]


def _table(classes: list[list[tuple[int, int]]]) -> list[list[str]]:
    rows = [["科目编码", "科目名称", "合计", "基本支出", "项目支出"]]
    for at, leaves in enumerate(classes):
        code = str(201 + at)
        rows.append(_row(code, sum(leaf[0] for leaf in leaves), sum(leaf[1] for leaf in leaves)))
        rows += [_row(f"{code}{below:02}", *leaf) for below, leaf in enumerate(leaves, start=1)]
    return rows


def _grid_of(rows: list[list[str]]) -> list[list[Cell]]:
    return grid("\n".join("|".join(row) for row in rows))


@given(_LEAVES)
@settings(deadline=None)
def test_a_table_whose_sums_hold_is_read_as_printed(classes: list[list[tuple[int, int]]]) -> None:
    made = _grid_of(_table(classes))
    header = read_header(made)
    reading = choose_reading(header, made)
    assert (reading.header, reading.moved, reading.reason) == (header, {}, None)


@given(_LEAVES, st.data())
@settings(deadline=None)
def test_a_changed_figure_never_moves_another(
    classes: list[list[tuple[int, int]]], data: st.DataObject
) -> None:
    rows = _table(classes)
    at, col = data.draw(st.integers(1, len(rows) - 1)), data.draw(st.integers(2, 4))
    rows[at][col] = f"{Decimal(rows[at][col]) + data.draw(st.integers(10, 10**6)):.2f}"
    made = _grid_of(rows)
    assert choose_reading(read_header(made), made).reason is None


@given(st.lists(_CENTS.map(lambda cents: cents * 10), min_size=3, max_size=3, unique=True))
@settings(deadline=None)
def test_a_lost_blank_cell_is_found_again(cents: list[int]) -> None:
    first, second, third = cents
    right = _table([[(first, 0), (0, second), (third, 0)]])
    lost = [list(row) for row in right]
    lost[3] = [*lost[3][:3], lost[3][4], ""]
    made = _grid_of(lost)
    assert choose_reading(read_header(made), made).moved == {(3, 3): 4}
