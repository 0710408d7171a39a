"""The five published documents: every amount, every project and every indicator, exactly."""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.tables.made_tables import document, table
from warehouse.documents import read_document
from warehouse.documents.model import Document
from warehouse.tables import recognise
from warehouse.tables.model import Amount, Indicator, Project, Recognition

ROOT = Path(__file__).resolve().parent.parent.parent
REPLICAS = ROOT / "scrapers" / "replica" / "documents"
GOLDEN = sorted((ROOT / "tests" / "golden").glob("*.json"))
_FACTORS = {"万元": 10000, "元": 1}


def _plain(text: str | None) -> str:
    return re.sub(r"\s", "", text or "")


def _golden_amounts(golden: dict[str, Any]) -> Counter[tuple[object, ...]]:
    return Counter(
        (
            amount["kind"],
            amount["title"],
            amount["side"],
            amount["item_code"],
            amount["item_label"],
            amount["item_label2"],
            amount["column"],
            _plain(amount["text"]),
            Decimal(amount["amount_yuan"]),
        )
        for amount in golden["amounts"]
    )


def _amounts(recognition: Recognition) -> Counter[tuple[object, ...]]:
    return Counter(_facts(amount) for amount in recognition.amounts if "performance" not in amount.table_type)


def _facts(amount: Amount) -> tuple[object, ...]:
    return (
        amount.table_type,
        amount.table_title,
        amount.side,
        amount.item_code,
        amount.item_label,
        amount.item_label_2,
        amount.column_path,
        amount.value_text,
        amount.amount_yuan,
    )


@pytest.fixture(scope="module", params=GOLDEN, ids=lambda path: path.stem)
def golden(request: pytest.FixtureRequest) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(request.param.read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def recognition(golden: dict[str, Any]) -> Recognition:
    return recognise(read_document((REPLICAS / golden["document"]).read_bytes()))


def test_every_published_amount_and_no_other(golden: dict[str, Any], recognition: Recognition) -> None:
    expected, found = _golden_amounts(golden), _amounts(recognition)
    assert found - expected == Counter()
    assert expected - found == Counter()


def test_grids_without_merged_cells_give_the_same_amounts(golden: dict[str, Any]) -> None:
    if not golden["tables"]:
        pytest.skip("a document of performance forms only")
    blocks = [
        block for made in golden["tables"] for block in (made["title"], "单位：万元", table(made["rows"]))
    ]
    recognition = recognise(document(*blocks))
    assert _amounts(recognition) == _golden_amounts(golden)
    assert [made.header_row_count for made in recognition.tables] == [
        made["head"] for made in golden["tables"]
    ]


def test_amounts_stand_where_they_are_printed(golden: dict[str, Any], recognition: Recognition) -> None:
    read: Document = read_document((REPLICAS / golden["document"]).read_bytes())
    grids = [made.grid() for made in read.tables]
    for amount in recognition.amounts:
        cell = grids[amount.table_ordinal - 1][amount.row][amount.col]
        assert _plain(cell.text) == amount.value_text
        assert (cell.page, cell.box) == (amount.page, amount.bbox)


def test_every_project_of_the_performance_forms(golden: dict[str, Any], recognition: Recognition) -> None:
    projects = [project for project in recognition.projects if project.table_type == "project_performance"]
    assert [_plain(form["project"]) for form in golden["performance"]] == [
        project.project_name for project in projects
    ]
    for form, project in zip(golden["performance"], projects, strict=True):
        if "budget" in form:
            _check_hebei(form, project)
        else:
            assert project.budget_yuan == Decimal(form["total"].replace(",", ""))
            assert (project.agency_code, project.agency_name) == (form["dept"].split("-")[0], form["unit"])
        if "budget" in form and "unit" in form:
            assert project.agency_code + project.agency_name == form["unit"]


def _check_hebei(form: dict[str, Any], project: Project) -> None:
    factor = _FACTORS[form["unit_label"]]
    assert project.pro_code == form["code"]
    assert project.unit == form["unit_label"]
    for text, found in (
        (form["budget"], project.budget_yuan),
        (form["fiscal"], project.fiscal_yuan),
        (form["other"], project.other_yuan),
    ):
        assert found == (Decimal(text) * factor if text else None)
    assert _plain(project.purpose) == _plain(form["use"])
    assert _plain(project.goal) == _plain(form["goal"])
    assert list(project.plan_texts) == form["plan"]
    assert project.plan_header == "资金支出计划（%）"


def test_every_indicator_of_the_performance_forms(golden: dict[str, Any], recognition: Recognition) -> None:
    if not golden["performance"]:
        pytest.skip("no performance forms in this document")
    long = len(golden["performance"][0]["indicators"][0]) == 6
    expected = [
        (_plain(form["project"]), *map(_plain, indicator))
        for form in golden["performance"]
        for indicator in form["indicators"]
    ]
    assert [_indicator(indicator, long=long) for indicator in recognition.indicators] == expected


def _indicator(indicator: Indicator, *, long: bool) -> tuple[str, ...]:
    levels = (indicator.project_name, indicator.level_1, indicator.level_2, indicator.level_3)
    if long:
        return (*levels, *map(_plain, (indicator.description, indicator.target_text, indicator.basis)))
    return (*levels, _plain(indicator.target_text))
