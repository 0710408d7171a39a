"""The texts of a header without rules: characters set apart and wrapped lines put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from warehouse.documents.pdf.unruled.lines import Column, Text

_WRAP_FEED = 1.75
"""Of the size: lines of one header text are no further apart."""

_FULL = 1.3
"""Of the size: a line that much narrower than its column leaves no room for a character."""

_REST = 3.0
_LONG = 6.0
"""Of the size: where lines stand as far apart as rows, a text of several has a long line and a short rest."""

_OFF_CENTRE = 1.0
"""Of the size: how far the lines of one header text may lie beside each other's middle."""

_SPACED = 5.0
"""Of the size: characters of one text are set no further apart."""

_SUMS = {"合计", "小计", "总计"}
"""These are labels of their own, whatever stands above."""


@dataclass(frozen=True, slots=True)
class Label:
    """A header text of one or several lines."""

    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    is_sum: bool = False

    @property
    def width(self) -> float:
        """From the first to the last character."""
        return self.x1 - self.x0

    @property
    def center(self) -> float:
        """Halfway from left to right."""
        return (self.x0 + self.x1) / 2

    @property
    def middle(self) -> float:
        """Halfway from top to bottom."""
        return (self.top + self.bottom) / 2


def labels_of(texts: Sequence[Text], columns: Sequence[Column], pitch: float) -> list[Label]:
    """Texts above some columns whose rows stand `pitch` apart, those of several lines as one."""
    return _wrapped(_unspaced(texts, columns), columns, pitch)


def _unspaced(texts: Sequence[Text], columns: Sequence[Column]) -> list[Text]:
    """The texts, characters set apart over one column (`合    计`) as one."""
    joined: list[Text] = []
    for text in sorted(texts, key=lambda text: (text.base, text.x0)):
        last = joined[-1] if joined else text
        gap = text.x0 - last.x1
        near = len(text.text) == 1 and last.base == text.base and 0 < gap < _SPACED * text.size
        if near and any(column.x0 < last.x1 and text.x0 < column.x1 for column in columns):
            joined[-1] = last._replace(x1=text.x1, text=last.text + text.text)
        else:
            joined.append(text)
    return joined


def _wrapped(texts: Sequence[Text], columns: Sequence[Column], pitch: float) -> list[Label]:
    """Texts, those of several lines as one."""
    labels: list[Label] = []
    for text in sorted(texts, key=lambda text: text.base):
        made = label_of(text)
        upper = next((label for label in labels if _goes_on(label, made, texts, columns, pitch)), None)
        if upper is not None:
            labels.remove(upper)
            made = replace(made, x0=min(upper.x0, made.x0), x1=max(upper.x1, made.x1), top=upper.top)
        labels.append(made)
    return labels


def label_of(text: Text) -> Label:
    """A text as the label of one line that it may be."""
    top, bottom = text.base - 0.88 * text.size, text.base + 0.12 * text.size
    return Label(text.x0, text.x1, top, bottom, text.size, text.text in _SUMS)


def _goes_on(
    upper: Label, lower: Label, texts: Sequence[Text], columns: Sequence[Column], pitch: float
) -> bool:
    """Whether a line continues the text above it: near, under its middle, alone there, the upper one full."""
    feed = lower.bottom - upper.bottom
    if lower.is_sum or not 0.5 * lower.size < feed <= _WRAP_FEED * lower.size:
        return False
    if abs(upper.center - lower.center) > _OFF_CENTRE * lower.size and abs(upper.x0 - lower.x0) > 1:
        return False
    if feed > 0.9 * pitch and not (lower.width <= _REST * lower.size and upper.width >= _LONG * upper.size):
        return False
    room = max(
        (column.x1 - column.x0 for column in columns if column.x0 < lower.x1 and column.x1 > lower.x0),
        default=0.0,
    )
    if upper.width < max(room, lower.width) - _FULL * lower.size:
        return False
    beside = [text for text in texts if abs(text.base + 0.12 * text.size - lower.bottom) < 0.4 * text.size]
    return len([text for text in beside if _is_over(upper, text)]) == 1 and not _is_between(
        lower, texts, beside
    )


def _is_over(upper: Label | Text, lower: Label | Text) -> bool:
    return lower.x0 < upper.x1 and lower.x1 > upper.x0


def _is_between(lower: Label, texts: Sequence[Text], beside: Sequence[Text]) -> bool:
    """Whether a line stands between two others with nothing above them: the middle one of three labels."""
    above = [text for text in texts if text.base < lower.bottom - 0.5 * lower.size]
    free = [text for text in beside if not any(_is_over(other, text) for other in above)]
    left = max((text for text in beside if text.x1 <= lower.x0), default=None, key=lambda text: text.x1)
    right = min((text for text in beside if text.x0 >= lower.x1), default=None, key=lambda text: text.x0)
    return left is not None and right is not None and left in free and right in free
