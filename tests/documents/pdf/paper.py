"""Small PDFs made for tests: tables with the flaws of real ones."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from warehouse.documents.model import Table
from warehouse.documents.pdf import read_pdf

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
WIDTH, HEIGHT = 595, 842
ROWS = [
    ["项目", "预算数", "备注"],
    ["合计", "1,234.50", ""],
    ["一般公共服务支出", "1,000.00", "年初"],
    ["教育支出", "234.50", ""],
]
"""What most of the papers show."""


def only(data: bytes) -> Table:
    """The one table of a file."""
    (table,) = read_pdf(data).tables
    return table


class Paper:
    """A canvas measured from the top left corner, in points."""

    def __init__(self, size: tuple[float, float] = (WIDTH, HEIGHT), **options: object) -> None:
        self._bytes = io.BytesIO()
        self.height = size[1]
        self.canvas = Canvas(self._bytes, pagesize=size, **options)

    def text(self, x: float, top: float, text: str, *, size: float = 10, font: str = "STSong-Light") -> None:
        """A line whose upper edge is at `top`."""
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, self.height - top - 0.88 * size, text)

    def line(self, x0: float, top: float, x1: float, bottom: float) -> None:
        self.canvas.line(x0, self.height - top, x1, self.height - bottom)

    def box(self, x: float, top: float, width: float, height: float, **options: object) -> None:
        self.canvas.rect(x, self.height - top - height, width, height, **options)

    def table(
        self,
        rows: Sequence[Sequence[str]],
        *,
        left: float = 50,
        top: float = 100,
        widths: Sequence[float] | None = None,
        row_height: float = 20,
        skip: str = "",
    ) -> float:
        """A ruled table; `skip` leaves out outer rules (l, r, t, b). Returns its lower edge."""
        widths = widths or [100.0] * len(rows[0])
        edges = [left + sum(widths[:i]) for i in range(len(widths) + 1)]
        bottom = top + row_height * len(rows)
        for i in range(len(rows) + 1):
            if not ((i == 0 and "t" in skip) or (i == len(rows) and "b" in skip)):
                self.line(edges[0], top + i * row_height, edges[-1], top + i * row_height)
        for i, x in enumerate(edges):
            if not ((i == 0 and "l" in skip) or (i == len(edges) - 1 and "r" in skip)):
                self.line(x, top, x, bottom)
        for r, row in enumerate(rows):
            for c, text in enumerate(row):
                for k, part in enumerate(text.split("\n")):
                    self.text(edges[c] + 3, top + r * row_height + 4 + 11 * k, part)
        return bottom

    def row(self, columns: Sequence[tuple[float, str]], top: float, texts: Sequence[str]) -> None:
        """A line of texts, each centred on (c), left (l) or right (r) of its column's place."""
        for (x, where), text in zip(columns, texts, strict=True):
            width = sum(10 if character > "\u2e80" else 5 for character in text)
            self.text(x - {"l": 0, "r": width, "c": width / 2}[where], top, text)

    def page(self) -> None:
        self.canvas.showPage()

    def data(self) -> bytes:
        self.canvas.save()
        return self._bytes.getvalue()
