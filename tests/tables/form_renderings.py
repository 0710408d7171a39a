"""Forms as data (`forms/*.yml`) → the same form as DOCX, XLSX, XLS, HTML and PDF.

A form is a list of parts: `above` (lines), `grid` (rows of cells with `|` between them; `<` goes on from the
left, `^` from above), and what must be read from it. See `Form` and `Part`.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import openpyxl
import xlwt
import yaml
from openpyxl.utils import get_column_letter
from reportlab.lib import colors
from reportlab.lib.pagesizes import A3, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer
from reportlab.platypus import Table as RuledTable

from tests.tables.made_tables import table
from warehouse.documents.model import Cell, Table

FOLDER = Path(__file__).resolve().parent / "forms"
_FACTORS = {"元": 1, "千元": 1000, "万元": 10000, "亿元": 100000000}
_NUMBER = re.compile(r"-?[\d,]+(?:\.\d+)?")
_FONT = "STSong-Light"


@dataclass(frozen=True, slots=True)
class Part:
    """One table with the lines around it, and what it must be taken for.

    `columns` holds a line for each column of amounts: index, path, side, fund, nature, period (`-` is none);
    `rows` a line for each row with amounts: index, code, label, role, code of the unit (`-` is none).
    """

    above: tuple[str, ...]
    below: tuple[str, ...]
    table: Table | None
    table_type: str
    title: str
    unit: str
    agency: str | None
    columns: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]

    def amounts(self) -> Iterator[tuple[Any, ...]]:
        """What must be read: a tuple for each amount, in the order of `facts_of`."""
        if self.table is None:
            return
        grid = self.table.grid()
        for row, code, label, role, agency in self.rows:
            for index, path, side, fund, nature, period, *group in self.columns:
                if group and row.partition("/")[2] != group[0]:
                    continue
                if not group and "/" in row:
                    continue
                cell = grid[int(row.partition("/")[0])][int(index)]
                if (cell.row, cell.col) != (int(row.partition("/")[0]), int(index)):
                    continue
                value = _value(cell.text)
                if value is not None:
                    yuan = (value * _FACTORS[self._unit(path, cell.text)]).quantize(Decimal("0.01"))
                    facts = (code, label, path, yuan, role, agency, side, fund, nature, period)
                    yield self.table_type, *(None if fact == "-" else fact for fact in facts)

    def _unit(self, path: str, text: str) -> str:
        stated = re.search(r"[(（](亿元|万元|千元|元)[)）]", path) or re.search(r"(亿元|万元|千元|元)$", text)
        return stated.group(1) if stated else self.unit


@dataclass(frozen=True, slots=True)
class Form:
    """One document of some province."""

    name: str
    facts: dict[str, Any]
    formats: tuple[str, ...]
    parts: tuple[Part, ...]


def _value(text: str) -> Decimal | None:
    """The number that a cell prints; written apart from the reader's own rule."""
    plain = re.sub(r"[\s¥￥]|(亿元|万元|千元|元)$", "", text).translate(str.maketrans("，．－▲△", ",.---"))
    negative = plain.startswith(("(", "（")) and plain.endswith((")", "）"))
    plain = plain.strip("()（）")
    if not _NUMBER.fullmatch(plain):
        return None
    value = Decimal(plain.replace(",", ""))
    return -value if negative else value


def forms() -> list[Form]:
    """Every form of the folder."""
    return [
        _form(name, content)
        for path in sorted(FOLDER.glob("*.yml"))
        for name, content in yaml.safe_load(path.read_text(encoding="utf-8")).items()
    ]


def _form(name: str, content: dict[str, Any]) -> Form:
    return Form(
        name=name,
        facts=content.get("facts", {}),
        formats=tuple(content.get("formats", RENDERERS)),
        parts=tuple(_part(part) for part in content["parts"]),
    )


def _part(content: dict[str, Any]) -> Part:
    grid = content.get("grid")
    return Part(
        above=tuple(content.get("above", ())),
        below=tuple(content.get("below", ())),
        table=_table(grid) if grid else None,
        table_type=content.get("type", "unrecognised"),
        title=content.get("title", ""),
        unit=content.get("unit", "万元"),
        agency=content.get("agency"),
        columns=_listed(content.get("columns", "")),
        rows=tuple((*row, "-")[:5] for row in _listed(content.get("rows", ""))),
    )


def _table(grid: str) -> Table:
    rows = [line.split("|") for line in grid.rstrip("\n").split("\n")]
    ragged = [row for row in rows if len(row) != len(rows[0])]
    if ragged:
        raise ValueError(f"{len(ragged[0])} cells, not {len(rows[0])}: {ragged[0]}")
    return table(rows)


def _listed(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(field.strip() for field in line.split("|")) for line in text.splitlines() if line)


def as_docx(form: Form) -> bytes:
    """Paragraphs and tables with merged cells."""
    document = docx.Document()
    for part in form.parts:
        for line in part.above:
            document.add_paragraph(line)
        if part.table:
            made = document.add_table(part.table.row_count, part.table.column_count)
            for cell in part.table.cells:
                corner = made.cell(cell.row, cell.col)
                if cell.row_span * cell.col_span > 1:
                    last = made.cell(cell.row + cell.row_span - 1, cell.col + cell.col_span - 1)
                    corner = corner.merge(last)
                corner.text = cell.text
        for line in part.below:
            document.add_paragraph(line)
    return _saved(document.save)


def as_xlsx(form: Form) -> bytes:
    """One sheet for each table: the lines in merged rows above it, numbers as numbers."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for number, part in enumerate(form.parts, start=1):
        sheet = workbook.create_sheet(f"Sheet{number}")
        width = part.table.column_count if part.table else 4
        row = 0
        for row, line in enumerate(part.above, start=1):
            sheet.cell(row, 1, line)
            sheet.merge_cells(f"A{row}:{get_column_letter(width)}{row}")
        for cell in part.table.cells if part.table else ():
            at = sheet.cell(row + cell.row + 1, cell.col + 1)
            at.value, at.number_format = _number(cell.text)
            if cell.row_span * cell.col_span > 1:
                sheet.merge_cells(
                    start_row=at.row,
                    start_column=at.column,
                    end_row=at.row + cell.row_span - 1,
                    end_column=at.column + cell.col_span - 1,
                )
        bottom = row + (part.table.row_count if part.table else 0)
        for offset, line in enumerate(part.below, start=1):
            sheet.cell(bottom + offset, 1, line)
    return _saved(workbook.save)


def _number(text: str) -> tuple[float | str, str]:
    """A printed amount as the number and format that a workbook holds; other texts as they are."""
    match = re.fullmatch(r"-?(\d{1,3}(?:,\d{3})+|\d+)\.(\d+)", text)
    if not match:
        return text, "@"
    return float(text.replace(",", "")), ("#,##0." if "," in text else "0.") + "0" * len(match.group(2))


def as_xls(form: Form) -> bytes:
    """The same as an Excel 97 workbook, all tables below each other in one sheet, a blank row between."""
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("公开表")
    top = 0
    for part in form.parts:
        for line in part.above:
            sheet.write(top, 0, line)
            top += 1
        for cell in part.table.cells if part.table else ():
            value, code = _number(cell.text)
            style = xlwt.easyxf(num_format_str="General" if code == "@" else code)
            first, left = top + cell.row, cell.col
            if cell.row_span * cell.col_span > 1:
                last, right = first + cell.row_span - 1, left + cell.col_span - 1
                sheet.write_merge(first, last, left, right, value, style)
            elif cell.text:
                sheet.write(first, left, value, style)
        top += part.table.row_count if part.table else 0
        for line in part.below:
            sheet.write(top, 0, line)
            top += 1
        top += 1
    return _saved(workbook.save)


def as_html(form: Form) -> bytes:
    """An article in GBK, with row and column spans."""
    blocks: list[str] = []
    for part in form.parts:
        blocks += [f"<p>{html.escape(line)}</p>" for line in part.above]
        if part.table:
            blocks.append("<table border=1>" + "".join(_html_rows(part.table)) + "</table>")
        blocks += [f"<p>{html.escape(line)}</p>" for line in part.below]
    page = (
        '<html><head><meta charset="gbk"><title>公开</title></head>'
        f'<body><div class="TRS_Editor">{"".join(blocks)}</div></body></html>'
    )
    return page.encode("gb18030")


def _html_rows(table: Table) -> Iterator[str]:
    for row in range(table.row_count):
        cells = "".join(
            f'<td rowspan="{cell.row_span}" colspan="{cell.col_span}">{_html_text(cell.text)}</td>'
            for cell in table.cells
            if cell.row == row
        )
        yield f"<tr>{cells}</tr>"


def _html_text(text: str) -> str:
    stripped = text.lstrip(" ")
    return "&nbsp;" * (len(text) - len(stripped)) + html.escape(stripped)


def as_pdf(form: Form) -> bytes:
    """Ruled tables on landscape pages, headers repeated where a table goes over the page."""
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    title = ParagraphStyle("line", fontName=_FONT, fontSize=11, leading=14)
    flow: list[Flowable] = []
    for part in form.parts:
        flow += [Paragraph(html.escape(line), title) for line in part.above]
        if part.table:
            flow += [Spacer(1, 4), _ruled(part.table)]
        flow += [Paragraph(html.escape(line), title) for line in part.below]
        flow.append(Spacer(1, 12))
    buffer = io.BytesIO()
    SimpleDocTemplate(buffer, pagesize=landscape(A3)).build(flow)
    return buffer.getvalue()


def _ruled(table: Table) -> RuledTable:
    rows = [[""] * table.column_count for _ in range(table.row_count)]
    style: list[tuple[Any, ...]] = [
        ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
        ("FONT", (0, 0), (-1, -1), _FONT, 8),
    ]
    for cell in table.cells:
        rows[cell.row][cell.col] = cell.text
        corners = (cell.col, cell.row), (cell.col + cell.col_span - 1, cell.row + cell.row_span - 1)
        style.append(("SPAN", *corners))
    return RuledTable(rows, style=style)


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    buffer = io.BytesIO()
    save(buffer)
    return buffer.getvalue()


RENDERERS: dict[str, Callable[[Form], bytes]] = {
    "docx": as_docx,
    "xlsx": as_xlsx,
    "xls": as_xls,
    "html": as_html,
    "pdf": as_pdf,
}


def grid_texts(cells: Sequence[Sequence[Cell]]) -> list[list[str]]:
    """The texts of a grid, for messages."""
    return [[cell.text for cell in row] for row in cells]
