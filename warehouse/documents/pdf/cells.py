"""Texts → the cells in which they stand, whole or cut at the rules that they cross."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise

from warehouse.documents.pdf.content import Glyph
from warehouse.documents.pdf.grid import Grid
from warehouse.documents.pdf.text import WIDE_FROM, Run, runs_of

_OUTSIDE = -1
_REST_OF_YEAR = re.compile(r"\d{1,3}年")
_AMOUNT = re.compile(r"-?\d[\d,]*\.\d\d")
_YEAR = re.compile(r"(?<!\d)(19|20)\d\d年")

_OVER = 0.2
"""Of the size: texts that share more than this lie one over the other."""

_TIGHT = 0.03
"""Of the size: white between two digits of one number."""


def distribute(
    runs: Iterable[Run], glyphs: list[Glyph], grid: Grid, clipped: list[str]
) -> tuple[dict[int, list[Run]], list[Run]]:
    """Runs by the number of their cell, and those outside the grid.

    A text too long for its cell that lies over another cell's text cannot be seen there: that piece of it is
    left out and put down in `clipped`.
    """
    xs, ys, owners = grid.xs, grid.ys, grid.owners
    left, right, top, bottom = xs[0] - 1, xs[-1] + 1, ys[0] - 1, ys[-1] + 1
    inside: dict[int, list[Run]] = {_OUTSIDE: []}
    crossing: list[tuple[Run, list[int]]] = []
    for run in runs:
        middle = run.base - 0.35 * run.size
        if not (top <= middle <= bottom and run.x1 >= left and run.x0 <= right):
            inside[_OUTSIDE].append(run)
            continue
        row = owners[min(max(bisect_right(ys, middle) - 1, 0), len(ys) - 2)]
        quarter = run.size / 4
        first, last = bisect_right(xs, run.x0 + quarter), bisect_right(xs, run.x1 - quarter)
        if 0 < first <= last < len(xs) and row[first - 1] == row[last - 1]:
            inside.setdefault(row[first - 1], []).append(run)
        else:
            crossing.append((run, row))
    for run, row in crossing:
        pieces = list(_cut(run, glyphs, grid, row))
        seen = _seen(pieces, inside)
        if len(seen) < len(pieces):
            clipped += [piece.text for owner, piece in pieces if (owner, piece) not in seen]
        elif _is_one_text([piece for _, piece in pieces], xs):
            seen = [(_main(pieces), run)]
        for owner, part in seen:
            inside.setdefault(owner, []).append(part)
    return inside, inside.pop(_OUTSIDE)


def _main(pieces: Sequence[tuple[int, Run]]) -> int:
    """The number of the cell in which most of a text that crosses rules stands."""
    return max(pieces, key=lambda piece: len(piece[1].text))[0]


def _seen(pieces: Sequence[tuple[int, Run]], inside: dict[int, list[Run]]) -> Sequence[tuple[int, Run]]:
    """The pieces of a text that crosses rules, but for those that lie over another cell's text."""
    if len(pieces) < 2:
        return pieces
    main = _main(pieces)
    return [
        (owner, piece)
        for owner, piece in pieces
        if owner == main or not any(_overlap(piece, other) for other in inside.get(owner, ()))
    ]


def _is_one_text(pieces: Sequence[Run], xs: Sequence[float]) -> bool:
    """Whether all rules that a text crosses run through a character, or through a number."""
    return len(pieces) > 1 and all(_is_cut(before, after, xs) for before, after in pairwise(pieces))


def _is_cut(before: Run, after: Run, xs: Sequence[float]) -> bool:
    """Whether a rule runs through the character at the seam, or through a number."""
    if before.text[-1] in ".," or after.text[0] in ".,":
        return before.text[-1].isdigit() or after.text[0].isdigit()
    if before.text[-1].isdigit() and after.text[0].isdigit():
        return _are_one_figure(before, after)
    margin = 0.2 * before.size
    return any(
        glyph_x0 + margin < x < glyph_x1 - margin
        for x in xs
        for glyph_x0, glyph_x1 in ((before.x1 - before.size, before.x1), (after.x0, after.x0 + after.size))
        if before.text[-1] >= WIDE_FROM and after.text[0] >= WIDE_FROM
    )


def _are_one_figure(before: Run, after: Run) -> bool:
    """Whether the digits on both sides of a rule are one year, or one amount without white in it."""
    if _REST_OF_YEAR.match(after.text):
        return _YEAR.search(before.text[-3:] + after.text[:4]) is not None
    is_tight = abs(after.x0 - before.x1) < _TIGHT * before.size
    return is_tight and _AMOUNT.fullmatch(before.text + after.text.rstrip()) is not None


def _overlap(piece: Run, other: Run) -> bool:
    return (
        abs(piece.base - other.base) < piece.size
        and other.x0 < piece.x1 - _OVER * piece.size
        and piece.x0 < other.x1 - _OVER * piece.size
    )


def _cut(run: Run, glyphs: list[Glyph], grid: Grid, row: Sequence[int]) -> Iterator[tuple[int, Run]]:
    """The pieces of a run in the cells that they lie in."""
    numbers = range(run.first, run.last)
    for owner, part in groupby(numbers, lambda i: _owner(grid, row, _middle(glyphs[i]))):
        piece = list(part)
        for cut in runs_of(glyphs[piece[0] : piece[-1] + 1]):
            yield owner, cut._replace(first=cut.first + piece[0], last=cut.last + piece[0])


def _owner(grid: Grid, row: Sequence[int], x: float) -> int:
    """The number of the cell at `x`."""
    xs = grid.xs
    if not xs[0] - 1 <= x <= xs[-1] + 1:
        return _OUTSIDE
    return row[min(max(bisect_right(xs, x) - 1, 0), len(xs) - 2)]


def _middle(glyph: Glyph) -> float:
    """Where a glyph is printed: some fonts declare Latin characters and digits twice as wide as they are."""
    _, x0, x1, size, text, _ = glyph
    return x0 + (min(x1 - x0, 0.6 * size) if text < WIDE_FROM else x1 - x0) / 2
