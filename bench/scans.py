"""How many amounts of scans are right: invented budgets, printed, scanned in many ways, and read again.

    python -m bench.scans [KIND ...]

An amount counts as right by value where its page has it with its row's and column's names (these may be
misread by a few characters), and as right by place where the same cell of the same table holds it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import islice

from bench.scan_pages import (
    PLAIN,
    Change,
    Print,
    copied,
    grids,
    noisy,
    on_grey,
    pdf,
    photographed,
    rendered,
    scanned,
    signed,
    skewed,
    spreads,
    stamped,
    turned,
)
from warehouse.documents import read_document
from warehouse.documents.model import UnreadableDocumentError
from warehouse.tables import recognise
from warehouse.tables.model import Amount

_ALIKE = 0.7


def _scan(
    change: Change | None = None,
    how: Print = PLAIN,
    dpi: int = 200,
    quality: int = 90,
    *,
    one_bit: bool = False,
) -> Callable[[], tuple[bytes, bytes]]:
    """Makes the printed file and its scan."""

    def make() -> tuple[bytes, bytes]:
        pages = [change(page) if change else page for page in rendered(pdf(_TABLES, how), dpi)]
        return pdf(_TABLES, replace(PLAIN, size=how.size, row_height=how.row_height)), scanned(
            pages, dpi, quality, one_bit=one_bit
        )

    return make


def _spread() -> tuple[bytes, bytes]:
    text = pdf(_TABLES)
    return text, scanned(spreads(list(rendered(text))))


_TABLES = [
    *(grids("qinhuangdao-industry-2025")[i] for i in (0, 2)),
    *islice(grids("zhumadian-commerce-2025"), 2),
]
KINDS: dict[str, Callable[[], tuple[bytes, bytes]]] = {
    "clean": _scan(),
    "skew 1.3": _scan(skewed(1.3)),
    "skew -2": _scan(skewed(-2)),
    "noise": _scan(noisy(18)),
    "jpeg 40": _scan(quality=40),
    "grey paper": _scan(on_grey, quality=60),
    "fax": _scan(copied, one_bit=True),
    "150 dpi": _scan(dpi=150),
    "300 dpi": _scan(dpi=300),
    "stamp on cells": _scan(stamped((0.62, 0.42))),
    "two stamps": _scan(stamped((0.3, 0.16), (0.7, 0.36))),
    "faint rules": _scan(on_grey, Print(rule=(0.25, 0.65))),
    "dotted rules": _scan(how=Print(dash=(1, 1.5))),
    "upside down": _scan(turned(2)),
    "sideways": _scan(turned(1)),
    "spread": _spread,
    "photograph": _scan(photographed),
    "signature": _scan(signed),
    "no rules": _scan(how=Print(rule=None)),
    "small type": _scan(how=Print(size=6, row_height=12)),
}


def matched(expected: Sequence[Amount], found: Sequence[Amount]) -> int:
    """How many of the expected amounts are found with their value, item and column."""
    left = list(found)
    count = 0
    for amount in expected:
        best = next((other for other in left if _is_same(amount, other)), None)
        if best is not None:
            left.remove(best)
            count += 1
    return count


def _is_same(one: Amount, other: Amount) -> bool:
    return (
        one.amount_yuan == other.amount_yuan
        and _alike(one.item_code + one.item_label, other.item_code + other.item_label)
        and _alike(one.column_path, other.column_path)
    )


def _alike(one: str, other: str) -> bool:
    return one == other or SequenceMatcher(None, one, other).ratio() >= _ALIKE


def places(amounts: Sequence[Amount]) -> set[tuple[int, int, int, str]]:
    """Table, row, column and value of each amount."""
    return {(a.table_ordinal, a.row, a.col, a.value_text) for a in amounts}


def measure(make: Callable[[], tuple[bytes, bytes]]) -> str:
    """One line of the table that is printed."""
    text, scan = make()
    expected = recognise(read_document(text)).amounts
    started = time.process_time()
    try:
        read = recognise(read_document(scan))
    except UnreadableDocumentError as error:
        return str(error)
    seconds = time.process_time() - started
    found = read.amounts
    right, wrong = matched(expected, found), len(found)
    by_place = len(places(expected) & places(found))
    values = {a.value_text for a in expected}
    doubted = sum(bool(a.doubt) for a in found)
    false = sum(a.value_text not in values for a in found)
    n = len(expected)
    return (
        f"{n:>5} {100 * right / n:>7.2f} % {100 * by_place / n:>7.2f} % {wrong:>6} {false:>6} {doubted:>6} "
        f"{len(read.tables):>3} {seconds:>6.1f} s"
    )


def main(names: Sequence[str]) -> Iterator[str]:
    """Lines of the table."""
    yield f"{'':16} {'n':>5} {'by value':>9} {'by place':>9}  found  false  doubt tab      CPU"
    for name in names or KINDS:
        yield f"{name:16} {measure(KINDS[name])}"


if __name__ == "__main__":
    for line in main(sys.argv[1:]):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
