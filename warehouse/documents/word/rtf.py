"""Rich Text Format 1.9, what some `.doc` files really are: text, tables, merged cells."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from warehouse.documents.embedded import MAX_PICTURES, read_picture
from warehouse.documents.model import Document, Line, Notice, ReadOutcome, Table, UnreadableDocumentError
from warehouse.documents.note_marks import is_note_mark, note_marks
from warehouse.documents.typed.tabbed import with_typed_tables
from warehouse.documents.word.rtf_words import (
    CHARACTERS,
    CODE_PAGES,
    CODECS,
    MERGES,
    NOT_PRINTED,
    SYMBOLS,
    TOKEN,
    Layout,
    State,
)
from warehouse.documents.word.story import Paragraph, story_blocks
from warehouse.documents.word.table import indentation, struck_text

_NO_DIGIT = re.compile(rb"[^0-9a-fA-F]+")

MAX_GROUPS = 2000
"""Groups within groups."""


def read_rtf(data: bytes) -> Document:
    """The lines and tables of an RTF file, without field codes, hidden text, page headers and footers.

    Raises:
        UnreadableDocumentError: CORRUPT where the file ends within a group; TOO_LARGE.
    """
    reader = _Reader()
    position = 0
    while position < len(data):
        match = TOKEN.match(data, position)
        position = match.end() if match else position + 1
        if match is not None:
            position += reader.take(match)
        if reader.finished:
            break
    if not reader.finished:
        raise UnreadableDocumentError(ReadOutcome.CORRUPT, "the RTF file ends within a group: truncated")
    reader.defaults(None)
    reader.end_paragraph()
    notices: list[Notice] = [struck_text(reader.struck)] if reader.struck else []
    notices += [*note_marks(reader.note_marks), *reader.notices]
    if reader.pictures > reader.pictures_read:
        unread = reader.pictures - reader.pictures_read
        notices.append(Notice("picture", f"{unread} pictures or embedded objects were not read"))
    blocks = tuple(with_typed_tables(story_blocks([*reader.paragraphs, *reader.boxed], notices)))
    return Document("rtf", blocks, notices=tuple(notices))


class _Reader:
    def __init__(self) -> None:
        self.paragraphs: list[Paragraph] = []
        self.boxed: list[Paragraph] = []
        """Those of text boxes, which follow the text."""
        self.around_box: tuple[list[str], bool, int, dict[int, Layout]] | None = None
        """What goes on after the open text box."""
        self.finished = False
        self.groups: list[State] = []
        self.state = State()
        self.parts: list[str] = []
        self.raw = bytearray()
        self.is_struck = False
        self.struck = 0
        self.note_marks = 0
        self.pictures = 0
        self.pictures_read = 0
        self.shown: list[Line | Table] = []
        """What the pictures of the open paragraph show."""
        self.notices: list[Notice] = []
        self.to_skip = 0
        self.in_table = False
        self.nesting = 0
        self.layouts = {1: Layout(), 2: Layout()}
        self.codec = "cp1252"
        self.font_codecs: dict[int, str] = {}

    def take(self, token: re.Match[bytes]) -> int:
        """Understand one token; gives the number of bytes of binary data that follow it."""
        if token["byte"]:
            self.add_raw(bytes([int(token["byte"], 16)]))
        elif token["text"]:
            self.add_raw(token["text"])
        elif token["brace"]:
            self.brace(opens=token["brace"] == b"{")
        elif token["symbol"] == b"*":
            self.state = replace(self.state, ignorable=True)
        elif token["symbol"] in SYMBOLS:
            self.add(SYMBOLS[token["symbol"]])
        elif token["word"]:
            word, number = token["word"].decode("ascii"), int(token["number"]) if token["number"] else None
            if word == "bin":
                return max(number or 0, 0)
            self.word(word, number)
        return 0

    def add_raw(self, raw: bytes) -> None:
        if (digits := self.state.picture) is not None:
            digits.extend(raw)
            return
        skipped = min(self.to_skip, len(raw))
        self.to_skip -= skipped
        if self.is_shown() and not (self.state.raised and self.is_mark(raw[skipped:].decode("latin-1"))):
            self.raw += raw[skipped:]

    def add(self, text: str) -> None:
        self.flush()
        if self.is_shown() and not (self.state.raised and self.is_mark(text)):
            self.parts.append(text)

    def is_mark(self, text: str) -> bool:
        """Whether a text above the line is the mark of a note behind a figure."""
        before = self.raw[-1:].decode("latin-1") or "".join(self.parts[-1:])
        found = is_note_mark(before, text)
        self.note_marks += found
        return found

    def is_shown(self) -> bool:
        """Whether what comes next is read; notes where it would be, were it not struck or hidden."""
        if not self.state.printed:
            return False
        self.struck += self.state.struck and not self.state.hidden
        self.is_struck = self.is_struck or self.state.struck or self.state.hidden
        return not (self.state.hidden or self.state.struck)

    def flush(self) -> None:
        """Decode the bytes collected so far with the code page of their font."""
        if self.raw:
            codec = self.font_codecs.get(self.state.font)
            if codec is None and self.state.far_font is not None and not self.raw.isascii():
                codec = self.font_codecs.get(self.state.far_font)
            codec = codec or self.codec
            self.parts.append(self.raw.decode(codec, "replace"))
            self.raw.clear()

    def brace(self, *, opens: bool) -> None:
        self.flush()
        self.to_skip = 0
        if opens:
            self.groups.append(self.state)
            if len(self.groups) > MAX_GROUPS:
                raise UnreadableDocumentError(
                    ReadOutcome.TOO_LARGE, f"groups nested deeper than {MAX_GROUPS}"
                )
            if self.state.ignorable:
                self.state = replace(self.state, ignorable=False)
        elif self.groups:
            ended, self.state = self.state, self.groups.pop()
            if ended.in_box and not self.state.in_box:
                self.close_box()
            if ended.picture is not None and self.state.picture is None:
                self.picture(bytes(ended.picture))
            self.finished = not self.groups

    def word(self, word: str, number: int | None) -> None:
        if self.state.ignorable:
            self.state = replace(
                self.state,
                ignorable=False,
                picture=None,
                printed=self.state.printed and word in {"nesttableprops", "shppict"},
            )
        if word == "shp":
            self.state = replace(self.state, has_shape=self.state.printed)
        elif word == "shptxt" and self.state.has_shape and self.around_box is None:
            self.open_box()
        elif word in NOT_PRINTED:
            self.state = replace(self.state, printed=False, in_fonts=self.state.in_fonts or word == "fonttbl")
        elif word in CHARACTERS:
            self.add(CHARACTERS[word])
        elif (action := _ACTIONS.get(word)) is not None:
            self.flush()
            action(self, number)
        elif word in MERGES:
            layout = self.layout()
            horizontal, vertical = MERGES[word]
            layout.pending = (horizontal or layout.pending[0], vertical or layout.pending[1])

    def picture(self, digits: bytes) -> None:
        """Read the table that a picture shows, if it shows one."""
        if self.pictures > MAX_PICTURES:
            return
        text = _NO_DIGIT.sub(b"", digits).decode("ascii")
        blocks, notices = read_picture(bytes.fromhex(text[: len(text) // 2 * 2]), f"picture {self.pictures}")
        self.pictures_read += bool(blocks)
        self.shown += blocks
        self.notices += notices

    def open_box(self) -> None:
        """The text of a shape, whose other properties are not printed."""
        self.flush()
        self.around_box = self.parts, self.in_table, self.nesting, self.layouts
        self.parts, self.in_table, self.nesting = [], False, 0
        self.layouts = {1: Layout(), 2: Layout()}
        self.paragraphs, self.boxed = self.boxed, self.paragraphs
        self.state = replace(self.state, printed=True, in_box=True)

    def close_box(self) -> None:
        if self.around_box is not None:
            self.end_paragraph()
            self.paragraphs, self.boxed = self.boxed, self.paragraphs
            self.parts, self.in_table, self.nesting, self.layouts = self.around_box
            self.around_box = None

    def layout(self) -> Layout:
        return self.layouts[2 if self.state.in_nested_row else 1]

    def depth(self) -> int:
        return max(self.nesting, 1 if self.in_table else 0)

    def end_paragraph(self, *, at_depth: int | None = None, ends_cell: bool = False) -> None:
        self.flush()
        # Characters beyond the first plane are written as two surrogates.
        text = "".join(self.parts).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        depth = self.depth() if at_depth is None else at_depth
        if depth and text.strip() and not text[0].isspace() and self.state.is_aligned_left:
            text = indentation(self.state.left + self.state.first) + text
        self.paragraphs.append(
            Paragraph(text, depth, ends_cell, is_struck=self.is_struck, inner=tuple(self.shown))
        )
        self.parts.clear()
        self.shown.clear()
        self.is_struck = False

    # What control words do.

    def begin_picture(self, _: int | None) -> None:
        self.pictures += self.state.printed
        self.state = replace(self.state, printed=False, picture_is_due=self.state.printed)

    def begin_pixels(self, _: int | None) -> None:
        if self.state.picture_is_due:
            self.state = replace(self.state, picture=bytearray())

    def unicode(self, number: int | None) -> None:
        if number is not None and -0x8000 <= number <= 0xFFFF:
            self.add(chr(number % 0x10000))
            self.to_skip = self.state.fallback

    def paragraph(self, _: int | None) -> None:
        self.end_paragraph()

    def defaults(self, _: int | None) -> None:
        self.in_table, self.nesting = False, 0
        self.state = replace(self.state, left=0, first=0, is_aligned_left=True)

    def set_left(self, number: int | None) -> None:
        self.state = replace(self.state, left=number or 0)

    def set_first(self, number: int | None) -> None:
        self.state = replace(self.state, first=number or 0)

    def align_left(self, _: int | None) -> None:
        self.state = replace(self.state, is_aligned_left=True)

    def align_otherwise(self, _: int | None) -> None:
        self.state = replace(self.state, is_aligned_left=False)

    def cell(self, _: int | None) -> None:
        self.end_paragraph(at_depth=1, ends_cell=True)

    def nested_cell(self, _: int | None) -> None:
        self.end_paragraph(at_depth=max(self.nesting, 2), ends_cell=True)

    def row_end(self, _: int | None) -> None:
        self.paragraphs.append(Paragraph("", 1, ends_row=True, row=self.layouts[1].row()))

    def nested_row_end(self, _: int | None) -> None:
        self.paragraphs.append(Paragraph("", max(self.nesting, 2), ends_row=True, row=self.layouts[2].row()))

    def row_begin(self, _: int | None) -> None:
        self.layouts[2 if self.state.in_nested_row else 1] = Layout()

    def cell_edge(self, number: int | None) -> None:
        layout = self.layout()
        layout.edges.append(max(min(number or 0, 1_000_000), layout.edges[-1]))
        layout.horizontal.append(layout.pending[0])
        layout.vertical.append(layout.pending[1])
        layout.pending = (0, 0)

    def charset(self, number: int | None) -> None:
        if self.state.in_fonts and number in CODECS:
            self.font_codecs[self.state.font] = CODECS[number]

    def code_page(self, number: int | None) -> None:
        self.codec = CODE_PAGES.get(number or 0, "cp1252")

    def set_font(self, number: int | None) -> None:
        self.state = replace(self.state, font=number or 0)

    def begin_far_east(self, _: int | None) -> None:
        self.state = replace(self.state, of_far=True)

    def end_far_east(self, _: int | None) -> None:
        self.state = replace(self.state, of_far=False)

    def set_associated_font(self, number: int | None) -> None:
        if self.state.of_far:
            self.state = replace(self.state, far_font=number)

    def set_hidden(self, number: int | None) -> None:
        self.state = replace(self.state, hidden=number != 0)

    def set_struck(self, number: int | None) -> None:
        self.state = replace(self.state, struck=number != 0)

    def set_fallback(self, number: int | None) -> None:
        self.state = replace(self.state, fallback=max(number or 0, 0))

    def set_in_table(self, _: int | None) -> None:
        self.in_table = True

    def set_nesting(self, number: int | None) -> None:
        self.nesting = number or 0

    def begin_nested_row(self, _: int | None) -> None:
        self.state = replace(self.state, in_nested_row=True)

    def set_raised(self, number: int | None) -> None:
        self.state = replace(self.state, raised=number != 0)

    def lower(self, _: int | None) -> None:
        self.state = replace(self.state, raised=False)

    def plain(self, _: int | None) -> None:
        self.state = replace(self.state, hidden=False, struck=False, raised=False)
        self.state = replace(self.state, far_font=None, of_far=False)


_ACTIONS: dict[str, Callable[[_Reader, int | None], None]] = {
    "u": _Reader.unicode,
    "pict": _Reader.begin_picture,
    "pngblip": _Reader.begin_pixels,
    "jpegblip": _Reader.begin_pixels,
    "uc": _Reader.set_fallback,
    "par": _Reader.paragraph,
    "sect": _Reader.paragraph,
    "pard": _Reader.defaults,
    "plain": _Reader.plain,
    "li": _Reader.set_left,
    "fi": _Reader.set_first,
    "ql": _Reader.align_left,
    "qj": _Reader.align_left,
    "qc": _Reader.align_otherwise,
    "qr": _Reader.align_otherwise,
    "qd": _Reader.align_otherwise,
    "intbl": _Reader.set_in_table,
    "itap": _Reader.set_nesting,
    "cell": _Reader.cell,
    "nestcell": _Reader.nested_cell,
    "row": _Reader.row_end,
    "nestrow": _Reader.nested_row_end,
    "nesttableprops": _Reader.begin_nested_row,
    "trowd": _Reader.row_begin,
    "cellx": _Reader.cell_edge,
    "f": _Reader.set_font,
    "dbch": _Reader.begin_far_east,
    "loch": _Reader.end_far_east,
    "hich": _Reader.end_far_east,
    "af": _Reader.set_associated_font,
    "fcharset": _Reader.charset,
    "ansicpg": _Reader.code_page,
    "v": _Reader.set_hidden,
    "deleted": _Reader.set_hidden,
    "strike": _Reader.set_struck,
    "striked": _Reader.set_struck,
    "super": _Reader.set_raised,
    "nosupersub": _Reader.lower,
}
