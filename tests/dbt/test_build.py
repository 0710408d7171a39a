from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.dbt.conftest import Record
from warehouse.build import BuildError, BuildResult, build
from warehouse.home import Home

MARTS = (
    "agency_year",
    "expenditure_by_function",
    "project_history",
    "version_diff",
    "coverage",
    "data_quality",
)


def rows(target: Path, relation: str) -> list[tuple]:
    with duckdb.connect(str(target), read_only=True) as connection:
        return connection.execute(f"from {relation} order by all").fetchall()


@pytest.fixture(scope="module")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("empty") / "home")


def test_an_installation_without_any_record_builds_empty_marts(empty_home: Home, tmp_path: Path):
    built = build(empty_home, tmp_path / "new" / "warehouse.duckdb")
    assert rows(built.target, "marts.agency_year") == []
    assert {node.status for node in built.nodes} == {"success", "pass"}


@pytest.mark.slow
def test_loads_of_a_reader_that_gave_fewer_tables_are_built(golden_home: Home, tmp_path: Path):
    older = Home(tmp_path / "older")
    for folder in ("events", "raw"):
        shutil.copytree(golden_home.path / folder, older.path / folder)
    for table in older.raw.glob("*/announced_tables.parquet"):
        table.unlink()
    built = build(older, tmp_path / "older.duckdb")
    assert rows(built.target, "marts.agency_year") == rows(
        build(golden_home, tmp_path / "new.duckdb").target, "marts.agency_year"
    )


def test_rebuilding_as_of_a_moment_equals_the_macros(
    golden_record: Record, golden_build: BuildResult, tmp_path: Path
):
    before = golden_record.marks["before"]
    then = build(golden_record.home, tmp_path / "then.duckdb", as_of=before)
    for mart in MARTS:
        as_of = f"marts.{mart}_as_of('{before.isoformat()}')"
        assert rows(then.target, f"marts.{mart}") == rows(golden_build.target, as_of), mart
        # The decisions that stood then, and what was replaced since, make a difference.
        assert rows(golden_build.target, as_of) != rows(golden_build.target, f"marts.{mart}"), mart


def test_a_failed_build_names_the_model_and_leaves_the_target(empty_home: Home, tmp_path: Path):
    empty_home.events_parquet.mkdir(parents=True, exist_ok=True)
    (empty_home.events_parquet / "000001.parquet").write_bytes(b"not Parquet")
    target = tmp_path / "warehouse.duckdb"
    target.write_bytes(b"the one before")
    with pytest.raises(BuildError, match=r"(?s)stg_event.*000001.parquet"):
        build(empty_home, target)
    assert target.read_bytes() == b"the one before"
