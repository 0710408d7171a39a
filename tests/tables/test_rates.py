"""Columns that may print rates: judged by what they print beside two columns of money."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.tables.made_tables import grid
from warehouse.tables.rates import rate_columns

_HEADERS = [(1, ("上年预算数",)), (2, ("本年预算数",)), (3, ("增减",))]
_MONEY = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(10**6), places=2)


def _cent(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _body(rows: list[tuple[Decimal, Decimal, Decimal]]) -> str:
    return "\n".join(f"项目{at}|{before}|{now}|{third}" for at, (before, now, third) in enumerate(rows))


@given(st.lists(st.tuples(_MONEY, _MONEY), min_size=2, max_size=8))
def test_the_difference_of_two_columns_is_money_whatever_its_header(
    pairs: list[tuple[Decimal, Decimal]],
) -> None:
    rows = [(before, now, now - before) for before, now in pairs]
    if sum(before != now for before, now in pairs) > 1:
        assert rate_columns(_HEADERS, grid(_body(rows))) == frozenset()


@given(st.lists(st.tuples(_MONEY, st.integers(1, 99)), min_size=3, max_size=8))
def test_the_change_in_percent_is_a_rate(pairs: list[tuple[Decimal, int]]) -> None:
    nows = [_cent(before * (100 + percent) / 100) for before, percent in pairs]
    rows = [
        (before, now, _cent((now - before) * 100 / before))
        for (before, _), now in zip(pairs, nows, strict=True)
    ]
    differs = sum(abs(third - (now - before)) > Decimal("0.01") for before, now, third in rows)
    if differs > 1 and sum(third != 0 for _, _, third in rows) > 1:
        assert rate_columns(_HEADERS, grid(_body(rows))) == frozenset({3})


def test_shares_of_a_total_are_rates_though_the_total_is_a_hundred() -> None:
    body = grid("甲|60.00|60.00\n乙|25.00|25.00\n丙|15.00|15.00\n合计|100.00|100.00")
    assert rate_columns([(1, ("金额",)), (2, ("占总支出",))], body) == frozenset({2})


def test_what_nothing_tells_is_what_the_header_says_more_likely() -> None:
    body = grid("甲|60.00|7.10\n乙|25.00|3.20")
    assert rate_columns([(1, ("金额",)), (2, ("比上年增长",))], body) == frozenset({2})
    assert rate_columns([(1, ("金额",)), (2, ("比上年增减",))], body) == frozenset()
    assert rate_columns([(1, ("金额",)), (2, ("增减额",))], body) == frozenset()


def test_a_change_larger_than_what_has_changed_is_a_rate() -> None:
    body = grid("甲|60.00|103.10\n乙|25.00|99.20")
    assert rate_columns([(1, ("决算数",)), (2, ("比上年",))], body) == frozenset({2})
