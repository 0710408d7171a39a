"""A large file is read in parts, as it would be read whole; what pdf_oxide mistakes is read by pdfium."""

import random
from types import SimpleNamespace

import pytest
from PIL import Image

from tests.documents.pdf.paper import Paper
from tests.documents.pdf.sources import parted, whole
from warehouse.documents.pdf import parts
from warehouse.documents.pdf.content import PageContent, SourceError
from warehouse.documents.pdf.doubt import Doubts
from warehouse.documents.pdf.hints import Hints
from warehouse.documents.pdf.oxide import OxideFile
from warehouse.documents.pdf.parts import PartedFile
from warehouse.documents.pdf.pdfium import PdfiumFile
from warehouse.documents.pdf.words import words_of

PAGES = 23


@pytest.fixture(scope="module")
def data() -> bytes:
    """A table on each page, some pages turned, the last ones with pictures that nothing makes small."""
    noise = random.Random(1)  # noqa: S311 no secret
    paper = Paper()
    for number in range(1, PAGES + 1):
        paper.canvas.setPageRotation(90 if number % 7 == 2 else 0)
        paper.table([["项目", "金额"], [f"第{number}项", f"{number},000.00"]])
        if number > 14:
            picture = Image.frombytes("RGB", (60, 60), noise.randbytes(60 * 60 * 3))
            paper.canvas.drawInlineImage(picture, 50, 100, 100, 100)
        paper.page()
    return paper.data()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that small files reach."""
    monkeypatch.setattr(parts, "_LARGE", 1000)
    monkeypatch.setattr(parts, "_PART", 20_000)
    monkeypatch.setattr(parts, "_MOST_CUT", 12)


def pages(file: PartedFile | OxideFile) -> list[PageContent]:
    return [file.read(number) for number in range(1, PAGES + 1)]


@pytest.mark.usefixtures("small")
def test_parts_give_the_pages_that_the_whole_gives(data: bytes):
    file = parted(data)
    assert file.page_count == PAGES
    assert pages(file) == pages(whole(data))
    assert [file.read(number).number for number in (20, 3, 4)] == [20, 3, 4]


@pytest.mark.usefixtures("small")
def test_a_part_is_no_larger_than_it_must_be(data: bytes, monkeypatch: pytest.MonkeyPatch):
    opened: list[range] = []

    class Opened(OxideFile):
        def __init__(self, data: bytes, hints: Hints, *, before: int = 0, is_lean: bool = False) -> None:
            super().__init__(data, hints, before=before, is_lean=is_lean)
            opened.append(self.pages)

    monkeypatch.setattr(parts, "OxideFile", Opened)
    monkeypatch.setattr(parts, "used_bytes", lambda: 0)
    pages(parted(data))
    assert [number for part in opened for number in part][:18] == list(range(1, 19))
    assert max(map(len, opened)) == 8
    assert len(opened[-1]) <= 3, "a picture of 10 KB is on each of these pages"


@pytest.mark.usefixtures("small")
def test_a_process_that_grows_opens_the_next_pages_anew(data: bytes, monkeypatch: pytest.MonkeyPatch):
    grown = iter(range(0, 10**12, 10**8))
    monkeypatch.setattr(parts, "used_bytes", lambda: next(grown))
    assert pages(parted(data)) == pages(whole(data))
    monkeypatch.setattr(parts, "_LARGE", 10**9)
    assert pages(parted(data)) == pages(whole(data))


@pytest.mark.usefixtures("small")
def test_what_pdfium_cannot_open_is_opened_whole_or_refused(data: bytes, monkeypatch: pytest.MonkeyPatch):
    def refuse(_: bytes) -> PdfiumFile:
        raise SourceError("refused")

    with pytest.raises(SourceError):
        parted(b"%PDF-1.4" + bytes(2000))
    monkeypatch.setattr(parts, "PdfiumFile", refuse)
    assert pages(parted(data)) == pages(whole(data))


def test_pdfium_tells_the_widths_of_fonts_that_are_not_in_the_file(data: bytes):
    """On upright pages and on those that lie on their side; a digit of this font is 0.462 wide."""
    second = PdfiumFile(data)
    for number in (1, 2):
        characters = second.characters(number)
        assert "".join(c.char for c in characters).startswith(f"项目金额第{number}项{number},000.00")
        assert {round(c.bbox[2], 2) for c in characters if c.char in "项目金额"} == {10.0}
        digit, after = characters[5:7]
        assert digit.bbox[2] == pytest.approx(4.62)
        assert digit.bbox[0] + 4.62 == pytest.approx(after.bbox[0])


def test_characters_without_a_name_are_doubted_where_they_are_taken_for_square():
    """Browsers leave spaces out of the Unicode maps of their fonts."""

    def characters(width: float, count: int) -> list[SimpleNamespace]:
        return [
            SimpleNamespace(char="\ufffd", advance_width=width, font_size=12.0, font_name="A+B")
            for _ in range(count)
        ]

    doubts = Doubts(b"", words_of(b""))
    assert doubts.about(characters(12.0, 6), ["\ufffd"], 0) == "widths of characters without a name"
    assert doubts.about(characters(12.0, 5), ["\ufffd"], 0) == ""
    assert doubts.about(characters(3.6, 6), ["\ufffd"], 0) == ""
