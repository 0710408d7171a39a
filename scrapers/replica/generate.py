"""Makes the replica's invented documents from figures/*.yml: `python -m scrapers.replica.generate`.

Needs the development dependencies. The files are committed; a test makes them again and compares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from html import escape
from pathlib import Path
from typing import Any

import docx
from docx.shared import Pt
from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.styles import Alignment, Border, Side  # type: ignore[import-untyped]
from reportlab.lib.pdfencrypt import StandardEncryption  # type: ignore[import-untyped]
from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # type: ignore[import-untyped]
from reportlab.platypus import Paragraph, SimpleDocTemplate  # type: ignore[import-untyped]

from scrapers.replica.budget import Grid, read_yaml, tables_of, totals
from scrapers.replica.pages import DOCUMENTS, FOLDER

FIGURES = FOLDER / "figures"
_MADE_AT = datetime(2025, 2, 14, 9, 0)  # noqa: DTZ001 - office files keep local time


def main(folder: Path = DOCUMENTS) -> None:
    """Make every document into a folder."""
    for path in sorted(FIGURES.glob("*-20??.yml")):
        figures = read_yaml(path)
        style = read_yaml(FIGURES / "styles" / f"{figures['style']}.yml")
        target = folder / figures["file"]
        _WRITERS[target.suffix](target, figures, tables_of(figures, style))
    prose = read_yaml(FIGURES / "prose.yml")
    _write_pdf(folder / "no-tables.pdf", prose["no_tables"])
    _write_pdf(folder / "encrypted.pdf", prose["encrypted"], StandardEncryption("open-sesame", canPrint=0))


def spans(grid: Grid) -> Iterator[tuple[int, int, int, int]]:
    """The header's merged cells as (row, column, rows, columns)."""
    header = grid.rows[: grid.header_rows]
    for r, row in enumerate(header):
        for c, text in enumerate(row):
            if text in {"<", "^"}:
                continue
            columns = next((n for n in range(1, len(row) - c) if row[c + n] != "<"), len(row) - c)
            below = [line[c] for line in header[r + 1 :]]
            rows = 1 + next((n for n, cell in enumerate(below) if cell != "^"), len(below))
            if rows > 1 or columns > 1:
                yield r, c, rows, columns


def _plain(grid: Grid) -> list[list[str]]:
    """The rows with the marks of merged cells blanked."""
    header = [["" if text in {"<", "^"} else text for text in row] for row in grid.rows[: grid.header_rows]]
    return header + [list(row) for row in grid.rows[grid.header_rows :]]


def _write_xlsx(path: Path, figures: Mapping[str, Any], grids: tuple[Grid, ...]) -> None:
    """One sheet per table: title, department and unit above it, amounts as numbers."""
    book = Workbook()
    book.properties.created = book.properties.modified = _MADE_AT
    book.properties.creator = figures["agency"]
    book.remove(book.worksheets[0])
    line = Side(style="thin")
    for grid in grids:
        sheet = book.create_sheet(grid.sheet)
        width = len(grid.rows[0])
        sheet.append([grid.title])
        sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=width)
        sheet.append([f"部门名称：{figures['agency']}", *[""] * (width - 2), "单位：万元"])
        for row in _plain(grid):
            sheet.append([_number(text) for text in row])
        for cells in sheet.iter_rows(min_row=3):
            for cell in cells:
                cell.border = Border(left=line, right=line, top=line, bottom=line)
                if isinstance(cell.value, Decimal):
                    cell.number_format = "0.00"
        for r, c, rows, columns in spans(grid):
            sheet.cell(r + 3, c + 1).alignment = Alignment(horizontal="center", vertical="center")
            sheet.merge_cells(
                start_row=r + 3, end_row=r + 2 + rows, start_column=c + 1, end_column=c + columns
            )
        if grid.note:
            sheet.append([grid.note])
    book.save(path)


def _number(text: str) -> str | Decimal | None:
    """Amounts as numbers; codes and column numbers stay text, as finance departments type them."""
    if "." not in text:
        return text or None
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _write_docx(path: Path, figures: Mapping[str, Any], grids: tuple[Grid, ...]) -> None:
    document = docx.Document()
    document.core_properties.created = document.core_properties.modified = _MADE_AT
    document.core_properties.author = figures["agency"]
    document.styles["Normal"].font.size = Pt(9)
    document.add_paragraph(f"{figures['agency']}{figures['year']}年部门预算信息公开")
    for grid in grids:
        document.add_paragraph(grid.title)
        document.add_paragraph(f"{figures['agency']}　　预算年度：{figures['year']}　　单位：万元")
        table = document.add_table(len(grid.rows), len(grid.rows[0]), style="Table Grid")
        # Row by row: a table's cell() walks the whole table each time.
        cells = [row.cells for row in table.rows]
        for line, texts in zip(cells, _plain(grid), strict=True):
            for cell, text in zip(line, texts, strict=True):
                cell.text = text
        for r, c, rows, columns in spans(grid):
            text = grid.rows[r][c]
            cells[r][c].merge(cells[r + rows - 1][c + columns - 1]).text = text
        if grid.note:
            document.add_paragraph(grid.note)
    for sentence in _prose(figures):
        document.add_paragraph(sentence)
    with path.open("wb") as file:
        document.save(file)


def _write_html(path: Path, figures: Mapping[str, Any], grids: tuple[Grid, ...]) -> None:
    """The part of an article page that people paste their tables into."""
    lines = [f"<p>　　{escape(sentence)}</p>" for sentence in _prose(figures)]
    for grid in grids:
        lines += [
            f'<p style="text-align:center"><strong>{escape(grid.title)}</strong></p>',
            f'<p style="text-align:right">部门名称：{escape(figures["agency"])}　　　　单位：万元</p>',
            '<table border="1" cellspacing="0">',
        ]
        spanned = {(r, c): (rows, columns) for r, c, rows, columns in spans(grid)}
        for r, row in enumerate(grid.rows):
            cells = []
            for c, text in enumerate(row):
                if r < grid.header_rows and text in {"<", "^"}:
                    continue
                rows, columns = spanned.get((r, c), (1, 1))
                attributes = f' rowspan="{rows}"' * (rows > 1) + f' colspan="{columns}"' * (columns > 1)
                cells.append(f"<td{attributes}>{escape(text) or '&nbsp;'}</td>")
            lines.append(f"<tr>{''.join(cells)}</tr>")
        lines.append("</table>")
        if grid.note:
            lines.append(f"<p>{escape(grid.note)}</p>")
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _prose(figures: Mapping[str, Any]) -> tuple[str, ...]:
    sums, year = totals(figures), figures["year"]
    sentences = [f"{year}年收入总计{sums['total']}万元，支出总计{sums['total']}万元。"]
    sentences.append(f"其中：基本支出{sums['basic']}万元，项目支出{sums['project']}万元。")
    if sums["three_public"]:
        sentences.append(f"{year}年“三公”经费预算安排{sums['three_public']}万元。")
    return tuple(sentences)


def _write_pdf(path: Path, paragraphs: list[str], encryption: StandardEncryption | None = None) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    style = ParagraphStyle("body", fontName="STSong-Light", fontSize=12, leading=20, wordWrap="CJK")
    document = SimpleDocTemplate(str(path), title=paragraphs[0], invariant=1, encrypt=encryption)
    document.build([Paragraph(text, style) for text in paragraphs])


_WRITERS: dict[str, Callable[[Path, Mapping[str, Any], tuple[Grid, ...]], None]] = {
    ".xlsx": _write_xlsx,
    ".docx": _write_docx,
    ".doc": _write_docx,  # as some offices publish: DOCX under the old suffix
    ".html": _write_html,
}

if __name__ == "__main__":
    main()
