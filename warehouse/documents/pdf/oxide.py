"""The fast source of glyphs and rules: pdf_oxide, a reader of content streams written in Rust."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from warehouse.documents.model import Notice
from warehouse.documents.pdf.content import UNNAMED, Glyph, PageContent, SourceError
from warehouse.documents.pdf.drawn import Bounds, grounds_of, has_white_areas, is_covered, is_outlines, rules
from warehouse.documents.pdf.frame import Frame
from warehouse.documents.pdf.hiding import is_overprinted
from warehouse.documents.pdf.hints import Hints
from warehouse.documents.pdf.ink import PALE, Watermark
from warehouse.documents.pdf.library import pdf_oxide
from warehouse.documents.pdf.sideways import Mark, sideways_of
from warehouse.documents.pdf.text import WIDE_FROM, has_words, reads_backwards

_A_SCAN = 500_000
_A_DRAWING = 100_000
"""Pixels; a scanned page has more than the first, a drawing with words on a quarter of a page the second."""

_FULL_PAGE = 450
"""Glyphs; among more there is no room for a drawing."""

_FEW_RULES = 8
"""A scanned page has none of its own; one with more is not looked at as a scan."""

_UPRIGHT = 2.0
"""Degrees; text that leans further is not part of the lines."""


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
        horizontal, vertical = rules(paths, frame)
        picture = 0.0
        if not has_words(glyphs):
            picture = 1.0 if is_outlines(paths) else self._picture(index, width * height, inline=True)
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
            is_patched=has_white_areas(paths) and is_overprinted(glyphs),
            is_covered=is_covered(upright, paths),
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
    grounds = grounds_of(paths)
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
