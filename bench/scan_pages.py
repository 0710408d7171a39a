"""Pages of invented budgets as scanners, copiers, fax machines and telephones give them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4, landscape  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from scrapers.replica.budget import Grid, read_yaml, tables_of
from scrapers.replica.generate import FIGURES, spans

Coloured = NDArray[np.uint8]
"""Blue, green, red."""

Change = Callable[[Coloured], Coloured]

_FONT = "STSong-Light"
_MARGIN = 42.0
_RED = (45, 40, 205)
_BLUE = (150, 60, 30)


@dataclass(frozen=True, slots=True)
class Print:
    """How the tables are printed before they are scanned."""

    size: float = 9
    row_height: float = 19
    rule: tuple[float, float] | None = (0.5, 0.0)
    """Width in points and grey, 0 is black; None prints no rules but the outer horizontal ones."""
    dash: tuple[float, ...] = ()


def grids(name: str) -> tuple[Grid, ...]:
    """The tables of one of the replica's invented budgets."""
    figures = read_yaml(FIGURES / f"{name}.yml")
    return tables_of(figures, read_yaml(FIGURES / "styles" / f"{figures['style']}.yml"))


PLAIN = Print()


def pdf(tables: Sequence[Grid], how: Print = PLAIN) -> bytes:
    """The tables one after the other, each on a new page, its header again where it goes on."""
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4)
    for table in tables:
        size = landscape(A4) if len(table.rows[0]) > 6 else A4
        body = table.rows[table.header_rows :]
        room = int((size[1] - 2 * _MARGIN - 60) / how.row_height) - table.header_rows
        for start in range(0, max(len(body), 1), room):
            canvas.setPageSize(size)
            _page(canvas, size, table, body[start : start + room], how)
            canvas.showPage()
    canvas.save()
    return file.getvalue()


def _page(
    canvas: Any,  # noqa: ANN401 - reportlab ships no types
    size: tuple[float, float],
    table: Grid,
    body: Sequence[Sequence[str]],
    how: Print,
) -> None:
    width, height = size
    _text(canvas, (width / 2, height - _MARGIN - 14), table.title, how.size * 1.6, "middle")
    _text(canvas, (width - _MARGIN, height - _MARGIN - 40), "单位：万元", how.size, "right")
    rows = [*table.rows[: table.header_rows], *body]
    xs = _columns(rows, width - 2 * _MARGIN)
    top = height - _MARGIN - 50
    ys = [top - how.row_height * i for i in range(len(rows) + 1)]
    covered = {(r, c): (1, 1) for r in range(len(rows)) for c in range(len(rows[0]))}
    for r, c, row_span, col_span in spans(table):
        for place in [(r + i, c + k) for i in range(row_span) for k in range(col_span)]:
            covered.pop(place, None)
        covered[r, c] = row_span, col_span
    for (r, c), (row_span, col_span) in covered.items():
        left, right, upper, lower = xs[c], xs[c + col_span], ys[r], ys[r + row_span]
        if how.rule:
            canvas.setLineWidth(how.rule[0])
            canvas.setStrokeGray(how.rule[1])
            canvas.setDash(list(how.dash))
            canvas.rect(left, lower, right - left, upper - lower)
        text = rows[r][c]
        if text in {"<", "^", ""}:
            continue
        base = (upper + lower) / 2 - 0.35 * how.size
        fitting = min(how.size, (right - left - 4) / max(pdfmetrics.stringWidth(text.strip(), _FONT, 1), 1))
        if r < table.header_rows:
            _text(canvas, ((left + right) / 2, base), text, fitting, "middle")
        elif _is_figure(text):
            _text(canvas, (right - 3, base), text, fitting, "right")
        else:
            _text(canvas, (left + 3, base), text, fitting, "left")
    if not how.rule:
        canvas.setLineWidth(0.8)
        for y in (ys[0], ys[table.header_rows], ys[-1]):
            canvas.line(xs[0], y, xs[-1], y)


def _is_figure(text: str) -> bool:
    return text.replace(",", "").replace(".", "").lstrip("-").isdigit()


def _text(canvas: Any, at: tuple[float, float], text: str, size: float, align: str) -> None:  # noqa: ANN401 - reportlab ships no types
    canvas.setFont(_FONT, size)
    draw = {"left": canvas.drawString, "right": canvas.drawRightString, "middle": canvas.drawCentredString}
    draw[align](*at, text)


def _columns(rows: Sequence[Sequence[str]], width: float) -> list[float]:
    """Edges of columns as wide as their longest text, within limits."""
    longest = [
        min(max(pdfmetrics.stringWidth(row[c].strip(), _FONT, 1) for row in rows), 16) + 1.5
        for c in range(len(rows[0]))
    ]
    edges = np.concatenate([[0], np.cumsum(longest)]) / sum(longest) * width + _MARGIN
    return [float(x) for x in edges]


def rendered(data: bytes, dpi: int = 200) -> Iterator[Coloured]:
    """The pages in colour."""
    document = pypdfium2.PdfDocument(data)
    for page in document:
        yield page.render(scale=dpi / 72).to_numpy()[:, :, :3].copy()
    document.close()


def scanned(pages: Sequence[Coloured], dpi: int = 200, quality: int = 90, *, one_bit: bool = False) -> bytes:
    """A PDF with nothing on its pages but the pictures."""
    pictures = [Image.fromarray(cv2.cvtColor(page, cv2.COLOR_BGR2RGB)) for page in pages]
    if one_bit:
        pictures = [
            picture.convert("L").point(lambda grey: 255 * (grey > 180)).convert("1") for picture in pictures
        ]
    file = io.BytesIO()
    compression = {} if one_bit else {"quality": quality}
    pictures[0].save(file, "PDF", resolution=dpi, save_all=True, append_images=pictures[1:], **compression)
    return file.getvalue()


def skewed(degrees: float) -> Change:
    """On its side by some degrees."""

    def change(page: Coloured) -> Coloured:
        height, width = page.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
        return _bytes(
            cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255,) * 3)
        )

    return change


def noisy(strength: float) -> Change:
    """With grain and single black specks."""

    def change(page: Coloured) -> Coloured:
        chance = np.random.default_rng(1)
        grain = page + chance.normal(0, strength, page.shape)
        grain[chance.random(page.shape[:2]) < 0.0004] = 30
        return _bytes(np.clip(grain, 0, 255))

    return change


def on_grey(page: Coloured) -> Coloured:
    """On recycled paper in an uneven light."""
    height, width = page.shape[:2]
    light = np.linspace(0.88, 0.68, width)[None, :, None] * np.linspace(1.0, 0.92, height)[:, None, None]
    return noisy(4)(_bytes(page * light))


def copied(page: Coloured) -> Coloured:
    """Blurred by a copier, before it is made black and white."""
    return noisy(12)(_bytes(cv2.GaussianBlur(page, (3, 3), 0.8)))


def stamped(*places: tuple[float, float]) -> Change:
    """With round red seals of 42 mm (at 200 dpi) at these places, given as shares of width and height."""

    def change(page: Coloured) -> Coloured:
        ink = np.full_like(page, 255)
        for x, y in places:
            _seal(ink, round(x * page.shape[1]), round(y * page.shape[0]), 165)
        return _bytes(page.astype(np.uint16) * ink // 255)

    return change


def _seal(ink: Coloured, x: int, y: int, radius: int) -> None:
    cv2.circle(ink, (x, y), radius, _RED, 9, cv2.LINE_AA)
    star = [
        (x + radius * share * np.sin(np.pi * k / 5), y - radius * share * np.cos(np.pi * k / 5))
        for k in range(10)
        for share in [0.32 if k % 2 == 0 else 0.125]
    ]
    cv2.fillPoly(ink, [np.array(star, np.int32)], _RED, cv2.LINE_AA)
    font = ImageFont.truetype(_font_file(), 46)
    picture = Image.fromarray(ink)
    for k, character in enumerate("某某市商务局财务专用章"):
        turn = -125 + 25 * k
        letter = Image.new("L", (60, 60), 0)
        ImageDraw.Draw(letter).text((7, 2), character, fill=255, font=font)
        letter = letter.rotate(-turn, Image.Resampling.BICUBIC)
        at = (
            round(x + 0.76 * radius * np.sin(np.radians(turn))) - 30,
            round(y - 0.76 * radius * np.cos(np.radians(turn))) - 30,
        )
        picture.paste(_RED, at, letter)
    ink[:] = np.asarray(picture)


def _font_file() -> str:
    """Any font that has Chinese characters; the letters of a seal stay rings and a star without one."""
    found = [font for font in ("uming.ttc", "NotoSerifCJK-Bold.ttc") if _can_open(font)]
    return found[0] if found else "DejaVuSans.ttf"


def _can_open(name: str) -> bool:
    try:
        ImageFont.truetype(name)
    except OSError:
        return False
    return True


def signed(page: Coloured) -> Coloured:
    """Signed by hand in blue ink across the last rows."""
    height, width = page.shape[:2]
    t = np.linspace(0, 6 * np.pi, 400)
    x = width * (0.45 + 0.012 * t) + 26 * np.sin(1.7 * t)
    y = height * 0.55 + 46 * np.sin(t) * np.cos(0.37 * t)
    ink = np.full_like(page, 255)
    cv2.polylines(ink, [np.stack([x, y], 1).astype(np.int32)], isClosed=False, color=_BLUE, thickness=5)
    return _bytes(page.astype(np.uint16) * ink // 255)


def turned(quarters: int) -> Change:
    """Put into the scanner on its side or head."""
    return lambda page: np.ascontiguousarray(np.rot90(page, quarters))


def photographed(page: Coloured) -> Coloured:
    """Taken with a telephone from a little below, on a dark table, with a shadow."""
    height, width = page.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = np.array(
        [
            [0.07 * width, 0.05 * height],
            [0.95 * width, 0.035 * height],
            [0.985 * width, 0.97 * height],
            [0.02 * width, 0.955 * height],
        ],
        np.float32,
    )
    matrix = cv2.getPerspectiveTransform(corners, seen)
    shadow = np.linspace(0.95, 0.7, width)[None, :, None]
    picture = cv2.warpPerspective(
        _bytes(page * shadow), matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(60, 70, 80)
    )
    return noisy(5)(_bytes(cv2.GaussianBlur(picture, (3, 3), 0.6)))


def curled(page: Coloured) -> Coloured:
    """Bent towards the spine of a book, at the left, in its shadow."""
    height, width = page.shape[:2]
    across = np.arange(width, dtype=np.float32)
    xs = np.tile(across, (height, 1))
    ys = np.arange(height, dtype=np.float32)[:, None] + 18 * np.exp(-across / (0.2 * width))
    bent = cv2.remap(page, xs, ys.astype(np.float32), cv2.INTER_CUBIC, borderValue=(255,) * 3)
    return _bytes(bent * (1 - 0.4 * np.exp(-across / (0.05 * width)))[None, :, None])


def on_coloured(*colour: int) -> Change:
    """On paper of this blue, green and red."""
    return lambda page: noisy(4)(_bytes(page.astype(np.float32) * np.array(colour) / 255))


def pale(page: Coloured) -> Coloured:
    """With little toner."""
    return noisy(3)(_bytes(225 - (255 - page.astype(np.int16)) * 0.35))


def ticked(page: Coloured) -> Coloured:
    """Checked with a pen: ticks anywhere among the figures, and circles around some."""
    chance = np.random.default_rng(3)
    ink = np.full_like(page, 255)
    height, width = page.shape[:2]
    for _ in range(40):
        x, y = round(chance.uniform(0.3, 0.95) * width), round(chance.uniform(0.12, 0.9) * height)
        tick = np.array([[x, y], [x + 8, y + 10], [x + 26, y - 16]], np.int32)
        colour = ((60, 20, 20), (30, 30, 30), _RED, _BLUE)[int(chance.integers(4))]
        cv2.polylines(ink, [tick], isClosed=False, color=colour, thickness=3, lineType=cv2.LINE_AA)
    for _ in range(6):
        at = round(chance.uniform(0.3, 0.9) * width), round(chance.uniform(0.15, 0.85) * height)
        cv2.ellipse(ink, at, (70, 26), 3, 0, 350, _RED, 3, cv2.LINE_AA)
    return _bytes(page.astype(np.uint16) * ink // 255)


def opened(pages: Sequence[Coloured]) -> list[Coloured]:
    """Two pages of an open book on each picture, each lying a little differently, with a shadow between."""
    halves = []
    for i, page in enumerate(pages):
        away = np.linspace(1, 0, page.shape[1]) if i % 2 == 0 else np.linspace(0, 1, page.shape[1])
        shadow = (1 - 0.55 * np.exp(-25 * away))[None, :, None]
        halves.append(_bytes(skewed(-0.7 if i % 2 else 0.9)(page) * shadow))
    return spreads(halves)


def spreads(pages: Sequence[Coloured]) -> list[Coloured]:
    """Two pages of a bound book on each picture."""
    height = max(page.shape[0] for page in pages)
    even = [
        cv2.copyMakeBorder(page, 0, height - page.shape[0], 0, 0, cv2.BORDER_CONSTANT, value=(255,) * 3)
        for page in pages
    ]
    return [_bytes(np.concatenate(even[i : i + 2], 1)) for i in range(0, len(even), 2)]


def _bytes(values: NDArray[Any]) -> Coloured:
    return np.asarray(values, np.uint8)
