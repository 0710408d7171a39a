"""Columns whose headers may mean rates (增减, 同比, 占预算) → which of them print rates, by their figures.

A header that leaves it open is judged by arithmetic: what is printed is the change, or the share, in percent
of two columns beside it, or it is their difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import permutations

from warehouse.documents.model import Cell
from warehouse.tables import meanings, money

Figures = Sequence[Decimal | None]

_REACH = 5
_SURE = 2
_MOST = Decimal("0.8")


def rate_columns(
    amounts: Sequence[tuple[int, tuple[str, ...]]], body: Sequence[Sequence[Cell]]
) -> frozenset[int]:
    """Which of the columns of amounts print rates though no `%` says so.

    Args:
        amounts: Index and header texts of the columns of amounts of one list, from the left.
        body: The rows below the header.
    """
    doubtful = {index: said for index, parts in amounts if (said := meanings.may_be_rate(parts))}
    if not doubtful:
        return frozenset()
    figures = {index: [money.parse_number(row[index].text) for row in body] for index, _ in amounts}
    return frozenset(
        index
        for index, said in doubtful.items()
        if _is_rate(
            figures[index],
            [
                figures[other]
                for other, _ in amounts
                if other not in doubtful and abs(other - index) <= _REACH
            ],
            is_likely=said == "rate",
        )
    )


def _is_rate(values: Figures, others: Sequence[Figures], *, is_likely: bool) -> bool:
    """Whether figures are rates of two others; where nothing tells, what the header says more likely."""
    pairs = list(permutations(others, 2))
    if any(_holds(values, (x - y for x, y in _both(pair))) for pair in pairs):
        return False
    if any(_holds(values, _changes(pair)) or _holds(values, _shares(pair)) for pair in pairs):
        return True
    return is_likely or (bool(others) and all(_exceeds(values, other) for other in others))


def _both(pair: tuple[Figures, Figures]) -> Iterator[tuple[Decimal, Decimal]]:
    return ((x or money.ZERO, y or money.ZERO) for x, y in zip(*pair, strict=True))


def _changes(pair: tuple[Figures, Figures]) -> Iterator[Decimal | None]:
    return ((x - y) * 100 / y if y else None for x, y in _both(pair))


def _shares(pair: tuple[Figures, Figures]) -> Iterator[Decimal | None]:
    return (x * 100 / y if y else None for x, y in _both(pair))


def _holds(values: Figures, expected: Iterator[Decimal | None] | Iterator[Decimal]) -> bool:
    """Whether most figures, and at least two that are not 0, are what is expected, to their last digit."""
    told = [
        (value, wanted)
        for value, wanted in zip(values, expected, strict=True)
        if value is not None and wanted is not None
    ]
    right = [value for value, wanted in told if abs(value - wanted) <= _half_digit(value)]
    return sum(map(bool, right)) >= _SURE and len(right) >= len(told) * _MOST


def _half_digit(value: Decimal) -> Decimal:
    """A little more than half of the last printed digit."""
    exponent = value.as_tuple().exponent
    return Decimal("0.51").scaleb(exponent if isinstance(exponent, int) else 0)


def _exceeds(values: Figures, others: Figures) -> bool:
    """Whether most figures are larger than those beside them, as no change of theirs can be."""
    told = [(value, other) for value, other in zip(values, others, strict=True) if value and other]
    larger = [value for value, other in told if value > other > 0]
    return len(larger) >= _SURE and len(larger) >= len(told) * _MOST
