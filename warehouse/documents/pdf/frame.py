"""From a page's own coordinates to the frame in which its text reads from left to right, and back."""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.documents.model import Box

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """The visible part of a page (`left`, `bottom`, `right`, `top` in PDF space, y upwards) and its rotation.

    `rotation` is what turns the page so that its text is upright, in degrees clockwise: /Rotate, and `turn`
    more where the text of the displayed page runs sideways.
    """

    left: float
    bottom: float
    right: float
    top: float
    rotation: int
    turn: int = 0

    @property
    def size(self) -> Point:
        """Width and height as read."""
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.rotation % 180 else (width, height)

    def place(self, x: float, y: float) -> Point:
        """A point of PDF space, from the top left corner of the reading frame."""
        if self.rotation == 0:
            return x - self.left, self.top - y
        if self.rotation == 90:
            return y - self.bottom, x - self.left
        if self.rotation == 180:
            return self.right - x, y - self.bottom
        return self.top - y, self.right - x


def as_displayed(box: Box, turn: int, width: float, height: float) -> Box:
    """A box of the reading frame (`width` × `height`) on the page as displayed."""
    x0, top, x1, bottom = box
    if turn == 90:
        return top, width - x1, bottom, width - x0
    if turn == 180:
        return width - x1, height - bottom, width - x0, height - top
    if turn == 270:
        return height - bottom, x0, height - top, x1
    return box
