"""Word 97–2003 documents (DOC), read from their binary structures as [MS-DOC] describes them.

The text of such a file is a sequence of characters (by character position, CP) that pieces map to places in
the file (FC). Properties of paragraphs and characters are stored by FC. A cell ends with a cell mark, a row
with a paragraph that is marked as the row's end and carries the row's layout (`sprmTDefTable`): the edges of
its cells and their merge flags.
"""

from __future__ import annotations

import io
import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

import olefile

from warehouse.documents.doc_lists import LEVEL, LIST, Style, inherited, label, read_lists, read_styles
from warehouse.documents.model import Document, Notice, ReadOutcome, UnreadableDocumentError
from warehouse.documents.numbering import Numbering
from warehouse.documents.tabbed import with_tabbed_tables
from warehouse.documents.word_story import Paragraph, Row, story_blocks
from warehouse.documents.word_table import CHARACTER_TWIPS, indentation, struck_text

MAX_CHARACTERS = 20_000_000

_WORD_97, _WORD_6 = 0xA5EC, 0xA5DC
_FIRST_WORD_97 = 0x00C1
_FLAG_ENCRYPTED, _FLAG_1TABLE, _FLAG_OBFUSCATED = 0x0100, 0x0200, 0x8000
_PAGE = 512
# Places of pairs (fc, lcb) in FibRgFcLcb97.
_STYLES, _CHPX, _PAPX, _CLX, _LISTS, _LIST_OVERRIDES = 1, 12, 13, 33, 73, 74

# Single property modifiers, [MS-DOC] 2.6.
_IN_TABLE, _ROW_END, _DEPTH = 0x2416, 0x2417, 0x6649
_INNER_CELL, _INNER_ROW_END = 0x244B, 0x244C
_DEFINE_ROW, _MERGE, _VERTICAL_MERGE = 0xD608, 0x5624, 0xD62B
# More modifiers than fit beside the paragraph, and those of the table, may stand in the data stream.
_ELSEWHERE = (0x6645, 0x6646, 0x646B)
_VANISH, _DELETED, _CHANGED_TABS = 0x083C, 0x0800, 0xC615
_HIDING, _STRIKING = (_VANISH, _DELETED), (0x0837, 0x2A53)
# Indents in twips, of Word 97 and later, and in hundredths of a character, which count where both are stated.
_LEFT, _LEFT_CHARACTERS = (0x840F, 0x845E), 0x4456
_FIRST, _FIRST_CHARACTERS = (0x8411, 0x8460), 0x4457
_ALIGNMENT = (0x2403, 0x2461)
_ALIGNED_LEFT = (0, 3)
_OPERAND_BYTES = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}
_PRM0 = {0x18: _IN_TABLE, 0x19: _ROW_END, 0x41: _DELETED, 0x57: _STRIKING[0], 0x5C: _VANISH}

_FIELD_BEGIN, _FIELD_CODE_END, _FIELD_END = "\x13", "\x14", "\x15"
_PICTURE = "\x01"
_CELL_MARK, _PARAGRAPH_MARK = "\x07", "\r"
_PRINTED_AS = {ord(c): None for c in "\x00\x01\x02\x03\x04\x05\x06\x08\x13\x14\x15\x1f\x07\r\x0c\x0e"} | {
    0x0B: "\n",
    0x1E: "-",
}
# In compressed text the bytes 0x80 to 0x9F are cp1252; the five that it leaves open stand for themselves.
_CP1252 = {
    byte: bytes([byte]).decode("cp1252", "replace").replace("\ufffd", chr(byte)) for byte in range(256)
}


def read_doc(data: bytes) -> Document:
    """The lines and tables of a Word 97–2003 file, without hidden text and field codes.

    Raises:
        UnreadableDocumentError: UNSUPPORTED (Word 95 and older), ENCRYPTED, CORRUPT or TOO_LARGE.
    """
    try:
        story = _open(data)
        paragraphs = _paragraphs(story)
        blocks = tuple(with_tabbed_tables(story_blocks(paragraphs, story.notices)))
    except (struct.error, IndexError, OSError, ValueError) as error:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"broken Word file: {error}") from error
    pictures = _text(story)[: story.main_count].count(_PICTURE)
    if pictures:
        story.notices.append(Notice("picture", f"{pictures} pictures or embedded objects were not read"))
    return Document("doc", blocks, notices=tuple(story.notices))


@dataclass(frozen=True, slots=True)
class _Piece:
    """Characters `start` to `end` (CP) lie at `offset` of the main stream, one or two bytes each."""

    start: int
    end: int
    offset: int
    width: int
    changes: bytes
    """Property modifiers of a fast-saved file, applied to the whole piece."""


@dataclass(slots=True)
class _Story:
    main: bytes
    data: bytes
    pieces: list[_Piece]
    character_count: int
    main_count: int
    """Of these, the main text; footnotes, headers, comments and text boxes follow."""
    paragraph_runs: tuple[list[int], list[tuple[int, bytes]]]
    hidden: list[tuple[int, int]]
    """FC ranges of hidden, deleted and struck characters."""
    further: tuple[tuple[int, int], ...]
    """Ranges of footnotes, endnotes and text boxes."""
    numbering: Numbering
    styles: dict[int, Style]
    notices: list[Notice] = field(default_factory=list)


# The file.


def _open(data: bytes) -> _Story:
    try:
        container = olefile.OleFileIO(io.BytesIO(data))
    except (OSError, IndexError, struct.error, ValueError, TypeError) as error:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"broken OLE container: {error}") from error
    with container:
        if not container.exists("WordDocument"):
            raise UnreadableDocumentError(ReadOutcome.WRONG_TYPE, "an OLE container without a Word document")
        main = container.openstream("WordDocument").read()
        flags = _check_version(main)
        table_name = "1Table" if flags & _FLAG_1TABLE else "0Table"
        if not container.exists(table_name):
            raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"the stream {table_name} is missing")
        table = container.openstream(table_name).read()
        extra = container.openstream("Data").read() if container.exists("Data") else b""
    counts, places = _layout(main)
    pieces = _pieces(_slice(table, places[_CLX]))
    hidden, struck = (
        list(_ranges(main, _slice(table, places[_CHPX]), sprms)) for sprms in (_HIDING, _STRIKING)
    )
    # Main text, footnotes, headers, macros, comments, endnotes, text boxes: one after the other.
    ends = list(accumulate(counts))
    return _Story(
        main=main,
        data=extra,
        pieces=pieces,
        character_count=pieces[-1].end,
        main_count=counts[0],
        paragraph_runs=_paragraph_runs(main, _slice(table, places[_PAPX])),
        hidden=sorted([*hidden, *struck]),
        further=((ends[0], ends[1]), (ends[4], ends[5]), (ends[5], ends[6])),
        numbering=read_lists(table, places[_LISTS], places[_LIST_OVERRIDES]),
        styles=read_styles(_slice(table, places[_STYLES])),
        notices=[struck_text(len(struck))] if struck else [],
    )


def _check_version(main: bytes) -> int:
    """The flags of the file information block, once it is known to be Word 97 or later and in clear."""
    magic, version = struct.unpack_from("<HH", main)
    flags: int = struct.unpack_from("<H", main, 10)[0]
    if magic == _WORD_6 or (magic == _WORD_97 and version < _FIRST_WORD_97):
        raise UnreadableDocumentError(ReadOutcome.UNSUPPORTED, "a file of Word 95 or older")
    if magic != _WORD_97:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"not a Word document (magic number {magic:#x})")
    if flags & (_FLAG_ENCRYPTED | _FLAG_OBFUSCATED):
        raise UnreadableDocumentError(ReadOutcome.ENCRYPTED, "the Word file needs a password")
    return flags


def _layout(main: bytes) -> tuple[tuple[int, ...], list[tuple[int, int]]]:
    """Characters of main text, notes, headers, macros, comments, endnotes, boxes; places of structures."""
    words = struct.unpack_from("<H", main, 32)[0]
    longs_at = 34 + 2 * words + 2
    longs = struct.unpack_from("<H", main, longs_at - 2)[0]
    # ccpText is the fourth of the FibRgLw97; ccpTxbx the tenth.
    counts = struct.unpack_from("<7i", main, longs_at + 12)
    pairs_at = longs_at + 4 * longs + 2
    pairs = struct.unpack_from("<H", main, pairs_at - 2)[0]
    return counts, [struct.unpack_from("<ii", main, pairs_at + 8 * i) for i in range(min(pairs, 93))]


def _slice(stream: bytes, place: tuple[int, int]) -> bytes:
    offset, length = place
    if offset < 0 or length < 0 or offset + length > len(stream):
        raise UnreadableDocumentError(
            ReadOutcome.CORRUPT, "a structure lies outside its stream: truncated file"
        )
    return stream[offset : offset + length]


def _pieces(clx: bytes) -> list[_Piece]:
    position, changes = 0, []
    while clx[position] == 0x01:
        size = struct.unpack_from("<H", clx, position + 1)[0]
        changes.append(clx[position + 3 : position + 3 + size])
        position += 3 + size
    if clx[position] != 0x02:
        raise ValueError("no piece table")
    size = struct.unpack_from("<I", clx, position + 1)[0]
    plc = clx[position + 5 : position + 5 + size]
    count = (len(plc) - 4) // 12
    cps = struct.unpack_from(f"<{count + 1}I", plc)
    if count < 1 or list(cps) != sorted(cps) or cps[-1] > MAX_CHARACTERS:
        raise ValueError(f"implausible piece table of {count} pieces")
    return [_piece(plc, 4 * (count + 1) + 8 * i, cps[i], cps[i + 1], changes) for i in range(count)]


def _piece(plc: bytes, at: int, start: int, end: int, changes: Sequence[bytes]) -> _Piece:
    where, prm = struct.unpack_from("<IH", plc, at + 2)
    if prm & 1:
        modifiers = changes[prm >> 1] if prm >> 1 < len(changes) else b""
    else:
        sprm = _PRM0.get(prm >> 1 & 0x7F)
        modifiers = b"" if sprm is None else struct.pack("<HB", sprm, prm >> 8)
    if where & 0x4000_0000:
        return _Piece(start, end, (where & 0x3FFF_FFFF) // 2, 1, modifiers)
    return _Piece(start, end, where & 0x3FFF_FFFF, 2, modifiers)


def _pages(main: bytes, plc: bytes) -> Iterator[bytes]:
    count = (len(plc) - 4) // 8
    for number in struct.unpack_from(f"<{count}I", plc, 4 * (count + 1)) if count > 0 else ():
        page = main[(number & 0x3F_FFFF) * _PAGE :][:_PAGE]
        if len(page) == _PAGE:
            yield page


def _paragraph_runs(main: bytes, plc: bytes) -> tuple[list[int], list[tuple[int, bytes]]]:
    """Where each run of paragraphs begins (FC), and its style and property modifiers."""
    runs: list[tuple[int, tuple[int, bytes]]] = []
    for page in _pages(main, plc):
        count = min(page[-1], 29)
        starts = struct.unpack_from(f"<{count + 1}I", page)
        for i in range(count):
            at = 2 * page[4 * (count + 1) + 13 * i]
            runs.append((starts[i], _papx(page, at) if at else _PLAIN))
        runs.append((starts[count], _PLAIN))
    runs.sort(key=lambda run: run[0])
    return [start for start, _ in runs], [properties for _, properties in runs]


_PLAIN = (0, b"")


def _papx(page: bytes, at: int) -> tuple[int, bytes]:
    """Style and modifiers of a paragraph."""
    begin, end = (at + 1, at + 2 * page[at]) if page[at] else (at + 2, at + 2 + 2 * page[at + 1])
    return int.from_bytes(page[begin : begin + 2], "little"), page[begin + 2 : end]


def _ranges(main: bytes, plc: bytes, sprms: Sequence[int]) -> Iterator[tuple[int, int]]:
    """FC ranges of characters to which one of the toggles applies."""
    for page in _pages(main, plc):
        count = min(page[-1], 101)
        starts = struct.unpack_from(f"<{count + 1}I", page)
        for i in range(count):
            at = 2 * page[4 * (count + 1) + i]
            if at and _is_on(page[at + 1 : at + 1 + page[at]], sprms):
                yield starts[i], starts[i + 1]


def _is_on(modifiers: bytes, sprms: Sequence[int]) -> bool:
    """Whether one of the toggles is on; the last word on each counts."""
    found = {sprm: operand[:1] in {b"\x01", b"\x81"} for sprm, operand in _sprms(modifiers) if sprm in sprms}
    return any(found.values())


def _sprms(modifiers: bytes) -> Iterator[tuple[int, bytes]]:
    """Property modifiers and their operands; a cut-off last one is left out."""
    position = 0
    while position + 2 < len(modifiers):
        sprm = struct.unpack_from("<H", modifiers, position)[0]
        position += 2
        size = _OPERAND_BYTES.get(sprm >> 13)
        if sprm == _DEFINE_ROW:
            size = (
                struct.unpack_from("<H", modifiers, position)[0] + 1 if position + 2 <= len(modifiers) else 0
            )
        elif size is None:
            size = modifiers[position] + 1
            if sprm == _CHANGED_TABS and size == 256:
                return  # a list of tab stops of unstated length: nothing of interest follows in practice
        yield sprm, modifiers[position : position + size]
        position += size


# Text and paragraphs.


def _text(story: _Story) -> str:
    parts = []
    for piece in story.pieces:
        raw = story.main[piece.offset : piece.offset + (piece.end - piece.start) * piece.width]
        text = raw.decode("utf-16-le", "replace") if piece.width == 2 else _decode_1252(raw)
        # A surrogate pair is two CPs but one Python character: keep positions by leaving a filler behind.
        if len(text) != piece.end - piece.start:
            text = "".join(c if ord(c) < 0x10000 else c + "\x00" for c in text)
        parts.append(text.ljust(piece.end - piece.start, "\x00"))
    return "".join(parts)


def _decode_1252(raw: bytes) -> str:
    return "".join(map(_CP1252.__getitem__, raw))


def _paragraphs(story: _Story) -> list[Paragraph]:
    """All paragraphs of the main text, then those of notes and text boxes."""
    if not 0 <= story.main_count <= story.character_count:
        raise ValueError(f"{story.main_count} characters announced, {story.character_count} there")
    text = _text(story)
    hidden = _hidden_positions(story, text)
    found = list(_paragraphs_between(story, text, hidden, 0, story.main_count))
    for first, last in story.further:
        if story.main_count <= first < last <= story.character_count:
            found += _paragraphs_between(story, text, hidden, first, last)
    return found


def _paragraphs_between(
    story: _Story, text: str, hidden: bytearray, start: int, end: int
) -> Iterator[Paragraph]:
    position = start
    piece_starts = [piece.start for piece in story.pieces]
    while position < end:
        last = position
        while last < end - 1 and text[last] not in "\r\x07\x0c":
            last += 1
        printed = "".join(text[i] for i in range(position, last + 1) if not hidden[i]).translate(_PRINTED_AS)
        piece = story.pieces[bisect_right(piece_starts, last) - 1]
        is_struck = any(hidden[position:last])
        mark = _Mark(text[last], piece.offset + (last - piece.start) * piece.width, piece.changes)
        yield _paragraph(story, printed, mark, is_struck=is_struck)
        position = last + 1


class _Mark(NamedTuple):
    """The character that ends a paragraph and carries its properties."""

    text: str
    place: int
    """In the main stream (FC)."""
    changes: bytes
    """Of its piece."""


def _paragraph(story: _Story, printed: str, mark: _Mark, *, is_struck: bool) -> Paragraph:
    """Properties are those of the paragraph's mark."""
    starts, properties = story.paragraph_runs
    index = bisect_right(starts, mark.place) - 1
    style, own = properties[index] if index >= 0 else _PLAIN
    marked = dict.fromkeys((_IN_TABLE, _ROW_END, _INNER_CELL, _INNER_ROW_END), False)
    depth = 0
    layout: list[tuple[int, bytes]] = []
    listed = [pair for inner in inherited(story.styles, style) for pair in _sprms(inner)]
    for sprm, operand in _resolved(story, own + mark.changes):
        if sprm in marked:
            marked[sprm] = operand[0] != 0
        elif sprm == _DEPTH:
            depth = struct.unpack("<i", operand)[0]
        elif sprm in {_DEFINE_ROW, _MERGE, _VERTICAL_MERGE}:
            layout.append((sprm, operand))
        elif sprm in {LIST, LEVEL}:
            listed.append((sprm, operand))
    depth = max(depth, 1 if marked[_IN_TABLE] else 0)
    ends_row = depth > 0 and ((marked[_ROW_END] and mark.text == _CELL_MARK) or marked[_INNER_ROW_END])
    # Cells of a nested table end with a paragraph mark that says so.
    ends_cell = marked[_INNER_CELL] if depth > 1 and mark.text == _PARAGRAPH_MARK else mark.text == _CELL_MARK
    margin = _margin(own) if depth and printed.strip() and not printed[0].isspace() else ""
    is_numbered = not ends_row and (printed.strip() or not is_struck)
    return Paragraph(
        text=margin + label(story.numbering, listed) + printed if is_numbered else printed,
        depth=depth,
        ends_cell=ends_cell and depth > 0 and not ends_row,
        ends_row=ends_row,
        row=_row_layout(layout) if ends_row else None,
        is_struck=is_struck,
    )


def _margin(modifiers: bytes) -> str:
    """Spaces as wide as the first line of a paragraph is indented; none where it is not aligned left."""
    said = dict(_sprms(modifiers))
    alignment = next((said[sprm][0] for sprm in reversed(_ALIGNMENT) if said.get(sprm)), 0)
    if alignment not in _ALIGNED_LEFT:
        return ""
    twips = 0.0
    for sprms, in_characters in ((_LEFT, _LEFT_CHARACTERS), (_FIRST, _FIRST_CHARACTERS)):
        stated = [int.from_bytes(said[sprm], "little", signed=True) for sprm in sprms if sprm in said]
        characters = int.from_bytes(said.get(in_characters, b""), "little", signed=True)
        twips += characters * CHARACTER_TWIPS / 100 if characters else (stated[-1] if stated else 0)
    return indentation(twips)


def _resolved(story: _Story, modifiers: bytes) -> Iterator[tuple[int, bytes]]:
    """The modifiers, those in the data stream put where they are referred to."""
    for sprm, operand in _sprms(modifiers):
        if sprm in _ELSEWHERE:
            at = struct.unpack("<I", operand)[0]
            if at + 2 <= len(story.data):
                size = struct.unpack_from("<H", story.data, at)[0]
                yield from _sprms(story.data[at + 2 : at + 2 + size])
        else:
            yield sprm, operand


def _row_layout(modifiers: list[tuple[int, bytes]]) -> Row | None:
    edges: tuple[int, ...] = ()
    horizontal: list[int] = []
    vertical: list[int] = []
    for sprm, operand in modifiers:
        if sprm == _DEFINE_ROW:
            count = operand[2]
            edges = struct.unpack_from(f"<{count + 1}h", operand, 3)
            flags_at = 3 + 2 * (count + 1)
            flags = [
                struct.unpack_from("<H", operand, at)[0]
                if (at := flags_at + 20 * i) + 2 <= len(operand)
                else 0
                for i in range(count)
            ]
            horizontal = [flag & 3 for flag in flags]
            vertical = [flag >> 5 & 3 for flag in flags]
        elif sprm == _VERTICAL_MERGE and len(operand) > 2 and operand[1] < len(vertical):
            vertical[operand[1]] = operand[2] & 3
        elif sprm == _MERGE:
            for i in range(operand[0], min(operand[1], len(horizontal))):
                horizontal[i] = 2 if i == operand[0] else 1
    return Row(edges, tuple(horizontal), tuple(vertical)) if edges else None


def _hidden_positions(story: _Story, text: str) -> bytearray:
    """For each CP whether it is not printed: hidden or deleted characters, and codes of fields."""
    hidden = bytearray(len(text))
    for piece in story.pieces:
        if piece.changes and _is_on(piece.changes, _HIDING + _STRIKING):
            hidden[piece.start : piece.end] = b"\x01" * (piece.end - piece.start)
    starts = [start for start, _ in story.hidden]
    for piece in story.pieces:
        end_at = piece.offset + (piece.end - piece.start) * piece.width
        index = max(bisect_right(starts, piece.offset) - 1, 0)
        while index < len(story.hidden) and story.hidden[index][0] < end_at:
            low, high = (max(piece.offset, story.hidden[index][0]), min(end_at, story.hidden[index][1]))
            first, last = (piece.start + (at - piece.offset) // piece.width for at in (low, high))
            if last > first:
                hidden[first:last] = b"\x01" * (last - first)
            index += 1
    _hide_field_codes(text, hidden)
    return hidden


def _hide_field_codes(text: str, hidden: bytearray) -> None:
    """`TC …` and other instructions: from the begin mark to the separator, or to the end where none is."""
    open_fields: list[tuple[int, int | None]] = []
    for at, character in enumerate(text):
        if character == _FIELD_BEGIN:
            open_fields.append((at, None))
        elif character == _FIELD_CODE_END and open_fields:
            open_fields[-1] = (open_fields[-1][0], at)
        elif character == _FIELD_END and open_fields:
            begin, separator = open_fields.pop()
            end = at if separator is None else separator
            hidden[begin : end + 1] = b"\x01" * (end + 1 - begin)
