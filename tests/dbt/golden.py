"""Recognitions made from the golden facts, without any reader: the grid is known, so is every amount."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from warehouse.tables.model import Amount, DocumentFacts, Project, RecognisedTable, Recognition

FUNDS = {
    "上年结转": "carryover",
    "政府性基金": "government_fund",
    "基金预算": "government_fund",
    "国有资本": "state_capital",
    "财政专户": "fiscal_account",
    "单位资金": "unit_funds",
    "一般公共预算": "general_public_budget",
}
NATURES = {"人员经费": "personnel", "公用经费": "public", "项目支出": "project", "基本支出": "basic"}
FUND_TABLES = {
    "general_public_expenditure": "general_public_budget",
    "general_public_basic_expenditure": "general_public_budget",
    "government_fund_expenditure": "government_fund",
    "state_capital_expenditure": "state_capital",
}


def recognition(path: Path, *, phase: str | None = "budget", scope: str | None = "department") -> Recognition:
    """The golden file as the recogniser would give it."""
    facts = json.loads(path.read_text(encoding="utf-8"))
    left = [dict(fact) for fact in facts["amounts"]]
    tables, amounts = [], []
    for ordinal, table in enumerate(facts["tables"], start=1):
        own = list(_amounts(table, ordinal, left))
        amounts += own
        tables.append(_table(table, ordinal, len(own)))
    assert not left, left[0]
    return Recognition(
        facts=DocumentFacts(
            format=path.name.split(".")[0],
            page_count=None,
            fiscal_year=facts["fiscal_year"],
            phase=phase,
            scope=scope,
            agency_name=facts["unit"],
            agency_code=facts["unit_code"],
        ),
        tables=tuple(tables),
        amounts=tuple(amounts),
        projects=tuple(_projects(facts["performance"], len(tables))),
    )


def _table(table: dict[str, Any], ordinal: int, amount_count: int) -> RecognisedTable:
    return RecognisedTable(
        table_ordinal=ordinal,
        page=ordinal,
        last_page=ordinal,
        sheet=None,
        table_type=table["kind"],
        table_title=table["title"],
        reason="golden",
        unit="万元",
        fiscal_year=None,
        agency_name=None,
        row_count=len(table["rows"]),
        column_count=len(table["rows"][0]),
        header_row_count=table["head"],
        amount_count=amount_count,
        empty_note=None,
    )


def _amounts(table: dict[str, Any], ordinal: int, left: list[dict[str, Any]]) -> Iterator[Amount]:
    """The golden amounts of a table, each at the next cell of the grid that prints it."""
    rows, first = table["rows"], int(table["rows"][0][0] == "序号")
    for row, cells in list(enumerate(rows))[table["head"] :]:
        for col, text in list(enumerate(cells))[first:]:
            if left and (table["kind"], table["title"], text) == tuple(
                left[0][k] for k in ("kind", "title", "text")
            ):
                fact = left[0]
                names = [re.sub(r"\s", "", cell) for cell in cells]
                label = re.sub(r"\s", "", fact["item_label"])
                if label and label not in names:
                    continue
                yield _amount(left.pop(0), table, ordinal, row, col)


def _amount(fact: dict[str, Any], table: dict[str, Any], ordinal: int, row: int, col: int) -> Amount:
    label, path = fact["item_label"], fact["column"]
    codes = re.fullmatch(r"[0-9]+", fact["item_label"])
    return Amount(
        table_ordinal=ordinal,
        page=ordinal,
        sheet=None,
        row=row,
        col=col,
        bbox=None,
        table_type=table["kind"],
        table_title=table["title"],
        side=fact["side"],
        item_code=fact["item_code"],
        item_label=label,
        item_code_2=_second_code(table, row),
        item_label_2=fact["item_label2"],
        agency_code=fact["item_label"] if codes else _agency_code(table, row),
        column_path=path,
        value_text=fact["text"],
        unit="万元",
        amount_yuan=Decimal(fact["amount_yuan"]),
        row_role=_row_role(label, table, row),
        fund_type=_first(FUNDS, path) or FUND_TABLES.get(table["kind"], "all"),
        nature=_nature(path),
        period="current_budget",
        confidence=None,
    )


def _second_code(table: dict[str, Any], row: int) -> str:
    return (
        table["rows"][row][2]
        if table["rows"][0][:3] == ["部门预算支出经济分类科目", "", "政府预算支出经济分类科目编码"]
        else ""
    )


def _agency_code(table: dict[str, Any], row: int) -> str:
    return table["rows"][row][3] if "单位代码" in table["rows"][0] else ""


def _row_role(label: str, table: dict[str, Any], row: int) -> str:
    if label.startswith("其中"):
        return "of_which"
    if label.isdigit():
        return "subtotal"  # the code of a unit above its projects
    if re.search(r"合计|总计|小计", label) or (label == "" and "044" not in table["rows"][row]):
        return "total"
    return "leaf"


def _nature(path: str) -> str:
    return _first(NATURES, path) or "all"


def _first(words: dict[str, str], path: str) -> str | None:
    return next((meaning for word, meaning in words.items() if word in path), None)


def _projects(forms: list[dict[str, Any]], tables: int) -> Iterator[Project]:
    for number, form in enumerate(forms, start=1):
        unit = form.get("unit_label", "元")
        budget = Decimal(form.get("budget", form.get("total", "")).replace(",", ""))
        yuan = budget * (10_000 if unit == "万元" else 1)
        yield Project(
            table_ordinal=tables + number,
            page=None,
            sheet=None,
            row=0,
            col=1,
            bbox=None,
            table_type="project_performance",
            pro_code=form.get("code", ""),
            project_name=form["project"],
            agency_code="",
            agency_name=form.get("unit", ""),
            unit=unit,
            budget_yuan=yuan,
            fiscal_yuan=yuan,
            other_yuan=None,
            purpose=form.get("use", ""),
            goal=form.get("goal", ""),
            plan_header="",
            plan_texts=tuple(form.get("plan", ())),
        )
