"""A page that is a picture → glyphs with confidence, and rules: what a page with a text layer gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pypdfium2

from warehouse.documents.model import Notice
from warehouse.documents.pdf.content import Glyph, PageContent, Rule
from warehouse.documents.pdf.grid import Grid, Span, find_grids
from warehouse.documents.pdf.scan.figures import checked
from warehouse.documents.pdf.scan.image import (
    Mask,
    Picture,
    even,
    flattened,
    positive,
    without_pale,
    without_stamps,
)
from warehouse.documents.pdf.scan.ink import (
    InkLine,
    Region,
    em_of,
    inside,
    line_in,
    lines_in,
    parts_of,
    text_ink,
)
from warehouse.documents.pdf.scan.rules import find_rules, with_dots_joined
from warehouse.documents.pdf.scan.spread import straightened
from warehouse.documents.pdf.scan.text import Boxes, Character, detect, recognise
from warehouse.documents.pdf.text import WIDE_FROM

DPI = 200
_MAX_PIXELS = 16_000_000
"""An A2 sheet at 200 dpi; larger pages are rendered more coarsely."""

_MAX_SIDE = 16_000
"""Pixels; libraries of pictures count to 32,767."""

_MIN_SIDE = 40
"""Pixels (5 mm): less holds no line of text."""

_DOUBTFUL = 0.8
"""Confidence below which a page's notice counts a character."""

_SEVERAL = 10
_SURE = 0.95
"""汉字, and their confidence on average, that need no comparison with the page upside down."""

_SAMPLE = 6
"""Lines that are enough to tell which way is up."""

_CLOSEST = 0.3
"""Of the font's size: characters are no nearer to each other; the network tells places roughly."""

_NEAR = 4
"""Pixels around a grid in which ink belongs to its outer rules."""


def read_scan(data: bytes, page_number: int) -> PageContent:
    """Read a page without a text layer.

    The picture is turned upright and straightened, rules are found by their shape, and the text of each cell
    of the grid is recognised by itself, so that no line runs over a rule; lines outside the grids are
    detected first. What was recognised stays as it is, however unlikely as a number: the confidence of each
    glyph tells how far it can be trusted.

    Args:
        data: The PDF file.
        page_number: From 1.

    Returns:
        Glyphs and rules in points of the reading frame. The frame is straightened: on a skewed page its
        places differ from those of the page as displayed by the skew. Notices: `scan` (the page was read by
        optical character recognition, with figures), `scan_no_text` or `scan_unreadable`.
    """
    try:
        picture, width, height = _render(data, page_number)
    except pypdfium2.PdfiumError as error:
        return PageContent(
            page_number, 0, 0, [], [], [], notices=[Notice("scan_unreadable", str(error), page_number)]
        )
    picture, skew, fold = straightened(even(flattened(positive(picture))))
    across = picture.shape[1]
    picture = with_dots_joined(picture)
    picture, boxes, turn = _upright(picture)
    if turn % 180:
        width, height = height, width
    page = PageContent(page_number, width, height, [], [], [], turn, picture=1.0)
    if not turn:
        page = replace(page, fold=fold * width / across)
    return recognised(picture, boxes, page, skew)


def _render(data: bytes, page_number: int) -> tuple[Picture, float, float]:
    """The page as displayed, in grey without stamps, and its width and height in points."""
    document = pypdfium2.PdfDocument(data)
    try:
        page = document[page_number - 1]
        width, height = page.get_size()
        scale = min(DPI / 72, (_MAX_PIXELS / max(width * height, 1)) ** 0.5, _MAX_SIDE / max(width, height))
        if scale * min(width, height) < _MIN_SIDE:
            raise pypdfium2.PdfiumError(f"a page of {width:g} × {height:g} points")
        return without_stamps(page.render(scale=scale).to_numpy()[:, :, :3]), width, height
    finally:
        document.close()


def _upright(picture: Picture) -> tuple[Picture, Boxes, int]:
    """The picture with its text upright, where its lines are, and by how many degrees the text was turned."""
    boxes = detect(without_pale(picture))
    turn = _turn(picture, boxes)
    if not turn:
        return picture, boxes, 0
    picture = np.ascontiguousarray(np.rot90(picture, -turn // 90))
    return picture, detect(without_pale(picture)), turn


def _turn(picture: Picture, boxes: Boxes) -> int:
    """By how many degrees the text is turned counter-clockwise: the way in which a sample reads best."""
    sides = np.abs(boxes[:, 2] - boxes[:, 0])
    is_tall = sides[:, 1] > 1.5 * sides[:, 0]
    turns = (90, 270) if sides[is_tall, 1].sum() > sides[~is_tall, 0].sum() else (0, 180)
    sample = boxes[np.argsort(-sides.max(1, initial=0))[:_SAMPLE]]
    lines = [picture[top:bottom, left:right] for left, top, right, bottom in map(_around, sample)]
    first = _recognised_turned(lines, turns[0])
    if _is_certain(first):
        return turns[0]
    return turns[_trust(_recognised_turned(lines, turns[1])) > 1.1 * _trust(first)]


def _recognised_turned(lines: Sequence[Picture], turn: int) -> list[Character]:
    """The characters of all lines, turned."""
    upright = [np.ascontiguousarray(np.rot90(line, -turn // 90)) for line in lines]
    return [character for text in recognise(upright) for character in text]


def _is_certain(characters: Sequence[Character]) -> bool:
    """Whether no second look is needed: several 汉字, which mean nothing upside down, were read for sure."""
    sure = [c.confidence for c in characters if c.text >= WIDE_FROM]
    return len(sure) >= _SEVERAL and sum(sure) / len(sure) > _SURE


def _around(box: Boxes) -> Region:
    left, top = np.floor(box.min(0)).astype(int).tolist()
    right, bottom = np.ceil(box.max(0)).astype(int).tolist()
    return Region(max(left, 0), max(top, 0), right + 1, bottom + 1)


def _trust(characters: Sequence[Character]) -> float:
    """How much it reads like text: upside down, fewer characters are seen, and with less confidence."""
    return sum(character.confidence for character in characters)


def recognised(picture: Picture, boxes: Boxes, page: PageContent, skew: float) -> PageContent:
    """Fill a page, or a part of one, with what stands on its upright picture.

    Args:
        picture: Even and straight.
        boxes: Where its lines of text are.
        page: Empty, of the picture's size in points.
        skew: By how many degrees the picture was turned, for the notice.
    """
    scale = page.width / picture.shape[1]
    horizontal, vertical = find_rules(picture)
    page.horizontal.extend(Rule(*(value * scale for value in rule)) for rule in horizontal)
    page.vertical.extend(Rule(*(value * scale for value in rule)) for rule in vertical)
    ink = text_ink(picture)
    lines = _lines(ink, boxes, find_grids(page.horizontal, page.vertical), scale)
    print_only = without_pale(picture)
    texts = recognise([line.picture(print_only) for line in lines])
    texts = checked(lines, texts, ink, print_only)
    for line, text in zip(lines, texts, strict=True):
        if text:
            page.glyphs.extend(_glyphs(line, text, scale))
    page.notices.append(_notice(page, sum(not text for text in texts), skew))
    return page


def _lines(ink: Mask, boxes: Boxes, grids: Sequence[Grid], scale: float) -> list[InkLine]:
    """Lines of text: those of each cell, and those detected outside the grids."""
    regions = [_around(box) for box in boxes]
    em = em_of(ink)
    lines: list[InkLine] = []
    rest = ink.copy()
    for grid in grids:
        if len(grid.spans) > 1:
            for span in grid.spans:
                lines += lines_in(rest, inside(rest, _pixels(grid, span, scale)), em)
            left, top, right, bottom = _pixels(grid, Span(0, 0, len(grid.ys) - 1, len(grid.xs) - 1), scale)
            rest[max(top - _NEAR, 0) : bottom + _NEAR, max(left - _NEAR, 0) : right + _NEAR] = 0
    outside = (line_in(rest, region, region, em) for region in regions)
    return lines + [part for line in outside if line is not None for part in parts_of(ink, line, em)]


def _pixels(grid: Grid, span: Span, scale: float) -> Region:
    """A cell from the middle of a rule to the middle of the next."""
    row, col, row_span, col_span = span
    edges = grid.xs[col], grid.ys[row], grid.xs[col + col_span], grid.ys[row + row_span]
    return Region(*(max(round(edge / scale), 0) for edge in edges))


def _glyphs(line: InkLine, text: Sequence[Character], scale: float) -> Iterator[Glyph]:
    """Characters stand next to each other: each reaches half the way to its neighbours, if they are near."""
    size, descent = _font(line.ink, "".join(character.text for character in text))
    middles = _middles(line, text, size)
    borders = [line.shown.left, *((a + b) / 2 for a, b in pairwise(middles)), line.shown.right]
    for character, middle, (start, end) in zip(text, middles, pairwise(borders), strict=True):
        yield (
            (line.ink.bottom - descent) * scale,
            max(start, middle - 0.75 * size) * scale,
            min(end, middle + 0.75 * size) * scale,
            size * scale,
            character.text,
            character.confidence,
        )


def _middles(line: InkLine, text: Sequence[Character], size: float) -> list[float]:
    """The middle of each character.

    The network tells places roughly: they are stretched so that the text begins and ends where the ink does.
    """
    if len(text) == 1:
        return [(line.ink.left + line.ink.right) / 2]
    nearest = min(_CLOSEST * size, line.ink.width / len(text))
    halves = [size * (0.45 if text[i].text >= WIDE_FROM else 0.2) for i in (0, -1)]
    seen = [line.x(character.middle) for character in text]
    places = np.interp(
        seen,
        (seen[0], max(seen[-1], seen[0] + 1)),
        (line.ink.left + min(halves[0], nearest), line.ink.right - min(halves[1], nearest)),
    )
    before = nearest * np.arange(len(text))
    apart = np.maximum.accumulate(places - before) + before
    middles: list[float] = np.minimum(apart, line.ink.right - nearest / 2 - before[::-1]).tolist()
    return middles


def _font(ink: Region, text: str) -> tuple[float, float]:
    """Size of the font and how far its ink goes below the baseline, in pixels.

    The ink of digits is 0.72 of the size high, that of 汉字 0.92; 0.1 of it below the baseline.
    """
    above = 0.82 if any(character >= "⺀" for character in text) else 0.72
    below = 0.1 if any(character >= "⺀" or character in ",;()gjpqy" for character in text) else 0.0
    size = ink.height / (above + below)
    return size, below * size


def _notice(page: PageContent, unread: int, skew: float) -> Notice:
    if not page.glyphs:
        return Notice("scan_no_text", "a picture in which no text was recognised", page.number)
    doubtful = sum(1 for _, _, _, _, _, confidence in page.glyphs if (confidence or 0) < _DOUBTFUL)
    detail = (
        f"{len(page.glyphs)} characters by OCR, {doubtful} of them with a confidence below {_DOUBTFUL}; "
        f"{unread} marks gave no text; skew {skew:.2f}°"
    )
    return Notice("scan", detail, page.number)
