"""The picture of a page, made flat, even and straight, without stamps."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""Grey, one byte a pixel, 255 is paper."""

Mask = NDArray[np.uint8]
"""255 where something is, else 0."""

TEXT_DARKER_THAN = 150
"""Grey from which on it is no ink of text."""

RULES_DARKER_THAN = 195
"""Hairlines are spread over two grey pixels; watermarks are mostly paler still."""

_BACKGROUND = 25
"""Pixels; wider than any stroke or rule, narrower than shading."""

_MIDDLE = 128
_LEAST_PAPER = 0.25
"""Of a picture; of one of a sheet on a dark ground too."""

_SHEET_PIXELS = 800
"""Of the longer side: enough to find the corners of a sheet."""

_SHEET_SHARE = 0.4, 0.985
"""Of a picture that a photographed sheet covers."""

_GROUND = 0.6
"""Of the lightness of paper: what lies around a sheet is darker."""

_CORNERS = (1, 1), (-1, 1), (-1, -1), (1, -1)
"""Directions in which the top left, top right, bottom right and bottom left corners are the first."""

_COLOURED = 60
"""Difference between the channels of a pixel that is neither black, grey nor white."""

_STAMP = 150
"""Pixels (19 mm): seals are 38 to 50 mm wide."""

_SIGNATURE = 60
"""Pixels (8 mm): writing in blue is this high, print in blue is not."""

_PRINT = 50
"""Grey of print under a seal, whose own ink is brighter where it is brightest."""

_DARKEST = 25
"""Per cent of a seal's pixels that may lie on print."""

_MOSTLY = 0.8
_STAMP_GAP = 15
"""Pixels between the parts of a seal."""

_SOME_INK = 0.001
"""Share of a page; with less of it nothing tells how dark its print is."""

_MAX_SKEW = 4.0
_NOT_SKEWED = 0.04
"""Degrees; turning by less would blur more than it straightens."""


def _bytes(values: NDArray[Any]) -> NDArray[np.uint8]:
    return np.asarray(values, np.uint8)


def darker(picture: Picture, limit: int) -> Mask:
    """Where the picture is darker than a limit."""
    return _bytes(cv2.threshold(picture, limit, 255, cv2.THRESH_BINARY_INV)[1])


def without_stamps(coloured: NDArray[np.uint8]) -> Picture:
    """A picture in colour (blue, green, red) as a grey one, in which stamps are no more than a shade.

    The ink of a seal is bright in one colour, print under it in none, and so is the blue of a signature. What
    is smaller, such as a line of red text, stays.
    """
    grey = _bytes(cv2.cvtColor(coloured, cv2.COLOR_BGR2GRAY))
    brightest = coloured.max(2)
    is_coloured = _bytes(np.where(brightest - coloured.min(2) > _COLOURED, 255, 0))
    if np.count_nonzero(is_coloured) < _STAMP**2 / 50:
        return grey
    kernel = np.ones((_STAMP_GAP, _STAMP_GAP), np.uint8)
    is_blue = coloured[:, :, 0] == brightest
    closed = cv2.morphologyEx(is_coloured, cv2.MORPH_CLOSE, kernel)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed)
    for label, (left, top, width, height, _) in enumerate(stats.tolist()[1:], 1):
        if max(width, height) < _STAMP or min(width, height) < _SIGNATURE:
            continue
        inside = slice(top, top + height), slice(left, left + width)
        ink = (labels[inside] == label) & (is_coloured[inside] > 0)
        if min(width, height) >= _STAMP or is_blue[inside][ink].mean() > _MOSTLY:
            around = (
                slice(max(top - _STAMP_GAP, 0), top + height + _STAMP_GAP),
                slice(max(left - _STAMP_GAP, 0), left + width + _STAMP_GAP),
            )
            own = 0.85 * max(float(np.percentile(brightest[inside][ink], _DARKEST)), 2.0 * _PRINT)
            grey[around] = np.clip((brightest[around].astype(float) - _PRINT) * 255 / (own - _PRINT), 0, 255)
    return grey


def positive(picture: Picture) -> Picture:
    """The picture, a negative turned into print on paper: most of any page is paper."""
    return picture if (picture > _MIDDLE).mean() > _LEAST_PAPER else _bytes(255 - picture)


def flattened(picture: Picture) -> Picture:
    """A photograph of a sheet on a darker ground as the sheet alone, up to the edges of the picture.

    Any other picture stays as it is.
    """
    corners = _sheet(picture)
    if corners is None:
        return picture
    height, width = picture.shape
    frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, frame)
    return _bytes(cv2.warpPerspective(picture, matrix, (width, height), flags=cv2.INTER_CUBIC))


def _sheet(picture: Picture) -> NDArray[np.float32] | None:
    """The corners of a sheet, clockwise from the top left; None where no ground is seen around it."""
    height, width = picture.shape
    factor = min(1.0, _SHEET_PIXELS / max(height, width))
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    # Print and rules are no ground: they are closed before paper is told from it.
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    _, paper = cv2.threshold(closed, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    contours, _ = cv2.findContours(paper, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    outline = max(contours, key=cv2.contourArea, default=None)
    if outline is None or not _SHEET_SHARE[0] < cv2.contourArea(outline) / small.size < _SHEET_SHARE[1]:
        return None
    corners = cv2.approxPolyDP(outline, 0.02 * cv2.arcLength(outline, closed=True), closed=True).reshape(
        -1, 2
    )
    inside = cv2.fillPoly(np.zeros_like(paper), [outline], 255) > 0
    if len(corners) != len(_CORNERS) or closed[~inside].mean() > _GROUND * closed[inside].mean():
        return None
    ordered = [min(corners.tolist(), key=lambda at: at[0] * x + at[1] * y) for x, y in _CORNERS]
    return np.array(ordered, np.float32) / np.float32(factor)


def even(picture: Picture) -> Picture:
    """The picture black on white: shadows and shading are divided out, pale print is darkened."""
    kernel = np.ones((_BACKGROUND, _BACKGROUND), np.uint8)
    smooth = cv2.GaussianBlur(picture, (7, 7), 0)  # or the brightest grain of each place would be its paper
    paper = cv2.GaussianBlur(cv2.dilate(smooth, kernel), (_BACKGROUND, _BACKGROUND), 0)
    flat = _bytes(cv2.divide(picture, paper, scale=255))
    ink = flat[flat < RULES_DARKER_THAN]
    black = np.percentile(ink, 10) if ink.size > _SOME_INK * flat.size else 0
    return _bytes(np.clip((flat.astype(np.float32) - black) * (255 / (255 - black)), 0, 255))


def without_pale(picture: Picture) -> Picture:
    """The picture without watermarks: white where nothing near is as dark as text."""
    near_ink = cv2.dilate(darker(picture, TEXT_DARKER_THAN), np.ones((5, 5), np.uint8))
    return np.where(near_ink > 0, picture, np.uint8(255))


def skew_of(picture: Picture) -> float:
    """By how many degrees the picture must be turned clockwise for its lines to run straight.

    Straight lines of text and rules make the sums over rows (and over columns, for pages on their side) jump
    from one to the next; the angle with the largest jumps is the right one.
    """
    factor = min(1.0, 1200 / max(picture.shape))
    small = _bytes(cv2.resize(255 - picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))
    coarse = max(np.arange(-_MAX_SKEW, _MAX_SKEW + 0.1, 0.5), key=lambda angle: _straightness(small, angle))
    fine = coarse + np.arange(-0.5, 0.51, 0.05)
    angle = float(max(fine, key=lambda angle: _straightness(small, angle)))
    return angle if abs(angle) > _NOT_SKEWED else 0.0


def _straightness(picture: Picture, angle: float) -> float:
    turned = turned_by(picture, angle, paper=0)
    return sum(float(np.square(np.diff(turned.sum(axis, dtype=np.float64))).sum()) for axis in (0, 1))


def turned_by(picture: Picture, angle: float, paper: int = 255) -> Picture:
    """The picture turned clockwise by some degrees about its middle, its size kept."""
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1.0)
    turned = cv2.warpAffine(
        picture,
        matrix,
        (width, height),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=paper,
    )
    return _bytes(turned)
