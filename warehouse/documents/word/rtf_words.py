"""Words and marks of Rich Text Format, and what a group of it may change."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from warehouse.documents.word.story import Row

TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<byte>[0-9a-fA-F]{2})"
    rb"|\\(?P<symbol>[^a-zA-Z])|(?P<brace>[{}])|[\r\n]+|(?P<text>[^\\{}\r\n]+)",
    re.DOTALL,
)
NOT_PRINTED = {
    "fonttbl", "colortbl", "stylesheet", "info", "object", "fldinst", "listtable",
    "listoverridetable", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf",
    "nonesttables", "nonshppict", "shprslt", "shpinst", "themedata", "datastore", "xe", "tc", "atnid",
    "atnauthor", "annotation", "bkmkstart", "bkmkend",
}  # fmt: skip
"""Destinations whose text no reader of the page sees."""
CHARACTERS = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "bullet": "•", "emspace": "\u2003", "enspace": "\u2002",
}  # fmt: skip
SYMBOLS = {b"~": "\xa0", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}"}
CODECS = {134: "gb18030", 136: "big5hkscs", 128: "cp932", 129: "cp949"}
CODE_PAGES = {936: "gb18030", 950: "big5hkscs", 932: "cp932", 949: "cp949"}
MERGES = {"clmgf": (1, 0), "clmrg": (2, 0), "clvmgf": (0, 3), "clvmrg": (0, 1)}


@dataclass(frozen=True, slots=True)
class State:
    """What a group may change and its end restores."""

    printed: bool = True
    ignorable: bool = False
    hidden: bool = False
    struck: bool = False
    raised: bool = False
    in_fonts: bool = False
    in_nested_row: bool = False
    has_shape: bool = False
    """Within a shape that is printed, if only its text."""
    in_box: bool = False
    picture_is_due: bool = False
    """Within a picture that is printed."""
    picture: bytearray | None = None
    """The digits of a picture, as they are collected."""
    left: int = 0
    first: int = 0
    is_aligned_left: bool = True
    font: int = 0
    far_font: int | None = None
    """The font of East Asian characters, where the text has one of its own for them."""
    of_far: bool = False
    """Whether the next associated font is that of East Asian characters."""
    fallback: int = 1
    """Characters after `\\u` that stand in for it where Unicode is not understood."""


@dataclass(slots=True)
class Layout:
    """A row's cells as they are defined."""

    edges: list[int] = field(default_factory=lambda: [0])
    horizontal: list[int] = field(default_factory=list)
    vertical: list[int] = field(default_factory=list)
    pending: tuple[int, int] = (0, 0)

    def row(self) -> Row | None:
        """The layout as a whole; None where no cell has been defined."""
        return (
            Row(tuple(self.edges), tuple(self.horizontal), tuple(self.vertical)) if self.horizontal else None
        )
