"""A table of departments × years whose cells link to the files (or to articles): no paging."""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsel import Selector, SelectorList

from scrapers.links import links
from scrapers.pages import Page, select
from scrapers.platforms.listing import Found, ListingPage
from scrapers.sites import Column, Site
from scrapers.titles import Facts, facts, normalise

_LONGEST_HEADING = 40


def read_listing(page: Page, column: Column, site: Site) -> ListingPage:
    """The linked files of every table with years in its head: row and column say what `1.doc` does not."""
    tables = select(page.selector, site.selectors.matrix_table or "table")
    return ListingPage(tuple(found for table in tables for found in _cells(page, table, column)))


def _cells(page: Page, table: Selector, column: Column) -> Iterator[Found]:
    rows = _grid(table)
    turned = _transposed(rows)
    if max((len(_years(row)) for row in turned[:3]), default=0) > max(
        (len(_years(row)) for row in rows), default=0
    ):
        rows = turned
    years = next((head for head in map(_years, rows) if head), {})
    phases, heading = _phases(rows), _heading(table)
    for row in rows:
        # The department is the last text before the first year's column; a serial number may go before it.
        names = [_text(cell) for position, cell in sorted(row.items()) if position < min(years, default=0)]
        department = next((name for name in reversed(names) if re.search(r"[\u4e00-\u9fff]", name)), "")
        for position, cell in row.items():
            if position not in years or not department:
                continue
            for link, _ in links(page, SelectorList([cell])):
                said = facts(link.text)
                phase = column.phase or phases.get(position) or said.phase or facts(heading).phase
                place = Facts(years[position], phase, said.scope, department)
                title = f"{department}{years[position]}年{heading or column.name} {link.text}"
                yield Found(link.url, title, None, link.text, place)


def _heading(table: Selector) -> str:
    """The caption of a table, or the text right above it, where it says which budget it is; else empty."""
    caption = "".join(table.xpath("./caption//text()").getall())
    above = caption or table.xpath("(preceding::text()[normalize-space()])[last()]").get("")
    heading = normalise(above)
    return heading if re.search("预算|决算", heading) and len(heading) <= _LONGEST_HEADING else ""


def _phases(rows: list[dict[int, Selector]]) -> dict[int, str]:
    """Column → phase, where cells of the head divide a year into 预算 and 决算."""
    found: dict[int, str] = {}
    for row in rows:
        for position, cell in row.items():
            match = re.fullmatch(r"(20\d\d年度?)?(部门|单位)?(预算|决算)(公开)?", _text(cell))
            if match and not cell.css("a"):
                found.setdefault(position, "final_account" if match[3] == "决算" else "budget")
    return found


def _grid(table: Selector) -> list[dict[int, Selector]]:
    """Rows as cells by column, a cell that spans standing at every position that it covers."""
    rows: list[dict[int, Selector]] = []
    below: dict[int, tuple[int, Selector]] = {}
    for row in table.xpath("./tr | ./tbody/tr | ./thead/tr"):
        cells = {position: cell for position, (_, cell) in below.items()}
        below = {position: (count - 1, cell) for position, (count, cell) in below.items() if count > 1}
        position = 0
        for cell in row.xpath("./td | ./th"):
            while position in cells:
                position += 1
            for spanned in range(position, position + _span(cell, "colspan")):
                cells[spanned] = cell
                if (row_span := _span(cell, "rowspan")) > 1:
                    below[spanned] = (row_span - 1, cell)
            position += _span(cell, "colspan")
        rows.append(cells)
    return rows


def _transposed(rows: list[dict[int, Selector]]) -> list[dict[int, Selector]]:
    """The same table with years down and departments across turned round."""
    width = max((position + 1 for row in rows for position in row), default=0)
    return [
        {number: row[column] for number, row in enumerate(rows) if column in row} for column in range(width)
    ]


def _years(row: dict[int, Selector]) -> dict[int, int]:
    """Column → year, for a row of the table's head."""
    found = {}
    for position, cell in row.items():
        match = re.fullmatch(r"(20\d\d)(年度?)?(部门|单位)?(预决算|预算|决算)?(信息)?(公开)?", _text(cell))
        if match and not cell.css("a"):
            found[position] = int(match[1])
    return found


def _span(cell: Selector, name: str) -> int:
    value = cell.root.get(name, "1").strip()
    return min(int(value), 200) if value.isdigit() else 1


def _text(cell: Selector) -> str:
    return normalise("".join(cell.xpath(".//text()").getall()))
