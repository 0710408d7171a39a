"""Printed text → what is kept and what is compared."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SPACE = re.compile(r"[\s\u200b\ufeff\xad]+")
# Fonts of some producers map ordinary characters to the radical blocks. Kangxi radicals decompose by NFKC;
# these of the supplement do not (Unicode 15, CJK Radicals Supplement): each stands before its character.
_RADICALS = (
    "⺠民⻅见⻆角⻉贝⻋车⻓长⻔门⻘青⻚页⻛风⻜飞⻝食⻢马⻣骨⻤鬼⻥鱼⻦鸟⻨麦"
    "⻩黄⻬齐⻮齿⻰龙⻄西⺎兀⻁虎⺮竹⺟母⻎辶⻌辶⻙韦⺝月⺼月⻳龟"
)
_RADICAL_TABLE = dict(zip(map(ord, _RADICALS[::2]), _RADICALS[1::2], strict=True)) | {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFB00))
}
_RADICAL = re.compile(r"[\u2e80-\u2fdf\uf900-\ufaff]")
_COMPARE = str.maketrans("“”‘’〔〕【】[]−–‐\ufffe﹣﹕∶︰·", "\"\"''()()()-----:::・")


@lru_cache(maxsize=1 << 15)
def printed(text: str) -> str:
    """The text as printed, without white space; radicals that stand for characters are made characters.

    Punctuation and its width stay as they are: `（一）公用  经费` → `（一）公用经费`.
    """
    if _RADICAL.search(text):
        text = text.translate(_RADICAL_TABLE)
    return _SPACE.sub("", text)


@lru_cache(maxsize=1 << 15)
def key(text: str) -> str:
    """The text for comparison: no white space, one width, one form of brackets, quotes and dashes."""
    shown = printed(text)
    return (
        shown
        if shown.isascii() and "[" not in shown
        else unicodedata.normalize("NFKC", shown).translate(_COMPARE)
    )


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
