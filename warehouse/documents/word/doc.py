"""Word 97–2003 documents (DOC), read from their binary structures as [MS-DOC] describes them.

The text of such a file is a sequence of characters (by character position, CP) that pieces map to places in
the file (FC). Properties of paragraphs and characters are stored by FC. A cell ends with a cell mark, a row
with a paragraph that is marked as the row's end and carries the row's layout (`sprmTDefTable`): the edges of
its cells and their merge flags.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from warehouse.documents.embedded import MAX_PICTURES, read_embedded, read_picture
from warehouse.documents.model import Document, Line, Notice, ReadOutcome, Table, UnreadableDocumentError
from warehouse.documents.note_marks import is_note_mark, note_marks
from warehouse.documents.typed.tabbed import with_typed_tables
from warehouse.documents.word import doc_sprms as codes
from warehouse.documents.word.doc_file import PLAIN, Story, open_story
from warehouse.documents.word.doc_lists import LEVEL, LIST, inherited, label
from warehouse.documents.word.story import Paragraph, Row, story_blocks
from warehouse.documents.word.table import CHARACTER_TWIPS, indentation

_FIELD_BEGIN, _FIELD_CODE_END, _FIELD_END = "\x13", "\x14", "\x15"
_PICTURE = "\x01"
_EMBEDDED = re.compile(r"\x13\s*EMBED\s+(?:Excel|ET|KET|Word|WPS)\b", re.IGNORECASE)
_PIXELS = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff")
"""Where in its record a picture begins that is made of pixels; drawings are not looked at."""
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
        story = open_story(data)
        objects = _Objects(story)
        paragraphs = _paragraphs(story, objects)
        blocks = tuple(with_typed_tables(story_blocks(paragraphs, story.notices)))
        blocks += tuple(objects.rest())
    except (struct.error, IndexError, OSError, ValueError) as error:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, f"broken Word file: {error}") from error
    pictures = _text(story)[: story.main_count].count(_PICTURE) - objects.read - objects.pictures_read
    if pictures > 0:
        story.notices.append(Notice("picture", f"{pictures} pictures or embedded objects were not read"))
    return Document("doc", blocks, notices=tuple(story.notices))


# Text and paragraphs.


def _text(story: Story) -> str:
    parts = []
    for piece in story.pieces:
        raw = story.main[piece.offset : piece.offset + (piece.end - piece.start) * piece.width]
        text = _decode_utf_16(raw) if piece.width == 2 else _decode_1252(raw)
        # A surrogate pair is two CPs but one Python character: keep positions by leaving a filler behind.
        if len(text) != piece.end - piece.start:
            text = "".join(c if ord(c) < 0x10000 else c + "\x00" for c in text)
        parts.append(text.ljust(piece.end - piece.start, "\x00"))
    return "".join(parts)


def _decode_utf_16(raw: bytes) -> str:
    """Halves of a character beyond the first plane stay halves where a piece ends between them."""
    try:
        return raw.decode("utf-16-le", "surrogatepass")
    except UnicodeDecodeError:
        return raw.decode("utf-16-le", "replace")


def _decode_1252(raw: bytes) -> str:
    return "".join(map(_CP1252.__getitem__, raw))


class _Objects:
    """The documents and pictures in a text, each read where a field or a character says that one stands."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.waiting = deque(story.objects)
        self.notices = story.notices
        self.read = 0
        self.pictures = 0
        self.pictures_read = 0

    def picture(self, place: int) -> list[Line | Table]:
        """The table that a picture shows whose character stands at a place of the main stream (FC)."""
        at = self.story.pictures.get(place)
        data = b"" if at is None else self.story.data[at:]
        size = int.from_bytes(data[:4], "little")
        start = _PIXELS.search(data[:size])
        if start is None or self.pictures >= MAX_PICTURES:
            return []
        self.pictures += 1
        blocks, notices = read_picture(data[start.start() : size], f"picture {self.pictures}")
        self.pictures_read += bool(blocks)
        self.notices += notices
        return blocks

    def take(self, count: int) -> list[Line | Table]:
        """What the next ones hold."""
        found: list[Line | Table] = []
        for _ in range(min(count, len(self.waiting))):
            blocks, notices = read_embedded(self.waiting.popleft(), "an embedded object", is_shown=True)
            self.read += bool(blocks)
            found += blocks
            self.notices += notices
        return found

    def rest(self) -> list[Line | Table]:
        """What those hold to which no field refers."""
        return self.take(len(self.waiting))


def _paragraphs(story: Story, objects: _Objects) -> list[Paragraph]:
    """All paragraphs of the main text, then those of notes and text boxes."""
    if not 0 <= story.main_count <= story.character_count:
        raise ValueError(f"{story.main_count} characters announced, {story.character_count} there")
    text = _text(story)
    hidden = _hidden_positions(story, text)
    found = list(_paragraphs_between(story, text, hidden, (0, story.main_count), objects))
    for first, last in story.further:
        if story.main_count <= first < last <= story.character_count:
            found += _paragraphs_between(story, text, hidden, (first, last), objects)
    return found


def _paragraphs_between(
    story: Story, text: str, hidden: bytearray, span: tuple[int, int], objects: _Objects
) -> Iterator[Paragraph]:
    position, end = span
    piece_starts = [piece.start for piece in story.pieces]
    while position < end:
        last = position
        while last < end - 1 and text[last] not in "\r\x07\x0c":
            last += 1
        printed = "".join(text[i] for i in range(position, last + 1) if not hidden[i]).translate(_PRINTED_AS)
        printed = printed.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        changes = story.pieces[bisect_right(piece_starts, last) - 1].changes
        is_struck = any(hidden[position:last])
        mark = _Mark(text[last], _place(story, piece_starts, last), changes)
        paragraph = _paragraph(story, printed, mark, is_struck=is_struck)
        embedded = len(_EMBEDDED.findall(text, position, last))
        inner = objects.take(embedded)
        if not embedded and text.find(_PICTURE, position, last) >= 0:
            shown = [at for at in range(position, last) if text[at] == _PICTURE and not hidden[at]]
            inner = [block for at in shown for block in objects.picture(_place(story, piece_starts, at))]
        yield replace(paragraph, inner=tuple(inner)) if inner else paragraph
        position = last + 1


def _place(story: Story, piece_starts: list[int], position: int) -> int:
    """Where a character stands in the main stream (FC)."""
    piece = story.pieces[bisect_right(piece_starts, position) - 1]
    return piece.offset + (position - piece.start) * piece.width


class _Mark(NamedTuple):
    """The character that ends a paragraph and carries its properties."""

    text: str
    place: int
    """In the main stream (FC)."""
    changes: bytes
    """Of its piece."""


def _paragraph(story: Story, printed: str, mark: _Mark, *, is_struck: bool) -> Paragraph:
    """Properties are those of the paragraph's mark."""
    starts, properties = story.paragraph_runs
    index = bisect_right(starts, mark.place) - 1
    style, own = properties[index] if index >= 0 else PLAIN
    marked = dict.fromkeys((codes.IN_TABLE, codes.ROW_END, codes.INNER_CELL, codes.INNER_ROW_END), False)
    depth = 0
    layout: list[tuple[int, bytes]] = []
    listed = [pair for inner in inherited(story.styles, style) for pair in codes.sprms_of(inner)]
    for sprm, operand in _resolved(story, own + mark.changes):
        if sprm in marked:
            marked[sprm] = operand[0] != 0
        elif sprm == codes.DEPTH:
            depth = struct.unpack("<i", operand)[0]
        elif sprm in {codes.DEFINE_ROW, codes.MERGE, codes.VERTICAL_MERGE}:
            layout.append((sprm, operand))
        elif sprm in {LIST, LEVEL}:
            listed.append((sprm, operand))
    depth = max(depth, 1 if marked[codes.IN_TABLE] else 0)
    ends_row = depth > 0 and (
        (marked[codes.ROW_END] and mark.text == _CELL_MARK) or marked[codes.INNER_ROW_END]
    )
    # Cells of a nested table end with a paragraph mark that says so.
    ends_cell = (
        marked[codes.INNER_CELL] if depth > 1 and mark.text == _PARAGRAPH_MARK else mark.text == _CELL_MARK
    )
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
    said = dict(codes.sprms_of(modifiers))
    alignment = next((said[sprm][0] for sprm in reversed(codes.ALIGNMENT) if said.get(sprm)), 0)
    if alignment not in codes.ALIGNED_LEFT:
        return ""
    twips = 0.0
    for sprms, in_characters in ((codes.LEFT, codes.LEFT_CHARACTERS), (codes.FIRST, codes.FIRST_CHARACTERS)):
        stated = [int.from_bytes(said[sprm], "little", signed=True) for sprm in sprms if sprm in said]
        characters = int.from_bytes(said.get(in_characters, b""), "little", signed=True)
        twips += characters * CHARACTER_TWIPS / 100 if characters else (stated[-1] if stated else 0)
    return indentation(twips)


def _resolved(story: Story, modifiers: bytes) -> Iterator[tuple[int, bytes]]:
    """The modifiers, those in the data stream put where they are referred to."""
    for sprm, operand in codes.sprms_of(modifiers):
        if sprm in codes.ELSEWHERE:
            at = struct.unpack("<I", operand)[0]
            if at + 2 <= len(story.data):
                size = struct.unpack_from("<H", story.data, at)[0]
                yield from codes.sprms_of(story.data[at + 2 : at + 2 + size])
        else:
            yield sprm, operand


def _row_layout(modifiers: list[tuple[int, bytes]]) -> Row | None:
    edges: tuple[int, ...] = ()
    horizontal: list[int] = []
    vertical: list[int] = []
    for sprm, operand in modifiers:
        if sprm == codes.DEFINE_ROW:
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
        elif sprm == codes.VERTICAL_MERGE and len(operand) > 2 and operand[1] < len(vertical):
            vertical[operand[1]] = operand[2] & 3
        elif sprm == codes.MERGE:
            for i in range(operand[0], min(operand[1], len(horizontal))):
                horizontal[i] = 2 if i == operand[0] else 1
    return Row(edges, tuple(horizontal), tuple(vertical)) if edges else None


def _hidden_positions(story: Story, text: str) -> bytearray:
    """For each CP whether it is not printed: hidden or deleted, code of a field, mark of a note."""
    hidden = bytearray(len(text))
    for piece in story.pieces:
        if piece.changes and codes.is_on(piece.changes, codes.HIDING + codes.STRIKING):
            hidden[piece.start : piece.end] = b"\x01" * (piece.end - piece.start)
    for first, last in _positions(story, story.hidden):
        hidden[first:last] = b"\x01" * (last - first)
    _hide_field_codes(text, hidden)
    marks = 0
    for first, last in _positions(story, story.raised):
        before = "" if not first or hidden[first - 1] else text[first - 1]
        if is_note_mark(before, text[first:last].strip("\r\x07")):
            hidden[first:last] = b"\x01" * (last - first)
            marks += 1
    story.notices += note_marks(marks)
    return hidden


def _positions(story: Story, ranges: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The CPs of ranges of places in the file (FC), which are in order."""
    starts = [start for start, _ in ranges]
    for piece in story.pieces if ranges else ():
        end_at = piece.offset + (piece.end - piece.start) * piece.width
        index = max(bisect_right(starts, piece.offset) - 1, 0)
        while index < len(ranges) and ranges[index][0] < end_at:
            low, high = (max(piece.offset, ranges[index][0]), min(end_at, ranges[index][1]))
            first, last = (piece.start + (at - piece.offset) // piece.width for at in (low, high))
            if last > first:
                yield first, last
            index += 1


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
