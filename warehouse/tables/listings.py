"""Typed lines of tables that list things: procurement, assets, units, projects and their indicators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from warehouse.documents.model import Cell
from warehouse.tables import money
from warehouse.tables.forms import Forms
from warehouse.tables.headers import Column, Header
from warehouse.tables.indicator_texts import indicators_in
from warehouse.tables.indicators import INDICATOR_ROLES, indicators_of, with_contents_described
from warehouse.tables.model import Amount, AssetLine, Indicator, OrganisationLine, ProcurementLine, Project
from warehouse.tables.places import Spot
from warehouse.tables.roles import Item
from warehouse.tables.rows import quantity
from warehouse.tables.text import key, printed

_PROJECT_TYPES = ("project_expenditure", "project_performance", "performance_summary")
_PROJECT_CODE_ROLES = ("project_code", "unit_or_project_code")


@dataclass(slots=True)
class Listings:
    """Lines of a document, by kind."""

    procurement: list[ProcurementLine] = field(default_factory=list)
    assets: list[AssetLine] = field(default_factory=list)
    organisations: list[OrganisationLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ListingSource:
    """A table with header and rows, as recognised."""

    spot: Spot
    grid: Sequence[Sequence[Cell]]
    table_type: str
    unit: str | None
    header: Header
    items: dict[int, list[Item]]
    amounts: dict[int, list[Amount]]
    agency_name: str
    agency_code: str


def read_listing(source: ListingSource, found: Listings, projects: Forms) -> None:
    """Take the lines of one table, by its type."""
    grid = source.grid
    items = source.items.get(0, [])
    if source.table_type == "procurement":
        found.procurement.extend(
            _procurement(source, item, grid[item.row]) for item in items if item.label or item.code
        )
    elif source.table_type == "assets":
        found.assets.extend(_asset(source, item, grid[item.row]) for item in items if item.label)
    elif source.table_type == "organisation":
        found.organisations.extend(
            _organisation(source, item, grid[item.row]) for item in items if item.label
        )
    elif source.table_type.startswith(_PROJECT_TYPES):
        _projects(source, items, grid, projects)


def _cell(row: Sequence[Cell], columns: Sequence[Column], fallback: int = 0) -> Cell:
    return row[columns[0].index] if columns else row[fallback]


def _text(source: ListingSource, row: Sequence[Cell], *roles: str) -> str:
    return quantity(row, source.header.with_role(*roles))


def _total(source: ListingSource, row: int) -> Amount | None:
    """The amount of a row: that of its 合计 column, else the first."""
    amounts = source.amounts.get(row, [])
    totals = [
        amount
        for amount in amounts
        if "all" in {amount.fund_type, amount.nature} or "合计" in amount.column_path
    ]
    return next(iter(totals or amounts), None)


def _procurement(source: ListingSource, item: Item, row: Sequence[Cell]) -> ProcurementLine:
    names = source.header.with_role("item_name", "name")
    total = _total(source, item.row)
    price = money.parse_number(_text(source, row, "unit_price"))
    unit = next((column.unit for column in source.header.with_role("unit_price") if column.unit), source.unit)
    project = next((column for column in source.header.with_role("name") if "项目" in column.path), None)
    return ProcurementLine(
        *source.spot.place(_cell(row, names)),
        project_name=printed(row[project.index].text) if project else "",
        item_name=_text(source, row, "item_name") or (item.label if project is None else ""),
        catalogue_code=item.code,
        measure_unit=_text(source, row, "measure_unit"),
        quantity=money.parse_number(_text(source, row, "quantity")),
        unit_price_yuan=money.to_yuan(price, unit) if price is not None and unit else None,
        amount_yuan=total.amount_yuan if total else None,
        row_role=total.row_role if total else item.role,
    )


def _asset(source: ListingSource, item: Item, row: Sequence[Cell]) -> AssetLine:
    total = _total(source, item.row)
    return AssetLine(
        *source.spot.place(_cell(row, source.header.with_role("name"))),
        item_label=item.label,
        quantity=money.parse_number(_text(source, row, "quantity")),
        amount_yuan=total.amount_yuan if total else None,
        row_role=item.role,
    )


def _organisation(source: ListingSource, item: Item, row: Sequence[Cell]) -> OrganisationLine:
    texts = [column for column in source.header.columns if column.role == "text"]

    def saying(*words: str) -> str:
        return next(
            (
                printed(row[column.index].text)
                for column in texts
                if any(word in column.path for word in words)
            ),
            "",
        )

    return OrganisationLine(
        *source.spot.place(_cell(row, source.header.with_role("agency_name", "name"))),
        unit_name=item.label,
        unit_nature=saying("性质", "类型", "类别"),
        unit_rank=saying("规格", "级别"),
        funding_form=saying("保障", "经费"),
    )


def _projects(
    source: ListingSource, items: Sequence[Item], grid: Sequence[Sequence[Cell]], found: Forms
) -> None:
    """Projects of a table that lists them, one a row; rows of a merged or blank name are of the one above."""
    names = [
        column
        for column in source.header.with_role("name", "text")
        if "项目" in column.path or "政策" in column.path
    ]
    if not names and not source.header.with_role(*_PROJECT_CODE_ROLES):
        return
    groups = _indicator_groups(source.header)
    taken: set[int] = set()
    level_1, name, code = "", "", ""
    for item in items:
        row = grid[item.row]
        cell = _cell(row, source.header.with_role("name") or names)
        if id(cell) not in taken and cell.text.strip():
            taken.add(id(cell))
            project = _project(source, item, row, cell)
            name, code, level_1 = project.project_name, project.pro_code, ""
            total = _total(source, item.row)
            role = total.row_role if total else item.role
            named = key(name) != key(source.agency_name) and not name.isdigit()
            if role == "leaf" and named and not _printed_again(project, found.projects):
                found.projects.append(project)
        for columns, heading in groups:
            for line in indicators_of(row, item.row, columns, heading or level_1):
                level_1 = line.level_1
                found.indicators.append(line.indicator(source.spot, code, name))
        if not groups:
            found.indicators.extend(_listed_indicators(source, item, row, code, name))


def _listed_indicators(
    source: ListingSource, item: Item, row: Sequence[Cell], code: str, name: str
) -> Iterator[Indicator]:
    """Indicators that one cell of a row lists in its text."""
    for column in source.header.with_role("text", "goal", "description"):
        cell = row[column.index]
        if cell.row != item.row:
            continue
        for each in indicators_in(cell.text):
            yield Indicator(
                *source.spot.place(cell),
                pro_code=code,
                project_name=name,
                level_1=each.level_1,
                level_2=each.level_2,
                level_3=each.level_3,
                description="",
                target_text=each.target,
                basis="",
            )


def _printed_again(project: Project, before: Sequence[Project]) -> bool:
    """Whether a page repeats the project that goes on from the page before."""
    if not before or before[-1].page == project.page:
        return False
    last = before[-1]
    same = (last.table_ordinal, last.project_name, last.pro_code, last.goal, last.budget_yuan)
    return same == (
        project.table_ordinal,
        project.project_name,
        project.pro_code,
        project.goal,
        project.budget_yuan,
    )


def _indicator_groups(header: Header) -> list[tuple[dict[str, list[int]], str]]:
    """Columns of indicators by role; one group for each kind that heads columns of its own (成本指标 …)."""
    columns = [column for column in header.columns if column.role in INDICATOR_ROLES]
    starts = [column for column in columns if column.role == "level_3"]
    if any("三级" in column.path for column in starts):
        starts = [column for column in starts if "三级" in column.path]
    if not starts and not any(column.role == "target" for column in columns):
        return []
    headings = [column.parts[-2] if len(column.parts) > 1 else "" for column in starts]
    apart = len(starts) > 1 and len(set(headings)) == len(starts) and all("指标" in text for text in headings)
    bounds = [column.index for column in starts] if apart else [0]
    groups = []
    for number, (start, end) in enumerate(zip(bounds, [*bounds[1:], len(header.columns)], strict=True)):
        roles: dict[str, list[int]] = {}
        for column in columns:
            if start <= column.index < end:
                roles.setdefault(column.role, []).append(column.index)
        paths = {column.index: column.path for column in columns}
        groups.append((with_contents_described(roles, paths), headings[number] if apart else ""))
    return groups


def _project(source: ListingSource, item: Item, row: Sequence[Cell], cell: Cell) -> Project:
    total = _total(source, item.row)
    return Project(
        *source.spot.place(cell),
        table_type=source.table_type,
        pro_code=""
        if item.agency_code and not item.agency_name
        else _text(source, row, *_PROJECT_CODE_ROLES),
        project_name=printed(cell.text),
        agency_code=item.agency_code,
        agency_name=item.agency_name or source.agency_name,
        unit=total.unit if total else source.unit or "",
        budget_yuan=total.amount_yuan if total else None,
        fiscal_yuan=_of_fund(source, item.row, "fiscal_appropriation"),
        other_yuan=None,
        purpose="",
        goal=_text(source, row, "goal"),
        plan_header="",
        plan_texts=(),
    )


def _of_fund(source: ListingSource, row: int, fund: str) -> Decimal | None:
    return next(
        (amount.amount_yuan for amount in source.amounts.get(row, ()) if amount.fund_type == fund), None
    )
