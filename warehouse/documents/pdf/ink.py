"""What counts as ink: watermarks are not text, white lines are not rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from warehouse.documents.model import Notice

MAX_RULE_WIDTH = 3.0
"""Points; a filled rectangle no thicker than this is a rule. The thickest real ones measure 2.3."""

PALE = 0.6
"""From this lightness on (the darkest colour component, 0 to 1), text may be a watermark."""

_NEARLY_WHITE = 0.96
_LARGE = 20.0
"""Points; pale text of this size is a watermark. The largest text in cells seen is 16."""


@lru_cache(maxsize=256)
def is_white(color: tuple[float, ...]) -> bool:
    """Whether ink of this colour cannot be seen on paper."""
    return min(color) > _NEARLY_WHITE


def is_ground(color: Sequence[float], width: float, height: float) -> bool:
    """Whether a filled area is one that white text can be read on, and neither a rule nor itself pale."""
    return min(color) < PALE and min(width, height) > MAX_RULE_WIDTH


class Watermark:
    """Collects the characters of a page that lie across it and are not part of its text."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def see(self, text: str) -> None:
        """Leave a character out, and remember it for the notice."""
        self._seen[text] += 1

    def is_pale(self, text: str, size: float, color: Sequence[float]) -> bool:
        """Whether pale text is a watermark (large, or hardly visible); if so it is remembered."""
        if size < _LARGE and min(color) < 0.78:
            return False
        self.see(text)
        return True

    def notices(self, page: int) -> list[Notice]:
        """What was left out of the page, in one notice."""
        text = "".join(self._seen).strip()
        return [Notice("watermark", f"left out: {text}", page)] if text else []
