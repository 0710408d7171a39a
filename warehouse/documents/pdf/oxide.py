"""The fast source of glyphs and rules: pdf_oxide, a reader of content streams written in Rust."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, NamedTuple

from warehouse.documents.model import Notice
from warehouse.documents.pdf.content import Glyph, PageContent, Rule, SourceError
from warehouse.documents.pdf.doubt import UNNAMED, Doubts
from warehouse.documents.pdf.frame import Frame
from warehouse.documents.pdf.hiding import is_overprinted
from warehouse.documents.pdf.ink import MAX_RULE_WIDTH, PALE, Watermark, is_ground, is_white
from warehouse.documents.pdf.library import pdf_oxide
from warehouse.documents.pdf.sideways import Mark, sideways_of
from warehouse.documents.pdf.text import WIDE_FROM, has_words, reads_backwards
from warehouse.documents.pdf.words import Words

Bounds = tuple[float, float, float, float]
"""Left, bottom, width and height in PDF space."""

_TURNED = re.compile(rb"/Rotate(?!\s+0\b(?!\s+\d+\s+R))")
"""A rotation written in the file, of any angle but 0; a reference to a number could be any."""

_CROPPED = re.compile(rb"/CropBox\b")

_OUTLINES = 2000
"""Strokes of shapes; the outlines of three lines of text."""
_SHAPE = 8
"""Strokes; rectangles have fewer."""

_A_SCAN = 500_000
_A_DRAWING = 100_000
"""Pixels; a scanned page has more than the first, a drawing with words on a quarter of a page the second."""

_FULL_PAGE = 450
"""Glyphs; among more there is no room for a drawing."""

_PICTURE = re.compile(rb"/Subtype\s*/Image\b")
_PAGE = re.compile(rb"/Type\s*/Page\b")
_SIDES = [re.compile(rb"/%s\s+(\d+)(?!\s+\d+\s+R)" % side) for side in (b"Width", b"Height")]
_DICTIONARY = 300
"""Bytes; a picture's size stands no further from its type."""

_FEW_RULES = 8
"""A scanned page has none of its own; one with more is not looked at as a scan."""

_ROUNDED = 11
"""Instructions; four sides, their round corners and what goes before and after."""

_UPRIGHT = 2.0
"""Degrees; text that leans further is not part of the lines."""

_tuple_of = tuple.__new__
"""A named tuple in half the time that calling its class takes."""


def _most_pixels(text: bytes) -> float:
    """Of the largest picture in a file, or a page's share of all, as scans may be cut into strips.

    Pictures are described in plain text, and to ask each page takes long.
    """
    most = total = 0.0
    for picture in _PICTURE.finditer(text):
        around = text[max(picture.start() - _DICTIONARY, 0) : picture.end() + _DICTIONARY]
        width, height = (max(map(float, side.findall(around)), default=math.inf) for side in _SIDES)
        most = max(most, width * height)
        total += width * height
    return max(most, total / max(len(_PAGE.findall(text)), 1)) if total else 0.0


@contextmanager
def _library_errors() -> Iterator[None]:
    """What the library raises, panics of its Rust code included, as one exception."""
    try:
        yield
    except (OSError, RuntimeError, ValueError, OverflowError) as error:
        raise SourceError(str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise SourceError("the library gave up") from error


class UnnamedCharactersError(SourceError):
    """The programs of the fonts are needed to tell what some characters are."""


class Hints(NamedTuple):
    """What the words of a file tell of its pages: to ask for it takes a walk through all of them."""

    doubts: Doubts
    may_turn: bool
    may_crop: bool
    most_pixels: float
    """Of the largest picture, or of a page's share of all."""


def hints_of(data: bytes, words: Words) -> Hints:
    """The hints of a file with these words."""
    return Hints(
        Doubts(data, words), words.may_say(_TURNED), words.may_say(_CROPPED), _most_pixels(words.text)
    )


class OxideFile:
    """An open file, or a part of one; the library keeps what it decoded of the pages that were read.

    Args:
        data: What is opened.
        hints: Of the whole file.
        before: Pages of the whole that stand before this part.
        is_lean: Whether the programs of the fonts are left out of the data.

    Raises:
        SourceError: It cannot be opened.
    """

    def __init__(self, data: bytes, hints: Hints, *, before: int = 0, is_lean: bool = False) -> None:
        with _library_errors():
            self._document = pdf_oxide.PdfDocument.from_bytes(data)
            self.page_count = int(self._document.page_count())
        self.pages = range(before + 1, before + 1 + self.page_count)
        self._hints = hints
        self._is_lean = is_lean

    def read(self, number: int) -> PageContent:
        """The content of a page, counted from 1.

        Raises:
            UnnamedCharactersError: The whole file tells what they are.
            SourceError: The page cannot be read.
        """
        with _library_errors():
            return self._read(number)

    def _read(self, number: int) -> PageContent:
        index = number - self.pages.start
        notices: list[Notice] = []
        characters = self._document.extract_chars(index)
        texts = [char.char for char in characters]
        if self._is_lean and UNNAMED in texts:
            raise UnnamedCharactersError("characters without a name")
        directions = [char.rotation_degrees for char in characters]
        frame = self._frame(index, directions)
        doubts = self._hints.doubts
        doubt = doubts.about(characters, texts, frame.rotation)
        if doubt and (second := doubts.second_reading(characters, number)):
            notices.append(Notice("fallback", f"characters by pdfium: {doubt}", number))
            characters, doubt = second, ""
            directions = [char.rotation_degrees for char in characters]
            frame = self._frame(index, directions)
        width, height = frame.size
        watermark = Watermark()
        paths = self._document.extract_paths(index)
        upright, turned = _parted(characters, directions, frame.rotation)
        visible = _without_pale(upright, paths, watermark)
        glyphs = _glyphs(visible, frame)
        if any(directions) and reads_backwards(glyphs):
            frame = frame.turned_over
            glyphs = _glyphs(visible, frame)
        sideways = sideways_of(_marks(turned, frame, watermark)) if turned else []
        horizontal, vertical = _rules(paths, frame)
        picture = 0.0
        if not has_words(glyphs):
            picture = 1.0 if _is_outlines(paths) else self._picture(index, width * height, inline=True)
        elif notices or self._may_show(len(glyphs), len(horizontal) + len(vertical)):
            picture = self._picture(index, width * height)
        return PageContent(
            number,
            width,
            height,
            glyphs,
            horizontal,
            vertical,
            turn=frame.turn,
            picture=picture,
            sideways=sideways,
            doubt=doubt,
            is_patched=_has_white_areas(paths) and is_overprinted(glyphs),
            is_covered=_is_covered(upright, paths),
            notices=notices + watermark.notices(number),
        )

    def _may_show(self, glyph_count: int, rule_count: int) -> bool:
        """Whether it is worth the time to look for a picture behind or beside the text of a page."""
        enough = _A_DRAWING if glyph_count < _FULL_PAGE else _A_SCAN
        return rule_count < _FEW_RULES and self._hints.most_pixels > enough

    def _picture(self, index: int, page_area: float, *, inline: bool = False) -> float:
        """Share of the page that its pictures cover, those that lie over each other counted twice.

        With `inline`, for pages without text: pictures within the page's own instructions too, which takes to
        decode them all, and one too broken to be listed may be all of the page.
        """
        try:
            images = self._document.page_images(index)
            if inline and not images:
                images = self._document.extract_images(index)
        except RuntimeError:
            return float(inline)
        areas: list[float] = [abs(a * d - b * c) for a, b, c, d, *_ in (image["matrix"] for image in images)]
        return sum(areas) / max(page_area, 1.0)

    def _frame(self, index: int, directions: list[float]) -> Frame:
        rotation = self._document.page_rotation(index) % 360 if self._hints.may_turn else 0
        crop_box = self._document.page_crop_box(index) if self._hints.may_crop else None
        box: Bounds = crop_box or self._document[index].bbox
        direction = rotation
        if rotation or any(directions):
            direction = (
                Counter(round(d) % 360 for d in directions).most_common(1)[0][0] if directions else rotation
            )
        turn = (direction - rotation) % 360 if direction % 90 == 0 else 0
        return Frame(*box, rotation=(rotation + turn) % 360, turn=turn)


def _is_outlines(paths: Sequence[dict[str, Any]]) -> bool:
    """Whether so much is drawn that it may be text without characters."""
    counts: list[int] = [path["operations_count"] for path in paths]
    return sum(count for count in counts if count > _SHAPE) > _OUTLINES


def _glyphs(characters: list[Any], frame: Frame) -> list[Glyph]:
    """The characters, placed. Much of the time of the package goes here.

    What the library calls a character's box is its place on the baseline, its width and the size of its font:
    one answer instead of four. It tells no widths on a page that lies on its side: they are estimated.
    """
    (along, start), (down, top) = frame.axes
    if frame.is_sideways:
        return [
            (
                down * x + top,
                (left := along * y + start),
                left + (width or (size if c.char >= WIDE_FROM else size / 2)),
                size,
                c.char,
                None,
            )
            for c in characters
            for x, y, width, size in (c.bbox,)
        ]
    return [
        (down * y + top, (left := along * x + start), left + width, size, c.char, None)
        for c in characters
        for x, y, width, size in (c.bbox,)
    ]


def _parted(
    characters: list[Any], directions: list[float], rotation: int
) -> tuple[list[Any], list[tuple[Any, float]]]:
    """Characters that stand upright, and the others with their angles, in degrees counter-clockwise."""
    if not rotation and not any(directions):
        return characters, []
    upright, turned = [], []
    for char, direction in zip(characters, directions, strict=True):
        angle = (direction - rotation + 180) % 360 - 180
        if abs(angle) > _UPRIGHT:
            turned.append((char, angle))
        else:
            upright.append(char)
    return upright, turned


def _marks(turned: list[tuple[Any, float]], frame: Frame, watermark: Watermark) -> Iterator[Mark]:
    """The characters that stand on their side; all others are part of a watermark."""
    (along, start), (down, top) = frame.axes
    for char, angle in turned:
        if abs(abs(angle) - 90) > _UPRIGHT or min(char.color) > PALE:
            watermark.see(char.char)
            continue
        x, y, _, size = char.bbox
        if frame.is_sideways:
            x, y = y, x
        yield Mark(angle > 0, along * x + start, down * y + top, size, char.char)


def _without_pale(characters: list[Any], paths: list[dict[str, Any]], watermark: Watermark) -> list[Any]:
    """The characters without watermarks; pale ones on a dark ground are text."""
    pale = {color for color in {char.color for char in characters} if min(color) > PALE}
    if not pale:
        return characters
    grounds = [
        path["bbox"]
        for path in paths
        if path["fill_color"] is not None and is_ground(path["fill_color"], *path["bbox"][2:])
    ]
    return [
        char
        for char in characters
        if char.color not in pale
        or any(
            x <= char.bbox[0] <= x + width and y <= char.bbox[1] <= y + height
            for x, y, width, height in grounds
        )
        or not watermark.is_pale(char.char, char.bbox[3], char.color)
    ]


def _has_white_areas(paths: list[dict[str, Any]]) -> bool:
    return any(
        path["fill_color"] is not None
        and min(path["bbox"][2:]) > MAX_RULE_WIDTH
        and is_white(path["fill_color"])
        for path in paths
    )


def _is_covered(characters: list[Any], paths: list[dict[str, Any]]) -> bool:
    """Whether characters lie in areas that are painted after all rules of the page.

    The ground of a cell is painted before the rules around it.
    """
    areas: list[Bounds] = []
    for path in reversed(paths):
        bounds = path["bbox"]
        if path["fill_color"] is None or min(bounds[2:]) <= MAX_RULE_WIDTH:
            return bool(areas) and any(_is_in(char.bbox, areas) for char in characters)
        areas.append(bounds)
    return False


def _is_in(character: Bounds, areas: list[Bounds]) -> bool:
    x, y, _, size = character
    middle = y + 0.35 * size
    return any(
        left <= x <= left + width and bottom <= middle <= bottom + height
        for left, bottom, width, height in areas
    )


def _rules(paths: Iterable[dict[str, Any]], frame: Frame) -> tuple[list[Rule], list[Rule]]:
    """Horizontal and vertical rules of the reading frame."""
    horizontal: list[Rule] = []
    vertical: list[Rule] = []
    (along, start), (down, top) = frame.axes
    is_sideways = frame.is_sideways
    for stroke in _strokes(paths):
        if is_sideways:
            y, x, height, width = stroke
        else:
            x, y, width, height = stroke
        x0 = x + start if along > 0 else start - x - width
        y0 = y + top if down > 0 else top - y - height
        if width >= height:
            horizontal.append(_tuple_of(Rule, (y0 + height / 2, x0, x0 + width)))
        else:
            vertical.append(_tuple_of(Rule, (x0 + width / 2, y0, y0 + height)))
    return horizontal, vertical


def _strokes(paths: Iterable[dict[str, Any]]) -> list[Bounds]:
    """Straight visible strokes in PDF space: lines, sides of stroked rectangles, thin filled rectangles."""
    strokes: list[Bounds] = []
    for path in paths:
        color = path["stroke_color"]
        stroked = color is not None and not is_white(color)
        if not stroked:
            fill = path["fill_color"]
            # Neither is told of an area filled in the colour that a page begins with, which is black.
            if is_white(fill) if fill is not None else color is not None:
                continue
        bounds: Bounds = path["bbox"]
        if bounds[2] <= MAX_RULE_WIDTH or bounds[3] <= MAX_RULE_WIDTH:
            strokes.append(bounds)
        elif stroked or path["operations_count"] > 1:
            strokes.extend(_subpaths(path["operations"], stroked=stroked))
    return strokes


def _subpaths(
    operations: list[dict[str, Any]], *, stroked: bool
) -> Iterator[tuple[float, float, float, float]]:
    """Thin boxes of a path with several parts: sides of what is stroked, thin parts of what is filled."""
    for points in _polylines(operations, rounded=stroked and len(operations) <= _ROUNDED):
        if stroked:
            for (x0, y0), (x1, y1) in pairwise(points):
                if min(abs(x1 - x0), abs(y1 - y0)) <= 0.5:
                    yield min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)
        else:
            xs, ys = [p[0] for p in points], [p[1] for p in points]
            width, height = max(xs) - min(xs), max(ys) - min(ys)
            if min(width, height) <= MAX_RULE_WIDTH:
                yield min(xs), min(ys), width, height


def _polylines(operations: list[dict[str, Any]], *, rounded: bool) -> Iterator[list[tuple[float, float]]]:
    """The subpaths of a path as lists of corners; curves part them if they are corners of a box, `rounded`.

    What else has curves is no rule and is left out.
    """
    points: list[tuple[float, float]] = []
    curved = False
    for operation in operations:
        kind = operation["op"]
        if kind in {"move_to", "rectangle"}:
            if len(points) > 1 and not curved:
                yield points
            points, curved = [(operation["x"], operation["y"])], False
        if kind == "rectangle":
            x, y = points[0]
            right, top = x + operation["width"], y + operation["height"]
            yield [(x, y), (right, y), (right, top), (x, top), (x, y)]
            points = []
        elif kind == "line_to":
            points.append((operation["x"], operation["y"]))
        elif kind == "close_path" and points:
            points.append(points[0])
        elif kind == "curve_to":
            if rounded and len(points) > 1:
                yield points
            points, curved = [(operation["x"], operation["y"])], not rounded
    if len(points) > 1 and not curved:
        yield points
