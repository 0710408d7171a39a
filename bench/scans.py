"""How many amounts of scans are right: invented budgets, printed, scanned in many ways, and read again.

    python -m bench.scans [KIND ...]

An amount counts as right by value where its page has it with its row's and column's names (these may be
misread by a few characters), and as right by place where the same cell of the same table holds it. Of those
found that are not right by value, those that are sure (a confidence of 0.8 and no doubt) are the worst.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import islice

import numpy as np

from bench.scan_files import (
    Drawn,
    drawn,
    every_second_scanned,
    in_jbig2,
    in_jpeg2000,
    masked,
    mirrored,
    misread_layer,
    tiled,
    whole,
    with_header,
)
from bench.scan_pages import (
    PLAIN,
    Change,
    Coloured,
    Print,
    copied,
    curled,
    grids,
    noisy,
    on_coloured,
    on_grey,
    opened,
    pale,
    pdf,
    photographed,
    rendered,
    scanned,
    signed,
    skewed,
    spreads,
    stamped,
    ticked,
    turned,
)
from warehouse.documents import read_document
from warehouse.documents.model import UnreadableDocumentError
from warehouse.tables import recognise
from warehouse.tables.model import Amount

_ALIKE = 0.7
_SURE = 0.8


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


def _bound(join: Callable[[list[Coloured]], list[Coloured]]) -> Callable[[], tuple[bytes, bytes]]:
    def make() -> tuple[bytes, bytes]:
        text = pdf(_TABLES)
        return text, scanned(join(list(rendered(text))))

    return make


def _file(build: Callable[[Iterator[Coloured]], bytes]) -> Callable[[], tuple[bytes, bytes]]:
    def make() -> tuple[bytes, bytes]:
        text = pdf(_TABLES)
        return text, build(rendered(text))

    return make


def _drawn(*ways: Drawn) -> Callable[[], tuple[bytes, bytes]]:
    return _file(lambda pages: drawn(pages, *ways))


def _mixed() -> tuple[bytes, bytes]:
    text = pdf(_TABLES, Print(row_height=30))
    return text, every_second_scanned(text)


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
    "spread": _bound(spreads),
    "open book": _bound(opened),
    "photograph": _scan(photographed),
    "signature": _scan(signed),
    "no rules": _scan(how=Print(rule=None)),
    "600 dpi": _scan(dpi=600),
    "curled": _scan(curled),
    "yellow paper": _scan(on_coloured(140, 225, 245)),
    "red paper": _scan(on_coloured(90, 80, 235)),
    "pale": _scan(pale),
    "negative": _scan(lambda page: np.subtract(255, page)),
    "ticks": _scan(ticked),
    "JPEG 2000": _file(in_jpeg2000),
    "JBIG2": _file(in_jbig2),
    "strips": _drawn(tiled(24, 1)),
    "tiles": _drawn(tiled(8, 6)),
    "soft mask": _drawn(masked),
    "mirrored": _drawn(mirrored),
    "misread layer": _drawn(whole, misread_layer),
    "header added": _drawn(whole, with_header),
    "header, strips": _drawn(tiled(24, 1), with_header),
    "mixed pages": _mixed,
    "small type": _scan(how=Print(size=6, row_height=12)),
}


def matched(expected: Sequence[Amount], found: Sequence[Amount]) -> tuple[int, list[Amount]]:
    """How many of the expected amounts are found with their value, item and column; those found besides."""
    left = list(found)
    for amount in expected:
        best = next((other for other in left if _is_same(amount, other)), None)
        if best is not None:
            left.remove(best)
    return len(found) - len(left), left


def is_sure(amount: Amount) -> bool:
    """Whether nothing warns of an amount."""
    return not amount.doubt and (amount.confidence is None or amount.confidence >= _SURE)


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
    right, wrong = matched(expected, found)
    by_place = len(places(expected) & places(found))
    values = {a.value_text for a in expected}
    doubted = sum(bool(a.doubt) for a in found)
    false = sum(a.value_text not in values for a in found)
    n = len(expected)
    counts = len(found), false, doubted, sum(map(is_sure, wrong)), len(read.tables)
    return (
        f"{n:>5} {100 * right / n:>7.2f} % {100 * by_place / n:>7.2f} % "
        f"{' '.join(f'{count:>6}' for count in counts)} {seconds:>6.1f} s"
    )


def main(names: Sequence[str]) -> Iterator[str]:
    """Lines of the table."""
    yield f"{'':16} {'n':>5} {'by value':>9} {'by place':>9}   found  false  doubt   sure tables    CPU"
    for name in names or KINDS:
        yield f"{name:16} {measure(KINDS[name])}"


if __name__ == "__main__":
    for line in main(sys.argv[1:]):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
