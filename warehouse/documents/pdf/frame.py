"""From a page's own coordinates to the frame in which its text reads from left to right, and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from warehouse.documents.model import Box


class Axis(NamedTuple):
    """The distance from an edge is `sign` times a coordinate of PDF space, plus `offset`."""

    sign: int
    offset: float


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
    def size(self) -> tuple[float, float]:
        """Width and height as read."""
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.is_sideways else (width, height)

    @property
    def is_sideways(self) -> bool:
        """Whether the lines of text run up or down the unturned page."""
        return self.rotation % 180 != 0

    @property
    def turned_over(self) -> Frame:
        """The same page, read from its other end."""
        return replace(self, rotation=(self.rotation + 180) % 360, turn=(self.turn + 180) % 360)

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """What measures from the left edge of the reading frame, and what from its upper edge.

        The first one takes x and the second y of PDF space, of a sideways page the first y and the second x.
        """
        if self.rotation == 0:
            return Axis(1, -self.left), Axis(-1, self.top)
        if self.rotation == 90:
            return Axis(1, -self.bottom), Axis(1, -self.left)
        if self.rotation == 180:
            return Axis(-1, self.right), Axis(1, -self.bottom)
        return Axis(-1, self.top), Axis(-1, self.right)


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
