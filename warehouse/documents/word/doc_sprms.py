"""Single property modifiers (SPRM) of Word 97–2003 files, as [MS-DOC] 2.6 numbers them."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence

IN_TABLE, ROW_END, DEPTH = 0x2416, 0x2417, 0x6649
INNER_CELL, INNER_ROW_END = 0x244B, 0x244C
DEFINE_ROW, MERGE, VERTICAL_MERGE = 0xD608, 0x5624, 0xD62B
# More modifiers than fit beside the paragraph, and those of the table, may stand in the data stream.
ELSEWHERE = (0x6645, 0x6646, 0x646B)
_VANISH, _DELETED, _CHANGED_TABS = 0x083C, 0x0800, 0xC615
HIDING, STRIKING, RAISING = (_VANISH, _DELETED), (0x0837, 0x2A53), (0x2A48,)
PICTURE_AT, NO_PICTURE = 0x6A03, (0x0806,)
"""Where in the data stream the picture of a character stands; it may be the data of a form field instead."""
# Indents in twips, of Word 97 and later, and in hundredths of a character, which count where both are stated.
LEFT, LEFT_CHARACTERS = (0x840F, 0x845E), 0x4456
FIRST, FIRST_CHARACTERS = (0x8411, 0x8460), 0x4457
ALIGNMENT = (0x2403, 0x2461)
ALIGNED_LEFT = (0, 3)
_OPERAND_BYTES = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}
PRM0 = {0x18: IN_TABLE, 0x19: ROW_END, 0x41: _DELETED, 0x57: STRIKING[0], 0x5C: _VANISH}


def is_on(modifiers: bytes, sprms: Sequence[int]) -> bool:
    """Whether one of the toggles is on; the last word on each counts."""
    return one_is_on(dict(sprms_of(modifiers)), sprms)


def one_is_on(said: Mapping[int, bytes], sprms: Sequence[int]) -> bool:
    """The same of modifiers by number."""
    return any(said[sprm][:1] in {b"\x01", b"\x81"} for sprm in sprms if sprm in said)


def sprms_of(modifiers: bytes) -> Iterator[tuple[int, bytes]]:
    """Property modifiers and their operands; a cut-off last one is left out."""
    position = 0
    while position + 2 < len(modifiers):
        sprm = struct.unpack_from("<H", modifiers, position)[0]
        position += 2
        size = _OPERAND_BYTES.get(sprm >> 13)
        if sprm == DEFINE_ROW:
            size = (
                struct.unpack_from("<H", modifiers, position)[0] + 1 if position + 2 <= len(modifiers) else 0
            )
        elif size is None:
            size = modifiers[position] + 1
            if sprm == _CHANGED_TABS and size == 256:
                return  # a list of tab stops of unstated length: nothing of interest follows in practice
        yield sprm, modifiers[position : position + size]
        position += size
