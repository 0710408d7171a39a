"""The binary structures of a Word 97–2003 file ([MS-DOC]): pieces of text, and runs of properties.

Properties of paragraphs and characters are stored by their place in the file (FC), text by character position
(CP); pieces map one to the other.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import olefile

from warehouse.documents.model import Notice, ReadOutcome, UnreadableDocumentError
from warehouse.documents.ole import embedded_objects
from warehouse.documents.word import doc_sprms as codes
from warehouse.documents.word.doc_lists import Style, read_lists, read_styles
from warehouse.documents.word.numbering import Numbering
from warehouse.documents.word.table import struck_text

MAX_CHARACTERS = 20_000_000

_WORD_97, _WORD_6 = 0xA5EC, 0xA5DC
_FIRST_WORD_97 = 0x00C1
_FLAG_ENCRYPTED, _FLAG_1TABLE, _FLAG_OBFUSCATED = 0x0100, 0x0200, 0x8000
_PAGE = 512
# Places of pairs (fc, lcb) in FibRgFcLcb97.
_STYLES, _CHPX, _PAPX, _CLX, _LISTS, _LIST_OVERRIDES = 1, 12, 13, 33, 73, 74


_Run = tuple[int, int, dict[int, bytes]]
"""First place and end of characters (FC), and their property modifiers."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters `start` to `end` (CP) lie at `offset` of the main stream, one or two bytes each."""

    start: int
    end: int
    offset: int
    width: int
    changes: bytes
    """Property modifiers of a fast-saved file, applied to the whole piece."""


@dataclass(slots=True)
class Story:
    """A file as it has to be known to read its text."""

    main: bytes
    data: bytes
    pieces: list[Piece]
    character_count: int
    main_count: int
    """Of these, the main text; footnotes, headers, comments and text boxes follow."""
    paragraph_runs: tuple[list[int], list[tuple[int, bytes]]]
    hidden: list[tuple[int, int]]
    """FC ranges of hidden, deleted and struck characters."""
    pictures: dict[int, int]
    """Places of pictures in the data stream, by that of the character that stands for each (FC)."""
    raised: list[tuple[int, int]]
    """FC ranges of characters above the line."""
    further: tuple[tuple[int, int], ...]
    """Ranges of footnotes, endnotes and text boxes."""
    numbering: Numbering
    styles: dict[int, Style]
    objects: list[bytes] = field(default_factory=list)
    """Workbooks and documents within the text, in its order."""
    notices: list[Notice] = field(default_factory=list)


def open_story(data: bytes) -> Story:
    """The structures of a file.

    Raises:
        UnreadableDocumentError: UNSUPPORTED (Word 95 and older), ENCRYPTED, CORRUPT or WRONG_TYPE.
        struct.error, IndexError, OSError, ValueError: For a damaged file.
    """
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
        objects = embedded_objects(container)
        extra = container.openstream("Data").read() if container.exists("Data") else b""
    counts, places = _layout(main)
    pieces = _pieces(_slice(table, places[_CLX]))
    runs = list(_runs(main, _slice(table, places[_CHPX])))
    hidden, struck, raised = (
        [(start, end) for start, end, said in runs if codes.one_is_on(said, sprms)]
        for sprms in (codes.HIDING, codes.STRIKING, codes.RAISING)
    )
    # Main text, footnotes, headers, macros, comments, endnotes, text boxes: one after the other.
    ends = list(accumulate(counts))
    return Story(
        main=main,
        data=extra,
        pieces=pieces,
        character_count=pieces[-1].end,
        main_count=counts[0],
        paragraph_runs=_paragraph_runs(main, _slice(table, places[_PAPX])),
        hidden=sorted([*hidden, *struck]),
        raised=sorted(raised),
        pictures=dict(_pictures(runs)),
        further=((ends[0], ends[1]), (ends[4], ends[5]), (ends[5], ends[6])),
        numbering=read_lists(table, places[_LISTS], places[_LIST_OVERRIDES]),
        styles=read_styles(_slice(table, places[_STYLES])),
        objects=objects,
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


def _pieces(clx: bytes) -> list[Piece]:
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


def _piece(plc: bytes, at: int, start: int, end: int, changes: Sequence[bytes]) -> Piece:
    where, prm = struct.unpack_from("<IH", plc, at + 2)
    if prm & 1:
        modifiers = changes[prm >> 1] if prm >> 1 < len(changes) else b""
    else:
        sprm = codes.PRM0.get(prm >> 1 & 0x7F)
        modifiers = b"" if sprm is None else struct.pack("<HB", sprm, prm >> 8)
    if where & 0x4000_0000:
        return Piece(start, end, (where & 0x3FFF_FFFF) // 2, 1, modifiers)
    return Piece(start, end, where & 0x3FFF_FFFF, 2, modifiers)


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
            runs.append((starts[i], _papx(page, at) if at else PLAIN))
        runs.append((starts[count], PLAIN))
    runs.sort(key=lambda run: run[0])
    return [start for start, _ in runs], [properties for _, properties in runs]


PLAIN = (0, b"")


def _papx(page: bytes, at: int) -> tuple[int, bytes]:
    """Style and modifiers of a paragraph."""
    begin, end = (at + 1, at + 2 * page[at]) if page[at] else (at + 2, at + 2 + 2 * page[at + 1])
    return int.from_bytes(page[begin : begin + 2], "little"), page[begin + 2 : end]


def _pictures(runs: Iterable[_Run]) -> Iterator[tuple[int, int]]:
    """FCs of characters that stand for a picture, and where in the data stream it is."""
    for start, _, said in runs:
        place = said.get(codes.PICTURE_AT, b"")
        if len(place) == 4 and not codes.one_is_on(said, codes.NO_PICTURE):
            yield start, int.from_bytes(place, "little")


def _runs(main: bytes, plc: bytes) -> Iterator[_Run]:
    """FC ranges of characters, and their property modifiers where they have some."""
    known: dict[bytes, dict[int, bytes]] = {}  # a file has few different ones
    for page in _pages(main, plc):
        count = min(page[-1], 101)
        starts = struct.unpack_from(f"<{count + 1}I", page)
        for i in range(count):
            at = 2 * page[4 * (count + 1) + i]
            if at:
                modifiers = page[at + 1 : at + 1 + page[at]]
                if modifiers not in known:
                    known[modifiers] = dict(codes.sprms_of(modifiers))
                yield starts[i], starts[i + 1], known[modifiers]
