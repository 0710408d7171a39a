"""A document as read → everything that it publishes, as typed rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from warehouse.collection import collect_rarely
from warehouse.documents.model import Document, Line
from warehouse.tables import forms, listings, prose, types
from warehouse.tables.amounts import read_amounts
from warehouse.tables.captions import document_unit, empty_note_in, is_title
from warehouse.tables.contents import announced_tables
from warehouse.tables.context import Context, Section, read_contexts, read_section_caption, sections_of
from warehouse.tables.doubts import with_doubts
from warehouse.tables.facts import document_facts
from warehouse.tables.form_tables import is_form
from warehouse.tables.model import Amount, RawCell, ReaderNotice, RecognisedTable, Recognition, TextLine
from warehouse.tables.sections import with_sections
from warehouse.tables.sums import with_parts_ended, with_roles_by_sums

_NOTES_BELOW = 3


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


@collect_rarely()
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
    captions = [read_section_caption(section) for section in sections]
    facts = document_facts(document, captions, [section.grid for section in sections])
    found = _Findings()
    for notice in document.notices:
        found.notice(notice.kind, notice.detail, page=notice.page)
    lines = [block for block in document.blocks if isinstance(block, Line)]
    stated_unit = document_unit([line.text for line in lines])
    for context in read_contexts(sections, captions, facts, stated_unit):
        _take_table(context, found)
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
        announced_tables=tuple(announced_tables(document.blocks)),
        notices=tuple(found.notices),
    )


def _take_table(context: Context, found: _Findings) -> None:
    section, kind = context.section, context.table_type
    reads_as_form = is_form(section.grid)
    if reads_as_form:
        amounts, unread = forms.read_form(_form_source(context), found.forms)
    else:
        printed, unread = read_amounts(context)
        amounts, decided = with_roles_by_sums(with_parts_ended(printed))
        groups = {column.index: column.group for column in context.header.columns}
        amounts = with_sections(amounts, context.items, groups)
        amounts = with_doubts(amounts, context.reading, context.items, section.grid)
        for detail in decided:
            page = section.table.page
            found.notice("roles_by_sums", detail, page=page, table_ordinal=section.ordinal)
        listings.read_listing(_listing_source(context, amounts), found.listings, found.forms)
    found.amounts.extend(amounts)
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
            header_row_count=0 if reads_as_form else context.header.row_count,
            amount_count=len(amounts),
            empty_note=_empty_note(section),
            continues_ordinal=context.continues_ordinal,
        )
    )
    page, ordinal = section.table.page, section.ordinal
    if context.reading.reason:
        found.notice("reading_chosen", context.reading.reason, page=page, table_ordinal=ordinal)
    if kind.name == types.UNRECOGNISED:
        found.notice("unrecognised_table", kind.reason, page=page, table_ordinal=ordinal)
    doubtful = [amount for amount in amounts if amount.doubt]
    if doubtful:
        first = doubtful[0]
        detail = (
            f"{len(doubtful)} from optical recognition: {first.item_label} {first.value_text}; {first.doubt}"
        )
        found.notice("doubtful_amounts", detail, page=first.page, table_ordinal=ordinal)
    if unread:
        detail = f"{len(unread)} cells: " + "; ".join(unread[:5])
        found.notice("unread_amounts", detail, page=page, table_ordinal=ordinal)


def _empty_note(section: Section) -> str | None:
    """A note of emptiness right below the table, or alone in its last row."""
    below = [line.text for line in section.below[:_NOTES_BELOW]]
    texts = list(takewhile(lambda text: not is_title(text), below))
    last_row = section.table.row_count - 1
    last = [cell.text for cell in section.table.cells if cell.row == last_row and cell.text.strip()]
    return next(
        (note for text in texts + (last if len(last) == 1 else []) if (note := empty_note_in(text))), None
    )


def _form_source(context: Context) -> forms.FormSource:
    return forms.FormSource(
        spot=context.section,
        grid=context.section.grid,
        table_type=context.table_type.name,
        table_title=context.caption.title,
        unit=context.unit,
        agency_code=context.caption.agency_code or "",
        agency_name=context.caption.agency_name or "",
    )


def _listing_source(context: Context, amounts: Sequence[Amount]) -> listings.ListingSource:
    return listings.ListingSource(
        spot=context.section,
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


def _raw_cells(sections: Sequence[Section]) -> Iterator[RawCell]:
    for section in sections:
        for cell in section.table.cells:
            yield RawCell(*section.place(cell), cell.row_span, cell.col_span, cell.text, cell.confidence)


def _text_lines(lines: Sequence[Line]) -> Iterator[TextLine]:
    for ordinal, line in enumerate(lines, start=1):
        yield TextLine(ordinal, line.page, line.sheet, line.box, line.text)
