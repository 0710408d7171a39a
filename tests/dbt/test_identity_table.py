"""The table of identities says what the models evaluate."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from warehouse.build import DBT_PROJECT
from warehouse.tables.vocabulary import load

CHECKS = DBT_PROJECT / "models" / "intermediate" / "checks"


def identities() -> list[dict[str, str]]:
    with (DBT_PROJECT / "seeds" / "check_identity.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_identity_is_named_once():
    assert [identity["check_id"] for identity in identities()] == [f"I{at:02}" for at in range(1, 30)]


@pytest.mark.parametrize("identity", identities(), ids=lambda identity: identity["check_id"])
def test_what_is_said_of_an_identity_is_so(identity: dict[str, str]):
    models = {path.stem.removeprefix("int_check_"): path for path in CHECKS.glob("*.sql")}
    for model in identity["models"].split():
        assert _speaks_of(models[model], identity["check_id"])
    types = {entry["type"] for entry in load("table_types")}
    assert {*identity["due_in"].split(), *identity["compared_with"].split()} <= types
    assert {*identity["causes"].split()} <= {"rounding", "extraction", "definition", "source", "unknown"}
    assert identity["strength"] in {"hard", "soft", "weak"}
    assert identity["within"] in {"table", "document"}


def _speaks_of(model: Path, check_id: str) -> bool:
    return check_id in model.read_text(encoding="utf-8")


def test_causes_are_those_that_an_identity_may_have(golden: duckdb.DuckDBPyConnection):
    assert not golden.execute(
        """
        select result.check_id, result.cause
        from core.fct_check_result as result inner join core.dim_identity as identity using (check_id)
        where result.cause is not null and not list_contains(identity.causes, result.cause)
        """
    ).fetchall()
