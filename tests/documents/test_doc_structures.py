"""DOC files as Word leaves them and office suites do not write them, made of such a file's bytes."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path

import olefile
import pytest

from tests.documents.document_builders import outline
from warehouse.documents import read_document
from warehouse.documents.ole import packed

DATA = Path(__file__).resolve().parent / "data"
_CLX = 33
_VANISH = struct.pack("<HB", 0x083C, 1)


def _streams(name: str) -> dict[str, bytes]:
    with olefile.OleFileIO(io.BytesIO((DATA / name).read_bytes())) as container:
        return {"/".join(path): container.openstream(path).read() for path in container.listdir()}


def _pieces(streams: dict[str, bytes]) -> tuple[int, list[tuple[int, int, int]]]:
    """Where the place of the piece table is stated, and start, end and place (FC) of each piece."""
    main = streams["WordDocument"]
    words = struct.unpack_from("<H", main, 32)[0]
    longs = struct.unpack_from("<H", main, 34 + 2 * words)[0]
    at = 34 + 2 * words + 2 + 4 * longs + 2 + 8 * _CLX
    offset, size = struct.unpack_from("<ii", main, at)
    table = streams[_table(streams)]
    clx = table[offset : offset + size]
    assert clx[0] == 2
    plc = clx[5:]
    count = (len(plc) - 4) // 12
    starts = struct.unpack_from(f"<{count + 1}I", plc)
    places = [struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * i + 2)[0] for i in range(count)]
    return at, [(starts[i], starts[i + 1], places[i]) for i in range(count)]


def _table(streams: dict[str, bytes]) -> str:
    return "1Table" if "1Table" in streams else "0Table"


def _with_pieces(
    streams: dict[str, bytes], pieces: list[tuple[int, int, int]], changes: tuple[bytes, ...] = ()
) -> bytes:
    """The file with other pieces: characters, place, and number of the change that applies to them."""
    at, _ = _pieces(streams)
    ends = [0]
    for characters, _, _ in pieces:
        ends.append(ends[-1] + characters)
    plc = struct.pack(f"<{len(ends)}I", *ends)
    for _, place, change in pieces:
        plc += struct.pack("<HIH", 0, place, change << 1 | 1 if change >= 0 else 0)
    clx = b"".join(b"\x01" + struct.pack("<H", len(each)) + each for each in changes)
    clx += b"\x02" + struct.pack("<I", len(plc)) + plc
    name = _table(streams)
    main = bytearray(streams["WordDocument"])
    struct.pack_into("<ii", main, at, len(streams[name]), len(clx))
    counted = 34 + 2 * struct.unpack_from("<H", main, 32)[0] + 2 + 12
    grown = ends[-1] - _pieces(streams)[1][-1][1]
    struct.pack_into("<i", main, counted, struct.unpack_from("<i", main, counted)[0] + grown)
    return packed(streams | {name: streams[name] + clx, "WordDocument": bytes(main)})


def _width(place: int) -> int:
    return 1 if place & 0x4000_0000 else 2


def _moved(place: int, characters: int) -> int:
    """The place of a character further on; places of compressed text are stated doubled."""
    return place + 2 * characters


def _cut(pieces: list[tuple[int, int, int]], every: int) -> list[tuple[int, int, int]]:
    return [
        (min(every, end - at), _moved(place, at - start), -1)
        for start, end, place in pieces
        for at in range(start, end, every)
    ]


@pytest.mark.parametrize("name", ["rich.doc", "numbered.doc", "revised.doc", "indented.doc"])
@pytest.mark.parametrize("every", [1, 7])
def test_text_cut_into_pieces_is_the_same_text(name: str, every: int) -> None:
    streams = _streams(name)
    cut = _with_pieces(streams, _cut(_pieces(streams)[1], every))
    assert outline(read_document(cut)) == outline(read_document((DATA / name).read_bytes()))


def _end_of(streams: dict[str, bytes], text: str) -> int:
    """The character behind a text of the first piece."""
    start, end, place = _pieces(streams)[1][0]
    width = _width(place)
    offset = (place & 0x3FFF_FFFF) // (2 if width == 1 else 1)
    raw = streams["WordDocument"][offset : offset + (end - start) * width]
    return start + raw.decode("utf-16-le" if width == 2 else "cp1252").index(text) + len(text)


def test_pieces_stand_anywhere_in_a_fast_saved_file() -> None:
    streams = _streams("indented.doc")
    (start, end, place), *_ = _pieces(streams)[1]
    label = _end_of(streams, "工资福利支出") - 6
    pieces = [
        (label, place, -1),
        (2, _moved(place, label + 4), -1),
        (end - start - label, _moved(place, label), -1),
    ]
    # Text is printed in the order of the pieces: two characters stand in the file once and in the text twice.
    (table,) = read_document(_with_pieces(streams, pieces)).tables
    assert table.grid()[1][0].text == "支出工资福利支出"


def test_a_change_that_applies_to_a_whole_piece_hides_it() -> None:
    streams = _streams("indented.doc")
    (start, end, place), *_ = _pieces(streams)[1]
    label = _end_of(streams, "工资福利支出") - 6
    pieces = [
        (label, place, -1),
        (2, _moved(place, label), 0),
        (end - start - label - 2, _moved(place, label + 2), -1),
    ]
    (table,) = read_document(_with_pieces(streams, pieces, (_VANISH,))).tables
    assert table.grid()[1][0].text == "福利支出"


def _with_object(storage: Callable[[bytes], dict[str, bytes]], field: str) -> bytes:
    """`indented.doc` with a field in the place of a label, and an object in its pool."""
    streams = _streams("indented.doc")
    (_, _, place), *_ = _pieces(streams)[1]
    with olefile.OleFileIO(io.BytesIO((DATA / "errors.xls").read_bytes())) as container:
        workbook = container.openstream("Workbook").read()
    text = ("\x13 EMBED " + field + " \x14\x01\x15").encode("utf-16-le")
    main = streams["WordDocument"]
    streams["WordDocument"] = main + text
    (start, end, place), *_ = _pieces(streams)[1]
    label = _end_of(streams, "工资福利支出")
    pieces = [
        (label, place, -1),
        (len(text) // 2, len(main), -1),
        (end - start - label, _moved(place, label), -1),
    ]
    return _with_pieces(streams | storage(workbook), pieces)


@pytest.mark.parametrize(
    "storage",
    [
        lambda workbook: {"ObjectPool/_1234/Workbook": workbook},
        lambda _: {"ObjectPool/_1234/Package": (DATA / "errors.xls").read_bytes()},
    ],
)
def test_a_workbook_in_the_text_is_read_where_it_stands(storage: Callable[[bytes], dict[str, bytes]]) -> None:
    document = read_document(_with_object(storage, "Excel.Sheet.8"))
    embedded = document.tables[-1]
    assert [cell.text for cell in embedded.cells][:4] == ["项目", "预算数", "基本支出", "#DIV/0!"]
    assert [table.row_count for table in document.tables] == [3, 4]


def test_an_equation_is_no_workbook() -> None:
    document = read_document(_with_object(lambda _: {"ObjectPool/_1234/Equation Native": b"x"}, "Equation.3"))
    assert [table.row_count for table in document.tables] == [3]
