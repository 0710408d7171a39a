"""What is recognised in a document: plain rows, each with the place where it is printed.

Field names are those of docs/analysts.md; amounts are `Decimal` in yuan.
Every class here is one raw table in Parquet (`warehouse.raw_tables` derives its schema from the annotations).
"""

from __future__ import annotations

from decimal import Decimal

from warehouse.documents.model import Box
from warehouse.immutable import immutable


@immutable
class Place:
    """Where something is printed: `table_ordinal` from 1, `page` from 1, `row` and `col` from 0."""

    table_ordinal: int
    page: int | None
    sheet: str | None
    row: int
    col: int
    bbox: Box | None


@immutable
class DocumentFacts:
    """What the text says of the whole document; None where it does not say."""

    format: str
    page_count: int | None
    fiscal_year: int | None
    phase: str | None
    """`budget` or `final_account`."""
    scope: str | None
    """`department` (部门) or `unit` (单位)."""
    agency_name: str | None
    agency_code: str | None


@immutable
class RecognisedTable:
    """One table of the document and what it was taken for."""

    table_ordinal: int
    page: int | None
    last_page: int | None
    sheet: str | None
    table_type: str
    table_title: str
    reason: str
    """Why this type: the title or the headers that matched, for people."""
    unit: str | None
    fiscal_year: int | None
    agency_name: str | None
    """The unit or department named above the table."""
    row_count: int
    column_count: int
    header_row_count: int
    amount_count: int
    empty_note: str | None
    """空表列示, 本表无数据 and the like, as printed under or in the table."""
    continues_ordinal: int | None = None
    """The table that this one is the rest of, where parts of one table were read as several; checks over all
    rows of a table take the parts together."""


@immutable
class RawCell(Place):
    """Every cell of every table as read, recognised or not."""

    row_span: int
    col_span: int
    text: str
    confidence: float | None


@immutable
class Amount(Place):
    """One published amount."""

    table_type: str
    table_title: str
    side: str | None
    item_code: str
    item_label: str
    item_code_2: str
    item_label_2: str
    agency_code: str
    """The code of a unit, where the row names one; "" elsewhere."""
    column_path: str
    value_text: str
    unit: str
    amount_yuan: Decimal
    row_role: str
    fund_type: str | None
    nature: str | None
    period: str | None
    confidence: float | None
    doubt: str | None = None
    """The sum that an amount from optical recognition breaks, or how it is printed unlike the others of its
    table, for people; None for all others."""


@immutable
class Project(Place):
    """One project of a performance form or a project table; the place is that of its name."""

    table_type: str
    pro_code: str
    project_name: str
    agency_code: str
    agency_name: str
    unit: str
    budget_yuan: Decimal | None
    fiscal_yuan: Decimal | None
    other_yuan: Decimal | None
    purpose: str
    goal: str
    plan_header: str
    plan_texts: tuple[str, ...]
    """The payment plan as printed (3, 6, 10, 12月底), under `plan_header` (资金支出计划（%）)."""


@immutable
class Indicator(Place):
    """One performance indicator (绩效指标); the place is that of its value."""

    pro_code: str
    project_name: str
    level_1: str
    level_2: str
    level_3: str
    description: str
    target_text: str
    basis: str


@immutable
class ProcurementLine(Place):
    """One line of 政府采购预算."""

    project_name: str
    item_name: str
    catalogue_code: str
    measure_unit: str
    quantity: Decimal | None
    unit_price_yuan: Decimal | None
    amount_yuan: Decimal | None
    row_role: str


@immutable
class AssetLine(Place):
    """One line of 固定资产占用情况."""

    item_label: str
    quantity: Decimal | None
    amount_yuan: Decimal | None
    row_role: str


@immutable
class OrganisationLine(Place):
    """One unit of 机构设置情况."""

    unit_name: str
    unit_nature: str
    unit_rank: str
    funding_form: str


@immutable
class Statement:
    """A figure in the prose."""

    ordinal: int
    page: int | None
    line_ordinal: int
    char_start: int
    sentence: str
    metric: str
    value_text: str
    unit: str
    amount_yuan: Decimal | None
    comparison: str
    """What the figure is set against: `increase`, `decrease`, `share`, `previous_year` …, or ""."""


@immutable
class TextLine:
    """One line outside the tables."""

    ordinal: int
    page: int | None
    sheet: str | None
    bbox: Box | None
    text: str


@immutable
class AnnouncedTable:
    """A table that the list of contents names."""

    ordinal: int
    page: int | None
    line_ordinal: int
    title: str
    table_type: str
    """What the title says; `unrecognised` where it says nothing known."""
    caption_line_ordinal: int | None
    """The first line behind the list that names the table again; None where none does."""


@immutable
class ReaderNotice:
    """Something the reader or the recogniser saw and could not use, or had to decide."""

    ordinal: int
    page: int | None
    table_ordinal: int | None
    kind: str
    detail: str


@immutable
class Recognition:
    """Everything taken from one document. Each field but `facts` is a raw table of the same name."""

    facts: DocumentFacts
    tables: tuple[RecognisedTable, ...] = ()
    cells: tuple[RawCell, ...] = ()
    amounts: tuple[Amount, ...] = ()
    projects: tuple[Project, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    procurement: tuple[ProcurementLine, ...] = ()
    assets: tuple[AssetLine, ...] = ()
    organisations: tuple[OrganisationLine, ...] = ()
    statements: tuple[Statement, ...] = ()
    lines: tuple[TextLine, ...] = ()
    announced_tables: tuple[AnnouncedTable, ...] = ()
    notices: tuple[ReaderNotice, ...] = ()
