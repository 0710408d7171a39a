from __future__ import annotations

import io
import re
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray
from PIL import Image
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

from warehouse.documents.model import Box, Document, Line, ReadOutcome, UnreadableDocumentError
from warehouse.documents.pdf import read_pdf
from warehouse.documents.pdf.content import PageContent
from warehouse.documents.pdf.scan.figures import checked
from warehouse.documents.pdf.scan.image import (
    even,
    flattened,
    positive,
    skew_of,
    turned_by,
    without_pale,
    without_stamps,
)
from warehouse.documents.pdf.scan.ink import InkLine, Region, digits_in, lines_in, parts_of, text_ink
from warehouse.documents.pdf.scan.page import read_scan
from warehouse.documents.pdf.scan.rules import find_rules, with_dots_joined
from warehouse.documents.pdf.scan.spread import straightened
from warehouse.documents.pdf.scan.text import Character, _batches
from warehouse.reading import LIMITS, read_files

DPI = 200
AMOUNTS = [
    ["Code", "Total", "Basic", "Project"],
    ["201", "1,880.86", "1,808.36", "72.50"],
    ["20113", "943.53", "906.63", "36.90"],
    ["2011301", "0.00", "", "100.00"],
    ["208", "99", "66", "11,111.11"],
    ["2080505", "-36.90", "322.85", "-1,110.00"],
]


def ruled_page() -> bytes:
    """A small page with a heading and the table of AMOUNTS."""
    file = io.BytesIO()
    table = Table(AMOUNTS, colWidths=70)
    table.setStyle(
        TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("ALIGN", (1, 1), (-1, -1), "RIGHT")])
    )
    heading = Paragraph("Expenditure of the department", getSampleStyleSheet()["Heading2"])
    SimpleDocTemplate(file, pagesize=(340, 220), margin=0, topMargin=20, bottomMargin=10).build(
        [heading, table]
    )
    return file.getvalue()


def render(data: bytes, page_number: int = 1) -> NDArray[np.uint8]:
    document = pypdfium2.PdfDocument(data)
    bitmap = document[page_number - 1].render(scale=DPI / 72, grayscale=True)
    picture = bitmap.to_numpy().reshape(bitmap.height, bitmap.width).copy()
    document.close()
    return picture


def degrade(picture: NDArray[np.uint8], skew: float, noise: float = 10) -> NDArray[np.uint8]:
    """As a copier gives it: on its side by some degrees, on grey paper, with grain."""
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), skew, 1)
    turned = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)
    grain = np.random.default_rng(1).normal(0, noise, picture.shape)
    return np.clip(turned * 0.92 + grain, 0, 255).astype(np.uint8)


def scanned(*pictures: NDArray[np.uint8], quality: int = 95) -> bytes:
    """A PDF with nothing on its pages but the pictures, compressed as JPEG."""
    file = io.BytesIO()
    first, *rest = map(Image.fromarray, pictures)
    first.save(file, "PDF", resolution=DPI, save_all=True, append_images=rest, quality=quality)
    return file.getvalue()


def grid_texts(document: Document) -> list[list[str]]:
    (table,) = document.tables
    return [[cell.text for cell in row] for row in table.grid()]


def text_page_with(picture: NDArray[np.uint8]) -> bytes:
    """A page of text, on which a picture is put from (60, 200) to (400, 420)."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(595, 842))
    canvas.drawString(60, 780, "Explanation of the budget")
    canvas.drawImage(ImageReader(Image.fromarray(picture)), 60, 842 - 420, 340, 220)
    canvas.drawString(60, 300, "The table above holds what was approved")
    canvas.save()
    return file.getvalue()


def read_with(content: PageContent) -> Document:
    """The document of one scanned page that was recognised already."""
    return read_pdf(scanned(render(ruled_page())), read_scan=lambda _data, _page: content)


@pytest.fixture(scope="module")
def clean() -> PageContent:
    return read_scan(scanned(render(ruled_page())), 1)


def ink_in(picture: NDArray[np.uint8], box: Box | None) -> int:
    assert box is not None
    left, top, right, bottom = (round(edge * DPI / 72) for edge in box)
    return int((picture[top + 5 : bottom - 5, left + 5 : right - 5] < 128).sum())


def test_a_clean_scan_gives_the_table_of_the_page_with_confidence_on_each_cell(clean: PageContent) -> None:
    document = read_with(clean)
    assert grid_texts(document) == AMOUNTS
    (table,) = document.tables
    assert all((cell.confidence is None) == (not cell.text) for cell in table.cells)
    assert all(0.5 < cell.confidence <= 1 for cell in table.cells if cell.confidence is not None)
    assert "scan" in [notice.kind for notice in document.notices]


@pytest.mark.parametrize(
    "turn", [90, pytest.param(180, marks=pytest.mark.slow), pytest.param(270, marks=pytest.mark.slow)]
)
def test_a_page_on_its_side_is_turned_and_boxes_are_of_the_page_as_displayed(
    clean: PageContent, turn: int
) -> None:
    upright = render(ruled_page())
    sideways = np.ascontiguousarray(np.rot90(upright, turn // 90))
    content = read_scan(scanned(sideways), 1)
    assert content.turn == turn
    assert (content.width, content.height) == pytest.approx((340, 220), abs=0.5)
    found, expected = read_with(content), read_with(clean)
    assert grid_texts(found) == AMOUNTS
    (box,) = [cell.box for cell in found.tables[0].cells if cell.text == "11,111.11"]
    (upright_box,) = [cell.box for cell in expected.tables[0].cells if cell.text == "11,111.11"]
    assert ink_in(sideways, box) == pytest.approx(ink_in(upright, upright_box), rel=0.05)


def test_a_skewed_scan_with_grain_and_strong_compression_is_read_the_same() -> None:
    data = scanned(degrade(render(ruled_page()), skew=-1.3), quality=60)
    assert grid_texts(read_pdf(data, read_scan=read_scan)) == AMOUNTS


def test_glyphs_stand_where_they_are_printed(clean: PageContent) -> None:
    document = pypdfium2.PdfDocument(ruled_page())
    page = document[0].get_textpage()
    left, bottom, right, top = page.get_charbox(page.get_text_range().index("1,808.36") + 4)
    height = document[0].get_height()
    page.close()
    document.close()
    x, y = (left + right) / 2, height - bottom
    base, x0, x1, size, text, _ = min(clean.glyphs, key=lambda g: abs((g[1] + g[2]) / 2 - x) + abs(g[0] - y))
    assert text == "8"
    assert base == pytest.approx(y, abs=1)
    assert size == pytest.approx((top - bottom) / 0.72, rel=0.15)
    assert (x0 + x1) / 2 == pytest.approx(x, abs=1.5)


def test_an_empty_picture_is_no_text_and_a_notice() -> None:
    content = read_scan(scanned(np.full((400, 300), 255, np.uint8)), 1)
    assert content.glyphs == []
    assert [notice.kind for notice in content.notices] == ["scan_no_text"]
    with pytest.raises(UnreadableDocumentError, match="scan_no_text") as caught:
        read_with(content)
    assert caught.value.outcome is ReadOutcome.NO_TEXT


def test_a_page_that_cannot_be_rendered_is_a_notice() -> None:
    content = read_scan(b"%PDF-1.4 and nothing more", 1)
    assert [notice.kind for notice in content.notices] == ["scan_unreadable"]


def test_rules_are_found_where_they_are_and_strokes_of_characters_are_none() -> None:
    picture = np.full((600, 800), 255, np.uint8)
    for y in (100, 160, 220):
        cv2.line(picture, (100, y), (700, y), 0, 2)
    for x in (100, 400, 700):
        cv2.line(picture, (x, 100), (x, 220), 0, 2)
    cv2.rectangle(picture, (300, 300), (360, 360), 0, 4)  # 口 in a title
    cv2.line(picture, (200, 110), (200, 150), 0, 3)  # 丨 in a cell
    cv2.line(picture, (400, 225), (400, 240), 0, 3)  # a stroke right below a rule
    horizontal, vertical = find_rules(picture)
    assert [round(rule.at) for rule in sorted(horizontal)] == [100, 160, 220]
    assert [round(rule.at) for rule in sorted(vertical)] == [100, 400, 700]
    assert {(round(rule.start, -1), round(rule.end, -1)) for rule in vertical} == {(100, 220)}
    assert {(round(rule.start, -1), round(rule.end, -1)) for rule in horizontal} == {(100, 700)}


@pytest.mark.parametrize("angle", [-2.0, -0.5, 0.0, 1.3])
def test_skew_is_measured_and_undone(angle: float) -> None:
    picture = render(ruled_page())
    assert skew_of(turned_by(picture, -angle)) == pytest.approx(angle, abs=0.1)


def test_a_watermark_and_shading_leave_no_ink() -> None:
    picture = np.full((300, 400), 225, np.uint8)
    cv2.putText(picture, "DRAFT", (20, 200), cv2.FONT_HERSHEY_SIMPLEX, 4, 180, 12)
    cv2.putText(picture, "42.00", (20, 60), cv2.FONT_HERSHEY_SIMPLEX, 1, 20, 2)
    cleaned = without_pale(even(picture))
    assert (cleaned[100:] == 255).all()
    assert text_ink(cleaned)[30:62, 20:120].any()


def test_strokes_of_a_watermark_between_rules_are_none() -> None:
    picture = np.full((600, 800), 255, np.uint8)
    for y in (100, 160, 220):
        cv2.line(picture, (100, y), (700, y), 20, 2)
    for x in (100, 700):
        cv2.line(picture, (x, 100), (x, 220), 20, 2)
    cv2.line(picture, (400, 92), (400, 228), 175, 4)
    assert sorted(round(rule.at) for rule in find_rules(picture)[1]) == [100, 700]


def test_a_rule_under_a_thick_mark_is_found() -> None:
    picture = np.full((600, 800), 255, np.uint8)
    for y in (100, 200):
        cv2.line(picture, (100, y), (700, y), 0, 2)
    cv2.circle(picture, (300, 195), 30, 0, -1)
    assert sorted(round(rule.at) for rule in find_rules(picture)[0]) == [100, 200]


def test_a_photographed_sheet_is_made_flat() -> None:
    sheet = np.full((800, 600), 250, np.uint8)
    for y in (200, 400, 600):
        cv2.line(sheet, (60, y), (540, y), 0, 3)
    corners = np.array([[0, 0], [600, 0], [600, 800], [0, 800]], np.float32)
    seen = np.array([[70, 40], [560, 60], [590, 770], [20, 740]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, seen)
    photograph = cv2.warpPerspective(sheet, matrix, (600, 800), borderValue=70)
    horizontal, _ = find_rules(even(flattened(photograph)))
    assert sorted(rule.at for rule in horizontal) == pytest.approx([200, 400, 600], abs=3)
    assert (flattened(sheet) == sheet).all()


def test_a_negative_is_made_print_on_paper_and_a_dark_photograph_is_not() -> None:
    page = np.full((400, 300), 250, np.uint8)
    page[100:130, 40:260] = 20
    assert (positive(np.subtract(255, page)) == page).all()
    assert positive(page) is page
    on_table = np.full((600, 500), 60, np.uint8)
    on_table[100:500, 100:400] = page
    assert positive(on_table) is on_table


def test_dotted_rules_are_drawn_through_and_points_of_text_are_not() -> None:
    picture = np.full((300, 400), 255, np.uint8)
    for x in range(40, 360, 7):
        picture[100:103, x : x + 3] = 0
    picture[200:203, 100:103] = picture[200:203, 150:153] = 0
    drawn = with_dots_joined(picture)
    assert (drawn[101, 45:350] == 0).all()
    assert (drawn[150:] == picture[150:]).all()


def test_a_seal_is_taken_away_and_what_it_covers_stays() -> None:
    page = np.full((500, 500, 3), 255, np.uint8)
    cv2.circle(page, (250, 250), 150, (40, 30, 220), 12)
    cv2.putText(page, "42.00", (320, 160), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (20, 20, 20), 3)
    cv2.putText(page, "red", (20, 40), cv2.FONT_HERSHEY_SIMPLEX, 1, (40, 30, 220), 2)
    without = np.full((500, 500, 3), 255, np.uint8)
    cv2.putText(without, "42.00", (320, 160), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (20, 20, 20), 3)
    seen, expected = without_stamps(page), without_stamps(without)
    assert (seen[80:][expected[80:] == 255] == 255).all()
    assert (seen[80:] < 128).sum() == pytest.approx((expected[80:] < 128).sum(), rel=0.02)
    assert (seen[:60] < 128).any(), "a word in red is no seal"


def test_two_strokes_are_one_line_and_two_lines_are_two() -> None:
    ink = np.zeros((200, 200), np.uint8)
    ink[20:23, 20:40] = ink[36:39, 18:42] = 255  # 二
    ink[100:122, 20:80] = ink[130:152, 20:80] = 255
    (lone,) = lines_in(ink, Region(0, 0, 200, 60), em=22)
    assert lone.ink.height >= 19
    assert [line.ink.top for line in lines_in(ink, Region(0, 80, 200, 200), em=22)] == [100, 130]


def test_lines_that_touch_each_other_are_cut_apart() -> None:
    ink = np.zeros((100, 200), np.uint8)
    ink[10:32, 20:180] = ink[34:56, 20:180] = 255
    ink[32:34, 50:52] = 255  # a stroke that reaches down to the next line
    first, second = lines_in(ink, Region(0, 0, 200, 100), em=22)
    assert (first.ink.top, second.ink.bottom) == (10, 56)
    assert first.ink.bottom <= second.ink.top


def test_lines_are_recognised_in_batches_of_bounded_size_and_a_rule_is_no_line() -> None:
    lengths = [1.0, 3.0, 500.0, 80.0, 4.0, 110.0, 60.0, *[2.0] * 200]
    batches = list(_batches(lengths))
    assert sorted(i for batch in batches for i in batch) == [i for i in range(len(lengths)) if i != 2]
    assert all(len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= 90 for batch in batches)


def test_a_picture_of_a_table_in_a_page_of_text_is_read_where_it_stands() -> None:
    document = read_pdf(text_page_with(render(ruled_page())), read_scan=read_scan)
    texts = [block.text if isinstance(block, Line) else "table" for block in document.blocks]
    assert texts[0] == "Explanation of the budget"
    assert texts[-2:] == ["table", "The table above holds what was approved"]
    assert grid_texts(document) == AMOUNTS
    (table,) = document.tables
    for cell in table.cells:
        assert cell.box is not None
        assert 60 <= cell.box[0] < cell.box[2] <= 400
        assert 200 <= cell.box[1] < cell.box[3] <= 420
        assert (cell.confidence is None) == (not cell.text)
    assert [notice.kind for notice in document.notices] == ["picture_read", "scan"]


@pytest.mark.parametrize("strips", [1, pytest.param(30, marks=pytest.mark.slow)])
def test_a_scan_under_a_header_that_was_added_is_read_and_the_header_is_there_once(strips: int) -> None:
    picture = np.pad(render(ruled_page()), ((60, 40), (0, 0)), constant_values=255)
    height = picture.shape[0] * 72 / DPI
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(340, height))
    for part in range(strips):
        top, bottom = (picture.shape[0] * (part + i) // strips for i in (0, 1))
        strip = ImageReader(Image.fromarray(picture[top:bottom]))
        canvas.drawImage(strip, 0, height - bottom * 72 / DPI, 340, (bottom - top) * 72 / DPI)
    canvas.drawString(20, height - 14, "Published by the finance bureau in 2024")
    canvas.save()
    document = read_pdf(file.getvalue(), read_scan=read_scan)
    assert grid_texts(document) == AMOUNTS
    lines = [block.text for block in document.blocks if isinstance(block, Line)]
    assert lines[0] == "Published by the finance bureau in 2024"
    assert sum("finance" in line for line in lines) == 1


@pytest.mark.parametrize("turn", [90, *(pytest.param(turn, marks=pytest.mark.slow) for turn in (180, 270))])
def test_a_scan_under_a_header_on_a_turned_page_is_read_where_it_stands(turn: int) -> None:
    picture = np.pad(render(ruled_page()), ((60, 40), (0, 0)), constant_values=255)
    lying = np.ascontiguousarray(np.rot90(picture, turn // 90))
    width, height = (side * 72 / DPI for side in lying.shape[::-1])
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(width, height))
    canvas.drawImage(ImageReader(Image.fromarray(lying)), 0, 0, width, height)
    canvas.translate(*{90: (width, 0), 180: (width, height), 270: (0, height)}[turn])
    canvas.rotate(turn)
    canvas.drawString(20, picture.shape[0] * 72 / DPI - 14, "Published by the finance bureau in 2024")
    canvas.save()
    upright = pypdfium2.PdfDocument(file.getvalue())
    upright[0].set_rotation(turn)
    turned = io.BytesIO()
    upright.save(turned)
    upright.close()
    document = read_pdf(turned.getvalue(), read_scan=read_scan)
    assert grid_texts(document) == AMOUNTS
    (box,) = [cell.box for cell in document.tables[0].cells if cell.text == "11,111.11"]
    assert ink_in(picture, box) > 100


def test_pages_of_a_book_are_turned_each_by_itself_and_read_one_after_the_other() -> None:
    page = render(ruled_page())
    left, right = turned_by(page, 1.0), turned_by(np.pad(page, ((0, 0), (0, 300)), constant_values=255), -0.7)
    book = np.concatenate([left, right], axis=1)
    book[:, left.shape[1] - 2 : left.shape[1] + 2] = 90
    picture, skew, fold = straightened(book)
    assert fold == pytest.approx(left.shape[1], abs=40)
    assert skew == pytest.approx(-1.0, abs=0.1)
    assert all(abs(skew_of(half)) < 0.1 for half in (picture[:, :fold], picture[:, fold:]))
    assert straightened(page)[2] == 0


def test_texts_of_two_columns_are_two_lines_and_a_text_with_a_comma_is_one() -> None:
    ink = np.zeros((60, 300), np.uint8)
    for left, top in ((20, 20), (40, 36), (60, 20), (80, 20), (120, 20), (140, 20)):
        ink[top:40, left : left + (5 if top > 20 else 15)] = 255
    line = InkLine(Region(20, 20, 155, 40), Region(15, 18, 160, 42))
    first, second = parts_of(ink, line, 22)
    assert (first.ink, second.ink) == (Region(20, 20, 95, 40), Region(120, 20, 155, 40))


def test_a_photograph_in_a_page_of_text_is_a_notice() -> None:
    shades = np.random.default_rng(1).normal(128, 60, (400, 600)).clip(0, 255).astype(np.uint8)
    document = read_pdf(text_page_with(cv2.GaussianBlur(shades, (31, 31), 9)), read_scan=read_scan)
    assert document.tables == ()
    # Smaller than a quarter of a page: not worth a notice.
    assert {notice.kind for notice in document.notices} <= {"picture"}


def test_a_page_as_thin_as_a_thread_has_no_text() -> None:
    file = io.BytesIO()
    Image.new("L", (5, 9000), 200).save(file, "PDF", resolution=1)
    with pytest.raises(UnreadableDocumentError) as caught:
        read_pdf(file.getvalue(), read_scan=read_scan)
    assert caught.value.outcome is ReadOutcome.NO_TEXT


def test_a_stroke_before_a_figure_is_a_minus_sign_and_a_rule_is_not() -> None:
    ink = np.zeros((60, 200), np.uint8)
    for left in (60, 75, 90):
        ink[20:40, left : left + 10] = 255
    line = InkLine(Region(40, 20, 100, 40), Region(38, 18, 106, 42))
    signed = ink.copy()
    signed[29:32, 42:54] = 255
    ruled = ink.copy()
    ruled[38:40, 42:54] = 255
    assert digits_in(ink, line) == digits_in(signed, line) == 3
    for mark, picture, expected in (("一", signed, "-123"), ("一", ruled, "123"), ("-", ink, "123")):
        text = [Character(character, 0.5, 0.9) for character in f"{mark}123"]
        (found,) = checked([line], [text], picture, np.full_like(ink, 255))
        assert "".join(character.text for character in found) == expected


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("1.903.10", "1,903.10"),
        ("1,126,70", "1,126.70"),
        ("950,80", "950.80"),
        ("28.80.", "28.80"),
        ("1I", "11"),
        ("1.903", "1.903"),
        ("12,345", "12,345"),
        ("92,430.002767", "92,430.002767"),
        ("2024.3.15", "2024.3.15"),
        ("Ilo", "Ilo"),
    ],
)
def test_points_commas_and_letters_of_small_print_are_those_that_a_figure_can_have(
    read: str, meant: str
) -> None:
    ink = np.zeros((60, 300), np.uint8)
    for i, character in enumerate(read):
        ink[20 if character.isalnum() else 37 : 40, 60 + 15 * i : 70 + 15 * i] = 255
    line = InkLine(Region(60, 20, 60 + 15 * len(read), 40), Region(58, 18, 290, 42))
    (found,) = checked([line], [[Character(c, 0.5, 0.9) for c in read]], ink, np.full_like(ink, 255))
    assert "".join(character.text for character in found) == meant
    assert all(c.confidence <= 0.5 for c in found if c.text.isdigit() and c.text not in read)


def test_a_speck_in_a_blank_cell_is_no_digit() -> None:
    ink = np.zeros((60, 200), np.uint8)
    ink[30:34, 60:63] = 255
    line = InkLine(Region(60, 20, 63, 44), Region(56, 18, 67, 46))
    for read in ("4", ".", "1"):
        assert checked([line], [[Character(read, 0.5, 0.3)]], ink, np.full_like(ink, 255)) == [[]]


NUMBER = re.compile(r"-?[\d,]*\d(\.\d+)?")


def numbers_right(path: Path, pages: range, *, skew: float = 0, noise: float = 0, quality: int = 95) -> float:
    """Share of the numbers of a document's tables that its scan has in the same cells."""
    pictures = [render(path.read_bytes(), page) for page in pages]
    if noise:
        pictures = [degrade(picture, skew, noise) for picture in pictures]
    scan = read_pdf(scanned(*pictures, quality=quality), read_scan=read_scan)
    whole = pypdfium2.PdfDocument(path)
    part = pypdfium2.PdfDocument.new()
    part.import_pages(whole, [page - 1 for page in pages])
    file = io.BytesIO()
    part.save(file)
    text = read_pdf(file.getvalue())
    assert len(text.tables) == len(scan.tables)
    right = total = 0
    for expected, found in zip(text.tables, scan.tables, strict=True):
        cells = {(cell.row, cell.col): cell.text for cell in found.cells}
        numbers = [cell for cell in expected.cells if NUMBER.fullmatch(cell.text.strip())]
        total += len(numbers)
        right += sum(cells.get((cell.row, cell.col)) == cell.text.strip() for cell in numbers)
    assert total > 100
    return right / total


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "pages"),
    [
        ("xinzhou-commerce-2024", range(1, 7)),
        ("zhumadian-commerce-2024", range(2, 8)),
        ("qinhuangdao-industry-2024", range(2, 8)),
    ],
)
def test_clean_scans_of_published_tables_are_right(shared: Path, name: str, pages: range) -> None:
    assert numbers_right(shared / "corpus" / f"{name}.pdf", pages) >= 0.98


@pytest.mark.slow
def test_a_bad_copy_of_published_tables_is_nearly_right(shared: Path) -> None:
    path = shared / "corpus" / "zhumadian-commerce-2024.pdf"
    assert numbers_right(path, range(3, 6), skew=1, noise=10, quality=60) >= 0.95


@pytest.mark.slow
def test_a_long_scan_is_read_in_order_until_its_time_is_used() -> None:
    picture = render(ruled_page())
    data = scanned(*[picture] * 120)
    limits = LIMITS._replace(silence_seconds=30, longest_seconds=45)
    (result,) = read_files([("long", data)], workers=1, limits=limits)
    assert result.outcome is ReadOutcome.READ, result.reason
    assert result.recognition is not None
    assert result.seconds < 45
    pages = {
        kind: [notice.page for notice in result.recognition.notices if notice.kind == kind]
        for kind in ("scan", "scan_skipped")
    }
    assert pages["scan"] == list(range(1, len(pages["scan"]) + 1))
    assert len(pages["scan"]) >= 5
    assert pages["scan"] + pages["scan_skipped"] == list(range(1, 121))
