from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.tables.money import is_blank, is_exact, parse_number, stated_unit, to_yuan
from warehouse.tables.text import indent, key, printed


def test_printed_keeps_punctuation_and_drops_white_space() -> None:
    assert printed("（一）公用\u3000\u3000经 费\n") == "（一）公用经费"


def test_radicals_become_the_characters_they_stand_for() -> None:
    assert printed("⽀出 ⻔⼈") == "支出 门人".replace(" ", "")


def test_key_makes_widths_brackets_quotes_and_dashes_one() -> None:
    assert key("【“三公”】：１－２") == key('("三公"):1-2')


def test_indent_counts_full_width_spaces_twice() -> None:
    assert indent("\u3000\u3000行政运行") == 4
    assert indent("  \u3000项") == 4
    assert indent("项 目") == 0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,880.86", "1880.86"),
        (" 3769.83 ", "3769.83"),
        ("７，０００．５０", "7000.50"),
        ("92,430.002767", "92430.002767"),
        ("（12.00）", "-12.00"),
        ("(1,234)", "-1234"),
        ("-0.02", "-0.02"),
        ("－0.02", "-0.02"),
        ("−3", "-3"),
        ("△1.5", "-1.5"),
        ("0", "0"),
        ("0.00", "0.00"),
        (".5", "0.5"),
        ("2.8万元", "2.8"),
        ("¥60,100", "60100"),
        ("11,542.00000\n0", "11542.000000"),
        ("1,88\n0.86", "1880.86"),
        ("- 0.02", "-0.02"),
        ("1 234 567.80", "1234567.80"),
        ("-1\u2009234.50", "-1234.50"),
        ("12\xa0345.00", "12345.00"),
        ("1’234’567.80", "1234567.80"),
        ("1,234.50-", "-1234.50"),
    ],
)
def test_numbers_are_read_exactly(text: str, value: str) -> None:
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "—",
        "——",
        "无",
        "5%",
        "25.00％",
        "1,88,0.86",
        "12.3.4",
        "1 个",
        "7\n7",
        "12.00 13.00",
        "12 13.00",
        "12  345.00",
        "1'23.00",
        "--1.00-",
        "12.00 13",
        "≥10",
        "2024年",
        "1=2+3",
        "A",
        "()",
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize("text", ["", "  ", "-", "—", "——", "--", "/", "－", "\u3000"])
def test_dashes_are_blank_and_blank_is_not_zero(text: str) -> None:
    assert is_blank(text)
    assert not is_blank("0")


def test_units_become_yuan_with_two_digits() -> None:
    assert to_yuan(Decimal("92430.002767"), "万元") == Decimal("924300027.67")
    assert to_yuan(Decimal("0.5"), "亿元") == Decimal("50000000.00")
    assert str(to_yuan(Decimal(7), "万元")) == "70000.00"
    assert not is_exact(Decimal("0.0000001"), "万元")
    with pytest.raises(KeyError):
        to_yuan(Decimal(1), "平方米")


def test_a_cell_may_state_its_own_unit() -> None:
    assert stated_unit("2.8万元") == "万元"
    assert stated_unit("2.8") is None
    assert stated_unit("单位：万元") is None


@given(
    st.decimals(min_value=-(10**12), max_value=10**12, places=2),
    st.sampled_from(["", ",", "full", "brackets"]),
)
def test_money_survives_printing(value: Decimal, style: str) -> None:
    text = f"{value:,.2f}" if style else f"{value:.2f}"
    if style == "full":
        text = text.translate(str.maketrans("0123456789,.-", "０１２３４５６７８９，．－"))
    if style == "brackets" and value < 0:
        text = f"（{text[1:]}）"
    assert parse_number(text) == value
    assert to_yuan(value, "元") == value
