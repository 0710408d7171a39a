"""Performance forms (绩效目标表): labels and values, payment plan, indicators.

A form is read by its labels wherever they stand, so one reader does for the forms of all provinces. One table
may hold several forms below each other, and the indicators of a form may be a table of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from warehouse.documents.model import Cell
from warehouse.tables import meanings, money
from warehouse.tables.captions import agency_in, unit_in
from warehouse.tables.form_labels import (
    FORM_ONLY,
    HEADS_NEW_FORM,
    is_label,
    is_section,
    label_of,
    role_of_label,
    says_money,
)
from warehouse.tables.header_rows import Grid, distinct
from warehouse.tables.indicators import indicator_columns, indicators_of, with_rest
from warehouse.tables.model import Amount, Indicator, Project
from warehouse.tables.places import Spot
from warehouse.tables.text import key, printed
from warehouse.tables.vocabulary import load

_CODED_AGENCY = re.compile(r"(\d{3,9})[-_、]?([^\d\W].*)")
_LABEL_AND_VALUE = re.compile(r"(.+)[:：]\s*([^:：]+)")
_FIGURE = re.compile(r"[\d,.]*\d[\d,.]*")


@dataclass(slots=True)
class _Draft:
    """The form that is being read."""

    cells: dict[str, Cell] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    money: dict[str, Decimal] = field(default_factory=dict)
    unit: str = ""
    agency_code: str = ""
    agency_name: str = ""
    plan_header: str = ""
    plan_texts: tuple[str, ...] = ()
    is_of_this_year: bool = False
    """Whether the label of the budget says so: it counts before one of all years."""

    @property
    def code(self) -> str:
        return printed(self.texts.get("project_code", ""))

    @property
    def name(self) -> str:
        return printed(self.texts.get("project_name", ""))


@dataclass(slots=True)
class Forms:
    """Projects and indicators of a document; the last form is open for indicators in a table of their own."""

    projects: list[Project] = field(default_factory=list)
    indicators: list[Indicator] = field(default_factory=list)
    draft: _Draft = field(default_factory=_Draft)
    title: str = ""


@dataclass(frozen=True, slots=True)
class FormSource:
    """A table that is a form, with what its caption says."""

    spot: Spot
    grid: Grid
    table_type: str
    table_title: str
    unit: str | None
    agency_code: str
    agency_name: str


def read_form(source: FormSource, found: Forms) -> tuple[list[Amount], list[str]]:
    """Read the forms of one table: projects and indicators into `found`, money returned as amounts.

    The rate columns of a payment plan are no amounts, whatever is printed in them.

    Returns:
        Amounts; a sentence for each figure behind a label of money that could not be read.
    """
    reader = _FormReader(source, found)
    reader.read()
    return reader.amounts, reader.unread


@dataclass(slots=True)
class _FormReader:
    source: FormSource
    found: Forms
    amounts: list[Amount] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    columns: dict[str, list[int]] = field(default_factory=dict)
    headed: dict[int, str] = field(default_factory=dict)
    """Columns of money under a header of their own (年初预算数, 全年执行数), and its text."""
    level_1: str = ""
    opened: bool = False

    def read(self) -> None:
        grid = self.source.grid
        if self.found.title != self.source.table_title:
            self.found.draft = self._draft()
            self.found.title = self.source.table_title
        for index, row in enumerate(grid):
            header = indicator_columns(row)
            if header:
                self.columns, self.level_1, self.headed = header, "", {}
            elif self.columns and not self._begins(row):
                self._indicator(row, index)
            else:
                self.columns = {}
                self._fields(grid, index)
        self._close()

    def _draft(self) -> _Draft:
        return _Draft(
            unit=self.source.unit or "",
            agency_code=self.source.agency_code,
            agency_name=self.source.agency_name,
        )

    def _begins(self, row: Sequence[Cell]) -> bool:
        return any(label_of(cell.text) in HEADS_NEW_FORM for cell in distinct(row)[:2])

    def _fields(self, grid: Grid, index: int) -> None:
        cells = distinct(grid[index])
        section = next((cell.text for cell in cells if is_section(cell.text) or _heads_rows(cell)), "")
        self.headed = _headed_columns(grid, index) or self.headed
        for position, cell in enumerate(cells):
            self._caption(cell)
            if cell.row == index:
                self._inline(cell, section)
            name = label_of(cell.text)
            if name == "plan" and cell.row == index:
                self._plan(grid, index, cell)
            value = cells[position + 1] if position + 1 < len(cells) else None
            if value is None or cell.text == "":
                continue
            if name and name != "plan" and not is_label(value.text):
                self._field(name, value)
            elif name == "goal" and (below := _below(grid, index, cell)) and not is_label(below.text):
                self._field(name, below)
            self._money(cell, value, section, name)
        self._headed_money(grid[index], index, section)
        self._purpose(cells, section, grid, index)

    def _inline(self, cell: Cell, section: str) -> None:
        """A label with its value in one cell (项目名称：…, 资金总额：5,000.00), or several in its lines."""
        for line in cell.text.split("\n"):
            parts = _LABEL_AND_VALUE.fullmatch(line.strip())
            if parts is None:
                continue
            label, value = parts.groups()
            name = label_of(label)
            beside = replace(cell, text=value)
            if name and name != "plan":
                self._field(name, beside)
            if money.parse_number(value) is None or not says_money(label):
                continue
            amount = self._amount(beside, label, section, role_of_label(label))
            if amount and name in {"budget", "fiscal", "other"}:
                self.found.draft.money.setdefault(name, amount.amount_yuan)

    def _caption(self, cell: Cell) -> None:
        """Unit and agency that stand in a row of the form itself."""
        if "元" in cell.text and (stated := unit_in(cell.text)) and "单位" in key(cell.text):
            self.found.draft.unit = stated
        elif cell.col == 0 and cell.text[:1].isdigit():
            code, name = agency_in(cell.text) or (None, "")
            if code:
                self.found.draft.agency_code, self.found.draft.agency_name = code, name

    def _field(self, name: str, value: Cell) -> None:
        draft = self.found.draft
        if name in HEADS_NEW_FORM and (name in draft.texts or (not self.opened and draft.texts)):
            self._close()
            fresh = self._draft()
            fresh.unit = fresh.unit or draft.unit
            self.found.draft = draft = fresh
        self.opened = True
        if name in {"agency", "department"}:
            self._agency(name, value)
        elif name not in draft.texts:
            draft.texts[name], draft.cells[name] = value.text.strip(), value

    def _agency(self, name: str, value: Cell) -> None:
        draft = self.found.draft
        coded = _CODED_AGENCY.fullmatch(printed(value.text))
        if coded:
            draft.agency_code = coded.group(1)
        if name == "agency" or not draft.agency_name:
            draft.agency_name = coded.group(2) if coded else printed(value.text)

    def _money(self, label: Cell, value: Cell, section: str, name: str | None) -> None:
        """A number behind a label of money is an amount."""
        if not says_money(label.text) or (value.row != label.row and label.row_span == 1):
            return
        amount = self._amount(value, label.text, section, role_of_label(label.text))
        if amount and name in {"budget", "fiscal", "other"}:
            draft = self.found.draft
            dated = name == "budget" and any(word in label.text for word in load("forms")["this_year_words"])
            if dated and not draft.is_of_this_year:
                draft.money[name] = amount.amount_yuan
            draft.is_of_this_year |= dated
            draft.money.setdefault(name, amount.amount_yuan)

    def _headed_money(self, row: Sequence[Cell], index: int, section: str) -> None:
        """Figures in columns that have a header of their own; the label is the text left of the first."""
        for col, head in self.headed.items():
            cell = row[col]
            if cell.row != index or money.parse_number(cell.text) is None:
                continue
            labels = [
                left.text
                for left in distinct(row[:col])
                if left.row == index and left.text.strip() and not is_section(left.text)
            ]
            labels = [label for label in labels if money.parse_number(label) is None]
            named = [label for label in labels if says_money(label)] or labels[:1] or [head]
            self._amount(cell, named[-1], section, role_of_label(named[-1]))

    def _amount(self, value: Cell, label: str, section: str, role: str) -> Amount | None:
        """The amount of a cell, once: a label that spans rows meets its value in each of them."""
        number = money.parse_number(value.text)
        head = self.headed.get(value.col, "")
        unit = (
            money.stated_unit(value.text)
            or unit_in(head)
            or unit_in(label)
            or unit_in(section)
            or self.found.draft.unit
        )
        taken = any((amount.row, amount.col) == (value.row, value.col) for amount in self.amounts)
        if taken:
            return None
        if number is None or not unit:
            if _FIGURE.fullmatch(key(value.text)):
                reason = "is no amount" if number is None else "has no unit of money"
                self.unread.append(f"row {value.row} column {value.col} {printed(value.text)!r} {reason}")
            return None
        amount = Amount(
            *self.source.spot.place(value),
            table_type=self.source.table_type,
            table_title=self.source.table_title,
            side=None,
            item_code="",
            item_label=printed(label),
            item_code_2="",
            item_label_2="",
            agency_code=self.found.draft.agency_code,
            column_path="/".join(dict.fromkeys(printed(text) for text in (section, label, head) if text)),
            value_text=printed(value.text),
            unit=unit,
            amount_yuan=money.to_yuan(number, unit),
            row_role=role,
            fund_type=meanings.fund_of((label, head)) if head else meanings.fund_of((label,)),
            nature="project",
            period=meanings.period_of((head,), None, None) if head else None,
            confidence=value.confidence,
        )
        self.amounts.append(amount)
        return amount

    def _plan(self, grid: Grid, index: int, label: Cell) -> None:
        """Months in the row of the label, shares or money in the row below."""
        if index + 1 >= len(grid):
            return
        months = [
            cell for cell in distinct(grid[index]) if cell is not label and cell.col > label.col and cell.text
        ]
        below = grid[index + 1]
        self.found.draft.plan_header = printed(label.text)
        self.found.draft.plan_texts = tuple(printed(below[month.col].text) for month in months)
        if unit_in(label.text) and "%" not in key(label.text):
            for month in months:
                self._amount(below[month.col], month.text, label.text, "leaf")

    def _purpose(self, cells: Sequence[Cell], section: str, grid: Grid, index: int) -> None:
        """What the money is for stands without a label below the figures of 预算规模及资金用途."""
        above = grid[index - 1] if index else ()
        in_section = "用途" in section or any(
            "用途" in cell.text and is_section(cell.text) for cell in above[:1]
        )
        alone = [cell for cell in cells if cell.text.strip() and not is_section(cell.text)]
        draft = self.found.draft
        if not in_section or len(alone) != 1 or "purpose" in draft.texts or "budget" not in draft.texts:
            return
        if not is_label(alone[0].text) and money.parse_number(alone[0].text) is None:
            draft.texts["purpose"] = alone[0].text.strip()

    def _indicator(self, row: Sequence[Cell], at: int) -> None:
        levels = [row[self.columns[role][0]] for role in ("level_1", "level_3") if role in self.columns]
        if len(levels) == 2 and levels[0] is levels[1]:
            return  # 总分 across the levels: a sum, no indicator
        rows = list(indicators_of(row, at, self.columns, self.level_1))
        if not rows:
            if self.level_1:
                self.found.indicators[-1] = with_rest(self.found.indicators[-1], row, at, self.columns)
            return
        self.level_1 = rows[0].level_1
        draft = self.found.draft
        for line in rows:
            self.found.indicators.append(line.indicator(self.source.spot, draft.code, draft.name))

    def _close(self) -> None:
        draft = self.found.draft
        place = draft.cells.get("project_name") or draft.cells.get("project_code")
        if place is None or not self.opened:
            return
        self.opened = False
        self.found.projects.append(
            Project(
                *self.source.spot.place(place),
                table_type=self.source.table_type,
                pro_code=draft.code,
                project_name=draft.name,
                agency_code=draft.agency_code,
                agency_name=draft.agency_name,
                unit=draft.unit or _unit_of(self.amounts),
                budget_yuan=draft.money.get("budget"),
                fiscal_yuan=draft.money.get("fiscal"),
                other_yuan=draft.money.get("other"),
                purpose=draft.texts.get("purpose", ""),
                goal=draft.texts.get("goal", ""),
                plan_header=draft.plan_header,
                plan_texts=draft.plan_texts,
            )
        )


def _heads_rows(cell: Cell) -> bool:
    """Whether a cell on the left says the unit of the rows beside it (年度预算申请（万元）)."""
    return cell.col == 0 and cell.row_span > 1 and len(cell.text) < 20 and unit_in(cell.text) is not None


def _below(grid: Grid, index: int, cell: Cell) -> Cell | None:
    """The cell under another one, where that is in the next row."""
    below = grid[index + 1][cell.col] if index + 1 < len(grid) else None
    return below if below is not cell and below is not None and below.text.strip() else None


def _headed_columns(grid: Grid, index: int) -> dict[int, str]:
    """Columns of money that begin below this row: their header says so and a figure stands right below it.

    A label with its figure beside it heads nothing.
    """
    headed: dict[int, str] = {}
    cells = [cell for cell in distinct(grid[index]) if cell.text.strip()]
    for before, cell, beside in zip([None, *cells], cells, [*cells[1:], None], strict=False):
        below = _below(grid, index, cell)
        if cell.row != index or below is None or below.col != cell.col or before is None:
            continue
        is_value = money.parse_number(cell.text) is not None or label_of(before.text) in FORM_ONLY
        if is_value or (beside is not None and money.parse_number(beside.text) is not None):
            continue
        says = says_money(cell.text) or meanings.period_of((cell.text,), None, None) is not None
        is_rate = meanings.role_of((cell.text,)) is not None
        if says and not is_rate and money.parse_number(below.text) is not None:
            headed[cell.col] = cell.text
    return headed


def _unit_of(amounts: Sequence[Amount]) -> str:
    return amounts[-1].unit if amounts else ""
