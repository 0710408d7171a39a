"""Each table of a document with its lines, and all that is known of it before its figures are taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from warehouse.documents.model import Cell, Document, Line, Table
from warehouse.tables import rows, types
from warehouse.tables.captions import Caption, read_caption, without_number
from warehouse.tables.facts import agency_in_heading
from warehouse.tables.form_tables import continues_form, is_form
from warehouse.tables.header_rows import distinct, is_caption_row
from warehouse.tables.headers import Header, read_header, reuse_header
from warehouse.tables.model import DocumentFacts
from warehouse.tables.places import Spot
from warehouse.tables.readings import Reading, choose_reading
from warehouse.tables.roles import Item, with_roles_over_parts
from warehouse.tables.text import printed
from warehouse.tables.types import TableType

_CONTINUED = re.compile(r"[（(]?续(?:表)?\d*[）)]?$")


@dataclass(frozen=True, slots=True)
class Section(Spot):
    """A table with the lines that stand above it (since the table before) and below it (until the next)."""

    grid: list[list[Cell]]
    above: tuple[Line, ...]
    below: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """One table with all that is known of it before its body is read."""

    section: Section
    caption: Caption
    header: Header
    items: dict[int, list[Item]]
    table_type: TableType
    unit: str | None
    unit_source: str
    continues_ordinal: int | None
    reading: Reading


def sections_of(document: Document) -> Iterator[Section]:
    """The tables of a document, each with the lines around it."""
    above: list[Line] = []
    pending: tuple[int, Table, list[list[Cell]], tuple[Line, ...]] | None = None
    ordinal = 0
    for block in document.blocks:
        if isinstance(block, Line):
            above.append(block)
            continue
        if pending:
            yield Section(*pending, below=tuple(above))
        ordinal += 1
        pending = (ordinal, block, block.grid(), tuple(above))
        above = []
    if pending:
        yield Section(*pending, below=tuple(above))


def read_section_caption(section: Section) -> Caption:
    """What the lines above a table, the caption rows inside its grid, and the name of its sheet say."""
    lines = [line.text for line in section.above]
    for row in section.grid[:6]:
        if not is_caption_row(row):
            break
        lines.extend(cell.text for cell in distinct(row) if cell.text.strip())
    caption = read_caption(lines, types.title_score)
    sheet = section.table.sheet or ""
    if not caption.title and types.title_score(sheet):
        return replace(caption, title=without_number(printed(sheet)))
    return caption


def read_contexts(
    sections: Sequence[Section],
    captions: Sequence[Caption],
    facts: DocumentFacts,
    stated_unit: str | None,
) -> Iterator[Context]:
    """What is known of each table: caption, header, rows, type, unit.

    Args:
        sections: The tables of a document with their lines.
        captions: What stands above each of them, as `read_section_caption` gives it.
        facts: Of the document.
        stated_unit: The unit of money that the text declares for all its figures.

    Yields:
        One context for each section. A table that goes on as the next one shares title, unit, header and type
        with it, and the roles of rows take all its parts together.
    """
    parts: list[Context] = []
    agency_names = _agencies_by_heading(sections)
    for section, caption, agency_name in zip(sections, captions, agency_names, strict=True):
        made = _context(section, caption, facts, parts[-1] if parts else None, stated_unit)
        if agency_name and not made.caption.agency_name:
            made = replace(made, caption=replace(made.caption, agency_name=agency_name))
        if made.continues_ordinal is None:
            yield from _with_roles_together(parts)
            parts = []
        parts.append(made)
    yield from _with_roles_together(parts)


def _with_roles_together(parts: Sequence[Context]) -> Iterator[Context]:
    """The parts of one table; rows have the roles that they have in the whole table."""
    if len(parts) < 2:
        yield from parts
        return
    together = with_roles_over_parts([part.items for part in parts])
    for part, items in zip(parts, together, strict=True):
        yield replace(part, items=items)


def _agencies_by_heading(sections: Sequence[Section]) -> list[str | None]:
    """For each table whose budget it is, where headings name several units one after the other."""
    names: list[str | None] = []
    current: str | None = None
    for section in sections:
        for line in section.above:
            current = agency_in_heading(line.text) or current
        names.append(current)
    return names if len({name for name in names if name}) > 1 else [None] * len(names)


def _context(
    section: Section,
    caption: Caption,
    facts: DocumentFacts,
    before: Context | None,
    stated_unit: str | None,
) -> Context:
    grid = section.grid
    year = caption.fiscal_year or facts.fiscal_year
    reading = choose_reading(read_header(grid, fiscal_year=year, phase=facts.phase), grid)
    header = reading.header
    continues = before is not None and _continues(header, section, caption, before)
    if continues and before:
        header = header if header.rows.end > header.rows.first else reuse_header(before.header, grid)
        caption = replace(before.caption, unit=caption.unit or before.caption.unit)
    items = reading.items
    if items is None or (continues and before):
        before_it = before.items if continues and before else None
        items = rows.read_items(header, reading.names_in(grid), before=before_it)
    labels = [item.label for group in items.values() for item in group]
    kind = types.recognise_type(
        caption.title,
        [column.path for column in header.columns],
        labels,
        has_sides=header.columns[0].side is not None if header.columns else False,
    )
    if continues and before:
        kind = TableType(before.table_type.name, f"continues table {before.section.ordinal}")
    elif kind.name == types.UNRECOGNISED and not caption.title and is_form(grid):
        kind = TableType("project_performance", "labels of a performance form")
    elif kind.name == types.UNRECOGNISED and caption.heading:
        kind = TableType(types.by_title(caption.heading)[1], "the heading above names it")
        caption = replace(caption, title=caption.heading)
    if before and not caption.title and continues_form(before.table_type.name, grid):
        kind = TableType(before.table_type.name, f"indicators of the form in table {before.section.ordinal}")
        caption = replace(before.caption, unit=caption.unit or before.unit)
    unit, source = _unit(caption, header, stated_unit)
    first = (before.continues_ordinal or before.section.ordinal) if continues and before else None
    reading = replace(reading, header=header)
    return Context(section, caption, header, items, kind, unit, source, first, reading)


def _continues(header: Header, section: Section, caption: Caption, before: Context) -> bool:
    """Whether a table is the rest of the one before: the same columns under the same header, or under none.

    It has no title, or the title of the one before (…表（续）) and no total of its own.
    """
    if section.table.column_count != before.section.table.column_count:
        return False
    if caption.title and not _repeats_title(header, section, caption, before):
        return False
    if header.rows.first == header.rows.end:
        return before.header.rows.end > before.header.rows.first
    return [column.path for column in header.columns] == [column.path for column in before.header.columns]


def _repeats_title(header: Header, section: Section, caption: Caption, before: Context) -> bool:
    same = _CONTINUED.sub("", caption.title) == _CONTINUED.sub("", before.caption.title)
    if not same or caption.agency_name != before.caption.agency_name or is_form(section.grid):
        return False
    items = rows.read_items(header, section.grid)
    return not any(item.role == "total" for item in items.get(0, [])[:2])


def _unit(caption: Caption, header: Header, stated_unit: str | None) -> tuple[str | None, str]:
    if caption.unit:
        return caption.unit, "caption"
    in_header = {column.unit for column in header.columns if column.unit}
    if len(in_header) == 1:
        return in_header.pop(), "header"
    if stated_unit:
        return stated_unit, "text, for all tables"
    return None, "not stated"
