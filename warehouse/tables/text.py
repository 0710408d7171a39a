"""Printed text → what is kept and what is compared."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SPACE = re.compile(r"[\s\u200b\ufeff\xad]+")
_RADICALS = {
    # Fonts of some producers map ordinary characters to the radical blocks. Kangxi radicals decompose
    # by NFKC; these of the supplement do not (Unicode 15, CJK Radicals Supplement).
    "⺠": "民", "⻅": "见", "⻆": "角", "⻉": "贝", "⻋": "车", "⻓": "长", "⻔": "门", "⻘": "青", "⻚": "页",
    "⻛": "风", "⻜": "飞", "⻝": "食", "⻢": "马", "⻣": "骨", "⻤": "鬼", "⻥": "鱼", "⻦": "鸟", "⻨": "麦",
    "⻩": "黄", "⻬": "齐", "⻮": "齿", "⻰": "龙", "⻄": "西", "⺎": "兀", "⻁": "虎", "⺮": "竹", "⺟": "母",
    "⻎": "辶", "⻙": "韦", "⻌": "辶", "⺝": "月", "⺼": "月", "⻳": "龟",
}  # fmt: skip
_RADICAL_TABLE = {ord(radical): character for radical, character in _RADICALS.items()} | {
    code: unicodedata.normalize("NFKC", chr(code)) for code in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFB00))
}
_COMPARE = str.maketrans(
    {
        "“": '"', "”": '"', "‘": "'", "’": "'", "〔": "(", "〕": ")", "【": "(", "】": ")", "[": "(", "]": ")",
        "−": "-", "–": "-", "‐": "-", "\ufffe": "-", "﹣": "-", "﹕": ":", "∶": ":", "︰": ":", "·": "・",
    }  # fmt: skip
)


@lru_cache(maxsize=1 << 15)
def printed(text: str) -> str:
    """The text as printed, without white space; radicals that stand for characters are made characters.

    Punctuation and its width stay as they are: `（一）公用  经费` → `（一）公用经费`.
    """
    return _SPACE.sub("", text.translate(_RADICAL_TABLE))


@lru_cache(maxsize=1 << 15)
def key(text: str) -> str:
    """The text for comparison: no white space, one width, one form of brackets, quotes and dashes."""
    return unicodedata.normalize("NFKC", printed(text)).translate(_COMPARE)


def indent(text: str) -> int:
    """Leading white space, in half-width columns: U+3000 counts two (hierarchy in labels)."""
    width = 0
    for character in text:
        if character == "\u3000":
            width += 2
        elif character.isspace():
            width += 1
        else:
            break
    return width
