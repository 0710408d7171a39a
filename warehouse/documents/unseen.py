"""Figures in the colour of the paper: nobody sees them, and beside another figure they would falsify it."""

from __future__ import annotations

import re

from warehouse.documents.model import Notice

_FIGURE = re.compile(r"[\s\d.,%()+\-−]*\d[\s\d.,%()+\-−]*")


def is_figure(text: str) -> bool:
    """Whether a text is nothing but digits and signs; words in white are mostly headers on a dark ground."""
    return _FIGURE.fullmatch(text) is not None


def unseen_figures(count: int) -> list[Notice]:
    """That so many figures were left out, if there were any."""
    detail = f"{count} figures that are not seen (white, transparent or without size) were not read"
    return [Notice("hidden_text", detail)] if count else []
