"""A document as read → everything that it publishes, as typed rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from warehouse.documents.model import Cell, Document, Line, Table
from warehouse.tables import forms, listings, money, prose, rows, types
from warehouse.tables.captions import Caption, document_unit, empty_note_in, read_caption
from warehouse.tables.facts import document_facts
from warehouse.tables.headers import Column, Header, is_caption_row, read_header, reuse_header
from warehouse.tables.model import (
    Amount,
    DocumentFacts,
    RawCell,
    ReaderNotice,
    RecognisedTable,
    Recognition,
    TextLine,
)
from warehouse.tables.places import Spot
from warehouse.tables.text import key, printed
from warehouse.tables.types import TableType

_NOTES_BELOW = 3
_PROJECT_LISTS = frozenset(
    {"project_expenditure", "project_expenditure_carryover", "project_performance", "performance_summary"}
)


@dataclass(frozen=True, slots=True)
class Section:
    """A table with the lines that stand above it (since the table before) and below it (until the next)."""

    ordinal: int
    table: Table
    grid: list[list[Cell]]
    above: tuple[Line, ...]
    below: tuple[Line, ...]

    @property
    def spot(self) -> Spot:
        """The table, to tell where its cells stand."""
        return Spot(self.ordinal, self.table)


@dataclass(slots=True)
class _Findings:
    """What has been recognised so far; filled table by table."""

    tables: list[RecognisedTable] = field(default_factory=list)
    amounts: list[Amount] = field(default_factory=list)
    listings: listings.Listings = field(default_factory=listings.Listings)
    forms: forms.Forms = field(default_factory=forms.Forms)
    notices: list[ReaderNotice] = field(default_factory=list)

    def notice(self, kind: str, detail: str, *, page: int | None, table_ordinal: int | None = None) -> None:
        self.notices.append(
            ReaderNotice(
                ordinal=len(self.notices) + 1,
                page=page,
                table_ordinal=table_ordinal,
                kind=kind,
                detail=detail,
            )
        )


@dataclass(frozen=True, slots=True)
class _Context:
    """One table with all that is known of it before its body is read."""

    section: Section
    caption: Caption
    header: Header
    items: dict[int, list[rows.Item]]
    table_type: TableType
    unit: str | None
    unit_source: str
    continues_ordinal: int | None


def recognise(document: Document) -> Recognition:
    """Everything that a document publishes: tables, amounts, projects, indicators, statements, notices.

    Pure: the same document gives the same recognition. What is not understood stays: the cells of every table
    are returned, a table of no known type is `unrecognised`, and whatever could not be used is a notice.

    Args:
        document: As read by `warehouse.documents.read_document`.

    Returns:
        The recognition; its rows are in the order of the document.
    """
    sections = tuple(sections_of(document))
    facts = document_facts(document, [_caption(section) for section in sections])
    found = _Findings()
    for notice in document.notices:
        found.notice(notice.kind, notice.detail, page=notice.page)
    lines = [block for block in document.blocks if isinstance(block, Line)]
    stated_unit = document_unit([line.text for line in lines])
    before: _Context | None = None
    for section in sections:
        before = _context(section, facts, before, stated_unit)
        _take_table(before, found)
    return Recognition(
        facts=facts,
        tables=tuple(found.tables),
        cells=tuple(_raw_cells(sections)),
        amounts=tuple(found.amounts),
        projects=tuple(found.forms.projects),
        indicators=tuple(found.forms.indicators),
        procurement=tuple(found.listings.procurement),
        assets=tuple(found.listings.assets),
        organisations=tuple(found.listings.organisations),
        statements=tuple(prose.statements(lines)),
        lines=tuple(_text_lines(lines)),
        notices=tuple(found.notices),
    )


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


def _caption(section: Section) -> Caption:
    """What the lines above a table and the caption rows inside its grid say."""
    lines = [line.text for line in section.above]
    for row in section.grid[:6]:
        if not is_caption_row(row):
            break
        lines.extend(
            cell.text
            for index, cell in enumerate(row)
            if cell.text.strip() and (index == 0 or row[index - 1] is not cell)
        )
    return read_caption(lines, types.title_score)


def _context(
    section: Section, facts: DocumentFacts, before: _Context | None, stated_unit: str | None
) -> _Context:
    grid = section.grid
    caption = _caption(section)
    year = caption.fiscal_year or facts.fiscal_year
    header = read_header(grid, fiscal_year=year, phase=facts.phase)
    continues = before is not None and not caption.title and _continues(header, section, before)
    if continues and before:
        header = header if header.rows.end > header.rows.first else reuse_header(before.header, grid)
        caption = replace(before.caption, unit=caption.unit or before.caption.unit)
    items = rows.read_items(header, grid)
    labels = [item.label for group in items.values() for item in group]
    kind = types.recognise_type(
        caption.title,
        [column.path for column in header.columns],
        labels,
        has_sides=header.columns[0].side is not None if header.columns else False,
    )
    if continues and before:
        kind = TableType(before.table_type.name, f"continues table {before.section.ordinal}")
    elif kind.name == types.UNRECOGNISED and not caption.title and forms.is_form(grid):
        kind = TableType("project_performance", "labels of a performance form")
    if before and not caption.title and forms.continues_form(before.table_type.name, grid):
        kind = TableType(before.table_type.name, f"indicators of the form in table {before.section.ordinal}")
        caption = replace(before.caption, unit=caption.unit or before.unit)
    unit, source = _unit(caption, header, stated_unit)
    first = (before.continues_ordinal or before.section.ordinal) if continues and before else None
    return _Context(section, caption, header, items, kind, unit, source, first)


def _continues(header: Header, section: Section, before: _Context) -> bool:
    """Whether a table without title is the rest of the one before: with the same header, or with none."""
    if section.table.column_count != before.section.table.column_count:
        return False
    if header.rows.first == header.rows.end:
        return before.header.rows.end > before.header.rows.first
    return [column.path for column in header.columns] == [column.path for column in before.header.columns]


def _unit(caption: Caption, header: Header, stated_unit: str | None) -> tuple[str | None, str]:
    if caption.unit:
        return caption.unit, "caption"
    in_header = {column.unit for column in header.columns if column.unit}
    if len(in_header) == 1:
        return in_header.pop(), "header"
    if stated_unit:
        return stated_unit, "text, for all tables"
    return None, "not stated"


def _take_table(context: _Context, found: _Findings) -> None:
    section, kind = context.section, context.table_type
    is_form = forms.is_form(section.grid)
    if is_form:
        amounts = forms.read_form(_form_source(context), found.forms)
    else:
        amounts = list(_amounts(context, found))
        listings.read_listing(_listing_source(context, amounts), found.listings, found.forms)
    found.amounts.extend(amounts)
    note = _empty_note(section)
    pages = [cell.page for cell in section.table.cells if cell.page is not None]
    found.tables.append(
        RecognisedTable(
            table_ordinal=section.ordinal,
            page=section.table.page,
            last_page=max(pages, default=section.table.page),
            sheet=section.table.sheet,
            table_type=kind.name,
            table_title=context.caption.title,
            reason=f"{kind.reason}; unit {context.unit or 'unknown'} ({context.unit_source})",
            unit=context.unit,
            fiscal_year=context.caption.fiscal_year,
            agency_name=context.caption.agency_name,
            row_count=section.table.row_count,
            column_count=section.table.column_count,
            header_row_count=0 if is_form else context.header.row_count,
            amount_count=len(amounts),
            empty_note=note,
            continues_ordinal=context.continues_ordinal,
        )
    )
    if kind.name == types.UNRECOGNISED:
        found.notice(
            "unrecognised_table", kind.reason, page=section.table.page, table_ordinal=section.ordinal
        )


def _empty_note(section: Section) -> str | None:
    texts = [line.text for line in section.below[:_NOTES_BELOW]]
    texts += [cell.text for cell in section.table.cells if cell.row == section.table.row_count - 1]
    return next((note for text in texts if (note := empty_note_in(text))), None)


def _form_source(context: _Context) -> forms.FormSource:
    return forms.FormSource(
        spot=context.section.spot,
        grid=context.section.grid,
        table_type=context.table_type.name,
        table_title=context.caption.title,
        unit=context.unit,
        agency_code=context.caption.agency_code or "",
        agency_name=context.caption.agency_name or "",
    )


def _listing_source(context: _Context, amounts: Sequence[Amount]) -> listings.ListingSource:
    return listings.ListingSource(
        spot=context.section.spot,
        grid=context.section.grid,
        table_type=context.table_type.name,
        unit=context.unit,
        header=context.header,
        items=context.items,
        amounts=_by_row(amounts),
        agency_name=context.caption.agency_name or "",
        agency_code=context.caption.agency_code or "",
    )


def _by_row(amounts: Sequence[Amount]) -> dict[int, list[Amount]]:
    rows_of: dict[int, list[Amount]] = {}
    for amount in amounts:
        rows_of.setdefault(amount.row, []).append(amount)
    return rows_of


def _amounts(context: _Context, found: _Findings) -> Iterator[Amount]:
    """The amounts of a table with header and rows; cells that look like figures and are none are noticed."""
    columns = {column.index: column for column in context.header.columns if column.role == "amount"}
    items = {(item.row, group): item for group, listed in context.items.items() for item in listed}
    unread: list[str] = []
    for cell in context.section.table.cells:
        column = columns.get(cell.col)
        if column is None or not cell.text or cell.row < context.header.rows.end:
            continue
        item = items.get((cell.row, column.group))
        amount = _amount(context, column, item, cell) if item else None
        if amount:
            if not money.is_exact(money.parse_number(cell.text) or money.ZERO, amount.unit):
                unread.append(f"{_where(cell)} is rounded to 0.01 元")
            yield amount
        elif not money.is_blank(cell.text) and any(character.isdigit() for character in cell.text):
            has_unit = context.unit or column.unit
            unread.append(
                f"{_where(cell)} is no amount" if has_unit else f"{_where(cell)} has no unit of money"
            )
    if unread:
        found.notice(
            "unread_amounts",
            f"{len(unread)} cells: " + "; ".join(unread[:5]),
            page=context.section.table.page,
            table_ordinal=context.section.ordinal,
        )


def _where(cell: Cell) -> str:
    return f"row {cell.row} column {cell.col} {printed(cell.text)[:40]!r}"


def _amount(context: _Context, column: Column, item: rows.Item, cell: Cell) -> Amount | None:
    """The amount that a cell prints; None where it prints no number, or no unit is known."""
    value = money.parse_number(cell.text)
    unit = money.stated_unit(cell.text) or column.unit or context.unit
    if value is None or unit is None:
        return None
    role = item.role
    if role == "leaf" and context.table_type.name in _PROJECT_LISTS and _is_unit_row(context, item):
        role = "subtotal"
    return Amount(
        **context.section.spot.place(cell),
        table_type=context.table_type.name,
        table_title=context.caption.title,
        side=column.side,
        item_code=item.code,
        item_label=item.label,
        item_code_2=item.code_2,
        item_label_2=item.label_2,
        agency_code=item.agency_code,
        column_path=column.path,
        value_text=printed(cell.text),
        unit=unit,
        amount_yuan=money.to_yuan(value, unit),
        row_role=role,
        fund_type=column.fund_type,
        nature=column.nature,
        period=column.period,
        confidence=cell.confidence,
    )


def _is_unit_row(context: _Context, item: rows.Item) -> bool:
    """Whether a row among projects is the sum of a unit: named like one, without a goal of its own."""
    if key(item.label) == key(context.caption.agency_name or "") != "":
        return True
    goals = context.header.with_role("goal")
    has_goal = any(context.section.grid[item.row][column.index].text.strip() for column in goals)
    return bool(goals) and not has_goal and rows.names_a_unit(item.label)


def _raw_cells(sections: Sequence[Section]) -> Iterator[RawCell]:
    for section in sections:
        spot = section.spot
        for cell in section.table.cells:
            yield RawCell(
                **spot.place(cell),
                row_span=cell.row_span,
                col_span=cell.col_span,
                text=cell.text,
                confidence=cell.confidence,
            )


def _text_lines(lines: Sequence[Line]) -> Iterator[TextLine]:
    for ordinal, line in enumerate(lines, start=1):
        yield TextLine(ordinal=ordinal, page=line.page, sheet=line.sheet, bbox=line.box, text=line.text)
