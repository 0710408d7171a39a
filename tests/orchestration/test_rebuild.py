"""The warehouse again from the record alone, in an empty home."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from orchestration import pipeline
from warehouse.home import Home

if TYPE_CHECKING:
    from tests.orchestration.installation import Installation


COMPARED = {
    "core.fct_amount": "*",
    "core.dim_document_version": "*",
    "core.fct_check_result": "*",
    "marts.agency_year": "*",
}


def differences(one: Path, other: Path, table: str, columns: str = "*") -> int:
    """Rows that only one of two warehouses has."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one}' as one (read_only)")
        connection.execute(f"attach '{other}' as other (read_only)")
        (count,) = connection.execute(
            f"""select count(*) from (
                (select {columns} from one.{table} except all select {columns} from other.{table})
                union all
                (select {columns} from other.{table} except all select {columns} from one.{table}))"""
        ).fetchone() or (0,)
    return int(count)


@pytest.fixture
def elsewhere(demo: tuple[Installation, str], tmp_path: Path) -> Installation:
    """Another home, with a copy of the demo's record, and of what dbt remembers of its project."""
    installation, _ = demo
    made = type(installation)(tmp_path / "elsewhere", installation.port)
    parsed = Path("scratch", "dbt", "target")
    for kept in (Path("record"), parsed):
        shutil.copytree(installation.home / kept, made.home / kept)
    return made


def test_a_copied_record_gives_the_same_publication(
    demo: tuple[Installation, str], elsewhere: Installation
) -> None:
    installation, _ = demo
    elsewhere.run("rebuild")
    one, other = installation.home / "warehouse.duckdb", elsewhere.home / "warehouse.duckdb"
    for table, columns in COMPARED.items():
        assert elsewhere.ask(f"select count(*) from {table}") != [(0,)]
        assert differences(one, other, table, columns) == 0, table
    folders = [path.name for path in (elsewhere.home / "publications").glob("0*")]
    assert folders == [(installation.home / "publications" / "current").resolve().name]


def test_a_rebuild_goes_on_without_a_damaged_file(
    demo: tuple[Installation, str], elsewhere: Installation
) -> None:
    installation, _ = demo
    (lost,), *_ = installation.ask("select any_value(document_sha256) from core.fct_amount")
    (elsewhere.home / "record" / "archive" / str(lost)[:2] / str(lost)).unlink()
    pipeline.rebuild(Home(elsewhere.home))
    (read,) = elsewhere.ask("select outcome, reason from core.dim_document where document_sha256 = ?", lost)
    assert read[0] == "corrupt"
    assert str(lost) in str(read[1])
    ((others,),) = elsewhere.ask("select count(distinct document_sha256) from core.fct_amount")
    ((all_of_them,),) = installation.ask("select count(distinct document_sha256) from core.fct_amount")
    assert others == int(str(all_of_them)) - 1


def test_as_of_a_moment_before_anything_was_seen_there_is_nothing_and_that_is_said(
    elsewhere: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    built = pipeline.rebuild(Home(elsewhere.home), datetime(2020, 1, 1, tzinfo=UTC))
    assert "nothing was recorded by 2020-01-01 00:00:00+00:00: the record begins at 20" in caplog.text
    assert built.parent == elsewhere.home / "as_of"
    with duckdb.connect(str(built), read_only=True) as connection:
        assert connection.execute("select count(*) from marts.agency_year").fetchone() == (0,)
    assert not (elsewhere.home / "warehouse.duckdb").exists()
