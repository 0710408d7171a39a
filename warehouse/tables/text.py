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
# Han years (二〇二四年, 二○二四, 二零二四): the zero is printed with several characters.
_HAN_YEAR = re.compile(r"二[〇○零◯Oo0]([〇○零◯一二三四五六七八九Oo0]{2})(?=年)")
_HAN_DIGITS = str.maketrans("〇○零◯Oo一二三四五六七八九", "000000123456789")
_HAN = re.compile(r"[\u3400-\u9fff]")
# Words of three or more letters (Latin, Cyrillic), and Arabic, Tibetan, Mongolian and Yi script.
_OTHER_SCRIPT = re.compile(
    r"[A-Za-z\u0400-\u04ff][A-Za-z\u0400-\u04ff.&'/-]{2,}|[\u0600-\u06ff\u0750-\u077f\u0f00-\u0fff\u1800-\u18af\ua000-\ua4cf\ufb50-\ufdff\ufe70-\ufeff]+"
)
_COMPARED = re.compile(r"[“”‘’〔〕【】\[\]−–‐\ufffe﹣﹕∶︰·]")
_COMPARE = str.maketrans("“”‘’〔〕【】[]−–‐\ufffe﹣﹕∶︰·", "\"\"''()()()-----:::・")


remembered = lru_cache(maxsize=1 << 12)
"""Decorates what is asked of a text again and again (headers, labels, figures); bounds its memory."""


def key_of_prose(text: str) -> str:
    """`key`, for a text that comes but once."""
    shown = _without_space(text)
    if shown.isascii() and "[" not in shown:
        return shown
    plain = unicodedata.normalize("NFKC", shown)
    if _COMPARED.search(plain):
        plain = plain.translate(_COMPARE)
    return _HAN_YEAR.sub(_year_in_digits, plain) if "二" in plain else plain


def _without_space(text: str) -> str:
    if _RADICAL.search(text):
        text = text.translate(_RADICAL_TABLE)
    return _SPACE.sub("", text)


@remembered
def printed(text: str) -> str:
    """The text as printed, without white space; radicals that stand for characters are made characters.

    Punctuation and its width stay as they are: `（一）公用  经费` → `（一）公用经费`.
    """
    return _without_space(text)


@remembered
def key(text: str) -> str:
    """The text for comparison: no white space, one width, one form of brackets, quotes and dashes."""
    return key_of_prose(text)


def _year_in_digits(match: re.Match[str]) -> str:
    return match.group().translate(_HAN_DIGITS)


@remembered
def native(text: str) -> str:
    """`key` of the Chinese of a bilingual text: `合计 (Total)` → `合计`; a text of one script stays whole."""
    plain = key(text)
    if plain.isascii() or not _HAN.search(plain):
        return plain
    bare = _OTHER_SCRIPT.sub("", plain)
    return bare.replace("()", "") if bare != plain else plain


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
