"""Automatic numbers of paragraphs in Word 97–2003 files: lists, their levels, and styles that use them."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from warehouse.documents.word.numbering import Level, Numbering

_LSTF, _LVLF, _LFO = 28, 28, 16
_MAX_LEVELS = 9
_MAX_STYLES = 4000
_PARAGRAPH_STYLE = 1
_NO_STYLE = 0x0FFF
_SIMPLE = 0x01
_FORMATS = {
    0: "decimal", 3: "upperLetter", 4: "lowerLetter", 10: "ideographDigital", 11: "japaneseCounting",
    18: "decimalEnclosedCircle", 23: "bullet", 28: "decimalEnclosedCircle", 33: "taiwaneseCounting",
    37: "chineseCounting", 39: "chineseCountingThousand", 255: "none",
}  # fmt: skip
"""Number formats ([MS-OSHARED] 2.2.1.3) by the names that the newer format has for them."""


class Style(NamedTuple):
    """A paragraph style: the style that it is based on, and its property modifiers."""

    base: int
    modifiers: bytes


def read_lists(table: bytes, lists: tuple[int, int], overrides: tuple[int, int]) -> Numbering:
    """The lists of a file, numbered as paragraphs refer to them, from 1; none where the tables are damaged.

    Args:
        table: The table stream.
        lists: Offset and length of the PlfLst; the levels of the lists follow it.
        overrides: Offset and length of the PlfLfo.
    """
    if not lists[1] or not overrides[1]:
        return Numbering({})
    try:
        by_id = _lists(table, *lists)
        count = struct.unpack_from("<i", table, overrides[0])[0]
        ids = [
            struct.unpack_from("<i", table, overrides[0] + 4 + _LFO * i)[0] for i in range(min(count, 4000))
        ]
    except (struct.error, IndexError):
        return Numbering({})
    return Numbering({str(i): (str(lsid), by_id.get(lsid, {})) for i, lsid in enumerate(ids, 1)})


def _lists(table: bytes, offset: int, length: int) -> dict[int, dict[int, Level]]:
    """Levels by list."""
    count = struct.unpack_from("<h", table, offset)[0]
    heads = [struct.unpack_from("<i22xB", table, offset + 2 + _LSTF * i) for i in range(count)]
    position = offset + length
    found: dict[int, dict[int, Level]] = {}
    for lsid, flags in heads:
        levels: dict[int, Level] = {}
        for depth in range(1 if flags & _SIMPLE else _MAX_LEVELS):
            levels[depth], position = _level(table, position)
        found[lsid] = levels
    return found


def _level(table: bytes, at: int) -> tuple[Level, int]:
    """A level, and where the next one begins."""
    start, number_format = struct.unpack_from("<iB", table, at)
    text_at = at + _LVLF + table[at + 24] + table[at + 25]
    length = struct.unpack_from("<H", table, text_at)[0]
    raw = table[text_at + 2 : text_at + 2 + 2 * length].decode("utf-16-le", "replace")
    text = "".join(f"%{ord(c) + 1}" if ord(c) < _MAX_LEVELS else c for c in raw)
    return Level(_FORMATS.get(number_format, "decimal"), text, start), text_at + 2 + 2 * length


def read_styles(sheet: bytes) -> dict[int, Style]:
    """The paragraph styles of a style sheet (STSH) by number; as many as can be made out of a damaged one."""
    found: dict[int, Style] = {}
    try:
        head = struct.unpack_from("<H", sheet)[0]
        count, base_size = struct.unpack_from("<HH", sheet, 2)
        position = 2 + head
        for number in range(min(count, _MAX_STYLES)):
            size = struct.unpack_from("<H", sheet, position)[0]
            style = _style(sheet[position + 2 : position + 2 + size], base_size) if size else None
            if style is not None:
                found[number] = style
            position += 2 + size
    except (struct.error, IndexError):
        pass
    return found


def _style(definition: bytes, base_size: int) -> Style | None:
    kind = struct.unpack_from("<H", definition, 2)[0]
    if kind & 0xF != _PARAGRAPH_STYLE:
        return None
    name_length = struct.unpack_from("<H", definition, base_size)[0]
    at = base_size + 2 + 2 * name_length + 2
    size = struct.unpack_from("<H", definition, at)[0]
    return Style(kind >> 4, definition[at + 4 : at + 2 + size])


def inherited(styles: dict[int, Style], number: int) -> Iterator[bytes]:
    """Modifiers of a style, those of the styles that it is based on first."""
    chain: list[bytes] = []
    seen: set[int] = set()
    while number != _NO_STYLE and number in styles and number not in seen:
        seen.add(number)
        chain.append(styles[number].modifiers)
        number = styles[number].base
    yield from reversed(chain)


def label(numbering: Numbering, modifiers: Iterable[tuple[int, bytes]]) -> str:
    """The number of a paragraph, counted on; "" where it has none.

    Args:
        numbering: The lists, which keep count.
        modifiers: Of its styles and its own; the last one about the list and about the level counts.
    """
    said = {sprm: operand for sprm, operand in modifiers if sprm in {LIST, LEVEL}}
    number = int.from_bytes(said.get(LIST, b""), "little")
    if str(number) not in numbering.lists:
        return ""
    return numbering.advance(
        str(number), min(int.from_bytes(said.get(LEVEL, b""), "little"), _MAX_LEVELS - 1)
    )


LIST, LEVEL = 0x460B, 0x260A
"""Property modifiers: the list of a paragraph, and its level there."""
